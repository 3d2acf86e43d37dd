//! Reading environments and writing trees.
//!
//! A tree is replaced as a whole: its new state is put together in a staging folder beside it
//! and exchanged with it in one rename. A kill leaves the old tree or the new one. A run with
//! several trees exchanges none before all of their new states are written, so that a full disk
//! leaves all as they were.
//! Runs that write into the same folder take turns, and each removes what killed ones left.
//! Power loss is left to the file system: nothing is synced.

mod input;
mod plan;
mod stage;
mod tree;
mod turn;

pub use input::{Input, is_without_environments, read_inputs, stay_on_this_thread};
pub(in crate::cli) use plan::lock_of;
pub use plan::{Change, TreePlan, edited, plan_tree, remove_tree, stale_trees, written};
pub use stage::{Staged, stage_tree};
pub use turn::Turn;

/// The file in a tree that says which of its files are tierc's.
pub const LOCK: &str = "tierc.lock.json";

#[cfg(test)]
mod tests;
