//! Two environments that would write the same object.

use crate::check::Rule;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{Environment, Name};
use crate::source::Sourced;

/// The rule `object-collision`.
pub(in crate::check) static RULE: Rule = Rule {
    code: Code("object-collision"),
    severity: Severity::Error,
    waivable: false,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/object-collision.md"),
    check: super::over_several_files,
};

/// An object whose name must be its own: where it is, of what kind, and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::check) struct Key {
    place: String,
    kind: &'static str,
    name: String,
}

/// Every such object of an environment.
pub(in crate::check) fn objects(environment: &Environment) -> Vec<(Key, &Sourced<Name>)> {
    let region = &environment.region.value;
    let cluster = format!(
        "namespace `{}` of cluster `{}` in {region}",
        environment.namespace.value, environment.cluster.value
    );
    let key = |place: &str, kind, name: &Sourced<Name>| Key {
        place: place.to_owned(),
        kind,
        name: name.value.to_string(),
    };
    let workloads = super::super::autoscaling::workloads(environment);
    let names = workloads.into_iter().map(|(_, workload)| &workload.name);
    let mut all: Vec<_> = names
        .chain([&environment.pgbouncer.name])
        .map(|name| (key(&cluster, "Deployment", name), name))
        .collect();
    let database = &environment.database.name;
    all.push((key(region, "RDS instance", database), database));
    let groups = environment.redis.values().map(|group| &group.name);
    all.extend(groups.map(|name| (key(region, "replication group", name), name)));
    all
}

/// What there is to say when an object of `environment` is one of `other` too, which comes first.
pub(in crate::check) fn finding(
    key: &Key,
    (environment, object): (&Environment, &Sourced<Name>),
    (other, theirs): (&Environment, &Sourced<Name>),
) -> Option<Diagnostic> {
    let (one, two) = (&environment.environment, &other.environment);
    let Key { place, kind, name } = key;
    let message = format!(
        "`{}` and `{}` both have the {kind} `{name}` in {place}",
        two.value, one.value
    );
    let names = [object, theirs, &environment.cluster, &other.cluster];
    let places = [&environment.namespace, &other.namespace];
    let mut sound = names.into_iter().chain(places).map(|name| name.sound);
    let regions = environment.region.sound && other.region.sound;
    if !regions || !sound.all(|sound| sound) {
        return None;
    }
    // A name that was derived stands nowhere: its environment stands for it.
    let mine = object.origin.span().or_else(|| one.origin.span())?;
    let first = theirs.origin.span().or_else(|| two.origin.span())?;
    let mut finding = Diagnostic::new(RULE.code, Severity::Error, message)
        .label(mine, format!("`{name}` of `{}`", one.value))
        .label(first, format!("and of `{}`", two.value));
    // Where the environments meet is the other half of the cause.
    let shared = [&environment.cluster, &other.cluster];
    if *kind == "Deployment" {
        let spans = shared
            .into_iter()
            .filter_map(|cluster| cluster.origin.span());
        for span in spans {
            finding = finding.label(span, "the cluster of both");
        }
    }
    let help = if *kind == "Deployment" {
        "state another `cluster`, `namespace` or `app` in one of them, or a `name` for the object"
    } else {
        "state another `region` or `app` in one of them, or a `name` for the object"
    };
    Some(finding.help(help))
}
