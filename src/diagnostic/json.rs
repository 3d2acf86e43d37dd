//! Findings as JSON, with lines and columns from 1.

use schemars::JsonSchema;
use serde::Serialize;

use super::mask::mask;
use super::{Diagnostic, Help};
use crate::source::{Sources, Span};

/// A range in a file. Columns count characters; the end is exclusive.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
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

/// A place and what stands there.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Label {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What.
    pub message: String,
}

/// What to write, and what it replaces.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Replacement {
    /// What it replaces.
    #[serde(flatten)]
    pub place: Place,
    /// What to write.
    pub text: String,
}

/// What to do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Advice {
    /// One sentence.
    pub message: String,
    /// What to write, if it is that simple.
    pub replacement: Option<Replacement>,
}

/// A finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// The rule.
    pub code: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// What is.
    pub message: String,
    /// Where it is reported.
    pub place: Option<Place>,
    /// Everything it points at.
    pub labels: Vec<Label>,
    /// The arithmetic.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<Advice>,
}

/// Findings in the order they are given.
pub fn findings<'a>(
    diagnostics: impl Iterator<Item = &'a Diagnostic>,
    sources: &Sources,
) -> Vec<Finding> {
    diagnostics
        .map(|diagnostic| finding(diagnostic, sources))
        .collect()
}

fn finding(diagnostic: &Diagnostic, sources: &Sources) -> Finding {
    Finding {
        code: diagnostic.code.to_string(),
        severity: diagnostic.severity.to_string(),
        message: mask(&diagnostic.message),
        place: diagnostic.place(sources).map(|span| place(span, sources)),
        labels: diagnostic
            .labels
            .iter()
            .map(|label| Label {
                place: place(label.span, sources),
                message: mask(&label.message),
            })
            .collect(),
        notes: diagnostic.notes.iter().map(|note| mask(note)).collect(),
        help: diagnostic
            .help
            .iter()
            .map(|help| advice(help, sources))
            .collect(),
    }
}

fn advice(help: &Help, sources: &Sources) -> Advice {
    let replacement = help.replacement.as_ref().map(|(span, text)| Replacement {
        place: place(*span, sources),
        text: mask(text),
    });
    Advice {
        message: mask(&help.message),
        replacement,
    }
}

fn place(span: Span, sources: &Sources) -> Place {
    let (line, column) = sources.position(span);
    let end = Span {
        start: span.end,
        ..span
    };
    let (end_line, end_column) = sources.position(end);
    Place {
        file: sources.get(span.source).name.clone(),
        line,
        column,
        end_line,
        end_column,
    }
}
