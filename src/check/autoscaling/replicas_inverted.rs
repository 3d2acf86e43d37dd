//! A minimum above the maximum.

use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::source::Sourced;

/// The rule `replicas-inverted`.
pub(super) static RULE: Rule = Rule {
    code: Code("replicas-inverted"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/replicas-inverted.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (who, workload) in workloads(context.environment) {
        let replicas = &workload.replicas;
        let bounds = (&replicas.min, &replicas.max);
        inverted(&format!("{who}.replicas"), &who, bounds, findings);
    }
    for (name, group) in &context.environment.nodes {
        let who = format!("nodes.{name}");
        let bounds = (&group.count.min, &group.count.max);
        inverted(&format!("{who}.count"), &who, bounds, findings);
    }
}

fn inverted(
    node: &str,
    who: &str,
    (min, max): (&Sourced<u32>, &Sourced<u32>),
    findings: &mut Findings,
) {
    if min.value <= max.value {
        return;
    }
    let message = format!(
        "the minimum of `{who}` is {}, above its maximum of {}",
        min.value, max.value
    );
    let path = |bound: &str| format!("{node}.{bound}");
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(min, &path("min"), "the minimum")
            .operand(max, &path("max"), "the maximum")
            .repair(
                min,
                &path("min"),
                format!("lower the minimum to {}", max.value),
                max.value.to_string(),
            )
            .repair(
                max,
                &path("max"),
                format!("raise the maximum to {}", min.value),
                min.value.to_string(),
            ),
    );
}
