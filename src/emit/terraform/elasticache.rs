//! The replication groups.

use crate::catalogue::Catalogue;
use crate::emit::hcl::Hcl;
use crate::model::{
    ClusterMode, DailyWindow, Environment, RedisGroup, RedisTls, Use, Version, WeeklyWindow,
};

use super::{apply_immediately, named, number};

/// ElastiCache's shortest window in minutes; that of RDS is half as long.
const SHORTEST_WINDOW: u32 = 60;

/// The first version with TLS modes, which let clients move to TLS.
const WITH_TLS_MODES: Version = Version::of(7, 0);

type ReplicationGroupAttributes = Vec<(String, Hcl)>;

/// The groups, by name.
pub(super) fn groups(environment: &Environment, catalogue: &Catalogue) -> Hcl {
    let groups = environment.redis.iter();
    Hcl::Object(
        groups
            .map(|(name, group)| (name.to_string(), one(environment, group, catalogue)))
            .collect(),
    )
}

fn one(environment: &Environment, group: &RedisGroup, catalogue: &Catalogue) -> Hcl {
    let id = &group.name.value;
    let description = format!("{id} of {}", environment.environment.value);
    let replicated = group.replicas.value > 0;
    let mut attributes: ReplicationGroupAttributes = named([
        ("replication_group_id", Hcl::text(id)),
        ("description", Hcl::String(description)),
        ("engine", Hcl::text(group.engine.value)),
        ("engine_version", Hcl::text(&group.version.value)),
        ("node_type", Hcl::text(&group.node.value)),
        ("cluster_mode_enabled", Hcl::Bool(group.is_cluster())),
        ("cluster_mode", Hcl::text(group.cluster.mode.value)),
    ])
    .collect();
    attributes.extend(shape(group));
    attributes.extend(named([
        (
            "automatic_failover_enabled",
            Hcl::Bool(replicated || group.is_cluster()),
        ),
        ("multi_az_enabled", Hcl::Bool(replicated)),
    ]));
    attributes.extend(encryption(group));
    attributes.extend(parameter_group(group, catalogue));
    attributes.extend(windows(environment, group));
    attributes.push(("apply_immediately".into(), apply_immediately(environment)));
    Hcl::Object(attributes)
}

/// Nodes count for the whole group with one shard, and for each shard with more.
fn shape(group: &RedisGroup) -> ReplicationGroupAttributes {
    if group.is_cluster() {
        named([
            ("num_node_groups", number(group.cluster.shards.value)),
            ("replicas_per_node_group", number(group.replicas.value)),
        ])
        .collect()
    } else {
        let nodes = group.replicas.value.saturating_add(1);
        named([("num_cache_clusters", number(nodes))]).collect()
    }
}

fn encryption(group: &RedisGroup) -> ReplicationGroupAttributes {
    let encrypted = group.tls.value != RedisTls::Off;
    let mut attributes: ReplicationGroupAttributes =
        named([("transit_encryption_enabled", Hcl::Bool(encrypted))]).collect();
    let has_modes =
        Version::leading(&group.version.value).is_none_or(|version| version >= WITH_TLS_MODES);
    if encrypted && has_modes {
        attributes.push(("transit_encryption_mode".into(), Hcl::text(group.tls.value)));
    }
    attributes.push(("at_rest_encryption_enabled".into(), Hcl::Bool(true)));
    attributes
}

/// A parameter group of its own, because default groups cannot be changed. Its name contains what
/// cannot be changed in it: the family, and cluster mode.
fn parameter_group(
    group: &RedisGroup,
    catalogue: &Catalogue,
) -> impl Iterator<Item = (String, Hcl)> + use<> {
    let key = format!("{} {}", group.engine.value, group.version.value);
    let family = catalogue
        .redis_versions
        .get(&key)
        .map_or_else(String::new, |version| version.family.clone());
    // `compatible` already needs a parameter group for cluster mode.
    let clustered = group.is_cluster() || group.cluster.mode.value != ClusterMode::Disabled;
    let suffix = if clustered { "-cluster" } else { "" };
    let name = format!("{}-{}{suffix}", group.name.value, family.replace('.', "-"));
    let parameter =
        |name: &str, value: Hcl| Hcl::object([("name", Hcl::text(name)), ("value", value)]);
    let mut parameters = vec![parameter("maxmemory-policy", Hcl::text(group.policy.value))];
    if clustered {
        parameters.push(parameter("cluster-enabled", Hcl::text("yes")));
    }
    named([
        ("create_parameter_group", Hcl::Bool(true)),
        ("parameter_group_family", Hcl::String(family)),
        ("parameter_group_name", Hcl::String(name)),
        ("parameters", Hcl::List(parameters)),
    ])
}

/// The retention and the time of a group's snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshots {
    /// Days; 0 turns snapshots off.
    pub days: u32,
    /// The window in UTC, if it is stated.
    pub window: Option<DailyWindow>,
}

/// Jobs and sessions cannot be recreated like a cache, so their groups have the database's days of
/// backups.
#[must_use]
pub fn snapshots(environment: &Environment, group: &RedisGroup) -> Snapshots {
    let backup = &environment.database.backup;
    let lasting = group
        .uses
        .iter()
        .any(|used| matches!(used.value, Use::Queue | Use::Sessions));
    let days = if lasting { backup.days.value } else { 0 };
    let window = backup.window.value;
    let long = days > 0 && window.minutes() >= SHORTEST_WINDOW;
    Snapshots {
        days,
        window: long.then_some(window),
    }
}

/// The database's maintenance window, if it is long enough.
#[must_use]
pub fn maintenance_window(environment: &Environment) -> Option<WeeklyWindow> {
    let window = environment.database.maintenance.window.value;
    (window.minutes() >= SHORTEST_WINDOW).then_some(window)
}

fn windows(environment: &Environment, group: &RedisGroup) -> ReplicationGroupAttributes {
    let Snapshots { days, window } = snapshots(environment, group);
    let mut attributes: ReplicationGroupAttributes =
        named([("snapshot_retention_limit", number(days))]).collect();
    let snapshot = window.map(|window| ("snapshot_window".into(), Hcl::text(window)));
    attributes.extend(snapshot);
    let maintenance = maintenance_window(environment);
    attributes.extend(maintenance.map(|it| ("maintenance_window".into(), Hcl::text(it))));
    attributes
}
