//! A latency-sensitive pool on spot capacity.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Capacity, Name, Scenario, Worker};
use crate::source::Sourced;

/// The rule `spot-for-latency-sensitive`.
pub(super) static RULE: Rule = Rule {
    code: Code("spot-for-latency-sensitive"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/spot-for-latency-sensitive.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, worker) in &context.environment.worker {
        findings.extend(one(name, worker));
    }
}

fn one(name: &Name, worker: &Worker) -> Option<Finding> {
    let capacity = &worker.capacity;
    let hurried = |scenario: &&Sourced<Scenario>| match scenario.value {
        Scenario::Normal | Scenario::HighThroughput => true,
        Scenario::Batch | Scenario::CostSensitive => false,
    };
    let scenario = worker.scenario.as_ref().filter(hurried)?;
    if capacity.value != Capacity::Spot {
        return None;
    }
    let message = format!("the pool `{name}` is sensitive to latency but runs on spot capacity");
    let path = format!("worker.{name}.capacity");
    Some(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(capacity, &path, "reclaimed with two minutes' notice")
            .operand(
                scenario,
                &format!("worker.{name}.scenario"),
                "its jobs are urgent",
            )
            .repair(
                capacity,
                &path,
                "use `on-demand` nodes, which are not reclaimed",
                "\"on-demand\"",
            ),
    )
}
