//! A name that an object cannot have.

use crate::ast::TopPart;
use crate::check::workloads::workloads;
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
    reads: &[TopPart::Other],
    explanation: include_str!("../../diagnostic/explain/name-too-long.md"),
    check,
};

/// Characters of a Helm release's name.
const RELEASE: usize = 53;

/// The longest app name if there is a CronJob: jobs add 11 characters to its name, up to 63.
const SCHEDULED: usize = 52 - "-schedule".len();

/// The longest Deployment name: pods add 16 characters, up to 63, and the ScaledObject adds
/// `-scaler`, up to 54.
const DEPLOYMENT: usize = 47;

/// The longest id of an ElastiCache replication group.
const GROUP: usize = 40;

/// Characters of an RDS identifier.
const INSTANCE: usize = 63;

/// A name, and the object that has it.
struct NamedObject<'a> {
    path: String,
    name: &'a Sourced<Name>,
    what: &'static str,
    most: usize,
    /// Whether the name is an AWS identifier, which cannot contain `--`.
    aws: bool,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let replicas = &context.environment.database.replicas.count;
    for named in names(context.environment) {
        // Only the database's name gets a suffix for replicas.
        let length = length(&named).map(|finding| match named.path.as_str() {
            "database.name" => finding.given(replicas),
            _ => finding,
        });
        findings.extend(length);
        findings.extend(form(&named));
    }
}

fn names(environment: &Environment) -> Vec<NamedObject<'_>> {
    let named = |path: String, name, what, most| NamedObject {
        path,
        name,
        what,
        most,
        aws: false,
    };
    let aws = |path: String, name, what, most| NamedObject {
        aws: true,
        ..named(path, name, what, most)
    };
    let deployment = |path: String, name| named(path, name, "a Deployment", DEPLOYMENT);
    let mut all = vec![named(
        "app".into(),
        &environment.app,
        "a Helm release",
        RELEASE,
    )];
    if environment.is_followed() {
        let what = "an app with a schedule";
        all.push(named("app".into(), &environment.app, what, SCHEDULED));
    }
    let workloads = workloads(environment).into_iter();
    all.extend(workloads.map(|(who, workload)| deployment(format!("{who}.name"), &workload.name)));
    let pooler = &environment.pgbouncer.name;
    all.push(deployment("pgbouncer.name".into(), pooler));
    let (what, most) = instance(environment.database.replicas.count.value);
    let database = &environment.database.name;
    all.push(aws("database.name".into(), database, what, most));
    for (name, group) in &environment.redis {
        let path = format!("redis.{name}.name");
        all.push(aws(path, &group.name, "a replication group", GROUP));
    }
    all
}

/// The description of the RDS instance in a finding, and the longest name that leaves room for the
/// replicas' suffix.
fn instance(replicas: u32) -> (&'static str, usize) {
    if replicas == 0 {
        return ("an RDS instance", INSTANCE);
    }
    let suffix = format!("-read-{replicas}");
    let what = "an RDS instance that has read replicas";
    (what, INSTANCE - suffix.len())
}

fn length(named: &NamedObject<'_>) -> Option<Finding> {
    let NamedObject {
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
    let message =
        format!("`{text}` has {length} characters, but the name of {what} may have at most {most}");
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(*name, path, "the name")
        .note(format!("{length} characters > {most}"));
    let message = format!("use a name of at most {most} characters");
    Some(finding.repair(*name, path, message, format!("\"{shorter}\"")))
}

fn form(named: &NamedObject<'_>) -> Option<Finding> {
    let NamedObject { path, name, .. } = named;
    let text = name.value.as_str();
    if !named.aws || !text.contains("--") {
        return None;
    }
    let mut single = text.to_owned();
    while single.contains("--") {
        single = single.replace("--", "-");
    }
    let message = format!("`{text}` contains `--`, which AWS does not allow in identifiers");
    Some(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(*name, path, "the name")
            .repair(*name, path, "use single hyphens", format!("\"{single}\"")),
    )
}
