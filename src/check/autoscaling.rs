//! Autoscaling. One file per rule.

mod activation_differs_by_queue;
mod alert_below_target;
mod alert_never_fires;
mod behaviour_out_of_range;
mod delayed_jobs_unseen;
mod fallback_below_activation;
mod fallback_never_fires;
mod fallback_outside_bounds;
mod hold_outside_bounds;
mod hpa_minimum_zero;
mod kafka_pods_idle;
mod name_too_long;
mod queue_list_unknown;
mod queue_query_unclear;
mod queue_shared;
mod queues_share_a_pool;
mod rabbitmq_rate_over_amqp;
mod replicas_inverted;
mod scale_up_slower_than_default;
mod setting_without_effect;
mod singleton_count;
mod sqs_region_differs;
mod sqs_visibility_below_grace;
mod stream_lag_unsupported;
mod stream_never_wakes;
mod target_unreachable;
mod target_without_request;

use super::{Finding, Rule};
use crate::model::{Scaling, Select};

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[
    &activation_differs_by_queue::RULE,
    &alert_below_target::RULE,
    &alert_never_fires::RULE,
    &behaviour_out_of_range::RULE,
    &delayed_jobs_unseen::RULE,
    &fallback_below_activation::RULE,
    &fallback_never_fires::RULE,
    &fallback_outside_bounds::RULE,
    &hold_outside_bounds::RULE,
    &hpa_minimum_zero::RULE,
    &kafka_pods_idle::RULE,
    &name_too_long::RULE,
    &queue_list_unknown::RULE,
    &queue_query_unclear::RULE,
    &queue_shared::RULE,
    &queues_share_a_pool::RULE,
    &rabbitmq_rate_over_amqp::RULE,
    &replicas_inverted::RULE,
    &scale_up_slower_than_default::RULE,
    &setting_without_effect::RULE,
    &singleton_count::RULE,
    &sqs_region_differs::RULE,
    &sqs_visibility_below_grace::RULE,
    &stream_lag_unsupported::RULE,
    &stream_never_wakes::RULE,
    &target_unreachable::RULE,
    &target_without_request::RULE,
];

/// Labels the window and the steps of `scaling` at `path`.
pub(super) fn steps(finding: Finding, path: &str, scaling: &Scaling) -> Finding {
    let window = format!("{path}.window");
    let mut finding = finding.operand(&scaling.window, &window, "wait before the first step");
    for (index, policy) in scaling.policy.iter().enumerate() {
        let path = format!("{path}.policy.{}", index + 1);
        finding = finding
            .operand(&policy.value, &format!("{path}.value"), "size of this step")
            .operand(
                &policy.every,
                &format!("{path}.every"),
                "period of this step",
            );
    }
    match scaling.select.value {
        Select::Max => finding.given(&scaling.select),
        Select::Min => finding.written(&scaling.select, "the smallest step applies"),
        Select::Disabled => finding.written(&scaling.select, "no step is taken"),
    }
}

/// Whether Kubernetes rejects a step of `scaling`, which another rule reports.
pub(super) fn is_rejected(scaling: &Scaling) -> bool {
    let mut steps = scaling.policy.iter();
    steps.any(|step| step.value.value == 0 || !(1..=1800).contains(&step.every.value.secs()))
}
