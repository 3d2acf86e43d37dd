//! A text as a tree of nodes, entries and values, with their places.

use std::borrow::Cow;

use super::mistake::Mistake;
use crate::source::Span;

/// A node: a name, its entries, and optionally a block.
#[derive(Clone, Debug)]
pub struct KdlNode<'t> {
    /// Its name.
    pub name: Cow<'t, str>,
    /// Where the name stands.
    pub name_span: Span,
    /// Its arguments and properties, in order.
    pub entries: Vec<KdlEntry<'t>>,
    /// Its block, if it has one.
    pub block: Option<Block<'t>>,
    /// Whether its form has a mistake. It is read, but not relied on.
    pub broken: bool,
}

impl<'t> KdlNode<'t> {
    /// A node without a place, which has only a name.
    #[must_use]
    pub fn empty(name: &'t str) -> Self {
        Self {
            name: Cow::Borrowed(name),
            name_span: Span::nowhere(),
            entries: Vec::new(),
            block: None,
            broken: false,
        }
    }

    /// The nodes of its block.
    pub fn children(&self) -> impl Iterator<Item = &KdlNode<'t>> {
        self.block.iter().flat_map(|block| &block.nodes)
    }

    /// Its first argument, if that is text.
    #[must_use]
    pub fn first_text(&self) -> Option<&str> {
        let mut arguments = self.entries.iter().filter(|entry| entry.key.is_none());
        arguments.next()?.value.text()
    }
}

/// `{ ... }`.
#[derive(Clone, Debug)]
pub struct Block<'t> {
    /// Where its `{` stands.
    pub open: Span,
    /// From its `{` to its `}`.
    pub whole: Span,
    /// The nodes in it.
    pub nodes: Vec<KdlNode<'t>>,
}

/// An argument, or a property if it has a key.
#[derive(Clone, Debug)]
pub struct KdlEntry<'t> {
    /// The property's key.
    pub key: Option<KdlKey<'t>>,
    /// The value.
    pub value: KdlValue<'t>,
}

/// A property's key.
#[derive(Clone, Debug)]
pub struct KdlKey<'t> {
    /// Its text.
    pub name: Cow<'t, str>,
    /// Where it stands.
    pub span: Span,
}

/// A value, as written.
#[derive(Clone, Debug)]
pub struct KdlValue<'t> {
    /// Its meaning; for a value with a mistake, the intended meaning.
    pub literal: KdlLiteral<'t>,
    /// How it is written.
    pub repr: &'t str,
    /// Its place.
    pub span: Span,
    /// The mistake in its spelling, if there is one.
    pub mistake: Option<Mistake>,
}

impl KdlValue<'_> {
    /// The text, if it is text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.literal {
            KdlLiteral::Text(text) => Some(text),
            KdlLiteral::Whole(_) | KdlLiteral::Real | KdlLiteral::Truth(_) | KdlLiteral::Null => {
                None
            }
        }
    }

    /// The number, if it is a whole number.
    #[must_use]
    pub fn whole(&self) -> Option<i128> {
        match self.literal {
            KdlLiteral::Whole(number) => Some(number),
            KdlLiteral::Text(_) | KdlLiteral::Real | KdlLiteral::Truth(_) | KdlLiteral::Null => {
                None
            }
        }
    }
}

/// What a value means.
#[derive(Clone, Debug, PartialEq)]
pub enum KdlLiteral<'t> {
    /// A bare word or a string of any form.
    Text(Cow<'t, str>),
    /// A whole number.
    Whole(i128),
    /// A number with a fraction or an exponent, which no attribute accepts.
    Real,
    /// `#true` or `#false`.
    Truth(bool),
    /// `#null`.
    Null,
}
