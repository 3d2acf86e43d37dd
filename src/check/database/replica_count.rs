//! More replicas than RDS allows.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `replica-count`.
pub(super) static RULE: Rule = Rule {
    code: Code("replica-count"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/replica-count.md"),
    check,
};

/// Read replicas of one source.
const MOST: u32 = 15;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let count = &context.environment.database.replicas.count;
    if count.value <= MOST {
        return;
    }
    let message = format!(
        "the database has {} read replicas, but RDS allows at most {MOST}",
        count.value
    );
    let path = "database.replicas.count";
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(count, path, "read replicas")
            .note(format!("{} replicas > {MOST}", count.value))
            .repair(
                count,
                path,
                format!("use at most {MOST} replicas"),
                MOST.to_string(),
            )
            .safely(),
    );
}
