//! A minimum above the maximum.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Replicas;

/// The rule `replicas-inverted`.
pub(super) static RULE: Rule = Rule {
    code: Code("replicas-inverted"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Api, Part::Worker],
    explanation: include_str!("../../diagnostic/explain/replicas-inverted.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    inverted("api", &context.environment.api.workload.replicas, findings);
    for (name, worker) in &context.environment.worker {
        inverted(
            &format!("worker.{name}"),
            &worker.workload.replicas,
            findings,
        );
    }
}

fn inverted(who: &str, replicas: &Replicas, findings: &mut Findings) {
    let (min, max) = (&replicas.min, &replicas.max);
    if min.value <= max.value {
        return;
    }
    findings.report(
        Finding::new(
            RULE.code,
            Severity::Error,
            format!(
                "`{who}` has a minimum of {} above its maximum of {}",
                min.value, max.value
            ),
        )
        .operand(min, &format!("{who}.replicas.min"), "the minimum")
        .operand(max, &format!("{who}.replicas.max"), "the maximum")
        .repair(
            min,
            format!("the largest minimum is {}", max.value),
            max.value.to_string(),
        ),
    );
}
