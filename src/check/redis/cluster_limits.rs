//! A Redis group larger than ElastiCache allows.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, RedisGroup};

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
