//! A PgBouncer with known vulnerabilities.

use super::pgbouncer_image::{is_unsupported, newer};
use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Image, Version};

/// The rule `pgbouncer-version-vulnerable`.
pub(super) static RULE: Rule = Rule {
    code: Code("pgbouncer-version-vulnerable"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[TopPart::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/pgbouncer-version-vulnerable.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let image = &context.environment.pgbouncer.image;
    let catalogue = context.catalogue;
    let (newest, safe) = (&catalogue.pgbouncer_image, &catalogue.pgbouncer_safe);
    let reference = Image::parse(&image.value);
    // `pgbouncer-version-unsupported` reports versions that are too old.
    if !below(reference.tag, safe) || is_unsupported(&reference) {
        return;
    }
    // Until an image without the vulnerabilities is published, the tier's own image gets no
    // finding. An image that the file states does, because its author can change it.
    let published = !below(newest, safe);
    if !published && !image.is_declared() {
        return;
    }
    let severity = if published {
        Severity::Warning
    } else {
        Severity::Note
    };
    let tag = reference.tag;
    let message = format!("PgBouncer {tag} has known vulnerabilities that {safe} fixes");
    let finding = Finding::new(RULE.code, severity, message)
        .operand(image, "pgbouncer.image", "this tag is the version")
        .note(format!("{tag} < {safe}"));
    if published {
        findings.report(newer(finding, context, &reference));
    } else {
        findings.report(finding.help(format!(
            "use an image of {safe} or later once one is published; the newest known to be published is {newest}"
        )));
    }
}

/// Whether every version that a tag can mean is below `safe`: `1.26` covers all its patches.
fn below(tag: &str, safe: &str) -> bool {
    let (Some(used), Some(safe)) = (Version::leading(tag), Version::leading(safe)) else {
        return false;
    };
    if used.floats() {
        used.compare_stated(&safe).is_lt()
    } else {
        used < safe
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_version_that_is_surely_older_is_below() {
        let is_below = |tag: &str| below(tag, "1.26.1");
        for older in [
            "1.25.1",
            "v1.25.2-p0",
            "1.26.0",
            "1.26.0-debian-12.3",
            "1.25",
            "0.9.1",
        ] {
            assert!(is_below(older), "{older}");
        }
        for other in [
            "1.26.1",
            "1.26",
            "v1.26-alpine",
            "1.27.0",
            "2.0",
            "latest",
            "",
        ] {
            assert!(!is_below(other), "{other}");
        }
    }
}
