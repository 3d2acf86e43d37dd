//! What somebody stated, and what follows from it.

use crate::diff::{Cause, Presence, Root};

use super::{ChangedValue, EnvironmentDiff};

impl ChangedValue {
    /// Whether it is stated itself, and not as part of something that comes or goes.
    pub(super) fn is_stated(&self) -> bool {
        matches!(&self.root, Root::Stated(path) if *path == self.path)
    }
}

impl EnvironmentDiff {
    /// What follows from `root` without being stated itself.
    pub(super) fn following<'a>(
        &'a self,
        root: &'a Root,
    ) -> impl Iterator<Item = &'a ChangedValue> {
        let values = self.changes.iter();
        values.filter(move |value| value.root == *root && !value.is_stated())
    }

    /// Which side has what a value belongs to, where only one has.
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
