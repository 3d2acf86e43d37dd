//! Maintenance during the backup.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `maintenance-overlaps-backup`.
pub(super) static RULE: Rule = Rule {
    code: Code("maintenance-overlaps-backup"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Database],
    explanation: include_str!("../../diagnostic/explain/maintenance-overlaps-backup.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let (weekly, daily) = (&database.maintenance.window, &database.backup.window);
    if !weekly.value.overlaps(daily.value) {
        return;
    }
    let message = "the maintenance window overlaps the backup window";
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(weekly, "database.maintenance.window", "maintenance")
            .operand(daily, "database.backup.window", "backup")
            .help("move one of them"),
    );
}
