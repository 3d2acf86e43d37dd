//! A PostgreSQL past its support.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `engine-out-of-support`.
pub(super) static RULE: Rule = Rule {
    code: Code("engine-out-of-support"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[Part::Database],
    explanation: include_str!("../../diagnostic/explain/engine-out-of-support.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let engine = &database.engine;
    let major = engine.value.split('.').next().unwrap_or_default();
    let Some(version) = context.catalogue.postgres.get(major) else {
        return;
    };
    let until = version.supported_until;
    if until >= context.today {
        return;
    }
    let message = format!("standard support of PostgreSQL {major} ended on {until}");
    findings.report(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(engine, "database.engine", "the version")
            .help("upgrade to a supported major version"),
    );
}
