//! The PrometheusRule.

use serde_json::{Map, Value, json};

use super::metadata::metadata;
use crate::emit::alerts::{Alert, Group};
use crate::model::{Environment, OWN_LABELS};

/// A group for each component.
pub(super) fn rule(environment: &Environment, groups: &[Group]) -> Value {
    let name = environment.rule_name();
    let mut meta = metadata(environment, &name, &name);
    if let Some(labels) = meta.get_mut("labels").and_then(Value::as_object_mut) {
        let own = environment.alerts.labels.iter();
        let own = own.filter(|(key, _)| !OWN_LABELS.contains(&key.as_str()));
        labels.extend(own.map(|(key, value)| (key.clone(), json!(value))));
    }
    let groups: Vec<Value> = groups.iter().map(|it| group(environment, it)).collect();
    json!({
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": meta,
        "spec": { "groups": groups },
    })
}

fn group(environment: &Environment, group: &Group) -> Value {
    let (app, name) = (&environment.app.value, &environment.environment.value);
    let rules: Vec<Value> = group
        .alerts
        .iter()
        .map(|alert| of(environment, &group.component, alert))
        .collect();
    json!({ "name": format!("{app}-{name}.{}", group.component), "rules": rules })
}

/// The runbook lies in the same tree, and nobody has stated an address of it.
fn of(environment: &Environment, component: &str, alert: &Alert) -> Value {
    let lasting = alert.lasting.to_string();
    json!({
        "alert": alert.name,
        "expr": alert.expr,
        "for": lasting,
        "labels": labels(environment, component, alert),
        "annotations": {
            "summary": format!("{}: {}", environment.environment.value, alert.summary),
            "description": format!("For {lasting}: {}. Last value: {}.", alert.summary, alert.value),
            "action": alert.action,
            "runbook": format!("RUNBOOK.md#{}", alert.anchor()),
        },
    })
}

fn labels(environment: &Environment, component: &str, alert: &Alert) -> Map<String, Value> {
    let mut labels = Map::new();
    let mut label = |name: &str, value: Value| labels.insert(name.to_owned(), value);
    label("severity", json!(alert.urgency.name()));
    label("app", json!(environment.app));
    label("environment", json!(environment.environment));
    label("namespace", json!(environment.namespace));
    label("component", json!(component));
    if let Some(route) = &environment.alerts.route {
        label("route", json!(route));
    }
    labels
}
