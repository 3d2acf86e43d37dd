//! A user of Redis' ACL that ElastiCache cannot have.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, RedisGroup, RedisTls, Version};

/// The rule `redis-user-unsupported`.
pub(super) static RULE: Rule = Rule {
    code: Code("redis-user-unsupported"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/redis-user-unsupported.md"),
    check,
};

/// The first version with users.
const WITH_USERS: Version = Version::of(6, 0);

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        findings.extend(one(name, group));
    }
}

fn one(name: &Name, group: &RedisGroup) -> Option<Finding> {
    let user = group.user.as_ref()?;
    let path = format!("redis.{name}.user");
    let finding = |message: String| {
        Finding::new(RULE.code, Severity::Error, message).operand(user, &path, "the user")
    };
    if group.tls.value == RedisTls::Off {
        let tls = format!("redis.{name}.tls");
        let message = format!(
            "the group `{name}` has the user `{}`, but no TLS",
            user.value
        );
        return Some(
            finding(message)
                .operand(&group.tls, &tls, "encryption in transit")
                .note("ElastiCache has users only in groups with TLS")
                .help("use `tls \"required\"`, or remove `user`"),
        );
    }
    if group.is_at_least(&WITH_USERS) {
        return None;
    }
    let version = format!("redis.{name}.engine.version");
    let message = format!(
        "the group `{name}` has the user `{}`, but {} {} has no users",
        user.value, group.engine.value, group.version.value
    );
    Some(
        finding(message)
            .operand(&group.version, &version, "the version")
            .given(&group.engine)
            .note(format!("{} < {WITH_USERS}", group.version.value))
            .help("use version 6.0 or later, or remove `user`"),
    )
}
