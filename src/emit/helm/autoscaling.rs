//! Autoscalers in the values: complete if the chart owns them, absent if tierc's manifests do.

use crate::emit::yaml::{Map, YamlValue, yaml};

use crate::emit::kubernetes::scaled_object::authentication;
use crate::emit::kubernetes::{hpa, scaled_object};
use crate::model::{Autoscalers, Environment, Name, Worker};

/// Whether the chart owns the autoscalers.
fn owned_by_chart(environment: &Environment) -> bool {
    environment.deliver.autoscalers.value == Autoscalers::Helm
}

/// Without bounds and replica count, because another owner has the autoscaler.
fn not_here() -> YamlValue {
    yaml!({ "enabled": false })
}

/// The HPA's parts, in its own words.
pub(super) fn of_api(environment: &Environment) -> YamlValue {
    if !owned_by_chart(environment) {
        return not_here();
    }
    let workload = &environment.api.workload;
    let (min, max) = workload.bounds();
    yaml!({
        "enabled": true,
        "name": workload.autoscaler_name(),
        "minReplicas": min,
        "maxReplicas": max,
        "metrics": hpa::metrics(environment),
        "behavior": hpa::behavior(workload),
    })
}

/// The ScaledObject's fields under their own names, except the bounds.
pub(super) fn of_worker(environment: &Environment, name: &Name, pool: &Worker) -> YamlValue {
    if !owned_by_chart(environment) {
        return not_here();
    }
    let (min, max) = pool.workload.bounds();
    let mut values = Map::new();
    values.insert("enabled", true);
    values.insert("name", pool.scaled_object_name());
    values.insert("minReplicas", min);
    values.insert("maxReplicas", max);
    if let Some(annotations) = scaled_object::annotations(pool) {
        values.insert("annotations", annotations);
    }
    let mut spec = scaled_object::spec(environment, name, pool);
    for key in [
        "pollingInterval",
        "cooldownPeriod",
        "fallback",
        "advanced",
        "triggers",
    ] {
        if let Some(part) = spec.remove(key) {
            values.insert(key, part);
        }
    }
    let mut all = authentication::all(environment, pool)
        .into_iter()
        .map(|it| {
            let mut authentication = Map::new();
            authentication.insert("name", it.name);
            for (key, value) in it.spec.iter() {
                authentication.insert(key.to_owned(), value.clone());
            }
            YamlValue::Map(authentication)
        });
    if let Some(first) = all.next() {
        values.insert("authentication", first);
    }
    let others: Vec<YamlValue> = all.collect();
    if !others.is_empty() {
        values.insert("otherAuthentications", YamlValue::List(others));
    }
    YamlValue::Map(values)
}
