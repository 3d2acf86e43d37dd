//! A read replica with fewer slots than its source.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `replica-max-connections-lower`.
pub(super) static RULE: Rule = Rule {
    code: Code("replica-max-connections-lower"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/replica-max-connections-lower.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let replicas = &database.replicas;
    let (replica, source) = (&replicas.max_connections, &database.max_connections);
    if replicas.count.value == 0 || replica.value >= source.value {
        return;
    }
    let message = format!(
        "the read replicas allow {} connections, fewer than the {} of the primary",
        replica.value, source.value
    );
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(
                replica,
                "database.replicas.max-connections",
                "connections that a replica allows",
            )
            .operand(
                source,
                "database.max-connections",
                "connections that the primary allows",
            )
            .operand(&replicas.count, "database.replicas.count", "read replicas")
            .note(format!("{} connections < {}", replica.value, source.value))
            .repair(
                replica,
                "database.replicas.max-connections",
                format!("give each replica at least {} connections", source.value),
                source.value.to_string(),
            ),
    );
}
