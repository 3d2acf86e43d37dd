//! The chart's values for an API and for a worker pool.

use crate::emit::yaml::{Map, YamlValue, yaml};

use super::{autoscaling, secret_env};
use crate::emit::endpoint::PORT;
use crate::emit::{placement, portion, secret};
use crate::model::{Api, Environment, Image, Name, Queue, Resources, Spread, Worker, Workload};
use crate::source::Sourced;

/// An API. Only APIs read from replicas, because the budget counts no other readers.
pub(super) fn api(environment: &Environment, api: &Api) -> YamlValue {
    let read = secret::read_url(environment).map(|entry| ("DATABASE_READ_URL".to_owned(), entry));
    let secrets = secrets(environment).into_iter().chain(read);
    let mut values = workload(environment, &api.workload, secrets);
    values.insert("affinity", placement::of_the_rest(environment));
    values.insert("tolerations", yaml!([]));
    values.insert("autoscaling", autoscaling::of_api(environment, api));
    YamlValue::Map(values)
}

/// A worker pool.
pub(super) fn worker(environment: &Environment, name: &Name, pool: &Worker) -> YamlValue {
    let mut values = workload(environment, &pool.workload, secrets(environment));
    values.insert("affinity", placement::of_pool(environment, name, pool));
    values.insert(
        "tolerations",
        YamlValue::List(placement::tolerations(environment, name, pool)),
    );
    values.insert("terminationGracePeriodSeconds", pool.grace.value.secs());
    if !pool.queue.is_empty() {
        values.insert(
            "queues",
            pool.queue.iter().map(queue).collect::<YamlValue>(),
        );
    }
    values.insert(
        "autoscaling",
        autoscaling::of_worker(environment, name, pool),
    );
    YamlValue::Map(values)
}

/// What the application may need to know of a queue.
fn queue(queue: &Queue) -> YamlValue {
    let (kind, name, length) = (queue.kind().to_string(), queue.name(), queue.length());
    match queue {
        Queue::RedisList(queue) => yaml!({ "list": &queue.list, "length": &queue.length }),
        Queue::SqsQueue(sqs) => {
            yaml!({ "type": kind, "name": name, "length": length, "url": &sqs.url })
        }
        Queue::KafkaTopic(topic) => yaml!({
            "type": kind, "name": name, "length": length,
            "brokers": &topic.brokers, "group": &topic.group,
        }),
        Queue::RedisStream(stream) => {
            yaml!({ "type": kind, "name": name, "length": length, "group": &stream.group })
        }
        Queue::PostgresqlQueue(_) | Queue::RabbitmqQueue(_) | Queue::PrometheusQueue(_) => {
            yaml!({ "type": kind, "name": name, "length": length })
        }
    }
}

fn workload(
    environment: &Environment,
    workload: &Workload,
    secrets: impl IntoIterator<Item = (String, secret::SecretEntry)>,
) -> Map {
    let mut values = Map::new();
    values.insert("name", &workload.name);
    // PgBouncer's NetworkPolicy admits only these pods.
    values.insert("podLabels", yaml!({ "app": &workload.name }));
    if let Some(reference) = &workload.image {
        let image = Image::parse(&reference.value);
        let parts =
            yaml!({ "repository": image.repository, "tag": image.tag, "digest": image.digest });
        values.insert("image", parts);
    }
    values.insert(
        "resources",
        yaml!({ "requests": side(&workload.requests), "limits": side(&workload.limits) }),
    );
    // An autoscaler's count would be reset by each upgrade.
    if workload.is_fixed() {
        values.insert("replicaCount", workload.bounds().0);
    }
    values.insert("strategy", strategy(workload));
    if !workload.spread.is_empty() {
        values.insert("topologySpreadConstraints", spread(workload));
    }
    let env = env(environment, workload);
    let further = workload.connections.database.iter().filter_map(|it| {
        let entry = secret::further_url(environment, &it.database.value);
        Some((it.url.as_ref()?.value.clone(), entry))
    });
    let secrets = secrets
        .into_iter()
        .chain(further)
        .filter(|(name, _)| !env.contains_key(name));
    values.insert("secretEnv", secret_env(secrets));
    values.insert("env", env);
    values.insert(
        "nodeSelector",
        yaml!({ "kubernetes.io/arch": workload.arch.value.to_string() }),
    );
    values
}

/// The scheduler prefers an even spread, but a pod without such a place starts elsewhere. So the
/// constraints take no room from the nodes.
fn spread(workload: &Workload) -> YamlValue {
    let constraint = |over: &Sourced<Spread>| {
        let key = match over.value {
            Spread::Node => "kubernetes.io/hostname",
            Spread::Zone => "topology.kubernetes.io/zone",
        };
        yaml!({
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": { "matchLabels": { "app": &workload.name } },
        })
    };
    workload.spread.iter().map(constraint).collect()
}

fn side(resources: &Resources) -> YamlValue {
    yaml!({ "cpu": &resources.cpu, "memory": &resources.memory })
}

/// Only `Recreate` keeps a singleton single: a rolling update without surge starts the new pod while the old
/// one terminates.
fn strategy(workload: &Workload) -> YamlValue {
    if workload.is_singleton() {
        return yaml!({ "type": "Recreate" });
    }
    let rollout = &workload.rollout;
    yaml!({ "type": "RollingUpdate", "rollingUpdate": {
        "maxSurge": portion(rollout.max_surge.value),
        "maxUnavailable": portion(rollout.max_unavailable.value),
    } })
}

/// Plain variables. A user's variable replaces a reference with the same name.
fn env(environment: &Environment, workload: &Workload) -> Map {
    let mut variables = Map::new();
    for group in environment.redis.values() {
        variables.insert(
            group.env_cluster.value.clone(),
            group.is_cluster().to_string(),
        );
    }
    let pooler = environment.pgbouncer.name.value.as_str();
    variables.extend(parts(environment, pooler, PORT));
    for (name, value) in &workload.env {
        variables.insert(name.clone(), &value.value);
    }
    // Added last, so no user's variable can change the limit that the budget relies on. Each process of a
    // pod reads it for a pool of its own.
    let connections = &workload.connections;
    variables.insert(
        connections.env.value.clone(),
        connections.per_process().to_string(),
    );
    for further in &connections.database {
        if let Some(variable) = &further.env {
            variables.insert(variable.value.clone(), further.per_pod.value.to_string());
        }
    }
    if let (Some(variable), Some(lifetime)) = (&connections.lifetime_env, &connections.lifetime) {
        let seconds = lifetime.value.secs().to_string();
        variables.insert(variable.value.clone(), seconds);
    }
    variables
}

/// The variables with the parts of a connection, but for the password.
pub(super) fn parts(
    environment: &Environment,
    host: &str,
    port: u16,
) -> impl Iterator<Item = (String, String)> {
    let database = &environment.database;
    let parts = [
        (&database.env_host, host.to_owned()),
        (&database.env_port, port.to_string()),
        (&database.env_name, database.dbname.value.clone()),
        (&database.env_user, database.user.value.clone()),
    ];
    let stated = parts.into_iter();
    stated.filter_map(|(variable, value)| Some((variable.as_ref()?.value.clone(), value)))
}

/// The variable with the password of the application's role.
pub(super) fn password(environment: &Environment) -> Option<(String, secret::SecretEntry)> {
    let variable = environment.database.env_password.as_ref()?;
    Some((
        variable.value.clone(),
        secret::database_password(environment),
    ))
}

/// The variables that every workload reads from Secrets.
fn secrets(environment: &Environment) -> Vec<(String, secret::SecretEntry)> {
    let database = ("DATABASE_URL".to_owned(), secret::database_url(environment));
    let groups = environment.redis.iter();
    let redis = groups.flat_map(|(name, group)| {
        let addresses = group.addresses().into_iter();
        addresses.map(|(variable, index)| {
            let entry = secret::redis_url(environment, name, group, index);
            (variable.value.clone(), entry)
        })
    });
    let database = std::iter::once(database).chain(password(environment));
    database.chain(redis).collect()
}
