//! Autoscaling. One file per rule.

mod behaviour_out_of_range;
mod fallback_outside_bounds;
mod hold_outside_bounds;
mod name_too_long;
mod queue_list_unknown;
mod queues_share_a_pool;
mod replicas_inverted;
mod setting_without_effect;
mod target_without_request;

use super::Rule;

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[
    &behaviour_out_of_range::RULE,
    &fallback_outside_bounds::RULE,
    &hold_outside_bounds::RULE,
    &name_too_long::RULE,
    &queue_list_unknown::RULE,
    &queues_share_a_pool::RULE,
    &replicas_inverted::RULE,
    &setting_without_effect::RULE,
    &target_without_request::RULE,
];
