//! Autoscaling. One file per rule.

mod fallback_outside_bounds;
mod hold_outside_bounds;
mod queues_share_a_pool;
mod replicas_inverted;

use super::Rule;

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[
    &fallback_outside_bounds::RULE,
    &hold_outside_bounds::RULE,
    &queues_share_a_pool::RULE,
    &replicas_inverted::RULE,
];
