//! Failover with nothing to fail over to.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{ClusterMode, Name, RedisGroup};

/// The rule `failover-without-replica`.
pub(super) static RULE: Rule = Rule {
    code: Code("failover-without-replica"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/failover-without-replica.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        findings.extend(one(name, group));
    }
}

fn one(name: &Name, group: &RedisGroup) -> Option<Finding> {
    let (replicas, cluster) = (&group.replicas, &group.cluster);
    let needs = group.is_cluster() || cluster.mode.value == ClusterMode::Compatible;
    if !needs || replicas.value > 0 {
        return None;
    }
    let message =
        format!("the group `{name}` is in cluster mode but has no replica for a failover");
    let path = format!("redis.{name}.replicas");
    Some(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(replicas, &path, "replicas per shard")
            .operand(
                &cluster.shards,
                &format!("redis.{name}.cluster.shards"),
                "shards",
            )
            .written(&cluster.mode, "the mode")
            .repair(replicas, &path, "use at least 1 replica per shard", "1"),
    )
}
