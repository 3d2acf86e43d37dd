//! More data than the nodes have room for.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, RedisGroup};

/// The rule `memory-above-usable`.
pub(super) static RULE: Rule = Rule {
    code: Code("memory-above-usable"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Redis],
    explanation: include_str!("../../diagnostic/explain/memory-above-usable.md"),
    check,
};

const GIB: u64 = 1 << 30;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        one(context, name, group, findings);
    }
}

fn one(context: &Context<'_>, name: &Name, group: &RedisGroup, findings: &mut Findings) {
    let Some(data) = &group.data_gib else {
        return;
    };
    let Some(node) = context.catalogue.cache_nodes.get(&group.node.value) else {
        return;
    };
    let shards = u64::from(group.cluster.shards.value.max(1));
    let usable = (node.maxmemory / 4)
        .saturating_mul(3)
        .saturating_mul(shards);
    if u64::from(data.value).saturating_mul(GIB) <= usable {
        return;
    }
    let most = usable / GIB;
    let message = format!(
        "{} GiB of data on `{name}`, which holds {most} GiB",
        data.value
    );
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(data, &format!("redis.{name}.data.gib"), "the data")
            .operand(&group.node, &format!("redis.{name}.node"), "the node type")
            .operand(
                &group.cluster.shards,
                &format!("redis.{name}.cluster.shards"),
                "the shards",
            )
            .note(format!(
                "{} B x 75% x {shards} = {usable} B",
                node.maxmemory
            ))
            .help("choose a larger node type or more shards"),
    );
}
