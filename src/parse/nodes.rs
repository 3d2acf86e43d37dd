//! The nodes of the top level, one by one.

mod run_on;
mod switched_off;
pub mod top;
mod whole;
