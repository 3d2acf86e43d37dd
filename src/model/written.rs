//! Values as written, each with its place, and how they merge property by property.

use std::collections::BTreeMap;

use crate::source::{Span, Spanned};

/// A value that may have been written, and whether what was written could be read.
#[derive(Clone, Debug)]
pub struct Written<T> {
    /// The value, if there is one.
    pub value: Option<Spanned<T>>,
    /// True if the written text could not be read, so that the value which replaces it is unsound.
    pub broken: bool,
}

/// A value for a worker pool.
#[derive(Clone, Debug)]
pub struct Pooled<T> {
    /// The place of the pool's name.
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

    /// Converts the value, if there is one.
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

/// Merging, property by property: `self` takes precedence over `base`.
pub trait Over {
    /// The value of `self` if it states one, else that of `base`.
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

/// Marks values of a malformed node, so that no rule reports them.
pub trait Spoil {
    /// Marks every value, including placeholders of absent values.
    fn spoil(&mut self);

    /// Marks the placeholders of absent values: a name in the same block could not be read, and may have
    /// been meant for them.
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

/// A place is never marked.
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

/// The place of a node's name: the file's takes precedence.
impl Over for Option<Span> {
    fn over(self, base: Self) -> Self {
        self.or(base)
    }
}

/// Implements [`Over`] and [`Spoil`] for a node, field by field.
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

/// Implements [`Over`] and [`Spoil`] for a node that comes from the file or its tier as a whole. If it is
/// malformed, its values are not marked: its whole part of the language counts as broken.
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
