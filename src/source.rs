//! Source texts, and the places of values in them.
//!
//! Positions are byte offsets. Lines and columns are computed only for display.

mod inputs;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use inputs::Inputs;

/// Identifies one text of a run: a user's file, or a file of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceId(u32);

/// One text and the name it is shown under.
#[derive(Debug)]
pub struct Source {
    /// Its name for the user: a path as given, or `catalogue/tiers.kdl`.
    pub name: String,
    /// The text itself, valid UTF-8.
    pub text: Cow<'static, str>,
    /// Whether this is a file of the catalogue, so its values are defaults.
    pub catalogue: bool,
}

/// Every text of a run, indexed by [`SourceId`].
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Arc<Text>>);

/// A source, and the starts of its lines, computed on first use.
#[derive(Debug)]
struct Text {
    source: Source,
    lines: OnceLock<Vec<usize>>,
}

impl Text {
    /// The byte at which each line begins.
    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let feeds = self.source.text.match_indices('\n');
            std::iter::once(0)
                .chain(feeds.map(|(at, _)| at + 1))
                .collect()
        })
    }
}

impl Sources {
    /// Adds a text and names it.
    pub fn add(&mut self, source: Source) -> SourceId {
        let lines = OnceLock::new();
        self.0.push(Arc::new(Text { source, lines }));
        SourceId(u32::try_from(self.0.len() - 1).expect("fewer than 2^32 sources"))
    }

    /// The text that `id` identifies.
    ///
    /// # Panics
    ///
    /// If `id` belongs to another run's sources.
    #[must_use]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.text(id).source
    }

    fn text(&self, id: SourceId) -> &Text {
        self.0
            .get(id.0 as usize)
            .expect("a SourceId is only made by the Sources that hold it")
    }

    /// Whether `span` points into the catalogue.
    #[must_use]
    pub fn is_catalogue(&self, span: Span) -> bool {
        self.get(span.source).catalogue
    }

    /// The text under `span`; empty if the span lies outside of it.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.source)
            .text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// Line and column of the start of `span`, both counted from 1, the column in characters.
    #[must_use]
    pub fn position(&self, span: Span) -> (usize, usize) {
        let held = self.text(span.source);
        let (text, lines) = (&held.source.text, held.lines());
        let mut end = (span.start as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let line = lines.partition_point(|start| *start <= end);
        let line_start = lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = text.get(line_start..end).unwrap_or_default();
        let column = before.chars().count() + 1;
        (line, column)
    }
}

/// A range of bytes in one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The text it lies in.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl SourceId {
    /// The first source, for texts whose findings are not shown.
    pub const NOWHERE: Self = Self(0);
}

impl Span {
    /// An empty span at the start of the first source, for values that never appear in a finding.
    #[must_use]
    pub fn nowhere() -> Self {
        Self::new(SourceId::NOWHERE, 0, 0)
    }

    /// The range `start..end` of `source`; sources are at most 1 MiB, so offsets fit.
    #[must_use]
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        let fit = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            source,
            start: fit(start),
            end: fit(end),
        }
    }
}

/// A value as it was written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The written value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value`, written at `span`.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// Where a resolved value comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// The environment's own file states it.
    Declared(Span),
    /// The tier states it, in a file of the catalogue.
    Tier(Span),
    /// A named rule computed it from other values.
    Derived(Arc<Derivation>),
    /// A record of an earlier run (`tierc.lock.json`) states it, without its origin.
    Recorded,
}

impl Origin {
    /// Where the value is written, if anywhere.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Declared(span) | Self::Tier(span) => Some(*span),
            Self::Derived(_) | Self::Recorded => None,
        }
    }
}

/// How a value was computed.
#[derive(Clone, Debug)]
pub struct Derivation {
    /// The rule's name, such as `pool-for-demand`.
    pub rule: &'static str,
    /// The paths of the values that decide it, in KDL spelling and in the order in which it read them.
    pub inputs: Vec<String>,
    /// The paths of the values that it read, too, and that decide nothing here. Others would have to
    /// change first, such as what is larger in the smaller of two.
    pub idle: Vec<String>,
    /// The computation with this environment's numbers, such as `160 / 3 = 53.3, rounded up to 55`.
    pub arithmetic: String,
}

/// A resolved value with its origin. Equality looks at the value alone.
#[derive(Clone, Debug)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
    /// `false` if the value replaces one that could not be read. Rules must not report it.
    pub sound: bool,
}

impl<T> Sourced<T> {
    /// The default of `rule` for an attribute that nothing states; `why` explains it.
    pub fn unless_stated(value: T, rule: &'static str, why: &str) -> Self {
        Inputs::new().derive(value, rule, why)
    }

    /// Whether the value was computed from others.
    #[must_use]
    pub fn is_derived(&self) -> bool {
        matches!(self.origin, Origin::Derived(_))
    }

    /// Whether the environment's own file states the value.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        matches!(self.origin, Origin::Declared(_))
    }

    /// Whether the value only repeats `other`: it was derived, or a record has the same value for
    /// both.
    #[must_use]
    pub fn follows(&self, other: &Self) -> bool
    where
        T: PartialEq,
    {
        self.is_derived() || (matches!(self.origin, Origin::Recorded) && self.value == other.value)
    }

    /// The same origin and soundness around another value.
    pub fn map<U>(&self, change: impl FnOnce(&T) -> U) -> Sourced<U> {
        Sourced {
            value: change(&self.value),
            origin: self.origin.clone(),
            sound: self.sound,
        }
    }
}

impl<T: PartialEq> PartialEq for Sourced<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Serialize> Serialize for Sourced<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

/// Reads a record, which holds only the value.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Sourced<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Self {
            value,
            origin: Origin::Recorded,
            sound: true,
        })
    }
}

impl<T: JsonSchema> JsonSchema for Sourced<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
