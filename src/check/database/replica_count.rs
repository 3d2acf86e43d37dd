//! More replicas than RDS allows.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `replica-count`.
pub(super) static RULE: Rule = Rule {
    code: Code("replica-count"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Database],
    explanation: include_str!("../../diagnostic/explain/replica-count.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let count = &database.replicas.count;
    if count.value <= 15 {
        return;
    }
    let message = format!("{} read replicas, of at most 15", count.value);
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(count, "database.replicas", "replicas")
            .repair(count, "the most are 15", "15"),
    );
}
