//! A PgBouncer version that lacks settings that tierc writes.

use super::pgbouncer_image::{is_unsupported, newer};
use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Image;
use crate::model::image::OLDEST_PGBOUNCER;

/// The rule `pgbouncer-version-unsupported`.
pub(super) static RULE: Rule = Rule {
    code: Code("pgbouncer-version-unsupported"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/pgbouncer-version-unsupported.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let image = &context.environment.pgbouncer.image;
    let reference = Image::parse(&image.value);
    if !is_unsupported(&reference) {
        return;
    }
    let tag = reference.tag;
    let message = format!(
        "PgBouncer {tag} is too old: the emitted settings need {OLDEST_PGBOUNCER} or later"
    );
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(image, "pgbouncer.image", "this tag is the version")
        .note("before 1.21 PgBouncer does not start with `max_prepared_statements`; before 1.23 it does not wait for its clients after SIGTERM; before 1.24 a reload drops every server connection that uses TLS");
    findings.report(newer(finding, context, &reference));
}
