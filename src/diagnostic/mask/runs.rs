//! The ends of character runs, for searches that start at several positions of one run.

use std::ops::Range;

use super::body::Body;

/// Each run is scanned once, however many words start in it: `password=password=...` is one value
/// for each of its keys.
pub(super) struct Ends<'t> {
    text: &'t str,
    /// The last scanned run of each kind.
    runs: [Range<usize>; RunKind::KINDS],
    /// Characters that were looked at.
    #[cfg(test)]
    pub(super) looks: usize,
}

/// Kinds of runs.
#[derive(Clone, Copy)]
pub(super) enum RunKind {
    /// A value without quotes.
    Value,
    /// An address.
    Address,
    /// What follows the prefix of a token.
    Token(Body),
}

impl<'t> Ends<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text,
            runs: [const { 0..0 }; RunKind::KINDS],
            #[cfg(test)]
            looks: 0,
        }
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// The end of the run that contains `at`, or `at` if there is none.
    pub(super) fn end(&mut self, run: RunKind, at: usize) -> usize {
        let Some(known) = self.runs.get_mut(run.index()) else {
            return at;
        };
        if known.start >= known.end || !(known.start..=known.end).contains(&at) {
            let rest = self.text.get(at..).unwrap_or_default();
            let end = rest.find(|c| run.ends_at(c)).unwrap_or(rest.len());
            *known = at..at + end;
            #[cfg(test)]
            {
                self.looks += end + 1;
            }
        }
        known.end
    }
}

impl RunKind {
    const KINDS: usize = 2 + Body::KINDS;

    fn index(self) -> usize {
        match self {
            Self::Value => 0,
            Self::Address => 1,
            Self::Token(body) => 2 + body as usize,
        }
    }

    fn ends_at(self, c: char) -> bool {
        match self {
            Self::Value => c.is_whitespace() || "\"'&;,{}()".contains(c),
            Self::Address => c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>'),
            Self::Token(body) => !body.holds(c),
        }
    }
}
