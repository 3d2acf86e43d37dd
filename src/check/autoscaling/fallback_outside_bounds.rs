//! A fallback outside of the bounds.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::count::counted;

/// The rule `fallback-outside-bounds`.
pub(super) static RULE: Rule = Rule {
    code: Code("fallback-outside-bounds"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/fallback-outside-bounds.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, worker) in &context.environment.worker {
        let (min, max) = (&worker.workload.replicas.min, &worker.workload.replicas.max);
        let Some(fallback) = &worker.fallback else {
            continue;
        };
        let count = &fallback.replicas;
        // `replicas-inverted` reports inverted bounds.
        if min.value > max.value || (min.value..=max.value).contains(&count.value) {
            continue;
        }
        let nearest = count.value.clamp(min.value, max.value);
        let message = format!(
            "`worker.{name}` falls back to {}, outside its bounds of {} to {}",
            counted(count.value, "pod"),
            min.value,
            max.value
        );
        let path = format!("worker.{name}.fallback.replicas");
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(count, &path, "pods while KEDA cannot read the queues")
                .operand(min, &format!("worker.{name}.replicas.min"), "the minimum")
                .operand(max, &format!("worker.{name}.replicas.max"), "the maximum")
                .repair(
                    count,
                    &path,
                    format!("use the nearest number within the bounds, {nearest}"),
                    nearest.to_string(),
                ),
        );
    }
}
