//! Hygiene of the file itself. One file per rule.

mod image_not_pinned;
mod label_reserved;
mod load_test_cannot_run;
mod override_equals_tier;
mod region_unknown;

use super::Rule;

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[
    &image_not_pinned::RULE,
    &label_reserved::RULE,
    &load_test_cannot_run::RULE,
    &override_equals_tier::RULE,
    &region_unknown::RULE,
];
