//! KEDA's triggers, with one file for each kind of queue, and the formula that adds them up.

mod kafka;
mod postgresql;
mod prometheus;
mod rabbitmq;
mod redis_list;
mod redis_stream;
mod sqs;

use crate::emit::yaml::{Map, YamlValue, yaml};

use super::authentication;
use super::events::Floor;
use crate::budget::scaling::asked_for;
use crate::model::{Environment, Queue, Worker};

/// Replicas for the sum of the queues. With a fallback, queues that cannot be read (`nil`) count as
/// equal shares of its replicas. `/` gives fractions, except between two integer constants.
pub(super) fn formula(worker: &Worker) -> String {
    let count = worker.queue.len();
    let terms: Vec<String> = names(&worker.queue)
        .iter()
        .zip(&worker.queue)
        .map(|(name, queue)| {
            let length = queue.length().value;
            worker.fallback.as_ref().map_or_else(
                || format!("{name}/{length}"),
                |fallback| {
                    let asked = asked_for(fallback.replicas.value);
                    let items = u64::from(length) * u64::from(asked);
                    format!("({name} ?? ({items}.0/{count}))/{length}")
                },
            )
        })
        .collect();
    terms.join(" + ")
}

/// The formula's value above which a pool leaves zero: `activation` items of the list with the
/// largest `length`. So no list waits longer than stated. The other lists wake the pool sooner,
/// which the rule `activation-differs-by-queue` reports.
pub(super) fn activation_target(activation: u32, queues: &[Queue]) -> String {
    let longest = queues.iter().map(|queue| queue.length().value).max();
    let items = u64::from(activation) * 1_000_000;
    // Rounded up, because exactly `activation` items must not wake the pool.
    let millionths = items.div_ceil(u64::from(longest.unwrap_or(1).max(1)));
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}

/// Identifiers for the formula: other characters become `_`, and duplicates get a number. No word
/// of the formula language has a `_`, so every name gets one.
pub(super) fn names(queues: &[Queue]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for queue in queues {
        let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let mut base: String = queue.name().value.chars().map(safe).collect();
        if !base.starts_with(|c: char| c.is_ascii_alphabetic()) || !base.contains('_') {
            let prefix = match queue {
                Queue::RedisList(_) => "list_",
                Queue::PostgresqlQueue(_)
                | Queue::SqsQueue(_)
                | Queue::KafkaTopic(_)
                | Queue::RabbitmqQueue(_)
                | Queue::RedisStream(_)
                | Queue::PrometheusQueue(_) => "queue_",
            };
            base.insert_str(0, prefix);
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

/// The trigger of a queue.
struct QueueTrigger {
    /// What KEDA calls its kind.
    kind: &'static str,
    /// KEDA's CRD only takes strings here.
    metadata: Map,
}

/// The trigger of a queue; `None` if nothing serves it. `activation` is for a pool that the trigger itself
/// wakes.
fn trigger(
    environment: &Environment,
    queue: &Queue,
    activation: Option<u32>,
) -> Option<QueueTrigger> {
    match queue {
        Queue::RedisList(list) => redis_list::trigger(environment, list, activation),
        Queue::PostgresqlQueue(queue) => postgresql::trigger(queue, activation),
        Queue::SqsQueue(queue) => Some(sqs::trigger(queue, activation)),
        Queue::KafkaTopic(topic) => {
            let region = &environment.region.value;
            Some(kafka::trigger(topic, activation, region))
        }
        Queue::RabbitmqQueue(queue) => Some(rabbitmq::trigger(queue, activation)),
        Queue::RedisStream(stream) => redis_stream::trigger(environment, stream, activation),
        Queue::PrometheusQueue(queue) => Some(prometheus::trigger(queue, activation)),
    }
}

/// Whether every queue of a pool is served.
pub(super) fn all_served(environment: &Environment, worker: &Worker) -> bool {
    worker.queue.iter().all(|queue| environment.serves(queue))
}

/// A trigger for each queue, then one for each utilisation and each event. `summed` says whether a
/// formula combines the queues.
pub(super) fn triggers(
    environment: &Environment,
    worker: &Worker,
    summed: bool,
    floors: &[Floor],
) -> YamlValue {
    // Above zero, a pool is always active. A formula has its own activation target.
    let wakes = worker.workload.bounds().0 == 0 && !summed;
    let activation = wakes.then_some(worker.activation.value);
    let mut triggers = Vec::new();
    for (name, queue) in names(&worker.queue).iter().zip(&worker.queue) {
        let Some(QueueTrigger { kind, metadata }) = trigger(environment, queue, activation) else {
            continue;
        };
        let mut trigger = Map::new();
        trigger.insert("name", name);
        trigger.insert("type", kind);
        trigger.insert("metadata", metadata);
        if let Some(authentication) = authentication::of(environment, worker, queue) {
            let reference = yaml!({ "name": authentication.name });
            trigger.insert("authenticationRef", reference);
        }
        triggers.push(YamlValue::Map(trigger));
    }
    let target = &worker.workload.target;
    for (kind, percent) in [("cpu", &target.cpu), ("memory", &target.memory)] {
        if let Some(percent) = percent {
            triggers.push(yaml!({
                "type": kind,
                "metricType": "Utilization",
                "metadata": { "value": percent.value.to_string() },
            }));
        }
    }
    triggers.extend(floors.iter().map(Floor::trigger));
    YamlValue::List(triggers)
}
