//! Values as written: each with its place, and merged property by property.

use std::collections::BTreeMap;

use crate::source::{Span, Spanned};

/// A value that may have been written, and whether what was written could be read.
#[derive(Clone, Debug)]
pub struct Written<T> {
    /// The value, if there is one.
    pub value: Option<Spanned<T>>,
    /// True when something stands there that could not be read: what takes its place is unsound.
    pub broken: bool,
}

/// A value for a worker pool.
#[derive(Clone, Debug)]
pub struct Pooled<T> {
    /// Where the pool's name stands.
    pub place: Span,
    /// The value.
    pub value: Spanned<T>,
}

impl<T> Default for Written<T> {
    fn default() -> Self {
        Self {
            value: None,
            broken: false,
        }
    }
}

impl<T> Written<T> {
    /// A value at a place.
    pub fn at(value: T, span: Span) -> Self {
        Self {
            value: Some(Spanned::new(value, span)),
            broken: false,
        }
    }

    /// Something that could not be read.
    #[must_use]
    pub fn broken() -> Self {
        Self {
            value: None,
            broken: true,
        }
    }

    /// The same with another value, where there is one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Written<U> {
        Written {
            value: self.value.map(|it| Spanned::new(change(it.value), it.span)),
            broken: self.broken,
        }
    }

    /// Whether nothing at all was written.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.value.is_none() && !self.broken
    }
}

/// Merging: what `self` states wins over what `base` states, property by property.
pub trait Over {
    /// `self` where it says something, `base` elsewhere.
    #[must_use]
    fn over(self, base: Self) -> Self;
}

impl<T> Over for Written<T> {
    fn over(self, base: Self) -> Self {
        if self.value.is_some() {
            return self;
        }
        Self {
            value: base.value,
            broken: self.broken || base.broken,
        }
    }
}

/// Marks what was read from a node of wrong form: no rule may speak of it.
pub trait Spoil {
    /// Marks every value, also those that stand in for what is absent.
    fn spoil(&mut self);

    /// Marks what stands in for what is absent: a name beside it could not be read, and what was
    /// meant by that is unknown.
    fn doubt(&mut self);

    /// Whether any value is marked, or could not be read by itself.
    fn is_spoiled(&self) -> bool;
}

impl<T> Spoil for Written<T> {
    fn spoil(&mut self) {
        self.broken = true;
    }

    fn doubt(&mut self) {
        self.broken |= self.value.is_none();
    }

    fn is_spoiled(&self) -> bool {
        self.broken
    }
}

impl<K: Ord, A: Spoil> Spoil for BTreeMap<K, A> {
    fn spoil(&mut self) {
        self.values_mut().for_each(Spoil::spoil);
    }

    fn doubt(&mut self) {
        self.values_mut().for_each(Spoil::doubt);
    }

    fn is_spoiled(&self) -> bool {
        self.values().any(Spoil::is_spoiled)
    }
}

/// A place stays one.
impl Spoil for Option<Span> {
    fn spoil(&mut self) {}

    fn doubt(&mut self) {}

    fn is_spoiled(&self) -> bool {
        false
    }
}

impl<A: Spoil, B: Spoil, C: Spoil> Spoil for (A, B, C) {
    fn spoil(&mut self) {
        self.0.spoil();
        self.1.spoil();
        self.2.spoil();
    }

    fn doubt(&mut self) {
        self.0.doubt();
        self.1.doubt();
        self.2.doubt();
    }

    fn is_spoiled(&self) -> bool {
        self.0.is_spoiled() || self.1.is_spoiled() || self.2.is_spoiled()
    }
}

/// Maps merge by key.
impl<K: Ord, A: Over + Default> Over for BTreeMap<K, A> {
    fn over(self, mut base: Self) -> Self {
        for (key, part) in self {
            let below = base.remove(&key).unwrap_or_default();
            base.insert(key, part.over(below));
        }
        base
    }
}

/// The place of a node's name; what is nearer to the file wins.
impl Over for Option<Span> {
    fn over(self, base: Self) -> Self {
        self.or(base)
    }
}

/// Writes [`Over`] and [`Spoil`] for a node, field by field.
macro_rules! merging {
    ($node:ident { $($field:ident)+ }) => {
        impl $crate::model::written::Over for $node {
            fn over(self, base: Self) -> Self {
                Self { $($field: $crate::model::written::Over::over(self.$field, base.$field),)+ }
            }
        }
        impl $crate::model::written::Spoil for $node {
            fn spoil(&mut self) {
                $($crate::model::written::Spoil::spoil(&mut self.$field);)+
            }
            fn doubt(&mut self) {
                $($crate::model::written::Spoil::doubt(&mut self.$field);)+
            }
            fn is_spoiled(&self) -> bool {
                $($crate::model::written::Spoil::is_spoiled(&self.$field))||+
            }
        }
    };
}
pub(crate) use merging;

/// Writes [`Over`] and [`Spoil`] for a node that a file or its tier states as a whole. Its values are not
/// marked for the form of the node: one that is in doubt breaks the part of the language that it belongs to.
macro_rules! whole {
    ($node:ident { $place:ident $($field:ident)+ }) => {
        impl $crate::model::written::Over for $node {
            fn over(self, base: Self) -> Self {
                if self.$place.is_some() { self } else { base }
            }
        }
        impl $crate::model::written::Spoil for $node {
            fn spoil(&mut self) {}
            fn doubt(&mut self) {}
            fn is_spoiled(&self) -> bool {
                $($crate::model::written::Spoil::is_spoiled(&self.$field))||+
            }
        }
    };
}
pub(crate) use whole;
