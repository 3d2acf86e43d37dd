//! Jobs or sessions that Redis may throw away.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{EvictionPolicy, Name, RedisGroup, Use};
use crate::source::Sourced;

/// The rule `eviction-loses-jobs`.
pub(super) static RULE: Rule = Rule {
    code: Code("eviction-loses-jobs"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Redis],
    explanation: include_str!("../../diagnostic/explain/eviction-loses-jobs.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        one(name, group, findings);
    }
}

fn one(name: &Name, group: &RedisGroup, findings: &mut Findings) {
    let policy = &group.policy;
    let lost = |used: &&Sourced<Use>| matches!(used.value, Use::Queue | Use::Sessions);
    let Some(used) = group.uses.iter().find(lost) else {
        return;
    };
    if policy.value == EvictionPolicy::Noeviction {
        return;
    }
    let message = format!(
        "`{}` on the group `{name}` can be lost: its policy `{}` evicts keys",
        used.value, policy.value
    );
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(policy, &format!("redis.{name}.policy"), "the policy")
            .operand(used, &format!("redis.{name}.uses"), "what may be lost")
            .repair(
                policy,
                "the policy that evicts nothing is `noeviction`",
                "\"noeviction\"",
            ),
    );
}
