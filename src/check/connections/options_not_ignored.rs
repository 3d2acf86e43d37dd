//! `options "ignore"` on a PgBouncer version that cannot ignore them.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::StartupOptions;

/// The rule `options-not-ignored`.
pub(super) static RULE: Rule = Rule {
    code: Code("options-not-ignored"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/options-not-ignored.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let pooler = &context.environment.pgbouncer;
    let Some(options) = &pooler.options else {
        return;
    };
    let takes = context
        .catalogue
        .ignores_startup_parameters(&pooler.image.value);
    if options.value == StartupOptions::Refuse || takes {
        return;
    }
    let safe = &context.catalogue.pgbouncer_safe;
    let finding = Finding::new(
        RULE.code,
        Severity::Error,
        "`options \"ignore\"` has no effect on this PgBouncer: it refuses clients that send `options`",
    )
    .operand(options, "pgbouncer.options", "asks PgBouncer to ignore `options`")
    .operand(&pooler.image, "pgbouncer.image", "PgBouncer's image")
    .note(format!(
        "before PgBouncer {safe}, any client can hang a PgBouncer that ignores startup parameters (CVE-2026-107349), so tierc leaves `ignore_startup_parameters` empty"
    ))
    .help(format!("use an image of PgBouncer {safe} or later"));
    findings.report(finding.repair(
        options,
        "pgbouncer.options",
        "state how this PgBouncer handles `options`",
        "\"refuse\"",
    ));
}
