//! An environment variable that has two values.

use crate::ast::TopPart;
use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Environment, Workload};
use crate::source::Sourced;

/// The rule `variable-taken`.
pub(super) static RULE: Rule = Rule {
    code: Code("variable-taken"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[
        TopPart::Redis,
        TopPart::Database,
        TopPart::Api,
        TopPart::Worker,
    ],
    explanation: include_str!("../../diagnostic/explain/variable-taken.md"),
    check,
};

/// The variables with the database's addresses.
pub(super) const DATABASE: [&str; 2] = ["DATABASE_URL", "DATABASE_READ_URL"];

/// A variable, and the path of the value that sets it.
pub(super) type Claim<'a> = (String, &'a Sourced<String>);

fn check(context: &Context<'_>, findings: &mut Findings) {
    let groups = of_all(context.environment);
    for (index, claim) in groups.iter().enumerate() {
        let mut earlier = groups.iter().take(index);
        let other = earlier.find(|(_, variable)| variable == &claim.1);
        let by = if claim.0.starts_with("database.") {
            "`database { env }`"
        } else {
            "the group's `env`"
        };
        report(claim, other, by, findings);
    }
    let limits = limits(context.environment);
    for claim in &limits {
        let (path, variable) = claim;
        let lifetime = path.strip_suffix("lifetime-env");
        // The other variable of the same workload.
        let count = lifetime.map(|connections| format!("{connections}env"));
        let own = limits
            .iter()
            .filter(|(path, _)| Some(path) == count.as_ref());
        let mut others = groups.iter().chain(own);
        let other = others.find(|(_, other)| other == variable);
        let by = if lifetime.is_some() {
            "`connections lifetime-env=`"
        } else {
            "`connections env=`"
        };
        report(claim, other, by, findings);
    }
    for (who, workload) in workloads(context.environment) {
        let own = format!("{who}.connections.");
        let further = of_further(&who, workload);
        for (index, claim) in further.iter().enumerate() {
            let earlier = further.iter().take(index);
            let limits = limits.iter().filter(|(path, _)| path.starts_with(&own));
            let mut others = groups.iter().chain(limits).chain(earlier);
            let other = others.find(|(_, variable)| *variable == claim.1);
            report(claim, other, "`connections { database }`", findings);
        }
    }
}

fn report(claim: &Claim<'_>, other: Option<&Claim<'_>>, by: &str, findings: &mut Findings) {
    let (path, variable) = claim;
    let name = &variable.value;
    let of_database = DATABASE.contains(&name.as_str());
    if other.is_none() && !of_database {
        return;
    }
    let message = format!("the variable `{name}` would get two values");
    let mut finding =
        Finding::new(RULE.code, Severity::Error, message).operand(variable, path, "this variable");
    if let Some((path, variable)) = other {
        finding = finding.operand(variable, path, "the same variable");
    }
    if of_database {
        finding = finding.note(format!("the database's address is read from `{name}`"));
    }
    findings.report(finding.help(format!("use another variable with {by}")));
}

/// The variables that every workload gets: those of the Redis groups, and the parts of a connection to the
/// database.
pub(super) fn of_all(environment: &Environment) -> Vec<Claim<'_>> {
    let database = environment.database.variables().into_iter();
    let database = database.map(|(part, variable)| (format!("database.env.{part}"), variable));
    let mut claims = of_groups(environment);
    claims.extend(database);
    claims
}

/// The variables of the Redis groups, which every workload gets.
fn of_groups(environment: &Environment) -> Vec<Claim<'_>> {
    environment
        .redis
        .iter()
        .flat_map(|(name, group)| {
            let mut databases = group.database.iter();
            // A database may take the variable of its own group, once.
            let taken = databases.find(|it| it.env.value == group.env_url.value);
            let url = (format!("redis.{name}.env.url"), &group.env_url);
            let cluster = (format!("redis.{name}.env.cluster"), &group.env_cluster);
            let databases = group.database.iter().map(move |it| {
                let path = format!("redis.{name}.database.{}.env", it.role.value);
                (path, &it.env)
            });
            let url = taken.is_none().then_some(url);
            url.into_iter().chain([cluster]).chain(databases)
        })
        .collect()
}

/// The variables for the connections to further databases of PgBouncer.
pub(super) fn of_further<'a>(who: &str, workload: &'a Workload) -> Vec<Claim<'a>> {
    let further = workload.connections.database.iter();
    let claims = further.flat_map(|it| {
        let path = format!("{who}.connections.database.{}", it.database.value);
        let url = it.url.as_ref().map(|url| (format!("{path}.url"), url));
        let env = it.env.as_ref().map(|env| (format!("{path}.env"), env));
        url.into_iter().chain(env)
    });
    claims.collect()
}

/// The variables for the number and the lifetime of a pod's connections.
fn limits(environment: &Environment) -> Vec<Claim<'_>> {
    let apis = environment.apis().map(|(who, api)| (who, &api.connections));
    let workers = environment.worker.iter().map(|(name, pool)| {
        let who = format!("worker.{name}");
        (who, &pool.workload.connections)
    });
    let mut claims = Vec::new();
    for (who, connections) in apis.chain(workers) {
        claims.push((format!("{who}.connections.env"), &connections.env));
        let lifetime = connections.lifetime_env.iter();
        let path = format!("{who}.connections.lifetime-env");
        claims.extend(lifetime.map(|variable| (path.clone(), variable)));
    }
    claims
}
