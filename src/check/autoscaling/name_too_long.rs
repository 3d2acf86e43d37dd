//! A name that an object cannot have.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Name;
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

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    one("app", "a Helm release", &environment.app, 53, findings);
    one(
        "api.name",
        "a Deployment",
        &environment.api.workload.name,
        47,
        findings,
    );
    one(
        "pgbouncer.name",
        "a Deployment",
        &environment.pgbouncer.name,
        47,
        findings,
    );
    for (name, worker) in &environment.worker {
        // The ScaledObject adds `-scaler` and may have 54.
        one(
            &format!("worker.{name}.name"),
            "a Deployment",
            &worker.workload.name,
            47,
            findings,
        );
    }
    let database = &environment.database;
    let count = database.replicas.count.value;
    let suffix = if count > 0 {
        format!("-read-{count}").len()
    } else {
        0
    };
    one(
        "database.name",
        "an RDS instance with its replicas",
        &database.name,
        63 - suffix,
        findings,
    );
    form("database.name", &database.name, findings);
    for (name, group) in &environment.redis {
        let path = format!("redis.{name}.name");
        one(&path, "a replication group", &group.name, 40, findings);
        form(&path, &group.name, findings);
    }
}

fn one(path: &str, what: &str, name: &Sourced<Name>, most: usize, findings: &mut Findings) {
    let length = name.value.as_str().len();
    if length > most {
        let message = format!(
            "`{}` has {length} characters, and the name of {what} at most {most}",
            name.value
        );
        let finding =
            Finding::new(RULE.code, Severity::Error, message).operand(name, path, "the name");
        findings.report(finding.help(format!("state a `name` of at most {most} characters")));
    }
}

/// What AWS asks of an identifier beyond its length.
fn form(path: &str, name: &Sourced<Name>, findings: &mut Findings) {
    let text = name.value.as_str();
    if text.contains("--") || !text.starts_with(|c: char| c.is_ascii_lowercase()) {
        let message = format!(
            "`{text}` does not begin with a letter, or has `--` in it, as no AWS identifier may"
        );
        let finding =
            Finding::new(RULE.code, Severity::Error, message).operand(name, path, "the name");
        findings.report(finding.help("begin with a letter and write single `-`"));
    }
}
