//! Findings as a Code Quality report of GitLab.
//!
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use serde::Serialize;

use crate::diagnostic::Severity;
use crate::diagnostic::json::FindingJson;

use super::{file, fingerprints, paragraphs};

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: IssueLocation<'a>,
}

#[derive(Serialize)]
struct IssueLocation<'a> {
    path: &'a str,
    lines: IssueLines,
}

#[derive(Serialize)]
struct IssueLines {
    begin: usize,
    end: usize,
}

/// The report. GitLab requires a file and a line, so a finding without a line is in line 1.
///
/// # Panics
///
/// Never: findings are plain data.
#[must_use]
pub fn text(findings: &[FindingJson]) -> String {
    let issues: Vec<Issue<'_>> = findings
        .iter()
        .zip(fingerprints(findings))
        .map(|(finding, fingerprint)| issue(finding, fingerprint))
        .collect();
    let text = serde_json::to_string_pretty(&issues).expect("findings are plain data");
    text + "\n"
}

fn issue(finding: &FindingJson, fingerprint: String) -> Issue<'_> {
    let lines = finding.place.as_ref().map(|it| (it.line, it.end_line));
    let (begin, end) = lines.unwrap_or((1, 1));
    Issue {
        description: paragraphs(finding),
        check_name: &finding.code,
        fingerprint,
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        location: IssueLocation {
            path: file(finding).unwrap_or("."),
            lines: IssueLines { begin, end },
        },
    }
}
