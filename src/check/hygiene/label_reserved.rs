//! A label that objects are found by, which the file cannot set.

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
        let message = format!("no Kubernetes object gets this `{key}`: objects are found by it");
        let finding = Finding::new(RULE.code, Severity::Warning, message)
            .operand(value, &format!("labels.{key}"), "")
            .note("it becomes a tag of the AWS resources alone");
        findings.report(finding.help("name it otherwise, as in `component=`"));
    }
}
