//! Two environments that write the same object.

use crate::check::Rule;
use crate::check::workloads::workloads;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{Environment, Name};
use crate::source::{Sourced, Span};

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

/// An object whose name must be unique: its place, its kind and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::check) struct ObjectKey {
    place: String,
    kind: &'static str,
    name: String,
}

/// Every such object of an environment.
pub(in crate::check) fn objects(environment: &Environment) -> Vec<(ObjectKey, &Sourced<Name>)> {
    let region = &environment.region.value;
    let cluster = format!(
        "namespace `{}` of cluster `{}` in {region}",
        environment.namespace.value, environment.cluster.value
    );
    let key = |place: &str, kind, name: &Sourced<Name>| ObjectKey {
        place: place.to_owned(),
        kind,
        name: name.value.to_string(),
    };
    let workloads = workloads(environment);
    let names = workloads.into_iter().map(|(_, workload)| &workload.name);
    let mut all: Vec<_> = names
        .chain([&environment.pgbouncer.name])
        .map(|name| (key(&cluster, "Deployment", name), name))
        .collect();
    // These two names always derive from the app.
    let of_app = |kind, name| ObjectKey {
        place: cluster.clone(),
        kind,
        name,
    };
    let rule = of_app("PrometheusRule", environment.rule_name());
    all.push((rule, &environment.app));
    if environment.is_followed() {
        let job = of_app("CronJob", environment.schedule_name());
        all.push((job, &environment.app));
    }
    let database = &environment.database.name;
    all.push((key(region, "RDS instance", database), database));
    let groups = environment.redis.values().map(|group| &group.name);
    all.extend(groups.map(|name| (key(region, "replication group", name), name)));
    all
}

/// An object's name, and its environment.
pub(in crate::check) type Owned<'a> = (&'a Environment, &'a Sourced<Name>);

/// The finding if an object of `mine` is also in `theirs`, which comes first.
pub(in crate::check) fn finding(
    key: &ObjectKey,
    mine: Owned<'_>,
    theirs: Owned<'_>,
) -> Option<Diagnostic> {
    let (one, two) = (&mine.0.environment.value, &theirs.0.environment.value);
    let ObjectKey { place, kind, name } = key;
    let twice = std::ptr::eq(mine.0, theirs.0);
    let message = if twice {
        format!("`{one}` has the {kind} `{name}` twice in {place}")
    } else {
        format!("`{two}` and `{one}` both have the {kind} `{name}` in {place}")
    };
    if !sound(mine) || !sound(theirs) {
        return None;
    }
    let (again, first) = (span(mine), span(theirs));
    let finding = Diagnostic::new(RULE.code, Severity::Error, message);
    let finding = labelled(finding, again, format!("`{name}` of `{one}`"));
    Some(if twice && first == again {
        finding.help("state a `name` for one of the two")
    } else if twice {
        let finding = labelled(finding, first, "the same name again".into());
        finding.help("state another `name` for one of the two")
    } else {
        let finding = labelled(finding, first, format!("`{name}` of `{two}`"));
        between(finding, kind, [mine.0, theirs.0])
    })
}

/// Points at a name, if it is written in a file.
fn labelled(finding: Diagnostic, place: Option<Span>, text: String) -> Diagnostic {
    match place {
        Some(place) => finding.label(place, text),
        None => finding,
    }
}

/// The other half of the cause: the cluster, account or namespace that both share.
fn between(mut finding: Diagnostic, kind: &str, environments: [&Environment; 2]) -> Diagnostic {
    let of_app = ["CronJob", "PrometheusRule"].contains(&kind);
    if kind != "Deployment" && !of_app {
        return finding
            .help("state another `region` or `app` in one of them, or a `name` for the object");
    }
    let clusters = environments.map(|environment| environment.cluster.origin.span());
    for span in clusters.into_iter().flatten() {
        finding = finding.label(span, "the cluster of both");
    }
    finding.help(if of_app {
        "state another `cluster`, `namespace` or `app` in one of them"
    } else {
        "state another `cluster`, `namespace` or `app` in one of them, or a `name` for the object"
    })
}

/// The place of an object's name. For a derived name, the place of the environment's name. A record
/// has no places.
fn span((environment, object): Owned<'_>) -> Option<Span> {
    let name = object.origin.span();
    name.or_else(|| environment.environment.origin.span())
}

/// Whether everything that decides an object's place could be read.
fn sound((environment, object): Owned<'_>) -> bool {
    let names = [object, &environment.cluster, &environment.namespace];
    environment.region.sound && names.into_iter().all(|name| name.sound)
}
