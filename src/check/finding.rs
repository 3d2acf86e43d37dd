//! How a rule says what it found: operands labelled, silent when one of them is unsound.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;

use super::Context;
use super::statement::advice;
use crate::ast::{Ast, Written};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Help, Label, Severity};
use crate::edit::Edit;
use crate::model::Attribute;
use crate::source::{Derivation, Origin, Sourced, Span};

/// A finding in the making.
#[must_use]
pub struct Finding {
    diagnostic: Diagnostic,
    sound: bool,
    /// Operands that were computed, by path: what they follow from is labelled too.
    derived: Vec<(String, Arc<Derivation>)>,
    /// Operands that are recorded, by path: there is no place to tell them by.
    recorded: Vec<String>,
    /// What to write where the file states nothing yet, without the statement.
    offers: Vec<Help>,
    /// Whether such an offer was added last.
    offered: bool,
}

impl Finding {
    /// A finding of `code` that states `message`.
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            diagnostic: Diagnostic::new(code, severity, message),
            sound: true,
            derived: Vec::new(),
            recorded: Vec::new(),
            offers: Vec::new(),
            offered: false,
        }
    }

    /// Labels a value that the rule read: at its place if it stands anywhere; if it was computed,
    /// with its derivation as a note and a label on everything it follows from. `path` is its KDL
    /// path, `text` what it means here. An unsound operand silences the finding.
    pub fn operand<T: Display>(
        mut self,
        value: &Sourced<T>,
        path: &str,
        text: impl Into<String>,
    ) -> Self {
        if let Origin::Derived(derivation) = &value.origin {
            self.diagnostic = self.diagnostic.note(format!(
                "`{path}` is {}, derived: {}",
                value.value, derivation.arithmetic
            ));
            self.derived.push((path.to_owned(), derivation.clone()));
        }
        let text = text.into();
        if let Origin::Recorded = value.origin {
            let note = format!("`{path}` is {}: {text}", value.value);
            self.diagnostic = self.diagnostic.note(note);
            self.recorded.push(path.to_owned());
        }
        self.written(value, text)
    }

    /// Labels a value at its place in the file. A value without a place gets no label.
    pub fn written<T>(mut self, value: &Sourced<T>, text: impl Into<String>) -> Self {
        self.sound &= value.sound;
        match value.origin.span() {
            Some(span) => self.at(span, text),
            None => self,
        }
    }

    /// Points at a place; the first text about a place stays.
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        if !labelled(&self.diagnostic.labels, span) {
            self.diagnostic = self.diagnostic.label(span, text);
        }
        self
    }

    /// Adds a line of arithmetic or explanation.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.note(note);
        self
    }

    /// Says what to do.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.advise(Help::new(help))
    }

    /// Says what to do, and the same as changes to the file.
    pub fn help_by(self, help: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.advise(Help::new(help).editing(edits))
    }

    fn advise(mut self, help: Help) -> Self {
        self.diagnostic.help.push(help);
        self.offered = false;
        self
    }

    /// Says what to write where the file has nothing of the kind: `message` with the statement of
    /// `edit` behind it.
    pub fn offer(mut self, message: impl Into<String>, edit: Edit) -> Self {
        self.offers.push(Help::new(message).editing([edit]));
        self.offered = true;
        self
    }

    /// Says that what was advised last needs nobody's judgement: it keeps what was meant, costs no
    /// more and interrupts nothing. That holds only where the file states the value: to state one that
    /// is derived, or that the tier gives, pins it.
    pub fn safely(mut self) -> Self {
        let last = self.diagnostic.help.last_mut();
        if let Some(last) = last.filter(|_| !self.offered) {
            last.safe = true;
        }
        self
    }

    /// Says what to type in place of the value at `path`: a replacement where the file states it,
    /// else what to write into the file. `message` says what `text` is, without a full stop.
    pub fn repair<T>(
        self,
        value: &Sourced<T>,
        path: &str,
        message: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        let text = text.into();
        let edit = Edit::set(path, &text);
        match value.origin {
            Origin::Declared(span) => {
                self.advise(Help::new(message).replacing(span, text).editing([edit]))
            }
            Origin::Tier(_) | Origin::Derived(_) | Origin::Recorded => self.offer(message, edit),
        }
    }

    /// Says to take away the value at `path`, which can be done where the file states it.
    pub fn removal<T>(self, value: &Sourced<T>, path: &str, message: impl Into<String>) -> Self {
        let stated = value.is_declared().then(|| Edit::remove(path));
        self.help_by(message, stated)
    }

    /// Says to take away the item of a list at `path`, and shows its line without it.
    pub fn leave_out<T>(self, item: &Sourced<T>, path: &str, message: impl Into<String>) -> Self {
        let help = Help::new(message);
        match item.origin {
            Origin::Declared(span) => {
                self.advise(help.replacing(span, "").editing([Edit::remove(path)]))
            }
            Origin::Tier(_) | Origin::Derived(_) | Origin::Recorded => self.advise(help),
        }
    }

    /// Says what to type right behind `span`, which lies in the file; `edit` is the same as a change
    /// to what the file states.
    pub fn insert_behind(
        self,
        span: Span,
        message: impl Into<String>,
        text: impl Into<String>,
        edit: Edit,
    ) -> Self {
        let place = Span {
            start: span.end,
            ..span
        };
        self.advise(Help::new(message).replacing(place, text).editing([edit]))
    }

    /// Depends on a value without labelling it.
    pub fn given<T>(mut self, value: &Sourced<T>) -> Self {
        self.sound &= value.sound;
        self
    }

    /// Depends on something optional that the file may state: what could not be read is not what
    /// is absent.
    pub fn optional<T>(mut self, written: &Written<T>) -> Self {
        self.sound &= !written.broken;
        self
    }

    fn finish(mut self, file: &Ast, values: &Values) -> Diagnostic {
        for (path, derivation) in &self.derived {
            values.label_inputs(path, &derivation.inputs, &mut self.diagnostic.labels);
        }
        for mut help in self.offers {
            let statement = help.edits.first().and_then(|edit| advice(edit, file));
            if let Some(statement) = statement {
                help.message = format!("{}: {statement}", help.message);
            }
            self.diagnostic.help.push(help);
        }
        self.diagnostic
    }
}

fn labelled(labels: &[Label], span: Span) -> bool {
    labels.iter().any(|label| label.span == span)
}

/// Every value of an environment, by path.
#[derive(Default)]
struct Values(BTreeMap<String, Attribute>);

impl Values {
    fn of(context: &Context<'_>) -> Self {
        let attributes = context.environment.list();
        let by_path = |attribute: Attribute| (attribute.path.clone(), attribute);
        Self(attributes.into_iter().map(by_path).collect())
    }

    /// Labels what the value at `path` was computed from, through other computed values.
    fn label_inputs(&self, path: &str, inputs: &[String], labels: &mut Vec<Label>) {
        let mut looking: Vec<&str> = inputs.iter().rev().map(String::as_str).collect();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        while let Some(input) = looking.pop() {
            let Some(attribute) = self.0.get(input).filter(|_| seen.insert(input)) else {
                continue;
            };
            match &attribute.origin {
                Origin::Declared(span) | Origin::Tier(span) => {
                    if !labelled(labels, *span) {
                        labels.push(Label {
                            span: *span,
                            message: format!("`{path}` follows from this"),
                        });
                    }
                }
                Origin::Derived(derivation) => {
                    looking.extend(derivation.inputs.iter().rev().map(String::as_str));
                }
                Origin::Recorded => {}
            }
        }
    }
}

/// Where rules report.
#[derive(Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Takes a finding, unless one of its operands is unsound.
    pub fn report(&mut self, finding: Finding) {
        if finding.sound {
            self.0.push(finding);
        }
    }

    /// Takes findings, but those of which an operand is unsound.
    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            self.report(finding);
        }
    }

    /// Leaves out what follows from a value of the file's that a finding of `slip` takes for a slip:
    /// a value that is not meant is as good as none.
    pub fn leave_out_consequences(&mut self, slip: Code) {
        let of = |finding: &Finding| finding.diagnostic.code == slip;
        let slips = self.0.iter().filter(|finding| of(finding));
        let places = slips.clone();
        let places = places.filter_map(|finding| finding.diagnostic.labels.first());
        let places: BTreeSet<Span> = places.map(|label| label.span).collect();
        let paths = slips.filter_map(|finding| finding.recorded.first());
        let paths: BTreeSet<String> = paths.cloned().collect();
        self.0.retain(|finding| {
            let mut labels = finding.diagnostic.labels.iter();
            let mut recorded = finding.recorded.iter();
            let follows = labels.any(|label| places.contains(&label.span))
                || recorded.any(|path| paths.contains(path));
            of(finding) || !follows
        });
    }

    /// The rules of what was found, as often as each found something of `severity`.
    #[must_use]
    pub fn codes(&self, severity: Severity) -> Vec<Code> {
        let found = self.0.iter().map(|finding| &finding.diagnostic);
        let found = found.filter(|finding| finding.severity == severity);
        found.map(|finding| finding.code).collect()
    }

    /// What was found in the file of `context`.
    #[must_use]
    pub fn into_diagnostics(self, context: &Context<'_>) -> Diagnostics {
        let computed = self.0.iter().any(|finding| !finding.derived.is_empty());
        let values = if computed {
            Values::of(context)
        } else {
            Values::default()
        };
        let mut diagnostics = Diagnostics::new();
        for finding in self.0 {
            diagnostics.push(finding.finish(context.file, &values));
        }
        diagnostics
    }
}
