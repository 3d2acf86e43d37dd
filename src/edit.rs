//! Changes to what a file states, as values.
//!
//! An [`Edit`] names its place by the path of an attribute or a node, never by bytes. So it can add
//! a value that the file does not state yet, and it stays valid while other edits are applied. The
//! module `rewrite` applies edits to the text of a file.

mod address;
mod statement;

use std::fmt::{self, Display, Formatter};

pub use crate::model::declaration::quoted;
pub use address::{Address, Pick, Segment, Slot, spelled};
pub use statement::{Statement, statements};

/// A change to what a file states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What it changes, as `tierc why` spells it, such as `database.max-connections`; or a node,
    /// such as `worker.batch`. The top level of the file is the empty path.
    pub path: String,
    /// What to do there.
    pub action: EditAction,
}

/// What an edit does at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditAction {
    /// States this value, and replaces the one that is there. Nodes that it needs are
    /// created. The text is KDL, such as `505`, `"gp3"` or, for a list, `"queue" "sessions"`.
    Set(String),
    /// Adds this to what is there: nodes to a block, or arguments to a list. The text is KDL.
    Insert(String),
    /// Removes what is there, and every node around it that would be empty.
    Remove,
}

impl Edit {
    /// States `value`, which is KDL, at `path`.
    pub fn set(path: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            action: EditAction::Set(value.into()),
        }
    }

    /// Adds `text`, which is KDL, to the block or list at `path`.
    pub fn insert(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            action: EditAction::Insert(text.into()),
        }
    }

    /// Removes what is at `path`.
    pub fn remove(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            action: EditAction::Remove,
        }
    }

    /// Its place in a file; `None` if the language has no such path.
    #[must_use]
    pub fn address(&self) -> Option<Address> {
        Address::of(&self.path)
    }

    /// Whether the two edits conflict: they set one place to two values, or one removes what the
    /// other changes.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        let within = |inner: &Self, outer: &Self| {
            inner.path == outer.path
                || (inner.path.strip_prefix(&outer.path))
                    .is_some_and(|rest| outer.path.is_empty() || rest.starts_with('.'))
        };
        match (&self.action, &other.action) {
            (EditAction::Set(one), EditAction::Set(another)) => {
                self.path == other.path && one != another
            }
            (EditAction::Remove, EditAction::Set(_) | EditAction::Insert(_)) => within(other, self),
            (EditAction::Set(_) | EditAction::Insert(_), EditAction::Remove) => within(self, other),
            // Setting a whole node leaves nothing to insert into.
            (EditAction::Set(_), EditAction::Insert(_))
            | (EditAction::Insert(_), EditAction::Set(_)) => self.path == other.path,
            (EditAction::Insert(_), EditAction::Insert(_))
            | (EditAction::Remove, EditAction::Remove) => false,
        }
    }
}

/// As a person would say it: `set \`database.max-connections\` to \`505\``.
impl Display for Edit {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.action {
            EditAction::Set(value) => write!(f, "set `{path}` to `{value}`"),
            EditAction::Insert(text) if path.is_empty() => write!(f, "add `{text}`"),
            EditAction::Insert(text) => write!(f, "add `{text}` to `{path}`"),
            EditAction::Remove => write!(f, "remove `{path}`"),
        }
    }
}
