//! A node type that ElastiCache does not offer.

use crate::check::unknown::{families_like, or_new};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::suggest;
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, RedisEngine, RedisGroup};

/// The rule `node-type-unknown`.
pub(super) static RULE: Rule = Rule {
    code: Code("node-type-unknown"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/node-type-unknown.md"),
    check,
};

/// What `instances.kdl` states of a node type.
const NUMBERS: &str = "vcpu=? maxmemory=?";

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        findings.extend(unknown(context, name, group));
        findings.extend(other_engine(context, name, group));
    }
}

fn unknown(context: &Context<'_>, name: &Name, group: &RedisGroup) -> Option<Finding> {
    let (node, nodes) = (&group.node, &context.catalogue.cache_nodes);
    if nodes.get(&node.value).is_some() {
        return None;
    }
    let path = format!("redis.{name}.node");
    let message = format!("the node type `{}` is unknown", node.value);
    let finding =
        Finding::new(RULE.code, Severity::Error, message).operand(node, &path, "the node type");
    let prefixed = format!("cache.{}", node.value);
    let near = suggest::nearest(&node.value, nodes.names())
        .or_else(|| nodes.names().find(|known| *known == prefixed));
    Some(if let Some(near) = near {
        let message = format!("did you mean `{near}`?");
        let finding = finding.repair(node, &path, message, format!("\"{near}\""));
        or_new(finding, "cache-node", &node.value, NUMBERS)
    } else {
        let known = families_like(&node.value, nodes.names());
        or_new(finding.help(known), "cache-node", &node.value, NUMBERS)
    })
}

fn other_engine(context: &Context<'_>, name: &Name, group: &RedisGroup) -> Option<Finding> {
    let (node, engine) = (&group.node, &group.engine);
    let nodes = &context.catalogue.cache_nodes;
    let known = nodes.get(&node.value)?;
    if !known.valkey_only || engine.value != RedisEngine::Redis {
        return None;
    }
    let path = format!("redis.{name}.node");
    let message = format!("AWS offers `{}` for Valkey only", node.value);
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(node, &path, "the node type")
        .operand(engine, &format!("redis.{name}.engine"), "the engine");
    // The previous generation has the same sizes.
    let older = node.value.replace("8g.", "7g.");
    let older = nodes.names().find(|known| *known == older);
    Some(match older {
        Some(older) => {
            let message = format!("use `{older}`, which also runs Redis");
            finding.repair(node, &path, message, format!("\"{older}\""))
        }
        None => finding.help("choose a node type of an older generation, or the engine `valkey`"),
    })
}
