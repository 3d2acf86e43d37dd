//! A ceiling near the budget, or one that cannot be compared with it.

use super::Judged;
use crate::check::{Context, Finding, Findings, Rule};
use crate::cost::{CostItem, Missing};
use crate::diagnostic::{Code, Severity};
use crate::model::Money;

/// The rule `budget-near`.
pub(super) static RULE: Rule = Rule {
    code: Code("budget-near"),
    severity: Severity::Warning,
    waivable: true,
    steady: false,
    reads: super::EVERYTHING_PAID,
    explanation: include_str!("../../diagnostic/explain/budget-near.md"),
    check,
};

/// Percent of the budget above which the ceiling is near.
const NEAR: u32 = 90;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(judged) = Judged::of(context) else {
        return;
    };
    let (budget, ceiling) = (judged.budget, judged.ceiling.unwrap_or(Money::ZERO));
    if ceiling > budget {
        return;
    }
    let near = budget.percent(NEAR);
    if ceiling > near {
        let message = format!(
            "the environment may cost {} a month, more than {NEAR}% of its budget of {budget}",
            ceiling.cents()
        );
        let finding = judged
            .finding(RULE.code, Severity::Warning, message)
            .note(format!("{NEAR}% x {budget} = {}", near.exact()))
            .help("run `tierc cost` to see every item with its arithmetic");
        findings.report(finding);
    } else if judged.ceiling.is_none() {
        findings.report(without_any_price(&judged));
    } else if judged.estimate.unpriced() > 0 {
        let message = format!(
            "the budget of {budget} cannot be checked: {} of {} items have no price",
            judged.estimate.unpriced(),
            judged.estimate.items.len()
        );
        let finding = judged
            .finding(RULE.code, Severity::Note, message)
            .help(super::OWN_PRICES);
        findings.report(finding);
    }
}

/// A budget without any price to compare it with.
fn without_any_price(judged: &Judged<'_>) -> Finding {
    let (budget, estimate) = (judged.budget, judged.estimate);
    let lacking = |item: &CostItem| matches!(item.rate, Err(Missing::Region));
    let why = if estimate.items.iter().all(lacking) {
        format!("`{}` has no prices", estimate.region)
    } else {
        "no item has a price".to_owned()
    };
    let message = format!("the budget of {budget} cannot be checked: {why}");
    judged
        .finding(RULE.code, Severity::Warning, message)
        .help(super::OWN_PRICES)
}
