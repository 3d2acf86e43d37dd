//! The database. One file per rule.

mod application_is_master;
mod burstable_in_production;
mod class_unknown;
mod database_name_reserved;
mod engine_out_of_support;
mod iops_below_400_gib;
mod iops_ratio;
mod maintenance_overlaps_backup;
mod max_storage_too_close;
mod replica_count;
mod replica_needs_backups;
mod replica_smaller_than_source;
mod single_az;
mod storage_outside_limits;
mod throughput_ratio;
mod tls_name_unverifiable;

use super::Rule;

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[
    &application_is_master::RULE,
    &burstable_in_production::RULE,
    &class_unknown::RULE,
    &database_name_reserved::RULE,
    &engine_out_of_support::RULE,
    &iops_below_400_gib::RULE,
    &iops_ratio::RULE,
    &maintenance_overlaps_backup::RULE,
    &max_storage_too_close::RULE,
    &replica_count::RULE,
    &replica_needs_backups::RULE,
    &replica_smaller_than_source::RULE,
    &single_az::RULE,
    &storage_outside_limits::RULE,
    &throughput_ratio::RULE,
    &tls_name_unverifiable::RULE,
];
