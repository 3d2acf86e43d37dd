//! Paths of attributes that somebody asks for.

use std::collections::BTreeSet;

/// Paths of attributes, chosen to be taken over or looked up.
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
        let below = format!("{path}.");
        self.0.contains(path)
            || self
                .0
                .range(below.clone()..)
                .next()
                .is_some_and(|next| next.starts_with(&below))
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
