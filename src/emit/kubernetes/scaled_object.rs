//! A worker pool's ScaledObject and the TriggerAuthentication that lets it read Redis.

use serde_json::{Map, Value, json};

use super::hpa::{behavior, bounds};
use super::metadata::metadata;
use crate::model::{Combine, Environment, Name, Queue, RedisGroup, RedisTls, Use, Worker};

/// ScaledObject `<deployment>-scaler` and TriggerAuthentication `<deployment>-redis`.
pub(super) fn objects(environment: &Environment, worker: &Worker) -> Vec<Value> {
    let name = worker.workload.name.value.as_str();
    let mut meta = metadata(environment, &format!("{name}-scaler"), name);
    if let (Some(pause), Some(meta)) = (&worker.pause, meta.as_object_mut()) {
        let count = pause.value.to_string();
        meta.insert(
            "annotations".into(),
            json!({ "autoscaling.keda.sh/paused-replicas": count }),
        );
    }
    let group = environment.redis_for(Use::Queue);
    let mut objects = vec![json!({
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": meta,
        "spec": spec(worker, group.map(|(_, group)| group)),
    })];
    if let Some((group_name, group)) = group {
        objects.push(authentication(environment, name, group_name, group));
    }
    objects
}

fn spec(worker: &Worker, group: Option<&RedisGroup>) -> Map<String, Value> {
    let name = worker.workload.name.value.as_str();
    let (min, max) = bounds(&worker.workload);
    let mut spec = Map::new();
    spec.insert("scaleTargetRef".into(), json!({ "name": name }));
    spec.insert("minReplicaCount".into(), json!(min));
    spec.insert("maxReplicaCount".into(), json!(max));
    // Above zero KEDA reads neither and warns about both.
    if min == 0 {
        spec.insert("pollingInterval".into(), json!(worker.polling.value.secs()));
        spec.insert("cooldownPeriod".into(), json!(worker.cooldown.value.secs()));
    }
    let summed = group.is_some() && worker.queue.len() > 1 && worker.combine.value == Combine::Sum;
    if let Some(fallback) = &worker.fallback {
        // Beside a formula a static count never fires: the formula itself states the stand-in.
        let behavior = if summed { "scalingModifiers" } else { "static" };
        let fallback = json!({
            "failureThreshold": fallback.failures,
            "replicas": fallback.replicas,
            "behavior": behavior,
        });
        spec.insert("fallback".into(), fallback);
    }
    let mut advanced = Map::new();
    let hpa = json!({ "behavior": behavior(&worker.workload) });
    advanced.insert("horizontalPodAutoscalerConfig".into(), hpa);
    // KEDA hands the HPA the largest of several queues; only a formula adds them up.
    if summed {
        let modifiers =
            json!({ "formula": formula(worker), "target": "1", "metricType": "AverageValue" });
        advanced.insert("scalingModifiers".into(), modifiers);
    }
    spec.insert("advanced".into(), Value::Object(advanced));
    spec.insert("triggers".into(), triggers(worker, group, min));
    spec
}

/// Replicas for the sum of the lists. With a fallback, lists that cannot be read (`nil`) stand for
/// its replicas in equal shares.
fn formula(worker: &Worker) -> String {
    let count = worker.queue.len();
    let terms: Vec<String> = trigger_names(&worker.queue)
        .iter()
        .zip(&worker.queue)
        .map(|(name, queue)| {
            let length = queue.length.value;
            worker.fallback.as_ref().map_or_else(
                || format!("{name}/{length}"),
                |fallback| {
                    let items = u64::from(length) * u64::from(fallback.replicas.value);
                    format!("({name} ?? ({items}/{count}))/{length}")
                },
            )
        })
        .collect();
    terms.join(" + ")
}

/// Identifiers for the formula: other characters become `_`, and twins get a number.
fn trigger_names(queues: &[Queue]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for queue in queues {
        let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let mut base: String = queue.list.value.chars().map(safe).collect();
        if !base.starts_with(|c: char| c.is_ascii_alphabetic()) {
            base.insert_str(0, "list_");
        }
        let mut name = base.clone();
        let mut twin = 2;
        while names.contains(&name) {
            name = format!("{base}_{twin}");
            twin += 1;
        }
        names.push(name);
    }
    names
}

fn triggers(worker: &Worker, group: Option<&RedisGroup>, min: u32) -> Value {
    let mut triggers = Vec::new();
    if let Some(group) = group {
        let kind = if group.is_cluster() {
            "redis-cluster"
        } else {
            "redis"
        };
        for (name, queue) in trigger_names(&worker.queue).iter().zip(&worker.queue) {
            triggers.push(json!({
                "name": name,
                "type": kind,
                "metadata": redis_metadata(worker, group, queue, min),
                "authenticationRef": { "name": authentication_name(&worker.workload.name.value) },
            }));
        }
    }
    let target = &worker.workload.target;
    for (kind, percent) in [("cpu", &target.cpu), ("memory", &target.memory)] {
        if let Some(percent) = percent {
            triggers.push(json!({
                "type": kind,
                "metricType": "Utilization",
                "metadata": { "value": percent.value.to_string() },
            }));
        }
    }
    Value::Array(triggers)
}

/// KEDA's CRD takes nothing but strings here.
fn redis_metadata(
    worker: &Worker,
    group: &RedisGroup,
    queue: &Queue,
    min: u32,
) -> Map<String, Value> {
    let mut metadata = Map::new();
    let mut put = |key: &str, value: String| metadata.insert(key.into(), Value::String(value));
    if let Some(endpoint) = &group.endpoint {
        put(address_key(group), endpoint.value.clone());
    }
    put("listName", queue.list.value.clone());
    put("listLength", queue.length.value.to_string());
    if min == 0 {
        put("activationListLength", worker.activation.value.to_string());
    }
    put("enableTLS", (group.tls.value != RedisTls::Off).to_string());
    if !group.is_cluster() {
        put("databaseIndex", "0".into());
    }
    metadata
}

fn address_key(group: &RedisGroup) -> &'static str {
    if group.is_cluster() {
        "addresses"
    } else {
        "address"
    }
}

fn authentication_name(deployment: &Name) -> String {
    format!("{deployment}-redis")
}

fn authentication(
    environment: &Environment,
    deployment: &str,
    group_name: &Name,
    group: &RedisGroup,
) -> Value {
    let secret = format!("{}-redis-{group_name}", environment.app.value);
    let mut refs = Vec::new();
    if group.endpoint.is_none() {
        refs.push(json!({ "parameter": address_key(group), "name": secret, "key": "address" }));
    }
    refs.push(json!({ "parameter": "password", "name": secret, "key": "password" }));
    json!({
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "TriggerAuthentication",
        "metadata": metadata(environment, &format!("{deployment}-redis"), deployment),
        "spec": { "secretTargetRef": refs },
    })
}
