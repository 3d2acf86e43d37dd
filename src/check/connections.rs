//! The connection budget. One file per rule.

mod client_connections_exceeded;
mod connection_budget_exceeded;
mod connections_near_limit;
mod max_connections_exceeds_memory;
mod pool_below_demand;
mod pool_larger_than_max_db;
mod replica_max_connections_lower;
mod session_mode_with_autoscaling;

use super::{Finding, Rule};
use crate::model::{Environment, Workload};

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[
    &client_connections_exceeded::RULE,
    &connection_budget_exceeded::RULE,
    &connections_near_limit::RULE,
    &max_connections_exceeds_memory::RULE,
    &pool_below_demand::RULE,
    &pool_larger_than_max_db::RULE,
    &replica_max_connections_lower::RULE,
    &session_mode_with_autoscaling::RULE,
];

/// Makes a finding depend on every value that the number of clients is computed from.
fn given_clients(mut finding: Finding, environment: &Environment) -> Finding {
    finding = given_workload(finding, &environment.api.workload);
    for worker in environment.worker.values() {
        finding = given_workload(finding, &worker.workload);
        if let Some(pause) = &worker.pause {
            finding = finding.given(pause);
        }
    }
    for service in environment.service.values() {
        finding = finding
            .given(&service.replicas)
            .given(&service.per_pod)
            .given(&service.via);
    }
    finding
}

/// Makes a finding depend on the values that a workload's most pods are computed from.
pub(super) fn given_workload(finding: Finding, workload: &Workload) -> Finding {
    let finding = finding
        .given(&workload.replicas.max)
        .given(&workload.connections.per_pod)
        .given(&workload.rollout.max_surge);
    match &workload.hold {
        Some(hold) => finding.given(hold),
        None => finding,
    }
}
