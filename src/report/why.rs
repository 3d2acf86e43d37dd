//! `tierc why`: where a value comes from, and what depends on it.

use std::collections::BTreeSet;

use crate::budget::connections::{self, RESERVED, ServerBudget};
use crate::diagnostic::suggest;
use crate::model::{Attribute, Environment};
use crate::source::{Origin, Sources};

use super::show;

/// The explanation of the value at `path`, or of every value below it.
///
/// # Errors
///
/// If there is no such path; the message names the closest one.
pub fn why(
    path: &str,
    environment: &Environment,
    attributes: &[Attribute],
    sources: &Sources,
) -> Result<String, Option<String>> {
    let below = format!("{path}.");
    let chosen: Vec<&Attribute> = attributes
        .iter()
        .filter(|attribute| attribute.path == path || attribute.path.starts_with(&below))
        .collect();
    if chosen.is_empty() {
        let paths = attributes.iter().map(|attribute| attribute.path.as_str());
        let near = suggest::nearest(path, paths).map(str::to_owned);
        return Err(near);
    }
    let stories: Vec<String> = chosen
        .iter()
        .map(|attribute| story(attribute, environment, attributes, sources))
        .collect();
    Ok(stories.join("\n"))
}

fn story(
    attribute: &Attribute,
    environment: &Environment,
    all: &[Attribute],
    sources: &Sources,
) -> String {
    let mut text = format!("{} = {}\n", attribute.path, attribute.value);
    text += &source(&attribute.origin, all, sources);
    let dependants = dependants(&attribute.path, all);
    if !dependants.is_empty() {
        text += "  values derived from this one:\n";
        for dependant in dependants {
            text += &format!("    {dependant}\n");
        }
    }
    for budget in budgets(&attribute.path, environment) {
        text += &format!("  {budget}\n");
    }
    text
}

/// The origin of a value, with the values that it was derived from.
fn source(origin: &Origin, all: &[Attribute], sources: &Sources) -> String {
    match origin {
        Origin::Declared(_) => format!("  declared at {}\n", show::origin(origin, sources)),
        Origin::Tier(_) => {
            let place = show::origin(origin, sources);
            format!("  stated by the tier at {place}\n")
        }
        Origin::Derived(derivation) => {
            let inputs = derivation.inputs.iter();
            let inputs: String = inputs.map(|input| from(input, all, sources)).collect();
            let (rule, arithmetic) = (derivation.rule, &derivation.arithmetic);
            format!("  derived by `{rule}`: {arithmetic}\n{inputs}")
        }
        Origin::Recorded => "  recorded by an earlier run\n".into(),
    }
}

fn from(input: &str, all: &[Attribute], sources: &Sources) -> String {
    all.iter()
        .find(|attribute| attribute.path == input)
        .map_or_else(String::new, |attribute| {
            format!(
                "    from {input} = {}  // {}\n",
                attribute.value,
                show::origin(&attribute.origin, sources)
            )
        })
}

/// Every value that is derived from `path`, directly or indirectly.
fn dependants(path: &str, all: &[Attribute]) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut looking = vec![path.to_owned()];
    while let Some(current) = looking.pop() {
        for attribute in all {
            let Origin::Derived(derivation) = &attribute.origin else {
                continue;
            };
            if derivation.inputs.contains(&current) && found.insert(attribute.path.clone()) {
                looking.push(attribute.path.clone());
            }
        }
    }
    found
}

/// The budgets that include the value at `path`, as arithmetic.
fn budgets(path: &str, environment: &Environment) -> Vec<String> {
    let mut lines = Vec::new();
    let server = path.starts_with("database.direct")
        || [
            "pgbouncer.instances",
            "pgbouncer.drain",
            "pgbouncer.min-ready",
            "pgbouncer.pool.max-db",
            "database.max-connections",
        ]
        .contains(&path)
        || (path.starts_with("pgbouncer.database.") && path.ends_with(".max-db"));
    if server {
        lines.push(format!(
            "server connections: {}",
            server_line(environment, &connections::primary(environment))
        ));
    }
    let pods = path.ends_with(".replicas.max")
        || path.ends_with(".replicas.count")
        || (path.contains(".connections.") && path.ends_with(".per-pod"))
        || path.ends_with(".rollout.max-surge");
    if pods || path == "pgbouncer.clients.max" || path == "pgbouncer.instances" {
        let clients = connections::client_connections(environment);
        let pgbouncer = &environment.pgbouncer;
        let limit = u64::from(pgbouncer.instances.value) * u64::from(pgbouncer.clients.max.value);
        lines.push(format!(
            "client connections: {}, of {} x {} = {limit}",
            connections::arithmetic(&clients),
            pgbouncer.instances.value,
            pgbouncer.clients.max.value
        ));
    }
    lines
}

fn server_line(environment: &Environment, budget: &ServerBudget) -> String {
    let pgbouncer = &environment.pgbouncer;
    format!(
        "({} + {} draining) x {} + {} direct = {}, of {} - {RESERVED} = {}",
        pgbouncer.instances.value,
        pgbouncer.draining(),
        pgbouncer.each_pod(),
        budget.outside(),
        budget.total(),
        environment.database.max_connections.value,
        budget.usable
    )
}
