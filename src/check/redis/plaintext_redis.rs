//! Redis in plain text.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, RedisGroup, RedisTls};

/// The rule `plaintext-redis`.
pub(super) static RULE: Rule = Rule {
    code: Code("plaintext-redis"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/plaintext-redis.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        findings.extend(one(name, group));
    }
}

fn one(name: &Name, group: &RedisGroup) -> Option<Finding> {
    let tls = &group.tls;
    let message = match tls.value {
        RedisTls::Required => return None,
        // `tls-step-unknown` reports this.
        RedisTls::Preferred if !group.knows_preferred_tls() => return None,
        RedisTls::Preferred => {
            format!("the group `{name}` also accepts connections without TLS")
        }
        RedisTls::Off => format!("the group `{name}` has no TLS"),
    };
    let path = format!("redis.{name}.tls");
    Some(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(tls, &path, "encryption in transit")
            .repair(
                tls,
                &path,
                "use `required`, which allows only TLS",
                "\"required\"",
            ),
    )
}
