//! More time to finish than a spot node has left.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Capacity, Name, Worker};

/// The rule `spot-grace-too-long`.
pub(super) static RULE: Rule = Rule {
    code: Code("spot-grace-too-long"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[Part::Worker],
    explanation: include_str!("../../diagnostic/explain/spot-grace-too-long.md"),
    check,
};

/// Seconds between the notice and the end of a node, less what the eviction takes.
const MOST: u64 = 110;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, worker) in &context.environment.worker {
        one(name, worker, findings);
    }
}

fn one(name: &Name, worker: &Worker, findings: &mut Findings) {
    let (capacity, grace) = (&worker.capacity, &worker.grace);
    let secs = grace.value.secs();
    if capacity.value != Capacity::Spot || secs <= MOST {
        return;
    }
    let message = format!("the pool `{name}` may take {secs} s to finish, of {MOST} s on spot");
    findings.report(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(grace, &format!("worker.{name}.grace"), "the grace")
            .operand(capacity, &format!("worker.{name}.capacity"), "the capacity")
            .repair(
                grace,
                format!("the most are {MOST} s"),
                format!("\"{MOST}s\""),
            ),
    );
}
