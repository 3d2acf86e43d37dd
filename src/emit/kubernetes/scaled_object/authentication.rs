//! What KEDA needs to read a queue: a TriggerAuthentication for each pool and each source of its queues.

use crate::emit::secret::{self, SecretEntry};
use crate::emit::yaml::{Map, YamlValue, yaml};
use crate::model::{Environment, KafkaAuth, Queue, RabbitmqProtocol, RedisGroup, Use, Worker};

/// A TriggerAuthentication.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::emit) struct Authentication {
    /// Its name.
    pub name: String,
    /// Its `spec`.
    pub spec: Map,
}

/// Those of a pool, each once.
pub(in crate::emit) fn all(environment: &Environment, worker: &Worker) -> Vec<Authentication> {
    let mut all: Vec<Authentication> = Vec::new();
    for queue in &worker.queue {
        all.extend(of(environment, worker, queue).filter(|it| !all.contains(it)));
    }
    all
}

/// That of a queue; `None` if its trigger needs nothing.
pub(super) fn of(
    environment: &Environment,
    worker: &Worker,
    queue: &Queue,
) -> Option<Authentication> {
    let named = |source: &str, spec| {
        let name = format!("{}-{source}", worker.workload.name.value);
        Authentication { name, spec }
    };
    match queue {
        Queue::RedisList(_) | Queue::RedisStream(_) => Some(named("redis", redis(environment)?)),
        Queue::PostgresqlQueue(_) => {
            let entry = secret::direct_url(environment);
            Some(named("postgresql", secrets([("connection", Some(entry))])?))
        }
        Queue::SqsQueue(_) => Some(named("sqs", role())),
        Queue::KafkaTopic(topic) => match topic.auth.value {
            KafkaAuth::None => None,
            KafkaAuth::Iam => Some(named("msk", role())),
            KafkaAuth::Plain | KafkaAuth::ScramSha256 | KafkaAuth::ScramSha512 => {
                let [user, password] = secret::kafka(environment);
                let parameters = [("username", Some(user)), ("password", Some(password))];
                Some(named("kafka", secrets(parameters)?))
            }
        },
        Queue::RabbitmqQueue(queue) => {
            let entry = secret::rabbitmq(environment, queue.protocol.value);
            let source = match queue.protocol.value {
                RabbitmqProtocol::Amqp => "rabbitmq",
                RabbitmqProtocol::Http => "rabbitmq-http",
            };
            Some(named(source, secrets([("host", Some(entry))])?))
        }
        Queue::PrometheusQueue(_) => None,
    }
}

/// The parameters that KEDA reads from the Secret of the queues' group.
fn redis(environment: &Environment) -> Option<Map> {
    let (name, group) = environment.redis_for(Use::Queue)?;
    secrets([
        (
            address_key(group),
            secret::redis_address(environment, name, group),
        ),
        ("username", secret::redis_username(environment, name, group)),
        ("password", secret::redis_password(environment, name, group)),
    ])
}

/// The AWS role of KEDA's operator, so no keys are stored.
fn role() -> Map {
    let mut spec = Map::new();
    spec.insert("podIdentity", yaml!({ "provider": "aws" }));
    spec
}

/// References to Secrets by the parameters of the trigger; `None` without any.
fn secrets<const N: usize>(parameters: [(&str, Option<SecretEntry>); N]) -> Option<Map> {
    let references: Vec<YamlValue> = parameters
        .into_iter()
        .filter_map(|(parameter, entry)| {
            let entry = entry?;
            Some(yaml!({ "parameter": parameter, "name": entry.secret, "key": entry.key.into_owned() }))
        })
        .collect();
    if references.is_empty() {
        return None;
    }
    let mut spec = Map::new();
    spec.insert("secretTargetRef", YamlValue::List(references));
    Some(spec)
}

/// KEDA's name for the address of a group.
pub(super) fn address_key(group: &RedisGroup) -> &'static str {
    if group.is_cluster() {
        "addresses"
    } else {
        "address"
    }
}
