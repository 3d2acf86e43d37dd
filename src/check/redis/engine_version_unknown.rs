//! An engine version that AWS does not offer.

use crate::catalogue::PostgresVersion;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::suggest;
use crate::diagnostic::{Code, Severity};
use crate::model::version::major_and_rest;
use crate::model::{Name, RedisGroup, Version};

/// The rule `engine-version-unknown`.
pub(super) static RULE: Rule = Rule {
    code: Code("engine-version-unknown"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/engine-version-unknown.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        findings.extend(redis(context, name, group));
    }
    findings.extend(postgres(context));
}

fn redis(context: &Context<'_>, name: &Name, group: &RedisGroup) -> Option<Finding> {
    let (engine, version) = (&group.engine, &group.version);
    let versions = &context.catalogue.redis_versions;
    let wanted = format!("{} {}", engine.value, version.value);
    if versions.get(&wanted).is_some() {
        return None;
    }
    let prefix = format!("{} ", engine.value);
    let names = || {
        versions
            .names()
            .filter_map(|name| name.strip_prefix(&prefix))
    };
    let message = format!(
        "version `{}` of `{}` is not in the catalogue",
        version.value, engine.value
    );
    let path = format!("redis.{name}.engine.version");
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(version, &path, "the version")
        .operand(engine, &format!("redis.{name}.engine"), "the engine");
    let known = suggest::list(names());
    Some(match newest(names()) {
        Some(newest) => finding.repair(
            version,
            &path,
            format!(
                "use one of the known versions of `{}`: {known}",
                engine.value
            ),
            format!("\"{newest}\""),
        ),
        None => finding.help(format!(
            "the catalogue has no version of `{}`",
            engine.value
        )),
    })
}

/// The newest of versions such as `8.1`.
fn newest<'a>(versions: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    versions.max_by_key(|version| Version::lenient(version))
}

/// PostgreSQL: a major version, or major and minor.
fn postgres(context: &Context<'_>) -> Option<Finding> {
    let engine = &context.environment.database.engine;
    let (major, minor) = major_and_rest(&engine.value);
    let minor = minor.map(str::parse::<u32>);
    let known = context.catalogue.postgres.get(major);
    let (Some(known), Some(minor)) = (known, minor.transpose().ok()) else {
        return Some(no_such_postgres(context, known));
    };
    let newest = &known.newest_minor;
    let newest_minor = Version::lenient(newest).minor();
    if minor <= newest_minor {
        return None;
    }
    let message = format!(
        "PostgreSQL {} is newer than {newest}, the newest version in the catalogue",
        engine.value
    );
    let finding = Finding::new(RULE.code, Severity::Warning, message).operand(
        engine,
        "database.engine",
        "the version",
    );
    Some(finding.repair(
        engine,
        "database.engine",
        format!("use the newest known version, {newest}"),
        format!("\"{newest}\""),
    ))
}

/// An unknown major version, or a malformed minor version.
fn no_such_postgres(context: &Context<'_>, major: Option<&PostgresVersion>) -> Finding {
    let engine = &context.environment.database.engine;
    let versions = &context.catalogue.postgres;
    let aurora = engine.value.contains("aurora");
    let message = if aurora {
        format!("`{}`: tierc does not support Aurora", engine.value)
    } else {
        format!("RDS has no PostgreSQL `{}`", engine.value)
    };
    let finding = Finding::new(RULE.code, Severity::Error, message).operand(
        engine,
        "database.engine",
        "the version",
    );
    if aurora {
        return finding
            .note("Aurora has other parameters, storage, prices, failovers and Terraform resources")
            .help(format!(
                "`engine` is a major version of RDS for PostgreSQL: {}",
                suggest::list(versions.names())
            ));
    }
    let usual = context.tier.stated.database.engine.value.as_ref();
    let usual = usual.map(|usual| usual.value.as_str());
    let usual = usual.filter(|usual| versions.names().any(|known| known == *usual));
    let near = major.map(|major| major.newest_minor.as_str());
    let message = format!(
        "use one of the known major versions: {}",
        suggest::list(versions.names())
    );
    match near.or(usual).or_else(|| newest(versions.names())) {
        Some(other) => finding.repair(engine, "database.engine", message, format!("\"{other}\"")),
        None => finding.help("the catalogue has no version of PostgreSQL"),
    }
}
