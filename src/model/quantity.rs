//! Kubernetes quantities such as `500m` and `2Gi`, compared by value.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const NANO: i128 = 1_000_000_000;

/// A non-negative amount of CPU (cores) or memory (bytes), exact to 10^-9.
///
/// Grammar, suffixes and canonical form are those of `k8s.io/apimachinery/pkg/api/resource`.
/// Quantities are equal if their values are: `500m` = `0.5`, `1024Mi` = `1Gi`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quantity {
    nanos: i128,
    binary: bool,
}

impl Quantity {
    /// `count` thousandths: millicores.
    #[must_use]
    pub fn from_milli(count: u64) -> Self {
        Self {
            nanos: i128::from(count) * 1_000_000,
            binary: false,
        }
    }

    /// `count` MiB.
    #[must_use]
    pub fn from_mebibytes(count: u64) -> Self {
        Self {
            nanos: i128::from(count) * 1_048_576 * NANO,
            binary: true,
        }
    }

    /// The value in thousandths, rounded up: the millicores of a CPU quantity.
    #[must_use]
    pub fn milli(self) -> u64 {
        Self::rounded_up(self.nanos, 1_000_000)
    }

    /// The value in whole units, rounded up: the bytes of a memory quantity.
    #[must_use]
    pub fn units(self) -> u64 {
        Self::rounded_up(self.nanos, NANO)
    }

    /// The value in MiB, rounded up.
    #[must_use]
    pub fn mebibytes(self) -> u64 {
        Self::rounded_up(self.nanos, NANO * 1_048_576)
    }

    /// Whether it is nothing at all.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }

    /// Whether it is a whole number of units, as bytes must be.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.nanos % NANO == 0
    }

    fn rounded_up(nanos: i128, unit: i128) -> u64 {
        u64::try_from((nanos + unit - 1) / unit).unwrap_or(u64::MAX)
    }

    /// Reads a quantity such as `500m`, `0.5`, `2Gi`, `1e3`.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "`{text}` is not a quantity: write a number and one of m, k, M, G, T, Ki, Mi, Gi, Ti, such as `500m` or `2Gi`"
            )
        };
        let split = text
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(text.len());
        let (number, suffix) = text.split_at(split);
        let (scale_nanos, binary) = scale(suffix).ok_or_else(expected)?;
        let nanos = decimal(number, scale_nanos).ok_or_else(expected)?;
        if nanos > i128::from(i64::MAX) * NANO {
            return Err(format!(
                "`{text}` is larger than a quantity can be (2^63 - 1)"
            ));
        }
        Ok(Self { nanos, binary })
    }
}

/// The nanos in one unit of `suffix`, and whether it is binary. Exponents are exact.
fn scale(suffix: &str) -> Option<(i128, bool)> {
    let binary = |power: u32| Some((NANO * 1024_i128.pow(power), true));
    let decimal = |nanos: i128| Some((nanos, false));
    match suffix {
        "n" => decimal(1),
        "u" => decimal(1_000),
        "m" => decimal(1_000_000),
        "" => decimal(NANO),
        "k" => decimal(NANO * 1_000),
        "M" => decimal(NANO * 1_000_000),
        "G" => decimal(NANO * 1_000_000_000),
        "T" => decimal(NANO * 1_000_000_000_000),
        "P" => decimal(NANO * 1_000_000_000_000_000),
        "E" => decimal(NANO * 1_000_000_000_000_000_000),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let exponent: i32 = exponent.parse().ok()?;
            let power = u32::try_from(exponent.checked_add(9)?).ok()?;
            (power <= 28).then(|| (10_i128.pow(power), false))
        }
    }
}

/// `number` times `scale`, rounded up to a whole nano, as Kubernetes does.
fn decimal(number: &str, scale: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || number.len() > 30 {
        return None;
    }
    let read = |digits: &str| {
        if digits.is_empty() {
            Some(0)
        } else {
            digits.parse::<i128>().ok()
        }
    };
    let fraction = fraction.trim_end_matches('0');
    let fraction = fraction.get(..fraction.len().min(18))?;
    let divisor = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    let whole = read(whole)?.checked_mul(scale)?;
    let fraction = read(fraction)?.checked_mul(scale)?;
    whole.checked_add((fraction + divisor - 1) / divisor)
}

impl std::fmt::Display for Quantity {
    /// The canonical form: no fraction, no loss of precision, the largest suffix.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let nanos = self.nanos;
        if self.binary && nanos % NANO == 0 && nanos >= 1024 * NANO {
            let mut units = nanos / NANO;
            let mut suffix = "";
            for next in ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] {
                if units % 1024 != 0 {
                    break;
                }
                units /= 1024;
                suffix = next;
            }
            return write!(f, "{units}{suffix}");
        }
        let mut units = nanos;
        let mut suffix = "n";
        for next in ["u", "m", "", "k", "M", "G", "T", "P", "E"] {
            if units % 1000 != 0 || units == 0 {
                break;
            }
            units /= 1000;
            suffix = next;
        }
        if units == 0 {
            suffix = "";
        }
        write!(f, "{units}{suffix}")
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}
impl Eq for Quantity {}
impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Quantity {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$" })
    }
}
