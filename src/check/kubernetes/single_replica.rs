//! One pod is all there is.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Tier;
use crate::source::Sourced;

/// The rule `single-replica`.
pub(super) static RULE: Rule = Rule {
    code: Code("single-replica"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[Part::Api, Part::Worker, Part::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/single-replica.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    if environment.tier.value == Tier::Dev {
        return;
    }
    let one = |path: String, count: &Sourced<u32>| {
        let message = format!("`{path}` is 1, so that the loss of one pod is an outage");
        (count.value == 1).then(|| {
            Finding::new(RULE.code, Severity::Warning, message)
                .operand(count, &path, "a single pod")
                .operand(&environment.tier, "tier", "a tier above dev")
                .repair(count, &path, "the fewest that survive a loss are 2", "2")
        })
    };
    for (who, workload) in super::super::autoscaling::workloads(environment) {
        findings.extend(one(format!("{who}.replicas.min"), &workload.replicas.min));
    }
    let instances = &environment.pgbouncer.instances;
    findings.extend(one("pgbouncer.instances".into(), instances));
}
