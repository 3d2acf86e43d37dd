//! Stated changes, and the changes that follow from them.

use crate::diff::{Cause, Presence, Root};

use super::{ChangedValue, EnvironmentDiff};

impl ChangedValue {
    /// Whether the change itself is stated, instead of being part of an added or removed part.
    pub(super) fn is_stated(&self) -> bool {
        matches!(&self.root, Root::Stated(path) if *path == self.path)
    }
}

impl EnvironmentDiff {
    /// The changes that follow from `root` without being stated.
    pub(super) fn following<'a>(
        &'a self,
        root: &'a Root,
    ) -> impl Iterator<Item = &'a ChangedValue> {
        let values = self.changes.iter();
        values.filter(move |value| value.root == *root && !value.is_stated())
    }

    /// The side that has the value's owner, if only one does.
    pub(super) fn presence_of(&self, value: &ChangedValue) -> Option<Presence> {
        let mut parts = self.parts.iter();
        let part = parts.find(|part| part.place == value.place);
        part.map(|part| part.presence)
    }
}

/// Why a value changes, in a few words.
pub(super) fn because(cause: &Cause) -> String {
    match cause {
        Cause::Stated => "stated".into(),
        Cause::Tier => "follows the tier".into(),
        Cause::Catalogue => "follows the catalogue".into(),
        Cause::Follows(paths) => match paths.as_slice() {
            [first] => format!("follows {first}"),
            [first, rest @ ..] => format!("follows {first} and {} more", rest.len()),
            [] => "derived".into(),
        },
    }
}
