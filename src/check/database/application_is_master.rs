//! An application that connects as the master user of RDS.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `application-is-master`.
pub(super) static RULE: Rule = Rule {
    code: Code("application-is-master"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database, TopPart::Other],
    explanation: include_str!("../../diagnostic/explain/application-is-master.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    if !database.application_is_master() {
        return;
    }
    let name = &database.master.value;
    findings.report(
        Finding::new(
            RULE.code,
            Severity::Warning,
            format!("the application connects as the master user `{name}`"),
        )
        .operand(&database.master, "database.master", "the master user")
        .operand(&database.user, "database.user", "the application's role")
        .help(format!(
            "create a role for the application, as RUNBOOK.md says, and state both: `database {{ user \"{}\"; master \"{name}\" }}`",
            other_role(name)
        )),
    );
}

/// A name for the application's own role.
fn other_role(master: &str) -> String {
    let end = "_app";
    let most = 63 - end.len();
    let begin: String = master.chars().take(most).collect();
    format!("{begin}{end}")
}
