//! The PrometheusRule, or several if one would be too large.

use crate::emit::alerts::{Alert, AlertGroup};
use crate::emit::metadata::metadata;
use crate::emit::yaml::{Map, YamlValue, yaml};
use crate::model::{Environment, OWN_LABELS};

/// The most bytes of an object. `kubectl apply` stores the object as JSON in an annotation, and all
/// annotations of an object together may have 262,144 bytes (Kubernetes
/// `validation.TotalAnnotationSizeLimitB`). The rest is for metadata and other annotations.
const LARGEST: usize = 200_000;

/// A group for each component, in as few objects as possible.
pub(super) fn rules(environment: &Environment, groups: &[AlertGroup]) -> Vec<YamlValue> {
    let mut objects: Vec<Vec<YamlValue>> = Vec::new();
    let mut room = 0;
    for group in groups.iter().map(|it| self::group(environment, it)) {
        let size = group.json_bytes();
        if let Some(object) = objects.last_mut().filter(|_| size <= room) {
            object.push(group);
        } else {
            room = LARGEST;
            objects.push(vec![group]);
        }
        room = room.saturating_sub(size);
    }
    let numbered = (1..).zip(objects);
    numbered
        .map(|(number, groups)| rule(environment, &environment.rule_name_of(number), groups))
        .collect()
}

fn rule(environment: &Environment, name: &str, groups: Vec<YamlValue>) -> YamlValue {
    // All objects have the same labels, because the name of a later one can be longer than a label
    // may be.
    let mut metadata = metadata(environment, name, &environment.rule_name());
    if let Some(labels) = metadata.map_mut("labels") {
        let own = environment.alerts.labels.iter();
        let own = own.filter(|(key, _)| !OWN_LABELS.contains(&key.as_str()));
        labels.extend(own.map(|(key, value)| (key.clone(), value)));
    }
    yaml!({
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": metadata,
        "spec": { "groups": YamlValue::List(groups) },
    })
}

fn group(environment: &Environment, group: &AlertGroup) -> YamlValue {
    let (app, name) = (&environment.app.value, &environment.environment.value);
    let rules = group
        .alerts
        .iter()
        .map(|alert| of(environment, &group.component, alert));
    yaml!({
        "name": format!("{app}-{name}.{}", group.component),
        "rules": rules.collect::<YamlValue>(),
    })
}

/// The runbook has no URL, only its place in the same tree.
fn of(environment: &Environment, component: &str, alert: &Alert) -> YamlValue {
    let lasting = alert.lasting.to_string();
    let (name, summary) = (&environment.environment.value, verbatim(&alert.summary));
    let description = format!("For {lasting}: {summary}. Last value: {}.", alert.value);
    yaml!({
        "alert": alert.name,
        "expr": &alert.expr,
        "for": lasting,
        "labels": labels(environment, component, alert),
        "annotations": {
            "summary": format!("{name}: {summary}"),
            "description": description,
            "action": verbatim(&alert.action),
            "runbook": format!("RUNBOOK.md#{}", alert.anchor()),
        },
    })
}

/// Escapes a text, because Prometheus treats every annotation as a template.
fn verbatim(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
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
