//! What every object carries.

use crate::emit::yaml::{Map, YamlValue, yaml};

use crate::model::{Environment, OWN_LABELS};

/// `metadata` of the object `name`, which belongs to the Deployment `component`.
pub(in crate::emit) fn metadata(
    environment: &Environment,
    name: &str,
    component: &str,
) -> YamlValue {
    yaml!({
        "name": name,
        "namespace": &environment.namespace,
        "labels": labels(environment, component),
    })
}

/// The environment's labels, except those that identify objects.
pub(in crate::emit) fn of_environment(environment: &Environment) -> Map {
    environment
        .labels
        .iter()
        .filter(|(key, _)| !OWN_LABELS.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value))
        .collect()
}

/// The environment's labels and the recommended ones. The guide's commands and PgBouncer's
/// NetworkPolicy select by `app`.
pub(in crate::emit) fn labels(environment: &Environment, component: &str) -> Map {
    let app = environment.app.value.as_str();
    let values = [component, component, component, app, "tierc"];
    let own = OWN_LABELS.into_iter().zip(values);
    let mut labels = of_environment(environment);
    labels.extend(own);
    labels
}

/// The labels that select a Deployment's pods. They never change.
pub(in crate::emit) fn selector(component: &str) -> YamlValue {
    yaml!({ "app.kubernetes.io/name": component, "app.kubernetes.io/instance": component })
}
