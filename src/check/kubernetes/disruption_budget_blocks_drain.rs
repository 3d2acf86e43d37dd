//! A node that cannot be drained within the time that EKS allows.

use crate::ast::TopPart;
use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Portion, Workload};

/// The rule `disruption-budget-blocks-drain`.
pub(super) static RULE: Rule = Rule {
    code: Code("disruption-budget-blocks-drain"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/disruption-budget-blocks-drain.md"),
    check,
};

/// Seconds within which the pods of a node must leave in an update of a managed node group.
const EKS_WAITS: u64 = 900;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (who, workload) in workloads(context.environment) {
        findings.extend(without_evictions(&who, workload));
    }
    pooler(context, findings);
}

/// A PodDisruptionBudget of a workload that never lets a pod leave.
fn without_evictions(who: &str, workload: &Workload) -> Option<Finding> {
    let most = workload.disruption.max_unavailable.as_ref()?;
    if !matches!(most.value, Portion::Count(0) | Portion::Percent(0)) {
        return None;
    }
    let message = format!("no pod of `{who}` may be evicted, so a node with one cannot be drained");
    let path = format!("{who}.disruption.max-unavailable");
    Some(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(most, &path, "pods that may be evicted at once")
            .note("updates of the nodes, scaling down and replacing them wait for the eviction")
            .repair(most, &path, "let one pod leave at a time", "1".to_owned()),
    )
}

fn pooler(context: &Context<'_>, findings: &mut Findings) {
    let drain = &context.environment.pgbouncer.drain;
    let secs = drain.value.secs();
    if secs <= EKS_WAITS {
        return;
    }
    let message = format!(
        "a PgBouncer pod can take {secs} s to leave a node, but EKS waits only {EKS_WAITS} s for all pods"
    );
    let path = "pgbouncer.drain";
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(drain, path, "from SIGTERM to SIGKILL")
            .note(format!(
                "{secs} s > {EKS_WAITS} s; the PodDisruptionBudget lets one pod leave at a time"
            ))
            .repair(
                drain,
                path,
                format!("use a `drain` of at most {EKS_WAITS} s"),
                format!("\"{EKS_WAITS}s\""),
            ),
    );
}
