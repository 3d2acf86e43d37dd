//! An image whose tag can point to another image tomorrow.

use crate::ast::TopPart;
use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Image;
use crate::source::Sourced;

/// The rule `image-not-pinned`.
pub(super) static RULE: Rule = Rule {
    code: Code("image-not-pinned"),
    severity: Severity::Warning,
    waivable: true,
    steady: false,
    reads: &[TopPart::Api, TopPart::Worker, TopPart::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/image-not-pinned.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    for (who, workload) in workloads(environment) {
        let image = workload.image.as_ref();
        findings.extend(image.and_then(|image| one(&who, image, "1.4.2")));
    }
    let newest = &context.catalogue.pgbouncer_image;
    findings.extend(one("pgbouncer", &environment.pgbouncer.image, newest));
}

fn one(who: &str, image: &Sourced<String>, version: &str) -> Option<Finding> {
    let reference = Image::parse(&image.value);
    let says = match (reference.tag, reference.digest) {
        ("", "") => "has no tag",
        ("latest", "") => "has the tag `latest`",
        _ => return None,
    };
    let message = format!("the image of `{who}` {says}, so it can change at any time");
    let finding = Finding::new(RULE.code, Severity::Warning, message).operand(
        image,
        &format!("{who}.image"),
        "",
    );
    Some(finding.help(format!(
        "state the version, such as `{}:{version}`, or a digest",
        reference.repository
    )))
}
