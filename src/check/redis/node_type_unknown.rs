//! A node type that ElastiCache does not offer.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, RedisEngine, RedisGroup};
use crate::parse::suggest;

/// The rule `node-type-unknown`.
pub(super) static RULE: Rule = Rule {
    code: Code("node-type-unknown"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Redis],
    explanation: include_str!("../../diagnostic/explain/node-type-unknown.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        one(context, name, group, findings);
    }
}

fn one(context: &Context<'_>, name: &Name, group: &RedisGroup, findings: &mut Findings) {
    let (node, engine) = (&group.node, &group.engine);
    let path = format!("redis.{name}.node");
    let nodes = &context.catalogue.cache_nodes;
    let Some(known) = nodes.get(&node.value) else {
        let message = format!("the node type `{}` is unknown", node.value);
        let finding =
            Finding::new(RULE.code, Severity::Error, message).operand(node, &path, "the node type");
        findings.report(match suggest::nearest(&node.value, nodes.names()) {
            Some(near) => finding.repair(
                node,
                format!("did you mean `{near}`?"),
                format!("\"{near}\""),
            ),
            None => finding.help(format!("known are {}", suggest::list(nodes.names()))),
        });
        return;
    };
    if known.valkey_only && engine.value == RedisEngine::Redis {
        let message = format!("`{}` runs Valkey alone", node.value);
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(node, &path, "the node type")
                .operand(engine, &format!("redis.{name}.engine"), "the engine"),
        );
    }
}
