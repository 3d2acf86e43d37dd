//! A workload with a single pod, or a Redis group with a single node.

use crate::ast::TopPart;
use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{ClusterMode, Environment, Name, RedisGroup, Tier, Use};
use crate::source::Sourced;

/// The rule `single-replica`.
pub(super) static RULE: Rule = Rule {
    code: Code("single-replica"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[TopPart::Redis],
    explanation: include_str!("../../diagnostic/explain/single-replica.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    if environment.tier.value == Tier::Dev {
        return;
    }
    let one = |path: String, count: &Sourced<u32>| {
        let message = format!("`{path}` is 1, so the loss of one pod is an outage");
        (count.value == 1).then(|| {
            Finding::new(RULE.code, Severity::Warning, message)
                .operand(count, &path, "a single pod")
                .operand(&environment.tier, "tier", "a tier above dev")
                .repair(
                    count,
                    &path,
                    "use at least 2 pods, so that one can be lost",
                    "2",
                )
        })
    };
    for (who, workload) in workloads(environment) {
        // A singleton is meant to have one pod.
        if workload.is_singleton() {
            continue;
        }
        let (step, least) = workload.replicas.lowest();
        findings.extend(one(format!("{who}.replicas.{step}"), least));
    }
    let instances = &environment.pgbouncer.instances;
    findings.extend(one("pgbouncer.instances".into(), instances));
    for (name, group) in &environment.redis {
        findings.extend(redis(environment, name, group));
    }
}

/// A group for queues or sessions without a replica. A cache fills again, and cluster mode has a
/// rule of its own.
fn redis(environment: &Environment, name: &Name, group: &RedisGroup) -> Option<Finding> {
    let replicas = &group.replicas;
    let used = group.uses.iter().find(|used| used.value != Use::Cache)?;
    let clustered = group.is_cluster() || group.cluster.mode.value == ClusterMode::Compatible;
    if replicas.value > 0 || clustered {
        return None;
    }
    let path = format!("redis.{name}.replicas");
    let message = format!("`{path}` is 0, so the loss of one node loses its data");
    Some(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(replicas, &path, "a single node")
            .written(used, "the group serves this")
            .operand(&environment.tier, "tier", "a tier above dev")
            .given(&group.cluster.shards)
            .given(&group.cluster.mode)
            .repair(
                replicas,
                &path,
                "use at least 1 replica, so that one node can be lost",
                "1",
            ),
    )
}
