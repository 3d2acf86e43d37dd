//! An event's floor above a pool's maximum.

use crate::ast::TopPart;
use crate::check::{Context, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `cron-above-maximum`.
pub(super) static RULE: Rule = Rule {
    code: Code("cron-above-maximum"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Worker, TopPart::Schedule],
    explanation: include_str!("../../diagnostic/explain/cron-above-maximum.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (event, stated) in &context.environment.event {
        for (name, floor) in &stated.worker {
            let Some(pool) = context.environment.worker.get(name) else {
                continue;
            };
            let (step, max) = pool.workload.replicas.highest();
            findings.extend(super::above(
                RULE.code,
                &format!("the pool `{name}`"),
                (floor, format!("event.{event}.worker.{name}")),
                (max, format!("worker.{name}.replicas.{step}")),
            ));
        }
    }
}
