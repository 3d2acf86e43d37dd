//! One reader per kind of node.

pub mod database;
pub mod groups;
pub mod operation;
pub mod pgbouncer;
pub mod redis;
mod run_on;
pub mod schedule;
pub mod top;
pub mod worker;
pub mod workload;
