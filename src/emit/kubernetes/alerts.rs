//! The PrometheusRule.

use super::metadata::metadata;
use crate::emit::alerts::{Alert, Group};
use crate::emit::yaml::{Map, Value, yaml};
use crate::model::{Environment, OWN_LABELS};

/// A group for each component.
pub(super) fn rule(environment: &Environment, groups: &[Group]) -> Value {
    let name = environment.rule_name();
    let mut metadata = metadata(environment, &name, &name);
    if let Some(labels) = metadata.map_mut("labels") {
        let own = environment.alerts.labels.iter();
        let own = own.filter(|(key, _)| !OWN_LABELS.contains(&key.as_str()));
        labels.extend(own.map(|(key, value)| (key.clone(), value)));
    }
    let groups: Value = groups.iter().map(|it| group(environment, it)).collect();
    yaml!({
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": metadata,
        "spec": { "groups": groups },
    })
}

fn group(environment: &Environment, group: &Group) -> Value {
    let (app, name) = (&environment.app.value, &environment.environment.value);
    let rules = group
        .alerts
        .iter()
        .map(|alert| of(environment, &group.component, alert));
    yaml!({
        "name": format!("{app}-{name}.{}", group.component),
        "rules": rules.collect::<Value>(),
    })
}

/// The runbook lies in the same tree, and nobody has stated an address of it.
fn of(environment: &Environment, component: &str, alert: &Alert) -> Value {
    let lasting = alert.lasting.to_string();
    let (name, summary) = (&environment.environment.value, &alert.summary);
    let description = format!("For {lasting}: {summary}. Last value: {}.", alert.value);
    yaml!({
        "alert": alert.name,
        "expr": &alert.expr,
        "for": lasting,
        "labels": labels(environment, component, alert),
        "annotations": {
            "summary": format!("{name}: {summary}"),
            "description": description,
            "action": &alert.action,
            "runbook": format!("RUNBOOK.md#{}", alert.anchor()),
        },
    })
}

fn labels(environment: &Environment, component: &str, alert: &Alert) -> Map {
    let mut labels = Map::new();
    labels.insert("severity", alert.urgency.name());
    labels.insert("app", &environment.app);
    labels.insert("environment", &environment.environment);
    labels.insert("namespace", &environment.namespace);
    labels.insert("component", component);
    if let Some(route) = &environment.alerts.route {
        labels.insert("route", route);
    }
    labels
}
