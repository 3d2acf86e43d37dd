//! Turning what was written into values with origins.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{Ast, TopPart, Written};
use crate::diagnostic::{Diagnostic, Diagnostics, code};
use crate::model::Name;
use crate::model::declaration::{Settle, Value};
use crate::source::{Inputs, Origin, Sourced, Sources, Span};

/// Gathers what is missing and what is wrong while an environment is put together.
pub(super) struct Resolver<'a> {
    pub(super) sources: &'a Sources,
    pub(super) missing: Vec<String>,
    pub(super) diagnostics: Diagnostics,
    pub(super) broken: BTreeSet<TopPart>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(sources: &'a Sources, file: &Ast) -> Self {
        Self {
            sources,
            missing: Vec::new(),
            diagnostics: Diagnostics::new(),
            broken: file.broken.clone(),
        }
    }

    /// The value with its origin, if one was written. A broken value without a stand-in is absent.
    pub(super) fn maybe<T>(&self, written: Written<T>) -> Option<Sourced<T>> {
        written.value.map(|spanned| Sourced {
            origin: self.origin(spanned.span),
            value: spanned.value,
            sound: !written.broken,
        })
    }

    fn origin(&self, span: Span) -> Origin {
        if self.sources.is_catalogue(span) {
            Origin::Tier(span)
        } else {
            Origin::Declared(span)
        }
    }

    /// A value that file or catalogue must state. Where neither does, `path` is noted as missing
    /// and a placeholder keeps the others coming; the environment is then not used.
    pub(super) fn need<T: Value>(&mut self, written: Written<T>, path: &str) -> Sourced<T> {
        let broken = written.broken;
        self.maybe(written).unwrap_or_else(|| {
            if !broken {
                self.missing.push(path.to_owned());
            }
            let mut nothing = Inputs::new();
            nothing.doubt();
            nothing.derive(T::placeholder(), "placeholder", "")
        })
    }

    /// The value that was written, else the one that `derive` computes. Where something unreadable
    /// was written, the derived value only stands in for it.
    pub(super) fn or_derive<T>(
        &self,
        written: Written<T>,
        derive: impl FnOnce() -> Sourced<T>,
    ) -> Sourced<T> {
        let broken = written.broken;
        self.maybe(written).unwrap_or_else(|| {
            let mut derived = derive();
            derived.sound &= !broken;
            derived
        })
    }

    /// Every entry that could be read.
    pub(super) fn map(
        &self,
        written: BTreeMap<String, Written<String>>,
    ) -> BTreeMap<String, Sourced<String>> {
        written
            .into_iter()
            .filter_map(|(key, value)| Some((key, self.maybe(value)?)))
            .collect()
    }

    /// Whether a named node states everything it must; says what it lacks, if not.
    pub(super) fn complete(
        &mut self,
        node: &str,
        name: &Name,
        place: Option<Span>,
        lacks: &[(&str, bool)],
        part: TopPart,
    ) -> bool {
        let lacking: Vec<String> = lacks
            .iter()
            .filter(|(_, absent)| *absent)
            .map(|(what, _)| format!("`{what}`"))
            .collect();
        if lacking.is_empty() {
            return true;
        }
        self.broken.insert(part);
        if let Some(place) = place {
            let message = format!("`{node} \"{name}\"` does not state {}", lacking.join(", "));
            self.diagnostics.push(
                Diagnostic::error(code::INCOMPLETE, message, place)
                    .help("state it here: the tier has no node of this name to inherit from"),
            );
        }
        false
    }
}

impl Settle for Resolver<'_> {
    fn need<T: Value>(&mut self, written: Written<T>, path: &str) -> Sourced<T> {
        Resolver::need(self, written, path)
    }

    fn maybe<T>(&self, written: Written<T>) -> Option<Sourced<T>> {
        Resolver::maybe(self, written)
    }
}
