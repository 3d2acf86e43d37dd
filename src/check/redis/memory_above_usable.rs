//! More data than the nodes can hold.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, RedisGroup};

/// The rule `memory-above-usable`.
pub(super) static RULE: Rule = Rule {
    code: Code("memory-above-usable"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/memory-above-usable.md"),
    check,
};

const GIB: u64 = 1 << 30;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        findings.extend(one(context, name, group));
    }
}

fn one(context: &Context<'_>, name: &Name, group: &RedisGroup) -> Option<Finding> {
    let data = group.data_gib.as_ref()?;
    let node = context.catalogue.cache_nodes.get(&group.node.value)?;
    let shards = &group.cluster.shards;
    let count = u64::from(shards.value.max(1));
    let each = node.usable();
    let (wanted, usable) = (u64::from(data.value) * GIB, each.saturating_mul(count));
    if wanted <= usable {
        return None;
    }
    let message = format!(
        "`redis.{name}` is expected to hold {} GiB of data, but has room for only {} GiB",
        data.value,
        gib(usable)
    );
    let path = format!("redis.{name}.cluster.shards");
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(data, &format!("redis.{name}.data.gib"), "the expected data")
        .operand(&group.node, &format!("redis.{name}.node"), "the node type")
        .operand(shards, &path, "the shards")
        .note(format!(
            "{} GiB > {} GiB = 75% of {} GiB x {count}",
            data.value,
            gib(usable),
            gib(node.maxmemory)
        ));
    Some(if group.is_cluster() {
        let fewest = wanted.div_ceil(each.max(1));
        let message = format!("use at least {fewest} shards, the fewest that hold the data");
        finding.repair(shards, &path, message, fewest.to_string())
    } else {
        finding.help("choose a larger `node`, or cluster mode with several shards")
    })
}

/// Bytes as GiB with two decimals, rounded down.
fn gib(bytes: u64) -> String {
    let hundredths = bytes.saturating_mul(100) / GIB;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
