//! The nodes of the top level, one by one.

mod run_on;
pub mod top;
mod whole;
