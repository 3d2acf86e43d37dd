//! Who may reach PgBouncer, and what it may reach.

use serde_json::{Value, json};

use crate::emit::kubernetes::metadata::{metadata, selector};
use crate::model::{Environment, Via};

/// In: the workloads, by their label `app`. Out: DNS and PostgreSQL.
pub(super) fn network_policy(environment: &Environment) -> Value {
    let name = environment.pgbouncer.name.value.as_str();
    let mut clients = vec![environment.api.workload.name.value.to_string()];
    clients.extend(
        environment
            .worker
            .values()
            .map(|worker| worker.workload.name.value.to_string()),
    );
    let pooled = environment
        .service
        .iter()
        .filter(|(_, service)| service.via.value == Via::Pgbouncer);
    clients.extend(pooled.map(|(name, _)| name.to_string()));
    let mut database = json!({ "ports": [{ "port": 5432, "protocol": "TCP" }] });
    if let (Some(cidr), Some(rule)) = (&environment.network.database_cidr, database.as_object_mut())
    {
        rule.insert("to".into(), json!([{ "ipBlock": { "cidr": cidr } }]));
    }
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(environment, name, name),
        "spec": {
            "podSelector": { "matchLabels": selector(name) },
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{
                "from": [{ "podSelector": { "matchExpressions": [
                    { "key": "app", "operator": "In", "values": clients },
                ] } }],
                "ports": [{ "port": 6432, "protocol": "TCP" }],
            }],
            "egress": [
                { "ports": [{ "port": 53, "protocol": "UDP" }, { "port": 53, "protocol": "TCP" }] },
                database,
            ],
        },
    })
}
