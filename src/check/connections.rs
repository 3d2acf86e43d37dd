//! The connection budget. One file per rule.

use super::Rule;

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[];
