//! Off-hours that leave pods to a pool that KEDA does not scale.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Scaler;
use crate::model::count::counted;

/// The rule `off-hours-not-zero`.
pub(super) static RULE: Rule = Rule {
    code: Code("off-hours-not-zero"),
    severity: Severity::Error,
    waivable: false,
    steady: false,
    reads: &[TopPart::Worker, TopPart::Schedule],
    explanation: include_str!("../../diagnostic/explain/off-hours-not-zero.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (key, hours) in &context.environment.off_hours {
        for (name, count) in &hours.worker {
            let Some(pool) = context.environment.worker.get(name) else {
                continue;
            };
            if count.value == 0 || pool.scaler() == Scaler::Keda {
                continue;
            }
            let path = format!("off-hours.{key}.worker.{name}");
            let message = format!(
                "off-hours leave the pool `{name}` {}, but only KEDA can pause a pool at a count, and it has no queue",
                counted(count.value, "pod")
            );
            let (step, least) = pool.workload.replicas.lowest();
            findings.report(
                Finding::new(RULE.code, Severity::Error, message)
                    .operand(count, &path, "pods in off-hours")
                    .operand(
                        least,
                        &format!("worker.{name}.replicas.{step}"),
                        "pods at other times",
                    )
                    .repair(count, &path, "stop the pool in off-hours", "0")
                    .help("to keep its pods, remove the pool from these off-hours"),
            );
        }
    }
}
