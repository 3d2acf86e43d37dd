//! A node that cannot be drained within the time that EKS allows.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

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
