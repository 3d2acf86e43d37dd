//! How a rule says what it found: operands labelled, silent when one of them is unsound.

use std::fmt::Display;

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::source::{Origin, Sourced, Span};

/// A finding in the making.
#[must_use]
pub struct Finding {
    diagnostic: Diagnostic,
    sound: bool,
}

impl Finding {
    /// A finding of `code` that states `message`.
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            diagnostic: Diagnostic::new(code, severity, message),
            sound: true,
        }
    }

    /// Labels a value that the rule read: at its place if it stands anywhere, with its
    /// derivation as a note if it was computed. `path` is its KDL path, `text` what it means here.
    /// The first operand is the primary one. An unsound operand silences the finding.
    pub fn operand<T: Display>(
        mut self,
        value: &Sourced<T>,
        path: &str,
        text: impl Into<String>,
    ) -> Self {
        self.sound &= value.sound;
        self.diagnostic = match &value.origin {
            Origin::Declared(span) | Origin::Tier(span) => self.diagnostic.label(*span, text),
            Origin::Derived(derivation) => self.diagnostic.note(format!(
                "`{path}` is {}, derived: {}",
                value.value, derivation.arithmetic
            )),
            Origin::Recorded => {
                let text = text.into();
                self.diagnostic
                    .note(format!("`{path}` is {}: {text}", value.value))
            }
        };
        self
    }

    /// Points at a place that is no value of the environment.
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.label(span, text);
        self
    }

    /// Adds a line of arithmetic or explanation.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.note(note);
        self
    }

    /// Says what to do: the smallest repair, as text that can be pasted.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.help(help);
        self
    }

    /// Says what to type in place of a value: a replacement where the file states it, else advice.
    pub fn repair<T>(
        mut self,
        value: &Sourced<T>,
        message: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        self.diagnostic = match value.origin {
            Origin::Declared(span) => self.diagnostic.replace(message, span, text),
            Origin::Tier(_) | Origin::Derived(_) | Origin::Recorded => {
                self.diagnostic.help(message)
            }
        };
        self
    }

    /// Depends on a value without labelling it.
    pub fn given<T>(mut self, value: &Sourced<T>) -> Self {
        self.sound &= value.sound;
        self
    }
}

/// Where rules report.
#[derive(Default)]
pub struct Findings(Diagnostics);

impl Findings {
    /// Takes a finding, unless one of its operands is unsound.
    pub fn report(&mut self, finding: Finding) {
        if finding.sound {
            self.0.push(finding.diagnostic);
        }
    }

    /// What was found.
    #[must_use]
    pub fn into_diagnostics(self) -> Diagnostics {
        self.0
    }
}
