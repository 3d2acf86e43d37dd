//! Durations: `30s`, `10m`, `1h30m`.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A duration in whole milliseconds. `60s` equals `1m`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    millis: u64,
}

impl Duration {
    /// `minutes` as a duration.
    #[must_use]
    pub const fn from_mins(minutes: u64) -> Self {
        Self {
            millis: minutes.saturating_mul(60_000),
        }
    }

    /// `seconds` as a duration.
    #[must_use]
    pub fn from_secs(seconds: u64) -> Self {
        Self {
            millis: seconds.saturating_mul(1000),
        }
    }

    /// Whole seconds, rounded up, for fields of Kubernetes and PgBouncer.
    #[must_use]
    pub fn secs(self) -> u64 {
        self.millis.div_ceil(1000)
    }

    /// Milliseconds.
    #[must_use]
    pub fn millis(self) -> u64 {
        self.millis
    }

    /// Whether it is a whole number of seconds.
    #[must_use]
    pub fn is_whole_seconds(self) -> bool {
        self.millis.is_multiple_of(1000)
    }

    /// Reads `30s`, `10m`, `1h30m`, `500ms`, `7d`, units from large to small.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "`{text}` is not a duration: write a whole number and one of ms, s, m, h, d, such as `30s` or `10m`"
            )
        };
        let mut rest = text;
        let mut millis: u64 = 0;
        let mut last_unit = u64::MAX;
        if rest.is_empty() {
            return Err(expected());
        }
        while !rest.is_empty() {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit())
                .ok_or_else(expected)?;
            let (number, tail) = rest.split_at(digits);
            let end = tail
                .find(|c: char| c.is_ascii_digit())
                .unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(end);
            let unit: u64 = match unit {
                "ms" => 1,
                "s" => 1_000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                _ => return Err(expected()),
            };
            if unit >= last_unit {
                return Err(expected());
            }
            last_unit = unit;
            let number: u64 = number.parse().map_err(|_| expected())?;
            let part = number.checked_mul(unit).ok_or_else(expected)?;
            millis = millis.checked_add(part).ok_or_else(expected)?;
            rest = tail;
        }
        Ok(Self { millis })
    }
}

impl std::fmt::Display for Duration {
    /// The largest single unit without loss; `0s` for zero.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let millis = self.millis;
        if millis == 0 {
            return f.write_str("0s");
        }
        for (unit, suffix) in [
            (86_400_000, "d"),
            (3_600_000, "h"),
            (60_000, "m"),
            (1_000, "s"),
        ] {
            if millis.is_multiple_of(unit) {
                return write!(f, "{}{suffix}", millis / unit);
            }
        }
        write!(f, "{millis}ms")
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Duration {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$" })
    }
}
