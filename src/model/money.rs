//! Money: US dollars as exact decimals, never floats.

use std::iter::Sum;
use std::ops::{Add, Sub};

use rust_decimal::{Decimal, RoundingStrategy};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// The most digits before the point of a written amount. The product of such an amount, two 32-bit
/// counts and the hours of a month fits a [`Decimal`].
const MOST_WHOLE_DIGITS: usize = 6;
/// The most digits after the point of a written amount, as in AWS' price list.
const MOST_FRACTION_DIGITS: usize = 10;

/// An amount of US dollars.
///
/// Arithmetic saturates instead of overflowing: no bill exceeds 10^28, and a file with such an
/// amount must not make the compiler panic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(Decimal);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// A dollar.
    pub const ONE: Self = Self(Decimal::ONE);

    /// Reads an amount such as `0.0816`, without a sign, a currency or an exponent.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with('-') {
            return Err(format!("`{text}` is negative, but a price cannot be"));
        }
        decimal(text).map(Self).ok_or_else(|| {
            format!(
                "`{text}` is not an amount of dollars: write digits and at most one point, such as `0.0816`"
            )
        })
    }

    /// So many thousandths of a dollar.
    #[must_use]
    pub fn thousandths(count: u32) -> Self {
        Self(Decimal::new(i64::from(count), 3))
    }

    /// So many times this.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(Decimal::from(count)))
    }

    /// So many percent of this.
    #[must_use]
    pub fn percent(self, percent: u32) -> Self {
        Self(self.0.saturating_mul(Decimal::new(i64::from(percent), 2)))
    }

    /// The smallest number of whole dollars that covers it; `None` if it does not fit.
    #[must_use]
    pub fn whole_dollars(self) -> Option<u32> {
        u32::try_from(self.0.ceil()).ok()
    }

    /// `part` of `of` equal parts; zero if `of` is zero.
    #[must_use]
    pub fn part(self, part: u64, of: u64) -> Self {
        let share = self.times(part).0.checked_div(Decimal::from(of));
        Self(share.unwrap_or(Decimal::ZERO))
    }

    /// The smallest multiple of this that reaches `amount`; `None` if none does.
    #[must_use]
    pub fn fewest_for(self, amount: Self) -> Option<u32> {
        u32::try_from(amount.0.checked_div(self.0)?.ceil()).ok()
    }

    /// Its share of `whole`, in units of 1/`parts`; zero if `whole` is zero.
    #[must_use]
    pub fn share_of(self, whole: Self, parts: u64) -> u64 {
        let share = self.times(parts).0.checked_div(whole.0);
        share
            .and_then(|share| u64::try_from(share.trunc()).ok())
            .unwrap_or(0)
    }

    /// Its growth over `before` in percent; `None` if `before` is zero.
    #[must_use]
    pub fn growth_from(self, before: Self) -> Option<Percent> {
        let hundredfold = (self - before).times(100);
        hundredfold.0.checked_div(before.0).map(Percent)
    }

    /// Rounded to whole dollars, as shown, so a shown difference matches the shown amounts.
    #[must_use]
    pub fn in_dollars(self) -> Self {
        Self(
            self.0
                .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero),
        )
    }

    /// Rounded to cents, as `cents` shows it.
    #[must_use]
    pub fn in_cents(self) -> Self {
        Self(
            self.0
                .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero),
        )
    }

    /// To the cent: `$714.82`.
    #[must_use]
    pub fn cents(self) -> String {
        self.shown(2, 2)
    }

    /// All digits, and at least the cents: `$0.08976`, `$0.10`.
    #[must_use]
    pub fn exact(self) -> String {
        self.shown(2, 28)
    }

    /// All digits, as a price file states them: `0.08976`, `0.1`.
    #[must_use]
    pub fn plain(self) -> String {
        self.0.normalize().to_string()
    }

    /// In whole dollars and with a sign, for a difference: `+$2,694`, `-$57`, `$0`.
    #[must_use]
    pub fn signed(self) -> String {
        let text = self.to_string();
        if text.starts_with('-') || text == "$0" {
            text
        } else {
            format!("+{text}")
        }
    }

    /// Rounded half away from zero to at most `most` digits after the point, and at least `least`.
    fn shown(self, least: usize, most: u32) -> String {
        let rounded = self
            .0
            .round_dp_with_strategy(most, RoundingStrategy::MidpointAwayFromZero)
            .normalize();
        let digits = rounded.abs().to_string();
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        let sign = if rounded.is_sign_negative() && !rounded.is_zero() {
            "-"
        } else {
            ""
        };
        let whole = in_thousands(whole);
        if fraction.is_empty() && least == 0 {
            format!("{sign}${whole}")
        } else {
            format!("{sign}${whole}.{fraction:0<least$}")
        }
    }
}

/// A plain number: digits, and optionally a point with more digits.
fn decimal(text: &str) -> Option<Decimal> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let fits = digits(whole, MOST_WHOLE_DIGITS)
        && fraction.is_none_or(|fraction| digits(fraction, MOST_FRACTION_DIGITS));
    if fits { text.parse().ok() } else { None }
}

/// `1234567` as `1,234,567`.
fn in_thousands(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl std::fmt::Display for Money {
    /// To the dollar: `$2,694`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown(0, 0))
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl Serialize for Money {
    /// A decimal as a string with every digit: a JSON number would be read as a float.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.normalize())
    }
}

impl JsonSchema for Money {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Money".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^-?[0-9]+([.][0-9]+)?$" })
    }
}

/// A change in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(Decimal);

impl Percent {
    /// Reads a percentage such as `20` or `12.5`, without a sign.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        decimal(text)
            .map(Self)
            .ok_or_else(|| format!("`{text}` is not a percentage, such as `20` or `12.5`"))
    }

    /// This share of an amount.
    #[must_use]
    pub fn of(self, amount: Money) -> Money {
        let share = self.0.saturating_mul(Decimal::new(1, 2));
        Money(amount.0.saturating_mul(share))
    }
}

impl std::fmt::Display for Percent {
    /// With its sign and one digit after the point: `+57.0%`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rounded = self
            .0
            .round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
        let sign = if rounded.is_zero() {
            ""
        } else if rounded.is_sign_negative() {
            "-"
        } else {
            "+"
        };
        write!(f, "{sign}{:.1}%", rounded.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::{Money, Percent};

    fn money(text: &str) -> Money {
        Money::parse(text).expect("an amount")
    }

    #[test]
    fn every_form_rounds_half_away_from_zero_and_groups_by_thousands() {
        let amount = money("2694.3845");
        assert_eq!(amount.to_string(), "$2,694");
        assert_eq!(amount.cents(), "$2,694.38");
        assert_eq!(amount.exact(), "$2,694.3845");
        assert_eq!(money("0.5").to_string(), "$1");
        assert_eq!(money("0.005").cents(), "$0.01");
        assert_eq!(money("0.1").exact(), "$0.10");
        assert_eq!(money("999999").times(1000).to_string(), "$999,999,000");
    }

    #[test]
    fn a_difference_shows_its_sign_and_none_where_it_rounds_to_nothing() {
        let (small, large) = (money("100"), money("2794.4"));
        assert_eq!((large - small).signed(), "+$2,694");
        assert_eq!((small - large).signed(), "-$2,694");
        assert_eq!((money("1.2") - money("1.4")).signed(), "$0");
        assert_eq!((small - large).cents(), "-$2,694.40");
    }

    #[test]
    fn only_plain_decimals_are_amounts() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "1e3",
            "+1",
            "1_000",
            "1,5",
            " 1",
            "$1",
            "0x1",
            "1.2.3",
            "1234567",
            "0.12345678901",
        ] {
            assert!(Money::parse(text).is_err(), "{text}");
        }
        assert_eq!(
            Money::parse("-1"),
            Err("`-1` is negative, but a price cannot be".into())
        );
    }

    #[test]
    fn growth_is_exact_and_unknown_from_nothing() {
        let growth = |before, after| {
            money(after)
                .growth_from(money(before))
                .map(|percent| percent.to_string())
        };
        assert_eq!(growth("100", "157").as_deref(), Some("+57.0%"));
        assert_eq!(growth("3", "2").as_deref(), Some("-33.3%"));
        assert_eq!(growth("3", "3").as_deref(), Some("0.0%"));
        assert_eq!(growth("0", "3"), None);
        let fifth = Percent::parse("20").expect("a percentage");
        assert_eq!(fifth.of(money("12.5")), money("2.5"));
    }

    #[test]
    fn no_amount_overflows() {
        let most = money("999999.9999999999");
        let counted = most.times(u64::from(u32::MAX)).times(u64::from(u32::MAX));
        assert!(counted > most);
        let beyond = counted.times(u64::MAX);
        assert_eq!(beyond + beyond, beyond);
        assert_eq!(beyond.times(2), beyond);
        assert!(beyond.growth_from(most).is_some());
    }
}
