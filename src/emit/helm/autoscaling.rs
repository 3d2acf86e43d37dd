//! Autoscalers in the values: complete if the chart owns them, absent if tierc's manifests do.

use crate::emit::yaml::{Map, YamlValue, yaml};

use crate::emit::kubernetes::scaled_object::authentication;
use crate::emit::kubernetes::{hpa, scaled_object};
use crate::model::{Api, Autoscalers, Environment, Name, PodsMetric, Scaler, Worker, Workload};

/// Whether the chart owns the autoscalers.
fn owned_by_chart(environment: &Environment) -> bool {
    environment.deliver.autoscalers.value == Autoscalers::Helm
}

/// Without bounds, because another owner has the autoscaler, or nobody.
fn not_here() -> YamlValue {
    yaml!({ "enabled": false })
}

/// The autoscaler of an API.
pub(super) fn of_api(environment: &Environment, api: &Api) -> YamlValue {
    match (owned_by_chart(environment), api.scaler()) {
        (false, _) | (true, Scaler::Fixed) => not_here(),
        (true, Scaler::Hpa | Scaler::Keda) => hpa(&api.workload, &api.metric),
    }
}

/// The autoscaler of a pool.
pub(super) fn of_worker(environment: &Environment, name: &Name, pool: &Worker) -> YamlValue {
    match (owned_by_chart(environment), pool.scaler()) {
        (false, _) | (true, Scaler::Fixed) => not_here(),
        (true, Scaler::Hpa) => hpa(&pool.workload, &[]),
        (true, Scaler::Keda) => scaled_object(environment, name, pool),
    }
}

/// The HPA's parts, in its own words.
fn hpa(workload: &Workload, pods: &[PodsMetric]) -> YamlValue {
    let (min, max) = workload.bounds();
    yaml!({
        "enabled": true,
        "name": workload.autoscaler_name(),
        "minReplicas": min,
        "maxReplicas": max,
        "metrics": hpa::metrics(workload, pods),
        "behavior": hpa::behavior(workload),
    })
}

/// The ScaledObject's fields under their own names, except the bounds.
fn scaled_object(environment: &Environment, name: &Name, pool: &Worker) -> YamlValue {
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
