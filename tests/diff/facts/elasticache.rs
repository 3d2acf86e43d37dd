//! What a change of a replication group does.

use std::collections::BTreeSet;

use tierc::impact::Class;

use super::super::{TIERS, impact, prod};
use super::{Row, fixed, hold, row, tfvars, values};

// terraform-provider-aws, aws_elasticache_replication_group, and the ElastiCache user guide.
const REDIS: &[Row] = &[
    row(
        "node_type",
        "medium",
        ("", "redis \"queue\" { node \"cache.r6g.xlarge\" }"),
        "redis.queue.node",
        Class::Rolling,
    ),
    row(
        "num_cache_clusters",
        "medium",
        ("", "redis \"queue\" { replicas 2 }"),
        "redis.queue.replicas",
        Class::None,
    ),
    row(
        "num_node_groups",
        "xlarge",
        ("", "redis \"cache\" { cluster shards=5 mode=\"enabled\" }"),
        "redis.cache.cluster.shards",
        Class::OnlineDegraded,
    ),
    row(
        "replicas_per_node_group",
        "xlarge",
        ("", "redis \"cache\" { replicas 2 }"),
        "redis.cache.replicas",
        Class::None,
    ),
    row(
        "parameter_group_name",
        "medium",
        ("", "redis \"cache\" { policy \"allkeys-lru\" }"),
        "redis.cache.policy",
        Class::None,
    ),
    row(
        "engine_version up",
        "medium",
        ("redis \"queue\" { engine \"redis\" version=\"7.0\" }", ""),
        "redis.queue.engine.version",
        Class::Failover,
    ),
    row(
        "engine_version up, without a replica",
        "dev",
        ("redis \"queue\" { engine \"redis\" version=\"7.0\" }", ""),
        "redis.queue.engine.version",
        Class::Outage,
    ),
    row(
        "engine_version down",
        "medium",
        ("", "redis \"queue\" { engine \"redis\" version=\"7.0\" }"),
        "redis.queue.engine.version",
        Class::Replace,
    ),
    row(
        "engine redis -> valkey",
        "medium",
        ("", "redis \"queue\" { engine \"valkey\" version=\"8.0\" }"),
        "redis.queue.engine",
        Class::Rolling,
    ),
    row(
        "engine valkey -> redis",
        "medium",
        ("redis \"queue\" { engine \"valkey\" version=\"8.0\" }", ""),
        "redis.queue.engine",
        Class::Replace,
    ),
    row(
        "cluster_mode disabled -> enabled",
        "medium",
        ("", "redis \"cache\" { cluster shards=1 mode=\"enabled\" }"),
        "redis.cache.cluster.mode",
        Class::Rolling,
    ),
    row(
        "cluster_mode disabled -> compatible",
        "medium",
        ("", "redis \"cache\" { cluster mode=\"compatible\" }"),
        "redis.cache.cluster.mode",
        Class::Rolling,
    ),
    row(
        "cluster_mode disabled -> enabled, before 7.0",
        "medium",
        (
            "redis \"cache\" { engine \"redis\" version=\"6.2\" }",
            "redis \"cache\" { engine \"redis\" version=\"6.2\"; cluster shards=1 mode=\"enabled\" }",
        ),
        "redis.cache.cluster.mode",
        Class::Replace,
    ),
    row(
        "cluster_mode disabled -> enabled, without a replica",
        "medium",
        (
            "redis \"cache\" { replicas 0 }",
            "redis \"cache\" { replicas 0; cluster shards=1 mode=\"enabled\" }",
        ),
        "redis.cache.cluster.mode",
        Class::Replace,
    ),
    row(
        "cluster_mode enabled -> disabled",
        "xlarge",
        ("", "redis \"cache\" { cluster shards=0 mode=\"disabled\" }"),
        "redis.cache.cluster.mode",
        Class::Replace,
    ),
    row(
        "transit_encryption_enabled, from 7.0.5",
        "medium",
        ("redis \"queue\" { tls \"off\" }", ""),
        "redis.queue.tls",
        Class::Rolling,
    ),
    row(
        "transit_encryption_mode",
        "medium",
        ("redis \"queue\" { tls \"preferred\" }", ""),
        "redis.queue.tls",
        Class::Rolling,
    ),
    row(
        "transit_encryption_enabled, before 7.0.5",
        "medium",
        (
            "redis \"queue\" { engine \"redis\" version=\"6.2\"; tls \"off\" }",
            "redis \"queue\" { engine \"redis\" version=\"6.2\" }",
        ),
        "redis.queue.tls",
        Class::Replace,
    ),
    row(
        "replication_group_id",
        "medium",
        ("", "redis \"queue\" { name \"legacy\" }"),
        "redis.queue.name",
        Class::Replace,
    ),
    row(
        "automatic_failover_enabled, multi_az_enabled, on with the first replica",
        "medium",
        (
            "redis \"cache\" { replicas 0 }",
            "redis \"cache\" { replicas 1 }",
        ),
        "redis.cache.replicas",
        Class::None,
    ),
    row(
        "automatic_failover_enabled, multi_az_enabled, off with the last",
        "medium",
        (
            "redis \"cache\" { replicas 1 }",
            "redis \"cache\" { replicas 0 }",
        ),
        "redis.cache.replicas",
        Class::None,
    ),
    row(
        "snapshot_retention_limit",
        "medium",
        ("", "database { backup days=14 }"),
        "database.backup.days",
        Class::None,
    ),
    fixed("auth_token"),
    fixed("at_rest_encryption_enabled"),
    fixed("kms_key_id"),
    fixed("port"),
    fixed("subnet_group_name"),
    fixed("network_type"),
    fixed("data_tiering_enabled"),
];

#[test]
fn elasticache_does_what_its_provider_says_a_change_does() {
    for setting in hold(REDIS) {
        let of = |tier: &str| -> BTreeSet<String> {
            let tfvars = tfvars(tier);
            let (_, redis) = tfvars.split_once("\nelasticache = {").unwrap();
            let (redis, _) = redis.split_once("\nnode_groups").unwrap();
            values(redis, setting)
        };
        let dev = of("dev");
        assert!(dev.len() <= 1, "{setting}: {dev:?}");
        for tier in TIERS {
            assert_eq!(of(tier), dev, "{setting}");
        }
    }
}

#[test]
fn jobs_and_sessions_move_by_replacing_and_a_cache_starts_cold() {
    let group = |uses: &str| {
        format!(
            "redis \"extra\" {{ engine \"redis\" version=\"7.1\"; node \"cache.r6g.large\"; replicas 1; policy \"noeviction\"; uses {uses} }}"
        )
    };
    let class = |uses: &str, path: &str| {
        impact(&prod("small", ""), &prod("small", &group(uses)), path).class
    };
    assert_eq!(
        class("\"sessions\"", "redis.queue.uses.sessions"),
        Class::Replace
    );
    assert_eq!(class("\"queue\"", "redis.queue.uses.queue"), Class::Replace);
    assert_eq!(class("\"cache\"", "redis.queue.uses.cache"), Class::Rolling);
}
