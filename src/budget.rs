//! The arithmetic of capacity, shared by derivation, rules, `why` and reports.

pub mod connections;
pub mod floors;
pub mod packing;
pub mod placement;
pub mod scaling;
pub mod transition;
