//! Redis in plain text.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, RedisGroup, RedisTls};

/// The rule `plaintext-redis`.
pub(super) static RULE: Rule = Rule {
    code: Code("plaintext-redis"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[Part::Redis],
    explanation: include_str!("../../diagnostic/explain/plaintext-redis.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        one(name, group, findings);
    }
}

fn one(name: &Name, group: &RedisGroup, findings: &mut Findings) {
    let tls = &group.tls;
    if tls.value == RedisTls::Required {
        return;
    }
    let message = format!("the group `{name}` accepts connections without TLS");
    findings.report(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(tls, &format!("redis.{name}.tls"), "encryption in transit")
            .repair(tls, "TLS alone is `required`", "\"required\""),
    );
}
