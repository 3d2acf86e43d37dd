//! An eviction policy that can lose jobs or sessions.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::suggest;
use crate::diagnostic::{Code, Severity};
use crate::model::{EvictionPolicy, Name, RedisGroup, Use};
use crate::source::Sourced;

/// The rule `eviction-loses-jobs`.
pub(super) static RULE: Rule = Rule {
    code: Code("eviction-loses-jobs"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Redis],
    explanation: include_str!("../../diagnostic/explain/eviction-loses-jobs.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        findings.extend(one(name, group));
    }
}

fn one(name: &Name, group: &RedisGroup) -> Option<Finding> {
    let policy = &group.policy;
    let kept = |used: &&Sourced<Use>| matches!(used.value, Use::Queue | Use::Sessions);
    let lost: Vec<&Sourced<Use>> = group.uses.iter().filter(kept).collect();
    if lost.is_empty() || policy.value == EvictionPolicy::Noeviction {
        return None;
    }
    let words: Vec<String> = lost.iter().map(|used| used.value.to_string()).collect();
    let message = format!(
        "{} on the group `{name}` can be lost: its policy `{}` evicts keys",
        suggest::list(words.iter().map(String::as_str)),
        policy.value
    );
    let path = format!("redis.{name}.policy");
    let mut finding = Finding::new(RULE.code, Severity::Error, message).operand(
        policy,
        &path,
        "evicts when memory is full",
    );
    for used in lost {
        finding = finding.operand(used, &format!("redis.{name}.uses"), "must not be lost");
    }
    let message = "use `noeviction`, which evicts nothing";
    Some(finding.repair(policy, &path, message, "\"noeviction\""))
}
