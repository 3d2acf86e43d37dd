//! Reads environments and writes trees.
//!
//! A tree is replaced as a whole. Its new state is prepared in a staging folder beside it and
//! exchanged with it in one rename, so a kill leaves the old tree or the new one. A run with
//! several trees prepares all of them before it exchanges the first, so a full disk changes
//! nothing. A tree that cannot be exchanged (a mount, the lower layer of an overlay, folders of
//! another user) is written file by file, with the lock last. If that run is killed, the next one
//! completes it. Runs that write into the same folder take turns, and each removes the leftovers of
//! killed runs. Only regular files of a limited size are opened. Trees are not synced, so a power
//! loss can damage them. A source file is also replaced in one rename, and synced first, because no
//! command can create it again.

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

pub use input::{FileInput, is_without_environments, read_inputs, shown, stay_on_this_thread};
pub use leftover::{Leftover, is_tree_name};
pub(in crate::cli) use plan::lock_of;
pub use plan::{FileChange, TreePlan, edited, plan_tree, remove_tree, stale_trees, written};
pub use read::{MOST_BYTES, open_regular, read_file};
pub use source::{Rewrite, create, rewrite};
pub use stage::{StagedTree, stage_tree};
pub use turn::{PATIENCE, WriteTurn};

/// The file in a tree that lists tierc's files.
pub const LOCK: &str = "tierc.lock.json";

#[cfg(test)]
mod tests;
