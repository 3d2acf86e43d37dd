//! A step towards TLS that the engine does not support.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, RedisGroup, RedisTls};

/// The rule `tls-step-unknown`.
pub(super) static RULE: Rule = Rule {
    code: Code("tls-step-unknown"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Redis],
    explanation: include_str!("../../diagnostic/explain/tls-step-unknown.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        findings.extend(one(name, group));
    }
}

fn one(name: &Name, group: &RedisGroup) -> Option<Finding> {
    let (tls, engine, version) = (&group.tls, &group.engine, &group.version);
    if tls.value != RedisTls::Preferred || group.knows_preferred_tls() {
        return None;
    }
    let first = RedisGroup::TLS_IN_PLACE;
    let message = format!(
        "the group `{name}` has TLS `{}`, which Redis {} does not support",
        tls.value, version.value
    );
    let path = format!("redis.{name}.engine.version");
    Some(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(tls, &format!("redis.{name}.tls"), "encryption in transit")
            .operand(version, &path, "the version")
            .operand(engine, &format!("redis.{name}.engine"), "the engine")
            .note(format!("{} < {first}", version.value))
            .repair(
                version,
                &path,
                format!("use `7.0`, which supports it from {first} on"),
                "\"7.0\"",
            ),
    )
}
