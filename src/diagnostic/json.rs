//! Findings as JSON. Lines and columns count from 1.

use schemars::JsonSchema;
use serde::Serialize;

use super::mask::Mask;
use super::{Diagnostic, Help, Severity};
use crate::edit;
use crate::source::{Sources, Span};

/// A range in a file. Columns count characters; the end is exclusive.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Place")]
pub struct PlaceJson {
    /// The file as the user named it.
    pub file: String,
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// The column after the last.
    pub end_column: usize,
}

/// A place, and what is there.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Label")]
pub struct LabelJson {
    /// Where.
    #[serde(flatten)]
    pub place: PlaceJson,
    /// What.
    pub message: String,
}

/// The new text, and the range it replaces.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Replacement")]
pub struct ReplacementJson {
    /// What it replaces.
    #[serde(flatten)]
    pub place: PlaceJson,
    /// What to write.
    pub text: String,
}

/// A change to what the file states, as a value.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Edit")]
pub struct EditJson {
    /// The path of the change, such as `database.max-connections`, or of a node, such as
    /// `worker.batch`. Empty for the top level of the file.
    pub path: String,
    /// What it does there.
    pub action: ActionJson,
    /// The new text in KDL; null for a removal.
    pub kdl: Option<String>,
}

/// What an edit does at its place.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum ActionJson {
    /// Sets the value: replaces the stated one or adds it.
    Set,
    /// Adds to the block or list.
    Insert,
    /// Removes it, and the nodes around it that are then empty.
    Remove,
}

/// What to do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Advice {
    /// One sentence.
    pub message: String,
    /// The replacement text, if the repair replaces a single place.
    pub replacement: Option<ReplacementJson>,
    /// The replacement as edits, which also work where the file states nothing yet. Empty if a
    /// person has to choose.
    pub edits: Vec<EditJson>,
    /// Whether `tierc check --fix` applies it: it keeps the meaning, costs no more and interrupts
    /// nothing.
    pub safe: bool,
}

/// A finding.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub struct FindingJson {
    /// The rule.
    pub code: String,
    /// `error`, `warning` or `note`.
    #[schemars(with = "String")]
    pub severity: Severity,
    /// The message.
    pub message: String,
    /// Where the finding is reported; null if it has no location.
    pub place: Option<PlaceJson>,
    /// The record of a generated tree that the finding is about, as the user named it. Its values
    /// have no source text. Null for a finding about a file.
    pub record: Option<String>,
    /// The places to which the finding points.
    pub labels: Vec<LabelJson>,
    /// The arithmetic.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<Advice>,
}

impl FindingJson {
    /// The location for the reader: `prod.kdl:3:16`, or the record's file.
    #[must_use]
    pub fn shown_place(&self) -> Option<String> {
        let place = self.place.as_ref();
        let place = place.map(|it| format!("{}:{}:{}", it.file, it.line, it.column));
        self.record.clone().or(place)
    }
}

/// Findings in the order they are given.
pub fn findings<'a>(
    diagnostics: impl Iterator<Item = &'a Diagnostic>,
    sources: &Sources,
) -> Vec<FindingJson> {
    let diagnostics: Vec<&Diagnostic> = diagnostics.collect();
    let mask = Mask::of(diagnostics.iter().copied(), sources);
    let finding = |diagnostic: &&Diagnostic| finding(diagnostic, sources, &mask);
    diagnostics.iter().map(finding).collect()
}

fn finding(diagnostic: &Diagnostic, sources: &Sources, mask: &Mask) -> FindingJson {
    let text = |text: &String| mask.text(diagnostic, text);
    let label = |label: &super::Label| LabelJson {
        place: place(label.span, sources),
        message: text(&label.message),
    };
    let advice = |help: &Help| Advice {
        message: text(&help.message),
        replacement: help
            .replacement
            .as_ref()
            .map(|(span, new)| ReplacementJson {
                place: place(*span, sources),
                text: text(new),
            }),
        edits: help.edits.iter().map(|it| edit(it, text)).collect(),
        safe: help.safe,
    };
    FindingJson {
        code: diagnostic.code.to_string(),
        severity: diagnostic.severity,
        message: text(&diagnostic.message),
        place: diagnostic.place(sources).map(|span| place(span, sources)),
        record: diagnostic
            .record
            .map(|record| sources.get(record).name.clone()),
        labels: diagnostic.labels.iter().map(label).collect(),
        notes: diagnostic.notes.iter().map(text).collect(),
        help: diagnostic.help.iter().map(advice).collect(),
    }
}

/// Edits that hold nothing to hide.
pub fn edits<'a>(edits: impl IntoIterator<Item = &'a edit::Edit>) -> Vec<EditJson> {
    edits
        .into_iter()
        .map(|it| edit(it, String::clone))
        .collect()
}

fn edit(edit: &edit::Edit, text: impl Fn(&String) -> String) -> EditJson {
    let (action, kdl) = match &edit.action {
        edit::EditAction::Set(value) => (ActionJson::Set, Some(value)),
        edit::EditAction::Insert(nodes) => (ActionJson::Insert, Some(nodes)),
        edit::EditAction::Remove => (ActionJson::Remove, None),
    };
    EditJson {
        path: text(&edit.path),
        action,
        kdl: kdl.map(text),
    }
}

fn place(span: Span, sources: &Sources) -> PlaceJson {
    let (line, column) = sources.position(span);
    let end = Span {
        start: span.end,
        ..span
    };
    let (end_line, end_column) = sources.position(end);
    PlaceJson {
        file: sources.get(span.source).name.clone(),
        line,
        column,
        end_line,
        end_column,
    }
}
