//! A pool without a queue whose minimum is zero.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Scaler;

/// The rule `hpa-minimum-zero`.
pub(super) static RULE: Rule = Rule {
    code: Code("hpa-minimum-zero"),
    severity: Severity::Error,
    waivable: false,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/hpa-minimum-zero.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, pool) in &context.environment.worker {
        let min = &pool.workload.replicas.min;
        if pool.scaler() != Scaler::Hpa || min.value > 0 {
            continue;
        }
        let path = format!("worker.{name}.replicas.min");
        let message = format!(
            "the minimum of `worker.{name}` is 0, but the pool has no queue, and an HPA keeps at least one pod"
        );
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(min, &path, "the minimum of its HPA")
                .repair(min, &path, "use a minimum of 1", "1")
                .help("to let KEDA scale the pool to zero, state its `queue`"),
        );
    }
}
