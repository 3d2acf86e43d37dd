//! Failover with nothing to fail over to.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{ClusterMode, Name, RedisGroup};

/// The rule `failover-without-replica`.
pub(super) static RULE: Rule = Rule {
    code: Code("failover-without-replica"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Redis],
    explanation: include_str!("../../diagnostic/explain/failover-without-replica.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        one(name, group, findings);
    }
}

fn one(name: &Name, group: &RedisGroup, findings: &mut Findings) {
    let cluster = &group.cluster;
    let needs = group.is_cluster() || cluster.mode.value == ClusterMode::Compatible;
    if !needs || group.replicas.value > 0 {
        return;
    }
    let message =
        format!("the group `{name}` is in cluster mode and has no replica to fail over to");
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(
                &group.replicas,
                &format!("redis.{name}.replicas"),
                "replicas of a shard",
            )
            .operand(
                &cluster.shards,
                &format!("redis.{name}.cluster.shards"),
                "shards",
            )
            .operand(
                &cluster.mode,
                &format!("redis.{name}.cluster.mode"),
                "the mode",
            )
            .repair(&group.replicas, "failover needs 1 replica", "1"),
    );
}
