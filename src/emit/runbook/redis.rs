//! The ElastiCache groups.

use serde::Serialize;

use super::size;
use crate::catalogue::Catalogue;
use crate::model::Environment;

/// A group.
#[derive(Serialize)]
pub(super) struct Group {
    name: String,
    id: String,
    node: String,
    next_node: Option<String>,
    /// The GiB that data can take, where the catalogue knows the node.
    usable: Option<String>,
    replicas: u32,
    shards: u32,
    cluster: bool,
    policy: String,
    uses: String,
    engine: String,
    /// A member, as CloudWatch and `describe-cache-clusters` call it.
    member: String,
}

pub(super) fn groups(environment: &Environment, catalogue: &Catalogue) -> Vec<Group> {
    let groups = environment.redis.iter();
    groups
        .map(|(name, group)| {
            let id = group.name.value.to_string();
            let uses: Vec<String> = group
                .uses
                .iter()
                .map(|used| used.value.to_string())
                .collect();
            Group {
                name: name.to_string(),
                node: group.node.value.clone(),
                next_node: size::next(&catalogue.cache_nodes, &group.node.value),
                usable: catalogue
                    .cache_nodes
                    .get(&group.node.value)
                    .map(|facts| gib(facts.maxmemory - facts.maxmemory / 4)),
                replicas: group.replicas.value,
                shards: group.cluster.shards.value,
                cluster: group.is_cluster(),
                policy: group.policy.value.to_string(),
                uses: uses.join(", "),
                engine: format!("{} {}", group.engine.value, group.version.value),
                member: if group.is_cluster() {
                    format!("{id}-0001-001")
                } else {
                    format!("{id}-001")
                },
                id,
            }
        })
        .collect()
}

/// Bytes as GiB with two digits, rounded down.
fn gib(bytes: u64) -> String {
    let hundredths = u128::from(bytes) * 100 / (1 << 30);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
