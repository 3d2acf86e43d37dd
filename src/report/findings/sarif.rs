//! Findings as SARIF 2.1.0, which code scanning and editors read.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. A log needs a small part of the format, so
//! its types are here: a crate with all of them would add 33 packages to the build.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diagnostic::Severity;
use crate::diagnostic::json::{FindingJson, PlaceJson};

use super::{file, fingerprints, paragraphs, relative};

/// What is known of a rule, whether or not it has a finding.
#[derive(Clone, Copy, Debug)]
pub struct RuleFacts {
    /// Its name.
    pub code: &'static str,
    /// Its highest severity.
    pub severity: Severity,
    /// What `tierc explain` prints.
    pub explanation: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [SarifRun<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun<'a> {
    tool: Tool,
    /// How columns count.
    column_kind: &'static str,
    results: Vec<SarifResult<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: ToolComponent,
}

#[derive(Serialize)]
struct ToolComponent {
    name: &'static str,
    version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Message,
    help: MarkdownMessage,
    default_configuration: Level,
}

#[derive(Serialize)]
struct Level {
    level: &'static str,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
struct MarkdownMessage {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix<'a> {
    description: Message,
    artifact_changes: [ArtifactChange<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: ArtifactLocation,
    replacements: [SarifReplacement<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifReplacement<'a> {
    deleted_region: Region,
    inserted_content: InsertedContent<'a>,
}

#[derive(Serialize)]
struct InsertedContent<'a> {
    text: &'a str,
}

/// The log of a run. `rules` are all there are; the log describes those that have a finding.
///
/// # Panics
///
/// Never: findings are plain data.
#[must_use]
pub fn text(findings: &[FindingJson], rules: &[RuleFacts]) -> String {
    let is_found = |rule: &&RuleFacts| findings.iter().any(|it| it.code == rule.code);
    let found: Vec<&RuleFacts> = rules.iter().filter(is_found).collect();
    let results = findings.iter().zip(fingerprints(findings));
    let results = results.map(|(finding, fingerprint)| result(finding, fingerprint, &found));
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [SarifRun {
            column_kind: "unicodeCodePoints",
            results: results.collect(),
            tool: Tool {
                driver: ToolComponent {
                    name: "tierc",
                    version: env!("CARGO_PKG_VERSION"),
                    rules: found.iter().map(|rule| descriptor(rule)).collect(),
                },
            },
        }],
    };
    serde_json::to_string_pretty(&log).expect("findings are plain data") + "\n"
}

fn descriptor(rule: &RuleFacts) -> Descriptor {
    Descriptor {
        id: rule.code,
        short_description: Message {
            text: summary(rule.explanation).unwrap_or_else(|| rule.code.to_owned()),
        },
        help: MarkdownMessage {
            text: rule.explanation,
            markdown: rule.explanation,
        },
        default_configuration: Level {
            level: level(rule.severity),
        },
    }
}

/// The first paragraph below the title of an explanation, in one line.
fn summary(explanation: &str) -> Option<String> {
    let paragraph = explanation.split("\n\n").nth(1)?;
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result<'a>(
    finding: &'a FindingJson,
    fingerprint: String,
    rules: &[&RuleFacts],
) -> SarifResult<'a> {
    let place = finding.place.as_ref();
    let locations = file(finding).map(|path| Location {
        physical_location: PhysicalLocation {
            artifact_location: artifact(path),
            region: place.map(region),
        },
        message: None,
    });
    let labels = finding.labels.iter().filter(|it| !it.message.is_empty());
    let related = labels.map(|label| Location {
        physical_location: PhysicalLocation {
            artifact_location: artifact(relative(&label.place.file)),
            region: Some(region(&label.place)),
        },
        message: Some(Message {
            text: label.message.clone(),
        }),
    });
    let fixes = finding.help.iter().filter_map(|advice| {
        let replacement = advice.replacement.as_ref()?;
        let change = ArtifactChange {
            artifact_location: artifact(relative(&replacement.place.file)),
            replacements: [SarifReplacement {
                deleted_region: region(&replacement.place),
                inserted_content: InsertedContent {
                    text: &replacement.text,
                },
            }],
        };
        Some(Fix {
            description: Message {
                text: advice.message.clone(),
            },
            artifact_changes: [change],
        })
    });
    SarifResult {
        rule_id: &finding.code,
        rule_index: rules.iter().position(|it| it.code == finding.code),
        level: level(finding.severity),
        message: Message {
            text: paragraphs(finding),
        },
        locations: locations.into_iter().collect(),
        related_locations: related.collect(),
        partial_fingerprints: BTreeMap::from([("tierc/v1", fingerprint)]),
        fixes: fixes.collect(),
    }
}

fn region(place: &PlaceJson) -> Region {
    Region {
        start_line: place.line,
        start_column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
    }
}

/// A file as a URI reference: what RFC 3986 does not allow in a path is percent-encoded.
fn artifact(path: &str) -> ArtifactLocation {
    use std::fmt::Write;
    let mut uri = String::with_capacity(path.len());
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    ArtifactLocation { uri }
}
