//! What the chart is to know of the API and of a worker pool.

use serde_json::{Map, Value, json};

use super::{autoscaling, secret_env};
use crate::emit::{placement, secret};
use crate::model::{Environment, Image, Name, Portion, Resources, Worker, Workload};

/// The API. It alone reads from replicas, because the budget counts nobody else there.
pub(super) fn api(environment: &Environment) -> Value {
    let api = &environment.api.workload;
    let read = secret::read_url(environment).map(|entry| ("DATABASE_READ_URL".to_owned(), entry));
    let secrets = secrets(environment).into_iter().chain(read);
    let mut values = workload(environment, api, secrets);
    values.insert("affinity".into(), placement::of_the_rest(environment));
    values.insert("tolerations".into(), json!([]));
    values.insert("autoscaling".into(), autoscaling::of_api(environment));
    Value::Object(values)
}

/// A worker pool.
pub(super) fn worker(environment: &Environment, name: &Name, pool: &Worker) -> Value {
    let mut values = workload(environment, &pool.workload, secrets(environment));
    values.insert(
        "affinity".into(),
        placement::of_pool(environment, name, pool),
    );
    values.insert(
        "tolerations".into(),
        Value::Array(placement::tolerations(environment, name, pool)),
    );
    values.insert(
        "terminationGracePeriodSeconds".into(),
        json!(pool.grace.value.secs()),
    );
    let queues = pool
        .queue
        .iter()
        .map(|queue| json!({ "list": queue.list.value, "length": queue.length.value }));
    values.insert("queues".into(), queues.collect());
    values.insert(
        "autoscaling".into(),
        autoscaling::of_worker(environment, name, pool),
    );
    Value::Object(values)
}

fn workload(
    environment: &Environment,
    workload: &Workload,
    secrets: impl IntoIterator<Item = (String, secret::Entry)>,
) -> Map<String, Value> {
    let mut values = Map::new();
    values.insert("name".into(), json!(workload.name.value));
    // PgBouncer's NetworkPolicy lets nobody else in.
    values.insert("podLabels".into(), json!({ "app": workload.name.value }));
    if let Some(reference) = &workload.image {
        let image = Image::parse(&reference.value);
        let parts =
            json!({ "repository": image.repository, "tag": image.tag, "digest": image.digest });
        values.insert("image".into(), parts);
    }
    values.insert(
        "resources".into(),
        json!({ "requests": side(&workload.requests), "limits": side(&workload.limits) }),
    );
    values.insert("strategy".into(), strategy(workload));
    let env = env(environment, workload);
    let secrets = secrets
        .into_iter()
        .filter(|(name, _)| !env.contains_key(name));
    values.insert("secretEnv".into(), secret_env(secrets));
    values.insert("env".into(), Value::Object(env));
    values.insert(
        "nodeSelector".into(),
        json!({ "kubernetes.io/arch": workload.arch.value }),
    );
    values
}

fn side(resources: &Resources) -> Value {
    json!({ "cpu": resources.cpu.value, "memory": resources.memory.value })
}

fn strategy(workload: &Workload) -> Value {
    let portion = |portion: Portion| match portion {
        Portion::Count(count) => json!(count),
        Portion::Percent(_) => json!(portion.to_string()),
    };
    let rollout = &workload.rollout;
    json!({ "type": "RollingUpdate", "rollingUpdate": {
        "maxSurge": portion(rollout.max_surge.value),
        "maxUnavailable": portion(rollout.max_unavailable.value),
    } })
}

/// Plain variables. One of the user's takes the place of a reference of the same name.
fn env(environment: &Environment, workload: &Workload) -> Map<String, Value> {
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
    variables
}

/// Variables that every workload reads from Secrets.
fn secrets(environment: &Environment) -> Vec<(String, secret::Entry)> {
    let database = ("DATABASE_URL".to_owned(), secret::database_url(environment));
    let groups = environment.redis.iter();
    let redis = groups.map(|(name, group)| {
        let entry = secret::redis_url(environment, name, group);
        (group.env_url.value.clone(), entry)
    });
    std::iter::once(database).chain(redis).collect()
}
