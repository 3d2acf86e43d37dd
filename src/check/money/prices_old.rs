//! Prices that were read long ago.

use std::sync::Arc;

use jiff::civil::Date;

use super::where_money_is_asked_for;
use crate::catalogue::PriceList;
use crate::check::Rule;
use crate::cost::Estimate;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};

/// The rule `prices-old`.
pub(super) static RULE: Rule = Rule {
    code: Code("prices-old"),
    severity: Severity::Note,
    waivable: false,
    steady: false,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/prices-old.md"),
    check: where_money_is_asked_for,
};

/// Days after which a price list counts as old.
const MOST_DAYS: i32 = 180;

/// One finding for each old list that an estimate uses.
pub(super) fn check(estimates: &[Estimate], today: Date, found: &mut Diagnostics) {
    let mut old: Vec<(Arc<PriceList>, i32)> = Vec::new();
    for (list, _) in estimates.iter().flat_map(Estimate::lists) {
        let days = (today - list.date).get_days();
        if days > MOST_DAYS && !old.iter().any(|(known, _)| *known == list) {
            old.push((list, days));
        }
    }
    old.sort_by_key(|(list, _)| (list.date, list.span));
    for (list, days) in old {
        let message = format!(
            "the prices of {} that were read on {} are {days} days old, more than {MOST_DAYS}",
            list.region, list.date
        );
        found.push(
            Diagnostic::new(RULE.code, Severity::Note, message)
                .label(list.span, format!("source: {}", list.source))
                .note(format!("{today} - {} = {days} days", list.date))
                .help("use a newer tierc, or import the price lists of AWS: `tierc prices import`"),
        );
    }
}
