//! An event's floor above the maximum of an API.

use crate::ast::TopPart;
use crate::check::{Context, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Api;

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
    for (event, stated) in &context.environment.event {
        for (name, floor) in &stated.api {
            let Some(api) = context.environment.api.get(name) else {
                continue;
            };
            let (who, (step, max)) = (Api::path(name), api.workload.replicas.highest());
            findings.extend(super::above(
                RULE.code,
                &Api::called(name),
                (floor, format!("event.{event}.{who}")),
                (max, format!("{who}.replicas.{step}")),
            ));
        }
    }
}
