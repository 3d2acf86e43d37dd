//! Redis. One file per rule.

mod cache_without_eviction;
mod cluster_limits;
mod engine_version_unknown;
mod eviction_loses_jobs;
mod failover_without_replica;
mod framework_on_cluster;
mod memory_above_usable;
mod node_type_unknown;
mod plaintext_redis;
mod redis_database_unserved;
mod redis_group_unused;
mod redis_user_unsupported;
mod tls_step_unknown;
mod use_shared;
mod use_unserved;
mod variable_reserved;
mod variable_taken;

use super::Rule;

pub(super) use cluster_limits::NODES;

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[
    &cache_without_eviction::RULE,
    &cluster_limits::RULE,
    &engine_version_unknown::RULE,
    &eviction_loses_jobs::RULE,
    &failover_without_replica::RULE,
    &framework_on_cluster::RULE,
    &memory_above_usable::RULE,
    &node_type_unknown::RULE,
    &plaintext_redis::RULE,
    &redis_database_unserved::RULE,
    &redis_group_unused::RULE,
    &redis_user_unsupported::RULE,
    &tls_step_unknown::RULE,
    &use_shared::RULE,
    &use_unserved::RULE,
    &variable_reserved::RULE,
    &variable_taken::RULE,
];
