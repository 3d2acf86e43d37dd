//! A Redis group whose alert fires as soon as it holds its expected data.

use super::{Context, Finding, Findings, RULE, Severity};
use crate::catalogue::CacheNode;
use crate::check::redis::NODES;
use crate::model::{Name, RedisGroup};

const GIB: u128 = 1 << 30;

pub(super) fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        findings.extend(one(context, name, group));
    }
}

/// Data needs less than the memory in use, and the alert watches the fullest node. If the data
/// alone exceeds the threshold, the alert fires.
fn one(context: &Context<'_>, name: &Name, group: &RedisGroup) -> Option<Finding> {
    let data = group.data_gib.as_ref()?;
    let node = context.catalogue.cache_nodes.get(&group.node.value)?;
    let (alert, shards) = (
        &context.environment.alerts.redis_memory,
        &group.cluster.shards,
    );
    let count = shards.value.max(1);
    let held = u128::from(data.value) * GIB;
    let usable = u128::from(node.usable()) * u128::from(count);
    let percent = u128::from(alert.value);
    // A group that evicts any key has no such alert. Another rule reports a group that is too
    // small.
    let silent = group.policy.value.evicts_any_key() || held > usable;
    if silent || held * 100 <= percent * usable {
        return None;
    }
    let message = format!(
        "the memory alert of `redis.{name}` fires above {percent}%, but the expected {} GiB of data exceed that",
        data.value
    );
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(data, &format!("redis.{name}.data.gib"), "the expected data")
        .operand(alert, "alerts.redis-memory", "the alert's threshold")
        .operand(&group.node, &format!("redis.{name}.node"), "the node type")
        .operand(
            shards,
            &format!("redis.{name}.cluster.shards"),
            "the shards",
        )
        .given(&group.policy)
        .note(format!(
            "{} GiB > {} GiB = {percent}% of {} GiB, which is 75% of {} GiB x {count}",
            data.value,
            gib(percent * usable / 100),
            gib(usable),
            gib(u128::from(node.maxmemory))
        ));
    Some(repaired(context, name, group, held, finding))
}

/// The first advice is more memory, because a higher threshold only hides the problem. A run reads
/// only the node types that its file and tier name, so it suggests a larger one by its `maxmemory`.
fn repaired(
    context: &Context<'_>,
    name: &Name,
    group: &RedisGroup,
    held: u128,
    finding: Finding,
) -> Finding {
    let alert = &context.environment.alerts.redis_memory;
    let node = context.catalogue.cache_nodes.get(&group.node.value);
    let each = u128::from(node.map_or(0, CacheNode::usable)).max(1);
    let shards = &group.cluster.shards;
    // The bytes for data of which `held` are at most the threshold.
    let wanted = (held * 100).div_ceil(u128::from(alert.value).max(1));
    let fewest = wanted.div_ceil(each);
    let nodes = fewest.saturating_mul(u128::from(group.replicas.value) + 1);
    let finding = if group.is_cluster() && nodes <= u128::from(NODES) {
        let message =
            format!("use at least {fewest} shards, the fewest that stay below the threshold");
        let path = format!("redis.{name}.cluster.shards");
        finding.repair(shards, &path, message, fewest.to_string())
    } else {
        let maxmemory = (wanted * 4).div_ceil(3);
        finding.help(format!(
            "choose a `node` with a `maxmemory` of {} GiB ({maxmemory} bytes) or more, or cluster mode with several shards",
            gib(maxmemory)
        ))
    };
    let least = (held * 100).div_ceil(each * u128::from(shards.value.max(1)));
    if least >= 100 {
        return finding;
    }
    let message = "if the group is meant to be this full, raise the threshold";
    finding.repair(alert, "alerts.redis-memory", message, least.to_string())
}

/// Bytes as GiB with two decimals, rounded down.
fn gib(bytes: u128) -> String {
    let hundredths = bytes * 100 / GIB;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
