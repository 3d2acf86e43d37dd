//! A driver whose startup options PgBouncer refuses.

use super::{driver, drivers};
use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::driver::{StatedDriver, without_float_digits};
use crate::model::{Driver, Image};

/// The rule `driver-refused`.
pub(super) static RULE: Rule = Rule {
    code: Code("driver-refused"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/driver-refused.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let image = &context.environment.pgbouncer.image;
    if context.catalogue.ignores_startup_parameters(&image.value) {
        return;
    }
    for (who, stated) in drivers(context.environment) {
        let title = stated.title();
        let (severity, message) = match stated.sends_float_digits() {
            Some(false) => continue,
            Some(true) => (
                Severity::Error,
                format!(
                    "`{who}` cannot connect: {title} sends `extra_float_digits`, which this PgBouncer refuses"
                ),
            ),
            None => (
                Severity::Warning,
                format!(
                    "`{who}` may be unable to connect: some versions of {title} send `extra_float_digits`, which this PgBouncer refuses"
                ),
            ),
        };
        let finding = driver(
            Finding::new(RULE.code, severity, message),
            &who,
            &stated,
            "the driver",
        )
        .operand(image, "pgbouncer.image", "PgBouncer's image")
        .note(reason(context, &image.value));
        findings.report(advice(finding, context, &who, &stated));
    }
}

/// Why PgBouncer of this image ignores no startup options.
fn reason(context: &Context<'_>, image: &str) -> String {
    let safe = &context.catalogue.pgbouncer_safe;
    let which = match Image::parse(image).version() {
        Some(_) => format!("before PgBouncer {safe}"),
        None => format!("the image tag names no version; before PgBouncer {safe}"),
    };
    format!(
        "{which}, any client can hang a PgBouncer that ignores startup parameters (CVE-2026-107349), so tierc leaves `ignore_startup_parameters` empty"
    )
}

/// The advice: another version of the driver if there is one, or another image.
fn advice(
    finding: Finding,
    context: &Context<'_>,
    who: &str,
    stated: &StatedDriver<'_>,
) -> Finding {
    let safe = &context.catalogue.pgbouncer_safe;
    let image = format!("use an image of PgBouncer {safe} or later");
    let name = stated.driver.value;
    match (without_float_digits(name), stated.version) {
        (Some(first), Some(version)) => {
            let path = format!("{who}.driver.version");
            let message = format!("upgrade the driver: {name} {first} does not send it");
            let finding = finding.repair(version, &path, message, format!("\"{first}\""));
            finding.help(image)
        }
        (Some(first), None) => finding
            .help(format!(
                "state its version, as in `driver \"{name}\" version=\"{first}\"`: from {first} on {name} does not send it"
            ))
            .help(image),
        (None, _) if name == Driver::Sqlx => finding
            .help("turn the parameter off in the application with `PgConnectOptions::extra_float_digits(None)`, and waive this finding")
            .help(image),
        (None, _) => finding.help(image),
    }
}
