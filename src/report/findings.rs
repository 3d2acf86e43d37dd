//! Findings in the formats that forges and CI systems read. All are made of [`FindingJson`], in which
//! credentials are masked.

pub mod github;
pub mod gitlab;
pub mod junit;
pub mod sarif;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::json::FindingJson;
use crate::emit::lock;

/// What `check` prints with `--format json`, and what other commands print there if a file has errors.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckReport {
    /// Always `check`; identifies this kind of report.
    pub report: CheckReportKind,
    /// The findings.
    pub findings: Vec<FindingJson>,
    /// The findings that `--fix` repaired; absent without `--fix`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Vec<FindingJson>>,
}

/// The name of the report.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum CheckReportKind {
    /// Findings.
    Check,
}

/// The report as JSON.
///
/// # Panics
///
/// Never: findings are plain data.
#[must_use]
pub fn json(report: &CheckReport) -> String {
    serde_json::to_string_pretty(report).expect("findings are plain data") + "\n"
}

/// The whole text of a finding: the message, the arithmetic, and what to do.
fn paragraphs(finding: &FindingJson) -> String {
    let help = finding
        .help
        .iter()
        .map(|it| format!("help: {}", it.message));
    let lines = std::iter::once(finding.message.clone())
        .chain(finding.notes.iter().cloned())
        .chain(help);
    lines.collect::<Vec<_>>().join("\n")
}

/// A path as it is written in the repository: `./prod.kdl` is `prod.kdl`.
fn relative(file: &str) -> &str {
    file.strip_prefix("./").unwrap_or(file)
}

/// The file that a finding is about: of its place, or a record.
fn file(finding: &FindingJson) -> Option<&str> {
    let place = finding.place.as_ref().map(|it| it.file.as_str());
    place.or(finding.record.as_deref()).map(relative)
}

/// A fingerprint for each finding. It stays the same when lines move, and no two findings of a run share one.
fn fingerprints(findings: &[FindingJson]) -> Vec<String> {
    let mut seen: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let mut all = Vec::new();
    for finding in findings {
        let file = file(finding).unwrap_or_default();
        let (code, message) = (finding.code.as_str(), finding.message.as_str());
        let nth = seen.entry((code, file, message)).or_default();
        *nth += 1;
        let hash = lock::hash(
            [code, file, message, &nth.to_string()]
                .join("\0")
                .as_bytes(),
        );
        all.push(hash.trim_start_matches("sha256:").to_owned());
    }
    all
}
