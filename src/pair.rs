//! Two states of one thing.

use schemars::JsonSchema;
use serde::Serialize;

/// A value before and after a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Pair<T> {
    /// As it was.
    pub before: T,
    /// As it becomes.
    pub after: T,
}

impl<T> Pair<T> {
    /// A pair of both.
    pub fn new(before: T, after: T) -> Self {
        Self { before, after }
    }

    /// The same change of both sides.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Pair<U> {
        Pair {
            before: change(self.before),
            after: change(self.after),
        }
    }

    /// The way back.
    #[must_use]
    pub fn swapped(self) -> Self {
        Self {
            before: self.after,
            after: self.before,
        }
    }

    /// Borrows both sides.
    pub fn as_ref(&self) -> Pair<&T> {
        Pair {
            before: &self.before,
            after: &self.after,
        }
    }
}
