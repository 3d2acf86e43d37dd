//! A grace period longer than a spot interruption leaves.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Capacity, Name, Worker};

/// The rule `spot-grace-too-long`.
pub(super) static RULE: Rule = Rule {
    code: Code("spot-grace-too-long"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/spot-grace-too-long.md"),
    check,
};

/// Seconds between the interruption notice and the end of the node, minus the eviction.
const MOST: u64 = 110;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, worker) in &context.environment.worker {
        findings.extend(one(name, worker));
    }
}

fn one(name: &Name, worker: &Worker) -> Option<Finding> {
    let (capacity, grace) = (&worker.capacity, &worker.grace);
    let secs = grace.value.secs();
    if capacity.value != Capacity::Spot || secs <= MOST {
        return None;
    }
    let message = format!(
        "the pool `{name}` may take {secs} s to finish its jobs, but a spot node leaves it only {MOST} s"
    );
    let path = format!("worker.{name}.grace");
    Some(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(grace, &path, "from SIGTERM to SIGKILL")
            .operand(capacity, &format!("worker.{name}.capacity"), "spot")
            .note(format!(
                "{secs} s > {MOST} s = 120 s of notice - 10 s for the eviction"
            ))
            .repair(
                grace,
                &path,
                format!("use a `grace` of at most {MOST} s"),
                format!("\"{MOST}s\""),
            ),
    )
}
