//! A pool that must not wait, on capacity that goes away.

use crate::ast::Part;
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
    reads: &[Part::Worker],
    explanation: include_str!("../../diagnostic/explain/spot-for-latency-sensitive.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, worker) in &context.environment.worker {
        one(name, worker, findings);
    }
}

fn one(name: &Name, worker: &Worker, findings: &mut Findings) {
    let capacity = &worker.capacity;
    let hurried = |scenario: &&Sourced<Scenario>| {
        !matches!(scenario.value, Scenario::Batch | Scenario::CostSensitive)
    };
    let Some(scenario) = worker.scenario.as_ref().filter(hurried) else {
        return;
    };
    if capacity.value != Capacity::Spot {
        return;
    }
    let message = format!("the pool `{name}` is sensitive to latency and runs on spot capacity");
    findings.report(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(capacity, &format!("worker.{name}.capacity"), "the capacity")
            .operand(scenario, &format!("worker.{name}.scenario"), "the scenario")
            .repair(capacity, "what stays is `on-demand`", "\"on-demand\""),
    );
}
