//! What rules of several families read.

use crate::model::{Environment, Workload};

/// Every API and every pool, each with its path.
pub(super) fn workloads(environment: &Environment) -> Vec<(String, &Workload)> {
    let mut all: Vec<(String, &Workload)> = environment.apis().collect();
    let pools = environment.worker.iter();
    all.extend(pools.map(|(name, pool)| (format!("worker.{name}"), &pool.workload)));
    all
}
