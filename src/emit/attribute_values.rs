//! Where the attributes of an environment stand, for sentences that name them.

use std::collections::BTreeMap;

use crate::model::{Environment, Selection};

/// Values as text by path in KDL spelling, gathered once for many sentences.
pub(super) struct Standing(BTreeMap<String, String>);

impl Standing {
    /// Of the attributes at `paths`.
    pub(super) fn of(environment: &Environment, paths: &Selection) -> Self {
        let attributes = environment.list_of(paths).into_iter();
        Self(attributes.map(|it| (it.path, it.value)).collect())
    }

    /// The path in backticks, and behind it `link` and the value; a path that holds several values
    /// stands alone.
    pub(super) fn told(&self, path: &str, link: &str) -> String {
        match self.0.get(path) {
            Some(value) => format!("`{path}`{link}{value}"),
            None => format!("`{path}`"),
        }
    }
}
