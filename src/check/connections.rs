//! The connection budget. One file per rule.

mod client_connections_exceeded;
mod connection_budget_exceeded;
mod connections_near_limit;
mod max_connections_exceeds_memory;
mod pool_below_demand;
mod pool_larger_than_max_db;
mod replica_max_connections_lower;
mod session_mode_with_autoscaling;

use super::Rule;

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
