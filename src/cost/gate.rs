//! A limit on what a change may cost: `+20%` or `+500`.

use crate::model::{Money, Percent};

use super::difference::{CostDifference, CostShift};

/// The limit of `--fail-on cost=`, for floor and ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CostGate {
    /// `+20%`: growth relative to the cost before. From zero, any growth exceeds it.
    Percent(Percent),
    /// `+500`: growth in dollars a month.
    Dollars(Money),
}

/// What a gate says of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Floor and ceiling both grow by no more than the gate allows.
    Within,
    /// One of them grows by more.
    Exceeded,
    /// The priced items are within the limit, but a changed item has no price. The gate fails,
    /// because the real growth is unknown.
    Undecided,
}

impl CostGate {
    /// Reads `+20%` or `+500`.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "`{text}` is not a limit on cost: write `+20%` for growth in percent, or `+500` for dollars a month"
            )
        };
        let amount = text.strip_prefix('+').ok_or_else(expected)?;
        match amount.strip_suffix('%') {
            Some(percent) => Percent::parse(percent).map(Self::Percent),
            None => Money::parse(amount).map(Self::Dollars),
        }
        .map_err(|_| expected())
    }

    /// What it says of a difference.
    #[must_use]
    pub fn judge(&self, difference: &CostDifference) -> Verdict {
        let total = difference.total();
        if self.trips(&total) {
            Verdict::Exceeded
        } else if difference.unknown.is_empty() {
            Verdict::Within
        } else {
            Verdict::Undecided
        }
    }

    fn trips(&self, total: &CostShift) -> bool {
        let before = total.0.before;
        total.floor() > self.allowed(before.floor) || total.ceiling() > self.allowed(before.ceiling)
    }

    fn allowed(&self, before: Money) -> Money {
        match self {
            Self::Percent(percent) => percent.of(before),
            Self::Dollars(dollars) => *dollars,
        }
    }
}

impl std::str::FromStr for CostGate {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
}
