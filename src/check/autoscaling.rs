//! Autoscaling. One file per rule.

mod activation_differs_by_queue;
mod alert_below_target;
mod behaviour_out_of_range;
mod fallback_outside_bounds;
mod hold_outside_bounds;
mod name_too_long;
mod queue_list_unknown;
mod queue_shared;
mod queues_share_a_pool;
mod replicas_inverted;
mod scale_up_slower_than_default;
mod setting_without_effect;
mod target_without_request;

use super::Rule;
use crate::model::{Environment, Workload};

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[
    &activation_differs_by_queue::RULE,
    &alert_below_target::RULE,
    &behaviour_out_of_range::RULE,
    &fallback_outside_bounds::RULE,
    &hold_outside_bounds::RULE,
    &name_too_long::RULE,
    &queue_list_unknown::RULE,
    &queue_shared::RULE,
    &queues_share_a_pool::RULE,
    &replicas_inverted::RULE,
    &scale_up_slower_than_default::RULE,
    &setting_without_effect::RULE,
    &target_without_request::RULE,
];

/// The API and every pool, each with its path.
pub(super) fn workloads(environment: &Environment) -> Vec<(String, &Workload)> {
    let mut all = vec![("api".to_owned(), &environment.api.workload)];
    let pools = environment.worker.iter();
    all.extend(pools.map(|(name, pool)| (format!("worker.{name}"), &pool.workload)));
    all
}
