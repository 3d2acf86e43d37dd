//! A statement that this version reads, compares and records, and does nothing with.

use crate::ast::Written;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::source::Span;

/// The rule `not-acted-on`.
pub(super) static RULE: Rule = Rule {
    code: Code("not-acted-on"),
    severity: Severity::Warning,
    waivable: true,
    steady: false,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/not-acted-on.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let file = context.file;
    let money = [
        (
            "budget monthly",
            span(&file.budget),
            "no rule compares it with the ceiling: `tierc cost` prints that",
        ),
        (
            "cost reserved",
            span(&file.reserved),
            "`tierc cost` counts everything at list prices",
        ),
    ];
    let loads = file
        .load_tests
        .values()
        .map(|test| ("load-test", Some(test.place), "no script is written for it"));
    for (what, place, instead) in money.into_iter().chain(loads) {
        let Some(place) = place else { continue };
        let message = format!("`{what}` is read, and nothing is done with it yet");
        findings.report(
            Finding::new(RULE.code, Severity::Warning, message)
                .at(place, instead)
                .help("a waiver keeps it here without this warning"),
        );
    }
}

fn span<T>(written: &Written<T>) -> Option<Span> {
    written.value.as_ref().map(|value| value.span)
}
