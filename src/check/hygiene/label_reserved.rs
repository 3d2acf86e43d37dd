//! A label that selects objects, which the file cannot set.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::OWN_LABELS;

/// The rule `label-reserved`.
pub(super) static RULE: Rule = Rule {
    code: Code("label-reserved"),
    severity: Severity::Warning,
    waivable: true,
    steady: false,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/label-reserved.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let labels = context.environment.labels.iter();
    for (key, value) in labels.filter(|(key, _)| OWN_LABELS.contains(&key.as_str())) {
        let message = format!(
            "the label `{key}` is reserved: selectors use it, so no Kubernetes object gets your value"
        );
        let finding = Finding::new(RULE.code, Severity::Warning, message)
            .operand(value, &format!("labels.{key}"), "")
            .note("your value would only become a tag of AWS resources");
        findings.report(finding.help("use another name, such as `component=`"));
    }
}
