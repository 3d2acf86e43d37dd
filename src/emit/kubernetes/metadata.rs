//! What every object carries.

use serde_json::{Map, Value, json};

use crate::model::Environment;

/// `metadata` of the object `name`, which belongs to the Deployment `component`.
pub(super) fn metadata(environment: &Environment, name: &str, component: &str) -> Value {
    json!({
        "name": name,
        "namespace": environment.namespace,
        "labels": labels(environment, component),
    })
}

/// The environment's labels and the recommended ones, which win. `app` is what the guide's commands
/// and PgBouncer's NetworkPolicy select by.
pub(super) fn labels(environment: &Environment, component: &str) -> Map<String, Value> {
    let mut labels: Map<String, Value> = environment
        .labels
        .iter()
        .map(|(key, value)| (key.clone(), json!(value)))
        .collect();
    labels.insert("app".into(), json!(component));
    for (key, value) in [
        ("name", component),
        ("instance", component),
        ("part-of", environment.app.value.as_str()),
        ("managed-by", "tierc"),
    ] {
        labels.insert(format!("app.kubernetes.io/{key}"), json!(value));
    }
    labels
}

/// The labels that select a Deployment's pods; they never change.
pub(super) fn selector(component: &str) -> Value {
    json!({ "app.kubernetes.io/name": component, "app.kubernetes.io/instance": component })
}
