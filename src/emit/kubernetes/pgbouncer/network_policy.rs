//! The pods that may reach PgBouncer, and the addresses that it may reach.

use crate::emit::yaml::{YamlValue, yaml};

use crate::emit::endpoint::{PORT, SERVER_PORT};
use crate::emit::metadata::{metadata, selector};
use crate::model::{Environment, Place, Via};

/// Ingress: the workloads, by their label `app`, and the monitoring namespace. Egress: DNS and
/// PostgreSQL, limited to the stated addresses of `network`.
pub(super) fn network_policy(environment: &Environment) -> YamlValue {
    let name = environment.pgbouncer.name.value.as_str();
    let mut from = vec![yaml!({ "podSelector": { "matchExpressions": [
        { "key": "app", "operator": "In", "values": clients(environment) },
    ] } })];
    if let Some(namespace) = &environment.network.monitoring_namespace {
        let labels = yaml!({ "kubernetes.io/metadata.name": namespace });
        from.push(yaml!({ "namespaceSelector": { "matchLabels": labels } }));
    }
    let mut database = yaml!({ "ports": [{ "port": SERVER_PORT, "protocol": "TCP" }] });
    if let (Some(cidr), Some(rule)) = (&environment.network.database_cidr, database.as_map_mut()) {
        rule.insert("to", yaml!([{ "ipBlock": { "cidr": cidr } }]));
    }
    yaml!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(environment, name, name),
        "spec": {
            "podSelector": { "matchLabels": selector(name) },
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{ "from": from, "ports": [{ "port": PORT, "protocol": "TCP" }] }],
            "egress": [
                { "ports": [{ "port": 53, "protocol": "UDP" }, { "port": 53, "protocol": "TCP" }] },
                database,
            ],
        },
    })
}

/// The admitted values of `app`. Other people label a service's pods, either with the service's
/// name or with the name after the application's. A name that is too long for a label is on no pod.
pub(crate) fn clients(environment: &Environment) -> Vec<String> {
    let apis = environment.apis();
    let mut clients: Vec<String> = apis.map(|(_, api)| api.name.value.to_string()).collect();
    clients.extend(
        environment
            .worker
            .values()
            .map(|worker| worker.workload.name.value.to_string()),
    );
    clients.extend(services(environment));
    clients
}

/// Those of them that are services'.
pub(crate) fn services(environment: &Environment) -> Vec<String> {
    let pooled = environment
        .service
        .iter()
        .filter(|(_, service)| service.via.value == Via::Pgbouncer);
    let both = pooled.flat_map(|(name, _)| {
        [
            name.to_string(),
            format!("{}-{name}", environment.app.value),
        ]
    });
    both.filter(|name| Place::LabelValue.takes(name)).collect()
}
