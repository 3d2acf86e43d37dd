//! A region that the catalogue does not list.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity, suggest};

/// The rule `region-unknown`. AWS opens new regions, so an unknown region is not an error.
pub(super) static RULE: Rule = Rule {
    code: Code("region-unknown"),
    severity: Severity::Warning,
    waivable: true,
    steady: false,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/region-unknown.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let region = &context.environment.region;
    let known = &context.catalogue.regions;
    // A catalogue without regions cannot judge any.
    if known.is_empty() || known.contains(&region.value) {
        return;
    }
    let near = suggest::nearest(&region.value, known.iter().map(String::as_str));
    let severity = match near {
        Some(_) => Severity::Warning,
        None => Severity::Note,
    };
    let message = format!("the region `{}` is not in the catalogue", region.value);
    let finding = Finding::new(RULE.code, severity, message).operand(region, "region", "");
    findings.report(match near {
        Some(near) => {
            let message = format!("did you mean `{near}`?");
            finding.repair(region, "region", message, format!("\"{near}\""))
        }
        None => finding.help(
            "if the region is new, waive this finding or add the region to your own catalogue",
        ),
    });
}
