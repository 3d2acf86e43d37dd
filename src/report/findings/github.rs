//! Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.
//!
//! <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>

use crate::diagnostic::Severity;
use crate::diagnostic::json::FindingJson;

use super::{file, paragraphs};

/// A line for each finding.
#[must_use]
pub fn text(findings: &[FindingJson]) -> String {
    findings.iter().map(line).collect()
}

fn line(finding: &FindingJson) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = vec![format!("title={}", property(&finding.code))];
    properties.extend(file(finding).map(|it| format!("file={}", property(it))));
    if let Some(place) = &finding.place {
        properties.push(format!("line={},endLine={}", place.line, place.end_line));
        // GitHub takes columns only within one line.
        if place.line == place.end_line {
            let (first, end) = (place.column, place.end_column);
            properties.push(format!("col={first},endColumn={end}"));
        }
    }
    let message = escaped(&paragraphs(finding));
    format!("::{command} {}::{message}\n", properties.join(","))
}

/// A message within one line.
fn escaped(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A value between commas and colons.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}
