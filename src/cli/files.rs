//! Reading environments and writing trees.
//!
//! A tree is replaced as a whole: its new state is put together in a staging folder beside it
//! and exchanged with it in one rename. A kill leaves the old tree or the new one. A run with
//! several trees exchanges none before all of their new states are written, so that a full disk
//! leaves all as they were.
//! A tree that cannot be exchanged (a mount, the lower layer of an overlay, somebody else's folders)
//! is written file by file, the lock last: the next run repairs what a kill leaves.
//! Runs that write into the same folder take turns, and each removes what killed ones left.
//! Nothing but regular files of a bounded size is ever opened.
//! Power loss is left to the file system: nothing of a tree is synced.
//! A source file is replaced in one rename too, and synced before it: no command can create it again.

mod below;
mod input;
mod leftover;
mod mode;
mod mounts;
mod plan;
mod read;
mod source;
mod stage;
mod tree;
mod turn;

pub use input::{Input, is_without_environments, read_inputs, shown, stay_on_this_thread};
pub use leftover::{Leftover, is_tree_name};
pub(in crate::cli) use plan::lock_of;
pub use plan::{Change, TreePlan, edited, plan_tree, remove_tree, stale_trees, written};
pub use read::{MOST_BYTES, read_file};
pub use source::{Rewrite, rewrite};
pub use stage::{Staged, stage_tree};
pub use turn::{PATIENCE, Turn};

/// The file in a tree that says which of its files are tierc's.
pub const LOCK: &str = "tierc.lock.json";

#[cfg(test)]
mod tests;
