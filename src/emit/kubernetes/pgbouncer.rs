//! PgBouncer's objects.

mod deployment;
mod network_policy;

pub(super) use network_policy::{clients, services};

use crate::emit::yaml::{YamlValue, yaml};

use crate::catalogue::Catalogue;
use crate::emit::endpoint::PORT;
use crate::emit::metadata::{metadata, selector};
use crate::emit::pgbouncer::ini;
use crate::model::Environment;

/// The key in the ConfigMap, and its file name when mounted.
const CONFIG_FILE: &str = "pgbouncer.ini";

/// ServiceAccount, ConfigMap, Deployment, Service, PodDisruptionBudget and NetworkPolicy.
pub(super) fn objects(environment: &Environment, catalogue: &Catalogue) -> Vec<YamlValue> {
    let name = environment.pgbouncer.name.value.as_str();
    let meta = metadata(environment, name, name);
    let config = config_name(environment);
    let ini = ini(environment, catalogue);
    vec![
        yaml!({
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": &meta,
            "automountServiceAccountToken": false,
        }),
        yaml!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": metadata(environment, &config, name),
            "data": { CONFIG_FILE: &ini },
        }),
        deployment::deployment(environment, &ini),
        yaml!({
            "apiVersion": "v1", "kind": "Service", "metadata": &meta,
            "spec": {
                "type": "ClusterIP",
                "selector": selector(name),
                "ports": [{ "name": "postgres", "port": PORT, "targetPort": "postgres", "protocol": "TCP" }],
            },
        }),
        // It ignores draining pods, so nodes must be drained one after another (`tierc explain
        // connection-budget-exceeded`).
        yaml!({
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": &meta,
            "spec": {
                "maxUnavailable": 1,
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
                "selector": { "matchLabels": selector(name) },
            },
        }),
        network_policy::network_policy(environment),
    ]
}

/// The template of the Deployment's pods alone.
pub(super) fn template(environment: &Environment, catalogue: &Catalogue) -> YamlValue {
    deployment::template(environment, &ini(environment, catalogue))
}

/// The name has no hash, so a change of the pools does not change the pods.
fn config_name(environment: &Environment) -> String {
    format!("{}-config", environment.pgbouncer.name.value)
}
