//! The ElastiCache groups.

use serde::Serialize;

use super::database::last_hour;
use super::procedures::Procedures;
use super::size;
use crate::action::elasticache::{
    NODES, SHARDS, modified, of_group, policy_is, policy_of, policy_set, reached, replicas_set,
    shards_set,
};
use crate::action::{Action, Argument};
use crate::catalogue::Catalogue;
use crate::model::{Environment, RedisGroup};

/// The most replicas of a shard.
const MOST_REPLICAS: u32 = 5;

/// The most nodes of a group.
const MOST_NODES: u32 = 500;

/// A group.
#[derive(Serialize)]
pub(super) struct RunbookRedisGroup {
    name: String,
    id: String,
    node: String,
    next_node: Option<String>,
    /// The GiB for data, if the catalogue knows the node.
    usable: Option<String>,
    replicas: u32,
    /// One more replica in each shard, and one more shard, within ElastiCache's limits.
    more_replicas: Option<u32>,
    more_shards: Option<u32>,
    shards: u32,
    cluster: bool,
    policy: String,
    uses: String,
    engine: String,
    /// A member, named as in CloudWatch and `describe-cache-clusters`.
    member: String,
    pub(super) sh: Procedures,
}

pub(super) fn groups(environment: &Environment, catalogue: &Catalogue) -> Vec<RunbookRedisGroup> {
    let groups = environment.redis.iter();
    groups
        .map(|(name, group)| {
            let id = group.name.value.to_string();
            let uses = uses(group);
            let mut facts = RunbookRedisGroup {
                name: name.to_string(),
                node: group.node.value.clone(),
                next_node: size::next(&catalogue.cache_nodes, &group.node.value),
                usable: catalogue
                    .cache_nodes
                    .get(&group.node.value)
                    .map(|facts| gib(facts.maxmemory - facts.maxmemory / 4)),
                replicas: group.replicas.value,
                more_replicas: more_replicas(group),
                more_shards: more_shards(group),
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
                sh: Procedures::default(),
            };
            facts.sh = procedures(&facts);
            facts
        })
        .collect()
}

/// What a group is for, with the logical databases of uses and of other roles.
fn uses(group: &RedisGroup) -> Vec<String> {
    let database = |role: &str| {
        let mut databases = group.database.iter();
        databases.find(|it| it.role.value.as_str() == role)
    };
    let shown = |role: String| match database(&role) {
        Some(own) => format!("{role} (database {})", own.index.value),
        None => role,
    };
    let uses: Vec<String> = group
        .uses
        .iter()
        .map(|used| used.value.to_string())
        .collect();
    let roles = group.database.iter().map(|it| it.role.value.to_string());
    let others: Vec<String> = roles.filter(|role| !uses.contains(role)).collect();
    uses.into_iter().chain(others).map(shown).collect()
}

fn procedures(group: &RunbookRedisGroup) -> Procedures {
    let id = &group.id;
    let state = of_group("describe-replication-groups", id)
        .query("ReplicationGroups[0].[Status,CacheNodeType,ClusterMode,PendingModifiedValues]");
    let used = last_hour(
        "AWS/ElastiCache",
        "DatabaseMemoryUsagePercentage",
        ("CacheClusterId", &group.member),
        300,
        "Maximum",
    );
    Procedures::default()
        .with("look", [Action::Show { query: state }, used.into()])
        .with_some(
            "larger_node",
            group.next_node.as_ref().map(|node| {
                let change = Argument::text("cache-node-type", node);
                [
                    modified(id, [change], true).into(),
                    reached(id, &[("CacheNodeType", node.clone())]).into(),
                ]
            }),
        )
        .with_some(
            "add_replica",
            group.more_replicas.map(|count| {
                let nodes = count.saturating_add(1).to_string();
                [
                    replicas_set("increase-replica-count", id, count).into(),
                    reached(id, &[(NODES, nodes)]).into(),
                ]
            }),
        )
        .with_some(
            "add_shard",
            group.more_shards.filter(|_| group.cluster).map(|count| {
                [
                    shards_set(id, count, None).into(),
                    reached(id, &[(SHARDS, count.to_string())]).into(),
                ]
            }),
        )
        .with(
            "policy",
            [
                Action::Show {
                    query: policy_of(id),
                },
                policy_set(id, &group.policy).into(),
                policy_is(id, &group.policy).into(),
            ],
        )
}

fn more_replicas(group: &RedisGroup) -> Option<u32> {
    let more = group.replicas.value.saturating_add(1);
    let nodes = group.cluster.shards.value.max(1).saturating_mul(more + 1);
    (more <= MOST_REPLICAS && nodes <= MOST_NODES).then_some(more)
}

fn more_shards(group: &RedisGroup) -> Option<u32> {
    let more = group.cluster.shards.value.saturating_add(1);
    let nodes = more.saturating_mul(group.replicas.value.saturating_add(1));
    (nodes <= MOST_NODES).then_some(more)
}

/// Bytes as GiB with two decimals, rounded down.
fn gib(bytes: u64) -> String {
    let hundredths = u128::from(bytes) * 100 / (1 << 30);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
