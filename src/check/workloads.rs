//! What rules of several families read.

use crate::model::{Environment, Workload};

/// The API and every pool, each with its path.
pub(super) fn workloads(environment: &Environment) -> Vec<(String, &Workload)> {
    let mut all = vec![("api".to_owned(), &environment.api.workload)];
    let pools = environment.worker.iter();
    all.extend(pools.map(|(name, pool)| (format!("worker.{name}"), &pool.workload)));
    all
}
