//! Findings as plain data, and how they are shown.

pub mod code;
pub mod explain;
pub mod json;
pub mod mask;
pub mod render;
pub mod suggest;
pub mod visible;

use serde::Serialize;

use crate::edit::Edit;
use crate::source::{SourceId, Sources, Span};

pub use code::Code;

/// How bad a finding is. The order is from worst to least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The environment must not be rendered.
    Error,
    /// Shown; fails the run under `--deny warnings`.
    Warning,
    /// Informs.
    Note,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// A place that a finding points at, and what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The description of the place; may be empty.
    pub message: String,
}

/// An advice of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// One sentence that says what to do.
    pub message: String,
    /// The replacement, and the span in the user's file that it replaces; an empty span inserts.
    pub replacement: Option<(Span, String)>,
    /// The replacement as edits, which also work where the file states nothing yet. Empty if the
    /// text is malformed, or if a person has to choose.
    pub edits: Vec<Edit>,
    /// Whether the repair keeps the meaning, costs no more and interrupts nothing, so it needs no
    /// review.
    pub safe: bool,
}

impl Help {
    /// Advice for a person.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            replacement: None,
            edits: Vec::new(),
            safe: false,
        }
    }

    /// The same, as text to write at a place.
    #[must_use]
    pub fn replacing(self, span: Span, text: impl Into<String>) -> Self {
        Self {
            replacement: Some((span, text.into())),
            ..self
        }
    }

    /// Adds the edits that apply this advice.
    #[must_use]
    pub fn editing(self, edits: impl IntoIterator<Item = Edit>) -> Self {
        Self {
            edits: edits.into_iter().collect(),
            ..self
        }
    }

    /// Whether tierc can do it.
    #[must_use]
    pub fn is_fix(&self) -> bool {
        self.replacement.is_some() || !self.edits.is_empty()
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule or language error this is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One lower-case sentence that says what is wrong.
    pub message: String,
    /// Where; the first label is the primary one.
    pub labels: Vec<Label>,
    /// The arithmetic, and operands without a location, one per line.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<Help>,
    /// The record that the finding is about. Its values have no source text to point at.
    pub record: Option<SourceId>,
}

impl Diagnostic {
    /// A finding without labels, notes or help.
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            record: None,
        }
    }

    /// An error at one place.
    pub fn error(code: Code, message: impl Into<String>, span: Span) -> Self {
        Self::new(code, Severity::Error, message).label(span, "")
    }

    /// Points at a place; the first call names the primary one.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            message: message.into(),
        });
        self
    }

    /// Adds a line of explanation.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, message: impl Into<String>) -> Self {
        self.help.push(Help::new(message));
        self
    }

    /// Says what to type, and where.
    #[must_use]
    pub fn replace(
        mut self,
        message: impl Into<String>,
        span: Span,
        text: impl Into<String>,
    ) -> Self {
        self.help.push(Help::new(message).replacing(span, text));
        self
    }

    /// Marks the last advice as safe to apply without review.
    #[must_use]
    pub fn safely(mut self) -> Self {
        if let Some(last) = self.help.last_mut() {
            last.safe = true;
        }
        self
    }

    /// The place that the finding is reported at: the first label in a user's file, else the first
    /// label.
    #[must_use]
    pub fn place(&self, sources: &Sources) -> Option<Span> {
        let mut spans = self.labels.iter().map(|label| label.span);
        spans
            .clone()
            .find(|span| !sources.is_catalogue(*span))
            .or_else(|| spans.next())
    }
}

/// Collects findings. Nothing stops at the first finding.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// An empty sink.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds every finding of another sink.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Sorts the findings by source position, then severity, code and message.
    pub fn sort(&mut self, sources: &Sources) {
        self.0.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.place(sources), d.severity, d.code);
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
    }

    /// The findings, each of them changed.
    #[must_use]
    pub fn map(self, change: impl FnMut(Diagnostic) -> Diagnostic) -> Self {
        Self(self.0.into_iter().map(change).collect())
    }

    /// Keeps the findings for which `keep` holds.
    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.0.retain(keep);
    }

    /// The findings.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no findings.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many of `severity`.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.iter().filter(|d| d.severity == severity).count()
    }

    /// Whether any is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
