//! Paths of attributes that somebody asks for.

use std::collections::BTreeSet;
use std::ops::Bound;

/// Paths of attributes, chosen to be taken over.
#[derive(Clone, Debug, Default)]
pub struct Selection(BTreeSet<String>);

impl FromIterator<String> for Selection {
    fn from_iter<I: IntoIterator<Item = String>>(paths: I) -> Self {
        Self(paths.into_iter().collect())
    }
}

impl Selection {
    /// The chosen paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether the attribute at `path` is chosen. One below it is another: `redis.queue.engine` has
    /// a value of its own beside that of `redis.queue.engine.version`.
    #[must_use]
    pub fn holds(&self, path: &str) -> bool {
        self.0.contains(path)
    }

    /// Whether the attribute at `path` is chosen, or one below it.
    #[must_use]
    pub fn touches(&self, path: &str) -> bool {
        let below = |chosen: &String| {
            let rest = chosen.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        // Between a path and those below it stand only longer names: `a`, `a-b`, `a.b`.
        let begins_alike = |chosen: &&String| chosen.starts_with(path);
        let from = self
            .0
            .range::<str, _>((Bound::Included(path), Bound::Unbounded));
        from.take_while(begins_alike).any(below)
    }

    /// As [`touches`](Self::touches), of a step below `path`; one that is written as a field is in
    /// Rust stands for the field's name.
    pub(super) fn touches_step(&self, path: &str, step: &str) -> bool {
        let step = step.trim_start_matches("r#").as_bytes();
        let same =
            |(letter, of_step): (u8, &u8)| letter == *of_step || (letter, *of_step) == (b'-', b'_');
        self.0.iter().any(|chosen| {
            let rest = chosen.strip_prefix(path);
            let rest = rest.and_then(|rest| match path {
                "" => Some(rest),
                _ => rest.strip_prefix('.'),
            });
            rest.is_some_and(|rest| {
                let ends = matches!(rest.as_bytes().get(step.len()), None | Some(b'.'));
                ends && rest.len() >= step.len() && rest.bytes().zip(step).all(same)
            })
        })
    }
}
