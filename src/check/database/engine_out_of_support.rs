//! A PostgreSQL past its support.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::version::major_and_rest;

/// The rule `engine-out-of-support`.
pub(super) static RULE: Rule = Rule {
    code: Code("engine-out-of-support"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/engine-out-of-support.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let engine = &context.environment.database.engine;
    let Some((major, until)) = support(context, &engine.value) else {
        return;
    };
    let today = context.today;
    if until >= today {
        return;
    }
    let message = format!("standard support of PostgreSQL {major} ended on {until}");
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(engine, "database.engine", "the version")
        .note(format!("{until} < {today}, the day of this run"));
    let usual = context.tier.stated.database.engine.value.as_ref();
    let usual = usual.map(|usual| usual.value.as_str());
    let supported = usual.and_then(|usual| support(context, usual));
    findings.report(match supported.filter(|(_, until)| *until >= today) {
        Some((major, until)) => finding.repair(
            engine,
            "database.engine",
            format!("use the tier's version, which is supported until {until}"),
            format!("\"{major}\""),
        ),
        None => finding.help("upgrade to a supported major version"),
    });
}

/// The major version of `engine`, and the last day of its standard support.
fn support<'a>(context: &Context<'_>, engine: &'a str) -> Option<(&'a str, jiff::civil::Date)> {
    let (major, _) = major_and_rest(engine);
    let version = context.catalogue.postgres.get(major)?;
    Some((major, version.supported_until))
}
