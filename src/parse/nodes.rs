//! One reader per kind of node.

pub mod operation;
mod run_on;
pub mod schedule;
pub mod top;
