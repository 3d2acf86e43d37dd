//! A cache that refuses writes when it is full.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{EvictionPolicy, Name, RedisGroup, Use};

/// The rule `cache-without-eviction`.
pub(super) static RULE: Rule = Rule {
    code: Code("cache-without-eviction"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[TopPart::Redis],
    explanation: include_str!("../../diagnostic/explain/cache-without-eviction.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        findings.extend(one(name, group));
    }
}

fn one(name: &Name, group: &RedisGroup) -> Option<Finding> {
    let policy = &group.policy;
    let only_cache = group.uses.iter().all(|used| used.value == Use::Cache);
    let used = group.uses.first().filter(|_| only_cache)?;
    if policy.value != EvictionPolicy::Noeviction {
        return None;
    }
    let message = format!(
        "`redis.{name}` is only a cache, but it refuses writes when it is full instead of evicting keys"
    );
    let path = format!("redis.{name}.policy");
    Some(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(policy, &path, "no key is evicted")
            .operand(used, &format!("redis.{name}.uses"), "the only use")
            .repair(
                policy,
                &path,
                "use `volatile-lru`, which evicts the least recently used keys that have an expiry",
                "\"volatile-lru\"",
            ),
    )
}
