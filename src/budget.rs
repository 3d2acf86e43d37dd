//! The arithmetic of capacity: one place, used by derivation, rules, `why` and reports.

pub mod connections;
pub mod floors;
pub mod packing;
pub mod placement;
pub mod scaling;
pub mod transition;
