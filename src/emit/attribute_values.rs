//! The values of attributes, for sentences that name them.

use std::collections::BTreeMap;

use crate::model::{Environment, Selection};

/// Values as text, by path in KDL spelling, collected once for many sentences.
pub(super) struct AttributeValues(BTreeMap<String, String>);

impl AttributeValues {
    /// Of the attributes at `paths`.
    pub(super) fn of(environment: &Environment, paths: &Selection) -> Self {
        let attributes = environment.list_of(paths).into_iter();
        Self(attributes.map(|it| (it.path, it.value)).collect())
    }

    /// The path in backticks, then `link` and the value. A path with several values has none.
    pub(super) fn told(&self, path: &str, link: &str) -> String {
        match self.0.get(path) {
            Some(value) => format!("`{path}`{link}{value}"),
            None => format!("`{path}`"),
        }
    }
}
