//! `helm/values.yaml`: the keys that the platform's chart documents, and the conventional names of
//! Helm charts for the rest; `schema/helm-values.schema.json` describes each.

use serde_json::{Map, Value, json};

use crate::model::{Autoscalers, Capacity, Environment, Portion, Resources, Worker, Workload};

/// From this number on, Helm reads integers of values files as floats and may print them as `1e+06`.
const FLOATS_FROM: u64 = 1_000_000;

/// The values of an environment.
#[must_use]
pub fn values(environment: &Environment) -> Value {
    let cluster = environment
        .redis
        .values()
        .any(crate::model::RedisGroup::is_cluster);
    let workers: Map<String, Value> = environment
        .worker
        .iter()
        .map(|(name, pool)| (name.to_string(), worker(environment, pool)))
        .collect();
    let mut values = json!({
        "namespace": environment.namespace.value,
        "labels": text_map(environment.labels.iter().map(|(name, value)| (name.as_str(), value.value.as_str()))),
        "postgres": { "mode": "external" },
        "postgresExternalReplicas": environment.database.replicas.count.value,
        "redis": { "mode": "external", "cluster": cluster },
        "pgbouncer": { "host": environment.pgbouncer.name.value, "port": 6432 },
        "api": api(environment),
        "workers": workers,
    });
    guard(&mut values);
    values
}

/// Quotes what Helm would turn into a float.
fn guard(value: &mut Value) {
    match value {
        Value::Number(number) if number.as_u64().is_some_and(|number| number >= FLOATS_FROM) => {
            *value = Value::String(number.to_string());
        }
        Value::Array(items) => items.iter_mut().for_each(guard),
        Value::Object(entries) => entries.values_mut().for_each(guard),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn text_map<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    Value::Object(
        entries
            .map(|(name, value)| (name.to_owned(), Value::String(value.to_owned())))
            .collect(),
    )
}

fn api(environment: &Environment) -> Value {
    let api = &environment.api.workload;
    let mut values = workload(environment, api);
    values.insert("autoscaling".into(), autoscaling(environment, api));
    Value::Object(values)
}

fn worker(environment: &Environment, pool: &Worker) -> Value {
    let mut values = workload(environment, &pool.workload);
    values.insert(
        "autoscaling".into(),
        autoscaling(environment, &pool.workload),
    );
    values.insert(
        "terminationGracePeriodSeconds".into(),
        json!(pool.grace.value.secs()),
    );
    let queues: Vec<Value> = pool
        .queue
        .iter()
        .map(|queue| json!({ "list": queue.list.value, "length": queue.length.value }))
        .collect();
    values.insert("queues".into(), Value::Array(queues));
    let tolerations: Vec<Value> = pool
        .tolerate
        .iter()
        .filter_map(|taint| toleration(&taint.value))
        .collect();
    values.insert("tolerations".into(), Value::Array(tolerations));
    values.insert("affinity".into(), affinity(pool.capacity.value));
    Value::Object(values)
}

fn workload(environment: &Environment, workload: &Workload) -> Map<String, Value> {
    let mut values = Map::new();
    values.insert("name".into(), json!(workload.name.value));
    if let Some(reference) = &workload.image {
        values.insert("image".into(), image(&reference.value));
    }
    values.insert(
        "resources".into(),
        resources(&workload.requests, &workload.limits),
    );
    let portion = |portion: Portion| match portion {
        Portion::Count(count) => json!(count),
        Portion::Percent(_) => json!(portion.to_string()),
    };
    let rolling = json!({
        "maxSurge": portion(workload.rollout.max_surge.value),
        "maxUnavailable": portion(workload.rollout.max_unavailable.value),
    });
    values.insert(
        "strategy".into(),
        json!({ "type": "RollingUpdate", "rollingUpdate": rolling }),
    );
    values.insert("env".into(), env(environment, workload));
    values.insert("secretEnv".into(), secret_env(environment));
    values.insert(
        "nodeSelector".into(),
        json!({ "kubernetes.io/arch": workload.arch.value }),
    );
    values
}

fn resources(requests: &Resources, limits: &Resources) -> Value {
    let side = |side: &Resources| json!({ "cpu": side.cpu.value, "memory": side.memory.value });
    json!({ "requests": side(requests), "limits": side(limits) })
}

/// Registry and path, tag and digest apart, as charts put them together again.
fn image(reference: &str) -> Value {
    let (name, digest) = reference
        .split_once('@')
        .map_or((reference, ""), |(name, digest)| (name, digest));
    let (repository, tag) = match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (name, ""),
    };
    json!({ "repository": repository, "tag": tag, "digest": digest })
}

/// Plain variables. The connection limit is among them, so that what the budget counts is enforced.
fn env(environment: &Environment, workload: &Workload) -> Value {
    let mut variables: Map<String, Value> = Map::new();
    for group in environment.redis.values() {
        variables.insert(
            group.env_cluster.value.clone(),
            Value::String(group.is_cluster().to_string()),
        );
    }
    for (name, value) in &workload.env {
        variables.insert(name.clone(), Value::String(value.value.clone()));
    }
    // Last, so that no variable of the user's can lift the limit that the budget counts on.
    let connections = &workload.connections;
    variables.insert(
        connections.env.value.clone(),
        Value::String(connections.per_pod.value.to_string()),
    );
    Value::Object(variables)
}

/// Variables that are read from Secrets, by reference.
fn secret_env(environment: &Environment) -> Value {
    let app = &environment.app.value;
    let reference = |name: String, key: &str| json!({ "name": name, "key": key });
    let mut variables: Map<String, Value> = Map::new();
    variables.insert(
        "DATABASE_URL".into(),
        reference(format!("{app}-database"), "url"),
    );
    if environment.database.replicas.count.value > 0 {
        variables.insert(
            "DATABASE_READ_URL".into(),
            reference(format!("{app}-database"), "read-url"),
        );
    }
    for (name, group) in &environment.redis {
        variables.insert(
            group.env_url.value.clone(),
            reference(format!("{app}-redis-{name}"), "url"),
        );
    }
    Value::Object(variables)
}

/// Bounds and targets for a chart that owns the autoscalers; else only that it does not.
fn autoscaling(environment: &Environment, workload: &Workload) -> Value {
    if environment.deliver.autoscalers.value == Autoscalers::Manifests {
        return json!({ "enabled": false });
    }
    let hold = workload.hold.as_ref().map(|hold| hold.value);
    let mut values = json!({
        "enabled": true,
        "minReplicas": hold.unwrap_or(workload.replicas.min.value),
        "maxReplicas": hold.unwrap_or(workload.replicas.max.value),
    });
    let targets = [
        ("targetCPUUtilizationPercentage", &workload.target.cpu),
        ("targetMemoryUtilizationPercentage", &workload.target.memory),
    ];
    for (name, target) in targets {
        if let (Some(target), Some(entries)) = (target, values.as_object_mut()) {
            entries.insert(name.into(), json!(target.value));
        }
    }
    values
}

fn toleration(taint: &str) -> Option<Value> {
    let (pair, effect) = taint.rsplit_once(':')?;
    Some(match pair.split_once('=') {
        Some((key, value)) => {
            json!({ "key": key, "operator": "Equal", "value": value, "effect": effect })
        }
        None => json!({ "key": pair, "operator": "Exists", "effect": effect }),
    })
}

/// Spot nodes by either of the labels that say so; on-demand work stays off them.
fn affinity(capacity: Capacity) -> Value {
    let labels = [
        ("karpenter.sh/capacity-type", "spot"),
        ("eks.amazonaws.com/capacityType", "SPOT"),
    ];
    let expression = |operator: &str, (key, value): (&str, &str)| json!({ "key": key, "operator": operator, "values": [value] });
    let terms: Vec<Value> = match capacity {
        Capacity::Spot => labels
            .iter()
            .map(|label| json!({ "matchExpressions": [expression("In", *label)] }))
            .collect(),
        Capacity::OnDemand => {
            let both: Vec<Value> = labels
                .iter()
                .map(|label| expression("NotIn", *label))
                .collect();
            vec![json!({ "matchExpressions": both })]
        }
    };
    json!({ "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": terms } } })
}
