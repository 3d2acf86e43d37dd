//! The PodDisruptionBudgets of the APIs and of the pools. PgBouncer's is beside its Deployment.

use crate::emit::metadata::metadata;
use crate::emit::portion;
use crate::emit::yaml::{YamlValue, yaml};
use crate::model::{Environment, Workload};

/// A budget for each workload that states one, named for its Deployment.
pub(super) fn objects(environment: &Environment) -> Vec<YamlValue> {
    let pools = environment.worker.values().map(|pool| &pool.workload);
    let apis = environment.api.values().map(|api| &api.workload);
    let workloads = apis.chain(pools);
    workloads
        .filter_map(|workload| budget(environment, workload))
        .collect()
}

fn budget(environment: &Environment, workload: &Workload) -> Option<YamlValue> {
    let most = workload.disruption.max_unavailable.as_ref()?;
    let deployment = workload.name.value.as_str();
    Some(yaml!({
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(environment, deployment, deployment),
        "spec": {
            "maxUnavailable": portion(most.value),
            // The values of the chart give this label to the pods.
            "selector": { "matchLabels": { "app": deployment } },
            // A pod that is not ready serves nobody, and must not block the drain of its node.
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    }))
}
