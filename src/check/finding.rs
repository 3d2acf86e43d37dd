//! Builds the findings of rules: operands get labels, and an unsound operand drops the finding.

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
    /// Computed operands by path. Their inputs get labels, too.
    derived: Vec<(String, Arc<Derivation>)>,
    /// Recorded operands by path. They have no location.
    recorded: Vec<String>,
    /// Advice on what to add to the file, without the KDL.
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

    /// Labels a value that the rule read. If the value is written somewhere, the label points
    /// there. If it was computed, its derivation becomes a note, and its inputs get labels. `path`
    /// is its KDL path, `text` its meaning here. An unsound operand drops the finding.
    pub fn operand<T: Display>(
        mut self,
        value: &Sourced<T>,
        path: &str,
        text: impl Into<String>,
    ) -> Self {
        if let Origin::Derived(derivation) = &value.origin {
            let (shown, arithmetic) = (value.value.to_string(), &derivation.arithmetic);
            let note = if *arithmetic == shown {
                format!("`{path}` is not stated, so it is derived: {shown}")
            } else {
                format!("`{path}` is {shown}, derived: {arithmetic}")
            };
            self.diagnostic = self.diagnostic.note(note);
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

    /// Points at a place. If the place already has a label, that one stays.
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

    /// Adds advice, with the edits that apply it.
    pub fn help_by(self, help: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.advise(Help::new(help).editing(edits))
    }

    fn advise(mut self, help: Help) -> Self {
        self.diagnostic.help.push(help);
        self.offered = false;
        self
    }

    /// Adds advice on what to write if the file does not state it: `message`, then the statement of
    /// `edit`.
    pub fn offer(mut self, message: impl Into<String>, edit: Edit) -> Self {
        self.offers.push(Help::new(message).editing([edit]));
        self.offered = true;
        self
    }

    /// Marks the last advice as safe to apply without review: it keeps the meaning, costs no more
    /// and interrupts nothing. Only a value that the file states qualifies. To state a derived
    /// value, or one of the tier, would pin it.
    pub fn safely(mut self) -> Self {
        let last = self.diagnostic.help.last_mut();
        if let Some(last) = last.filter(|_| !self.offered) {
            last.safe = true;
        }
        self
    }

    /// Advises what to write in place of the value at `path`: a replacement if the file states the
    /// value, else an addition to the file. `message` describes `text`, without a full stop.
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

    /// Advises to remove the value at `path`, if the file states it.
    pub fn removal<T>(self, value: &Sourced<T>, path: &str, message: impl Into<String>) -> Self {
        let stated = value.is_declared().then(|| Edit::remove(path));
        self.help_by(message, stated)
    }

    /// Advises to remove the item of a list at `path`, and shows the line without it.
    pub fn leave_out<T>(self, item: &Sourced<T>, path: &str, message: impl Into<String>) -> Self {
        let help = Help::new(message);
        match item.origin {
            Origin::Declared(span) => {
                self.advise(help.replacing(span, "").editing([Edit::remove(path)]))
            }
            Origin::Tier(_) | Origin::Derived(_) | Origin::Recorded => self.advise(help),
        }
    }

    /// Advises what to insert right after `span` in the file; `edit` is the same change as an edit.
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

    /// Makes the finding depend on a value without a label.
    pub fn given<T>(mut self, value: &Sourced<T>) -> Self {
        self.sound &= value.sound;
        self
    }

    /// Makes the finding depend on an optional value of the file. A value that could not be read is
    /// not the same as an absent one.
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

    /// Labels the inputs of the value at `path`, through intermediate computed values.
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

/// The destination of the rules' findings.
#[derive(Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Adds a finding, unless one of its operands is unsound.
    pub fn report(&mut self, finding: Finding) {
        if finding.sound {
            self.0.push(finding);
        }
    }

    /// Adds findings, except those with an unsound operand.
    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            self.report(finding);
        }
    }

    /// Drops findings that follow from a value that a finding of `slip` calls a slip, because that
    /// value is not intended.
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

    /// The findings in the file of `context`.
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
