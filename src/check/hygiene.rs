//! Hygiene of the file itself. One file per rule.

mod override_equals_tier;

use super::Rule;

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[&override_equals_tier::RULE];
