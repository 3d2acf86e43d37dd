//! A Redis group larger than ElastiCache allows.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{ClusterMode, Name, RedisGroup};

/// The rule `cluster-limits`.
pub(super) static RULE: Rule = Rule {
    code: Code("cluster-limits"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Redis],
    explanation: include_str!("../../diagnostic/explain/cluster-limits.md"),
    check,
};

/// Replicas of a shard.
const REPLICAS: u32 = 5;

/// Nodes of a group, with the quota raised.
const NODES: u32 = 500;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        one(name, group, findings);
    }
}

fn one(name: &Name, group: &RedisGroup, findings: &mut Findings) {
    contradiction(name, group, findings);
    let (replicas, shards) = (&group.replicas, &group.cluster.shards);
    if replicas.value > REPLICAS {
        let message = format!(
            "the group `{name}` has {} replicas a shard, of at most {REPLICAS}",
            replicas.value
        );
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(replicas, &format!("redis.{name}.replicas"), "replicas")
                .repair(
                    replicas,
                    format!("the most are {REPLICAS}"),
                    REPLICAS.to_string(),
                ),
        );
        return;
    }
    let each = replicas.value.saturating_add(1);
    let nodes = shards.value.saturating_mul(each);
    if nodes <= NODES {
        return;
    }
    let most = NODES / each;
    let message = format!("the group `{name}` has {nodes} nodes, of at most {NODES}");
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(shards, &format!("redis.{name}.cluster.shards"), "shards")
            .operand(replicas, &format!("redis.{name}.replicas"), "replicas")
            .note(format!(
                "{} x (1 + {}) = {nodes}",
                shards.value, replicas.value
            ))
            .repair(
                shards,
                format!("the most shards are {most}"),
                most.to_string(),
            ),
    );
}

/// A mode that the count of shards contradicts: AWS would make the one or the other.
fn contradiction(name: &Name, group: &RedisGroup, findings: &mut Findings) {
    let (shards, mode) = (&group.cluster.shards, &group.cluster.mode);
    let sharded = mode.value == ClusterMode::Enabled;
    if sharded == group.is_cluster() {
        return;
    }
    let message = format!(
        "the group `{name}` has the cluster mode `{}` and {} shards",
        mode.value, shards.value
    );
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(mode, &format!("redis.{name}.cluster.mode"), "the mode")
            .operand(shards, &format!("redis.{name}.cluster.shards"), "shards")
            .help("leave `mode` out: it follows the shards, which are 0 for `disabled` and `compatible`"),
    );
}
