//! A Redis group that exceeds ElastiCache's limits.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::count::counted;
use crate::model::version::major_and_rest;
use crate::model::{Cluster, ClusterMode, Name, RedisEngine, RedisGroup};

/// The rule `cluster-limits`.
pub(super) static RULE: Rule = Rule {
    code: Code("cluster-limits"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/cluster-limits.md"),
    check,
};

/// Replicas of a shard.
const REPLICAS: u32 = 5;

/// Nodes of a group, with a raised quota.
pub(in crate::check) const NODES: u32 = 500;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        findings.extend(replicas(name, group).or_else(|| nodes(name, group)));
        findings.extend(databases(name, group));
        findings.extend(mode(name, group).or_else(|| between(name, group)));
    }
}

fn replicas(name: &Name, group: &RedisGroup) -> Option<Finding> {
    let replicas = &group.replicas;
    if replicas.value <= REPLICAS {
        return None;
    }
    let message = format!(
        "the group `{name}` has {} replicas per shard, but ElastiCache allows at most {REPLICAS}",
        replicas.value
    );
    let path = format!("redis.{name}.replicas");
    let most = format!("use at most {REPLICAS} replicas per shard");
    Some(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(replicas, &path, "replicas per shard")
            .note(format!("{} replicas > {REPLICAS}", replicas.value))
            .repair(replicas, &path, most, REPLICAS.to_string())
            .safely(),
    )
}

/// Cluster mode knows database 0 only, and so does the mode on the way to it.
fn databases(name: &Name, group: &RedisGroup) -> Vec<Finding> {
    let Cluster { shards, mode } = &group.cluster;
    if mode.value == ClusterMode::Disabled && shards.value == 0 {
        return Vec::new();
    }
    let beyond = group.database.iter().filter(|it| it.index.value > 0);
    beyond
        .map(|database| {
            let (role, index) = (&database.role.value, &database.index);
            let message = format!(
                "the group `{name}` has `{role}` in database {}, but cluster mode has only database 0",
                index.value
            );
            let path = format!("redis.{name}.database.{role}.index");
            let cluster = format!("redis.{name}.cluster.mode");
            Finding::new(RULE.code, Severity::Error, message)
                .operand(index, &path, "the index")
                .operand(mode, &cluster, "cluster mode")
                .given(shards)
                .help("use index 0 for all roles and tell their keys apart by a prefix, or give the role a group without `cluster`")
        })
        .collect()
}

fn nodes(name: &Name, group: &RedisGroup) -> Option<Finding> {
    let (replicas, shards) = (&group.replicas, &group.cluster.shards);
    let each = replicas.value.saturating_add(1);
    let nodes = u64::from(shards.value) * u64::from(each);
    if nodes <= u64::from(NODES) {
        return None;
    }
    let most = NODES / each;
    let message =
        format!("the group `{name}` has {nodes} nodes, but ElastiCache allows at most {NODES}");
    let path = format!("redis.{name}.cluster.shards");
    Some(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(shards, &path, "shards")
            .operand(
                replicas,
                &format!("redis.{name}.replicas"),
                "replicas per shard",
            )
            .note(format!(
                "{} x (1 + {}) = {nodes} nodes > {NODES}",
                shards.value, replicas.value
            ))
            .repair(
                shards,
                &path,
                format!("use at most {most} shards"),
                most.to_string(),
            ),
    )
}

/// Shards require cluster mode, and cluster mode requires shards. Otherwise AWS would choose one.
fn mode(name: &Name, group: &RedisGroup) -> Option<Finding> {
    let (shards, mode) = (&group.cluster.shards, &group.cluster.mode);
    let fitting = match mode.value {
        ClusterMode::Enabled if shards.value == 0 => "disabled",
        ClusterMode::Disabled | ClusterMode::Compatible if shards.value > 0 => "enabled",
        ClusterMode::Disabled | ClusterMode::Compatible | ClusterMode::Enabled => return None,
    };
    let count = counted(shards.value, "shard");
    let message = format!(
        "the group `{name}` has cluster mode `{}` but {count}",
        mode.value
    );
    let path = format!("redis.{name}.cluster.mode");
    Some(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(mode, &path, "the mode")
            .operand(
                shards,
                &format!("redis.{name}.cluster.shards"),
                "the shards",
            )
            .repair(
                mode,
                &path,
                format!("use the mode `{fitting}`: the group has {count}"),
                format!("\"{fitting}\""),
            )
            .help("or remove `mode`: tierc then derives it from the shards"),
    )
}

/// The mode `compatible` is for engines that can move into cluster mode: Redis from 7.0 on, and
/// Valkey.
fn between(name: &Name, group: &RedisGroup) -> Option<Finding> {
    let (mode, engine, version) = (&group.cluster.mode, &group.engine, &group.version);
    let major: u32 = major_and_rest(&version.value).0.parse().ok()?;
    let moves = engine.value == RedisEngine::Valkey || major >= 7;
    if mode.value != ClusterMode::Compatible || moves {
        return None;
    }
    let message = format!(
        "the group `{name}` has cluster mode `{}`, which Redis {} does not support",
        mode.value, version.value
    );
    let path = format!("redis.{name}.engine.version");
    Some(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(mode, &format!("redis.{name}.cluster.mode"), "the mode")
            .operand(version, &path, "the version")
            .operand(engine, &format!("redis.{name}.engine"), "the engine")
            .repair(
                version,
                &path,
                "use 7.0, the first version that supports it",
                "\"7.0\"",
            ),
    )
}
