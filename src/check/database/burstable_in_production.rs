//! A database or a Redis group with important data, on burstable instances.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, RedisGroup, Tier, Use};
use crate::source::Sourced;

/// The rule `burstable-in-production`.
pub(super) static RULE: Rule = Rule {
    code: Code("burstable-in-production"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database, TopPart::Redis],
    explanation: include_str!("../../diagnostic/explain/burstable-in-production.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    if context.environment.tier.value == Tier::Dev {
        return;
    }
    let class = &database.instance;
    findings.extend(one(context, "the database", class, "database.instance"));
    let replicas = &database.replicas;
    // Replicas with the primary's values need no second finding.
    if replicas.count.value > 0 && !replicas.instance.follows(class) {
        let path = "database.replicas.instance";
        let finding = one(context, "a read replica", &replicas.instance, path);
        findings.extend(finding.map(|finding| finding.given(&replicas.count)));
    }
    for (name, group) in &context.environment.redis {
        findings.extend(redis(context, name, group));
    }
}

/// A group for queues or sessions: if its CPU credits run out, jobs wait and users are logged out.
fn redis(context: &Context<'_>, name: &Name, group: &RedisGroup) -> Option<Finding> {
    let nodes = &context.catalogue.cache_nodes;
    let used = group.uses.iter().find(|used| used.value != Use::Cache)?;
    if !nodes.get(&group.node.value)?.burstable {
        return None;
    }
    let (node, path) = (&group.node, format!("redis.{name}.node"));
    let message = format!(
        "the Redis group `{name}` runs on CPU credits: `{}` is burstable",
        node.value
    );
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(node, &path, "the node type")
        .written(used, "the group serves this")
        .operand(&context.environment.tier, "tier", "a tier above dev");
    let usual = context
        .tier
        .stated
        .redis
        .get(name)
        .map(|usual| &usual.node.value);
    let steady = |name: &&String| nodes.get(name).is_some_and(|node| !node.burstable);
    let usual = usual.and_then(Option::as_ref).map(|usual| &usual.value);
    Some(match usual.filter(steady) {
        Some(usual) => {
            let message = format!("use the tier's node type, `{usual}`");
            finding.repair(node, &path, message, format!("\"{usual}\""))
        }
        None => finding.help("choose a node type of family `m` or `r`"),
    })
}

fn one(context: &Context<'_>, who: &str, class: &Sourced<String>, path: &str) -> Option<Finding> {
    let classes = &context.catalogue.db_classes;
    if !classes.get(&class.value)?.burstable {
        return None;
    }
    let message = format!("{who} runs on CPU credits: `{}` is burstable", class.value);
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(class, path, "the class")
        .operand(&context.environment.tier, "tier", "a tier above dev");
    let usual = context.tier.stated.database.instance.value.as_ref();
    let steady = |name: &&String| classes.get(name).is_some_and(|class| !class.burstable);
    Some(match usual.map(|usual| &usual.value).filter(steady) {
        Some(usual) => {
            let message = format!("use the tier's class, `{usual}`");
            finding.repair(class, path, message, format!("\"{usual}\""))
        }
        None => finding.help("choose a class of family `m` or `r`"),
    })
}
