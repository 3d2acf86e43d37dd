//! An off-hours count above a pool's maximum.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `off-hours-above-maximum`. It cannot be waived: budgets count pools at their maxima,
/// and KEDA ignores the maximum while a pool is paused.
pub(super) static RULE: Rule = Rule {
    code: Code("off-hours-above-maximum"),
    severity: Severity::Error,
    waivable: false,
    steady: false,
    reads: &[TopPart::Worker, TopPart::Schedule],
    explanation: include_str!("../../diagnostic/explain/off-hours-above-maximum.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (key, hours) in &context.environment.off_hours {
        for (name, count) in &hours.worker {
            let Some(pool) = context.environment.worker.get(name) else {
                continue;
            };
            let (step, max) = pool.workload.replicas.highest();
            if count.value <= pool.most() {
                continue;
            }
            let path = format!("off-hours.{key}.worker.{name}");
            let message = format!(
                "off-hours pause the pool `{name}` at {} pods, but its maximum is {}",
                count.value,
                pool.most()
            );
            findings.report(
                Finding::new(RULE.code, Severity::Error, message)
                    .operand(count, &path, "pods in off-hours")
                    .operand(max, &format!("worker.{name}.replicas.{step}"), "the maximum")
                    .note(format!("{} pods > {} pods", count.value, pool.most()))
                    .repair(
                        count,
                        &path,
                        format!(
                            "use at most {} pods: the budgets for connections and nodes count no more",
                            pool.most()
                        ),
                        pool.most().to_string(),
                    ),
            );
        }
    }
}
