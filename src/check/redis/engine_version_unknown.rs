//! An engine version that ElastiCache does not offer.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, RedisGroup};
use crate::parse::suggest;

/// The rule `engine-version-unknown`.
pub(super) static RULE: Rule = Rule {
    code: Code("engine-version-unknown"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Redis],
    explanation: include_str!("../../diagnostic/explain/engine-version-unknown.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        one(context, name, group, findings);
    }
}

fn one(context: &Context<'_>, name: &Name, group: &RedisGroup, findings: &mut Findings) {
    let (engine, version) = (&group.engine, &group.version);
    let versions = &context.catalogue.redis_versions;
    let wanted = format!("{} {}", engine.value, version.value);
    if versions.get(&wanted).is_some() {
        return;
    }
    let prefix = format!("{} ", engine.value);
    let known = suggest::list(
        versions
            .names()
            .filter_map(|name| name.strip_prefix(&prefix)),
    );
    let message = format!(
        "ElastiCache has no version `{}` of `{}`",
        version.value, engine.value
    );
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(version, &format!("redis.{name}.version"), "the version")
            .operand(engine, &format!("redis.{name}.engine"), "the engine")
            .help(format!("known versions of `{}` are {known}", engine.value)),
    );
}
