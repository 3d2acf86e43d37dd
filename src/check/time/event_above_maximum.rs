//! An event's floor above the API's maximum.

use crate::ast::TopPart;
use crate::check::{Context, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `event-above-maximum`.
pub(super) static RULE: Rule = Rule {
    code: Code("event-above-maximum"),
    severity: Severity::Error,
    waivable: true,
    steady: false,
    reads: &[TopPart::Api, TopPart::Schedule],
    explanation: include_str!("../../diagnostic/explain/event-above-maximum.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let (step, max) = context.environment.api.workload.replicas.highest();
    for (event, stated) in &context.environment.event {
        let Some(floor) = &stated.api else { continue };
        findings.extend(super::above(
            RULE.code,
            "the API",
            (floor, format!("event.{event}.api")),
            (max, format!("api.replicas.{step}")),
        ));
    }
}
