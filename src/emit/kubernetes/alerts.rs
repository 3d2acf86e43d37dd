//! The PrometheusRule. It is the largest object by far, so that it is written from its own types: a
//! JSON value of it would be built and thrown away.

use serde::Serialize;
use serde_json::{Value, json};

use super::metadata::metadata;
use crate::emit::alerts::{self, Alert};
use crate::emit::yaml::{Ordered, Text};
use crate::model::{Environment, OWN_LABELS};

/// The object; its parts are in the order in which they are written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PrometheusRule<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Ordered,
    spec: Spec<'a>,
}

#[derive(Serialize)]
struct Spec<'a> {
    groups: Vec<Group<'a>>,
}

#[derive(Serialize)]
struct Group<'a> {
    name: String,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    alert: &'a str,
    expr: Text<'a>,
    #[serde(rename = "for")]
    lasting: String,
    labels: Labels<'a>,
    annotations: Annotations<'a>,
}

#[derive(Serialize)]
struct Labels<'a> {
    severity: &'static str,
    app: &'a str,
    environment: &'a str,
    namespace: &'a str,
    component: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<Text<'a>>,
}

#[derive(Serialize)]
struct Annotations<'a> {
    summary: String,
    description: String,
    action: Text<'a>,
    runbook: String,
}

/// A group for each component.
pub(super) fn rule<'a>(
    environment: &'a Environment,
    groups: &'a [alerts::Group],
) -> PrometheusRule<'a> {
    let name = environment.rule_name();
    let mut meta = metadata(environment, &name, &name);
    if let Some(labels) = meta.get_mut("labels").and_then(Value::as_object_mut) {
        let own = environment.alerts.labels.iter();
        let own = own.filter(|(key, _)| !OWN_LABELS.contains(&key.as_str()));
        labels.extend(own.map(|(key, value)| (key.clone(), json!(value))));
    }
    let groups = groups.iter().map(|it| group(environment, it)).collect();
    PrometheusRule {
        api_version: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: Ordered(meta),
        spec: Spec { groups },
    }
}

fn group<'a>(environment: &'a Environment, group: &'a alerts::Group) -> Group<'a> {
    let (app, name) = (&environment.app.value, &environment.environment.value);
    let rules = group
        .alerts
        .iter()
        .map(|alert| of(environment, &group.component, alert));
    Group {
        name: format!("{app}-{name}.{}", group.component),
        rules: rules.collect(),
    }
}

/// The runbook lies in the same tree, and nobody has stated an address of it.
fn of<'a>(environment: &'a Environment, component: &'a str, alert: &'a Alert) -> Rule<'a> {
    let lasting = alert.lasting.to_string();
    let (name, summary) = (&environment.environment.value, &alert.summary);
    Rule {
        alert: alert.name,
        expr: Text(&alert.expr),
        labels: Labels {
            severity: alert.urgency.name(),
            app: environment.app.value.as_str(),
            environment: name.as_str(),
            namespace: environment.namespace.value.as_str(),
            component: Text(component),
            route: environment
                .alerts
                .route
                .as_ref()
                .map(|route| Text(&route.value)),
        },
        annotations: Annotations {
            summary: format!("{name}: {summary}"),
            description: format!("For {lasting}: {summary}. Last value: {}.", alert.value),
            action: Text(&alert.action),
            runbook: format!("RUNBOOK.md#{}", alert.anchor()),
        },
        lasting,
    }
}
