//! The environment may cost more than its budget.

use super::Judged;
use crate::budget::packing;
use crate::check::{Context, Finding, Findings, Rule};
use crate::cost::CostLayer;
use crate::diagnostic::{Code, Severity};
use crate::model::{Money, Name, NodeGroup};

/// The rule `budget-exceeded`.
pub(super) static RULE: Rule = Rule {
    code: Code("budget-exceeded"),
    severity: Severity::Error,
    waivable: true,
    steady: false,
    reads: super::EVERYTHING_PAID,
    explanation: include_str!("../../diagnostic/explain/budget-exceeded.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(judged) = Judged::of(context) else {
        return;
    };
    let Some(ceiling) = judged.ceiling.filter(|ceiling| *ceiling > judged.budget) else {
        return;
    };
    let message = format!(
        "the environment may cost {} a month, but its budget is {}",
        ceiling.cents(),
        judged.budget
    );
    let mut finding = judged.finding(RULE.code, Severity::Error, message);
    finding = fewer_nodes(finding, context, &judged, ceiling - judged.budget);
    if let Some(enough) = ceiling.whole_dollars() {
        finding = finding.repair(
            judged.monthly,
            "budget.monthly",
            format!(
                "raise the budget to {enough}, the smallest amount that covers all priced items"
            ),
            enough.to_string(),
        );
    }
    findings.report(finding);
}

/// Offers the group that needs the smallest reduction, if all pods at their maxima still fit.
fn fewer_nodes(
    finding: Finding,
    context: &Context<'_>,
    judged: &Judged<'_>,
    over: Money,
) -> Finding {
    let groups = context.environment.nodes.iter();
    let fitting = groups.filter_map(|(name, group)| {
        let path = format!("nodes.{name}");
        let mut items = judged.estimate.items_of(CostLayer::Nodes);
        let item = items.find(|item| item.path == path)?;
        let one = item.rate.as_ref().ok()?.monthly();
        let most = group.count.max.value;
        let less = one.fewest_for(over)?;
        let left = most
            .checked_sub(less)
            .filter(|left| *left >= least(group))?;
        holds(context, name, left).then_some((less, left, path, group))
    });
    match fitting.min_by_key(|(less, ..)| *less) {
        None => finding,
        Some((_, left, path, group)) => finding.repair(
            &group.count.max,
            &format!("{path}.count.max"),
            format!("allow at most {left} nodes of `{path}`: all pods still fit at their maxima, and the budget holds"),
            left.to_string(),
        ),
    }
}

fn least(group: &NodeGroup) -> u32 {
    group.count.min.value.max(1)
}

/// Whether everything fits if a group has at most so many nodes.
fn holds(context: &Context<'_>, name: &Name, nodes: u32) -> bool {
    let Some(mut rooms) = packing::rooms(context.environment, context.catalogue) else {
        return false;
    };
    if let Some(room) = rooms.get_mut(name) {
        room.nodes = nodes;
    }
    let loads = packing::loads(context.environment, context.catalogue);
    packing::shortages(&loads, &rooms).is_empty() && packing::unplaced(&loads, &rooms).is_none()
}
