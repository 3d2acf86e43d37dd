//! Money. These rules run where something asks for it, over every estimate at once: reading the
//! prices for each `tierc check` would make every start slower. One file per rule.

mod price_missing;
mod prices_old;

use jiff::civil::Date;

use super::{Context, Findings, Rule};
use crate::catalogue::Prices;
use crate::cost::Estimate;
use crate::diagnostic::Diagnostics;

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[&price_missing::RULE, &prices_old::RULE];

/// What the rules say of estimates, rule by rule.
#[must_use]
pub fn check(estimates: &[Estimate], prices: &Prices, today: Date) -> Diagnostics {
    let mut found = Diagnostics::new();
    price_missing::check(estimates, prices, &mut found);
    prices_old::check(estimates, today, &mut found);
    found
}

/// Finds nothing without an estimate.
fn where_money_is_asked_for(_: &Context<'_>, _: &mut Findings) {}
