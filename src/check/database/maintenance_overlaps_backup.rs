//! Maintenance during the backup.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `maintenance-overlaps-backup`.
pub(super) static RULE: Rule = Rule {
    code: Code("maintenance-overlaps-backup"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/maintenance-overlaps-backup.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let (weekly, daily) = (&database.maintenance.window, &database.backup.window);
    if !weekly.value.overlaps(daily.value) {
        return;
    }
    let message = format!(
        "maintenance from `{}` overlaps the backup from `{}`",
        weekly.value, daily.value
    );
    let path = "database.maintenance.window";
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(weekly, path, "maintenance, in UTC")
        .operand(
            daily,
            "database.backup.window",
            "the backup, every day, in UTC",
        );
    findings.report(match weekly.value.clear_of(daily.value) {
        Some(later) => finding.repair(
            weekly,
            path,
            format!("use the next free window of this length, `{later}`"),
            format!("\"{later}\""),
        ),
        None => finding.help("shorten one of the windows"),
    });
}
