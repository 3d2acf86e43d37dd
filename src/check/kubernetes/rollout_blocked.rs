//! A rollout that can neither add nor remove a pod.

use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Portion;

/// The rule `rollout-blocked`.
pub(super) static RULE: Rule = Rule {
    code: Code("rollout-blocked"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/rollout-blocked.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (who, workload) in workloads(context.environment) {
        let (surge, unavailable) = (
            &workload.rollout.max_surge,
            &workload.rollout.max_unavailable,
        );
        let none = |portion: Portion| matches!(portion, Portion::Count(0) | Portion::Percent(0));
        if !none(surge.value) || !none(unavailable.value) {
            continue;
        }
        let message = format!("a rollout of `{who}` may neither add nor remove a pod");
        let path = |what: &str| format!("{who}.rollout.{what}");
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(surge, &path("max-surge"), "no additional pod")
                .operand(unavailable, &path("max-unavailable"), "no unavailable pod")
                .repair(
                    surge,
                    &path("max-surge"),
                    "allow a rollout to add a quarter of the pods",
                    "\"25%\"",
                )
                .repair(
                    unavailable,
                    &path("max-unavailable"),
                    "allow one unavailable pod",
                    "1",
                ),
        );
    }
}
