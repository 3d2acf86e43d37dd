//! Two files that are one environment.

use crate::check::Rule;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::Environment;

/// The rule `environment-name-taken`.
pub(in crate::check) static RULE: Rule = Rule {
    code: Code("environment-name-taken"),
    severity: Severity::Error,
    waivable: false,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/environment-name-taken.md"),
    check: super::over_several_files,
};

/// The finding if `environment` has the name of `other`, which comes first.
pub(in crate::check) fn finding(
    environment: &Environment,
    other: &Environment,
) -> Option<Diagnostic> {
    let (name, first) = (&environment.environment, &other.environment);
    if !name.sound || !first.sound {
        return None;
    }
    let message = format!(
        "another file of this run also has the environment `{}`",
        name.value
    );
    let mut finding = Diagnostic::new(RULE.code, Severity::Error, message);
    // A record has no location.
    for (name, text) in [(name, "again here"), (first, "first here")] {
        if let Some(span) = name.origin.span() {
            finding = finding.label(span, text);
        }
    }
    Some(finding.help(
        "give each environment its own name: the generated tree and the AWS resources are named after it",
    ))
}
