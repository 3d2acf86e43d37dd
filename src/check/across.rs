//! Rules over several files of a run.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{Environment, Name};
use crate::source::Sourced;

use super::kubernetes::{ENVIRONMENT_NAME_TAKEN, OBJECT_COLLISION};

/// What is wrong between environments, each finding with the index of the file it belongs to: the
/// later of the two, as the files are given.
#[must_use]
pub fn check(environments: &[(usize, &Environment)]) -> Vec<(usize, Diagnostic)> {
    let mut found = Vec::new();
    let mut names: BTreeMap<&Name, &Environment> = BTreeMap::new();
    let mut objects: BTreeMap<[String; 3], (&Environment, &Sourced<Name>)> = BTreeMap::new();
    for (index, environment) in environments {
        let name = &environment.environment;
        if let Some(other) = names.get(&name.value) {
            // Every derived name follows from the environment's: one finding says it all.
            if let Some(finding) = taken(environment, other) {
                found.push((*index, finding));
            }
            continue;
        }
        names.insert(&name.value, environment);
        let mut collided = false;
        for (key, object) in objects_of(environment) {
            match objects.get(&key) {
                Some((other, theirs)) if !collided => {
                    let finding = collision(&key, (environment, object), (other, theirs));
                    found.extend(finding.map(|finding| (*index, finding)));
                    collided = true;
                }
                Some(_) => {}
                None => {
                    objects.insert(key, (environment, object));
                }
            }
        }
    }
    found
}

/// Every object of an environment whose name must be its own: where, what kind, which name.
fn objects_of(environment: &Environment) -> Vec<([String; 3], &Sourced<Name>)> {
    let region = &environment.region.value;
    let cluster = format!(
        "namespace `{}` of cluster `{}` in {region}",
        environment.namespace.value, environment.cluster.value
    );
    let key = |place: &str, kind: &str, name: &Sourced<Name>| {
        [place.to_owned(), kind.to_owned(), name.value.to_string()]
    };
    let api = &environment.api.workload.name;
    let pools = environment
        .worker
        .values()
        .map(|worker| &worker.workload.name);
    let deployments = [api, &environment.pgbouncer.name].into_iter().chain(pools);
    let mut all: Vec<_> = deployments
        .map(|name| (key(&cluster, "Deployment", name), name))
        .collect();
    let database = &environment.database.name;
    all.push((key(region, "RDS instance", database), database));
    let groups = environment.redis.values().map(|group| &group.name);
    all.extend(groups.map(|name| (key(region, "replication group", name), name)));
    all
}

fn taken(environment: &Environment, other: &Environment) -> Option<Diagnostic> {
    let (name, first) = (&environment.environment, &other.environment);
    let message = format!(
        "another file of this run is the environment `{}` too",
        name.value
    );
    let place = name.origin.span()?;
    let finding = Diagnostic::new(ENVIRONMENT_NAME_TAKEN, Severity::Error, message)
        .label(place, "again here");
    (name.sound && first.sound).then(|| match first.origin.span() {
        Some(span) => finding.label(span, "first here"),
        None => finding,
    }.help("give each environment a name of its own: it names the generated tree and the AWS resources"))
}

fn collision(
    [place, kind, name]: &[String; 3],
    (environment, object): (&Environment, &Sourced<Name>),
    (other, theirs): (&Environment, &Sourced<Name>),
) -> Option<Diagnostic> {
    let code: Code = OBJECT_COLLISION;
    let (one, two) = (&environment.environment, &other.environment);
    let message = format!(
        "`{}` and `{}` both have the {kind} `{name}` in {place}",
        two.value, one.value
    );
    let sound = [
        object.sound,
        theirs.sound,
        environment.cluster.sound,
        other.cluster.sound,
    ]
    .into_iter()
    .chain([environment.namespace.sound, other.namespace.sound])
    .chain([environment.region.sound, other.region.sound])
    .all(|sound| sound);
    // A name that was derived stands nowhere: its environment stands for it.
    let mine = object.origin.span().or_else(|| one.origin.span())?;
    let first = theirs.origin.span().or_else(|| two.origin.span())?;
    let finding = Diagnostic::new(code, Severity::Error, message)
        .label(mine, "the one")
        .label(first, "and the other")
        .help("state another `cluster`, `namespace` or `app`, or a `name` for the object");
    sound.then_some(finding)
}
