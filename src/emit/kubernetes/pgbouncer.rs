//! PgBouncer's objects.

mod deployment;
mod network_policy;

use serde_json::{Value, json};

use super::metadata::{metadata, selector};
use crate::emit::pgbouncer::ini;
use crate::model::Environment;

/// ServiceAccount, ConfigMap, Deployment, Service, PodDisruptionBudget and NetworkPolicy.
pub(super) fn objects(environment: &Environment) -> Vec<Value> {
    let name = environment.pgbouncer.name.value.as_str();
    let meta = metadata(environment, name, name);
    let config = config_name(environment);
    vec![
        json!({
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta,
            "automountServiceAccountToken": false,
        }),
        json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": metadata(environment, &config, name),
            "data": { "pgbouncer.ini": ini(environment) },
        }),
        deployment::deployment(environment),
        json!({
            "apiVersion": "v1", "kind": "Service", "metadata": meta,
            "spec": {
                "type": "ClusterIP",
                "selector": selector(name),
                "ports": [{ "name": "postgres", "port": 6432, "targetPort": "postgres", "protocol": "TCP" }],
            },
        }),
        json!({
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": meta,
            "spec": {
                "maxUnavailable": 1,
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
                "selector": { "matchLabels": selector(name) },
            },
        }),
        network_policy::network_policy(environment),
    ]
}

fn config_name(environment: &Environment) -> String {
    format!("{}-pgbouncer-config", environment.app.value)
}
