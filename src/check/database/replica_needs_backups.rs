//! Replicas without backups.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `replica-needs-backups`.
pub(super) static RULE: Rule = Rule {
    code: Code("replica-needs-backups"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/replica-needs-backups.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let (count, days) = (&database.replicas.count, &database.backup.days);
    if count.value == 0 || days.value > 0 {
        return;
    }
    let message = "read replicas need automated backups, but these are off";
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(days, "database.backup.days", "0 turns them off")
            .operand(count, "database.replicas.count", "read replicas")
            .repair(
                days,
                "database.backup.days",
                "keep backups for at least 1 day",
                "1",
            ),
    );
}
