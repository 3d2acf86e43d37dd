//! A name that an object cannot have.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Environment, Name};
use crate::source::Sourced;

/// The rule `name-too-long`.
pub(super) static RULE: Rule = Rule {
    code: Code("name-too-long"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[
        Part::Api,
        Part::Worker,
        Part::Pgbouncer,
        Part::Database,
        Part::Redis,
        Part::Other,
    ],
    explanation: include_str!("../../diagnostic/explain/name-too-long.md"),
    check,
};

/// Characters of a Helm release's name.
const RELEASE: usize = 53;

/// Characters of a Deployment's name: pods add 16 and have 63, and the ScaledObject that adds
/// `-scaler` has 54.
const DEPLOYMENT: usize = 47;

/// Characters of an ElastiCache replication group's id.
const GROUP: usize = 40;

/// Characters of an RDS identifier.
const INSTANCE: usize = 63;

/// A name, where it is stated, and the object that it is of.
struct Named<'a> {
    path: String,
    name: &'a Sourced<Name>,
    what: &'static str,
    most: usize,
    /// Whether the name is an AWS identifier, which has no `--`.
    aws: bool,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for named in names(context.environment) {
        findings.extend(length(&named));
        findings.extend(form(&named));
    }
}

fn names(environment: &Environment) -> Vec<Named<'_>> {
    let named = |path: &str, name, what, most, aws| Named {
        path: path.to_owned(),
        name,
        what,
        most,
        aws,
    };
    let app = &environment.app;
    let mut all = vec![named("app", app, "a Helm release", RELEASE, false)];
    for (who, workload) in super::workloads(environment) {
        let path = format!("{who}.name");
        all.push(named(
            &path,
            &workload.name,
            "a Deployment",
            DEPLOYMENT,
            false,
        ));
    }
    let pooler = &environment.pgbouncer.name;
    all.push(named(
        "pgbouncer.name",
        pooler,
        "a Deployment",
        DEPLOYMENT,
        false,
    ));
    let database = &environment.database;
    let replicas = database.replicas.count.value;
    let (what, suffix) = if replicas > 0 {
        let suffix = format!("-read-{replicas}");
        ("an RDS instance that has read replicas", suffix.len())
    } else {
        ("an RDS instance", 0)
    };
    let most = INSTANCE - suffix;
    all.push(named("database.name", &database.name, what, most, true));
    for (name, group) in &environment.redis {
        let path = format!("redis.{name}.name");
        all.push(named(
            &path,
            &group.name,
            "a replication group",
            GROUP,
            true,
        ));
    }
    all
}

fn length(named: &Named<'_>) -> Option<Finding> {
    let Named {
        path,
        name,
        what,
        most,
        ..
    } = named;
    let text = name.value.as_str();
    let length = text.len();
    let shorter = text
        .get(..*most)
        .filter(|_| length > *most)?
        .trim_end_matches('-');
    let message = format!("`{text}` has {length} characters, and {what} at most {most}");
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(*name, path, "the name")
        .note(format!("{length} > {most}"));
    let message = format!("a name of {most} characters or less is needed");
    Some(finding.repair(*name, path, message, format!("\"{shorter}\"")))
}

fn form(named: &Named<'_>) -> Option<Finding> {
    let Named { path, name, .. } = named;
    let text = name.value.as_str();
    if !named.aws || !text.contains("--") {
        return None;
    }
    let mut single = text.to_owned();
    while single.contains("--") {
        single = single.replace("--", "-");
    }
    let message = format!("`{text}` has `--` in it, and no AWS identifier may");
    Some(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(*name, path, "the name")
            .repair(*name, path, "write single hyphens", format!("\"{single}\"")),
    )
}
