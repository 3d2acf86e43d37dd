//! KEDA's triggers, and the formula that adds them up.

use crate::emit::yaml::{Map, YamlValue, yaml};

use super::events::Floor;
use crate::budget::scaling::asked_for;
use crate::model::{Queue, RedisGroup, RedisTls, Worker};

/// Replicas for the sum of the lists. With a fallback, lists that cannot be read (`nil`) count as
/// equal shares of its replicas. `/` gives fractions, except between two integer constants.
pub(super) fn formula(worker: &Worker) -> String {
    let count = worker.queue.len();
    let terms: Vec<String> = names(&worker.queue)
        .iter()
        .zip(&worker.queue)
        .map(|(name, queue)| {
            let length = queue.length.value;
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
    let longest = queues.iter().map(|queue| queue.length.value).max();
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
        let mut base: String = queue.list.value.chars().map(safe).collect();
        if !base.starts_with(|c: char| c.is_ascii_alphabetic()) || !base.contains('_') {
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

/// A trigger for each list, then one for each utilisation and each event. `summed` says whether a
/// formula combines them; `authentication` names the TriggerAuthentication of the lists' triggers.
pub(super) fn triggers(
    worker: &Worker,
    group: Option<&RedisGroup>,
    summed: bool,
    authentication: Option<&str>,
    floors: &[Floor],
) -> YamlValue {
    let mut triggers = Vec::new();
    if let Some(group) = group {
        for (name, queue) in names(&worker.queue).iter().zip(&worker.queue) {
            let metadata = redis_metadata(worker, group, queue, summed);
            let mut trigger = Map::new();
            trigger.insert("name", name);
            trigger.insert("type", kind(group));
            trigger.insert("metadata", metadata);
            if let Some(authentication) = authentication {
                let reference = yaml!({ "name": authentication });
                trigger.insert("authenticationRef", reference);
            }
            triggers.push(YamlValue::Map(trigger));
        }
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

fn kind(group: &RedisGroup) -> &'static str {
    if group.is_cluster() {
        "redis-cluster"
    } else {
        "redis"
    }
}

/// KEDA's CRD only takes strings here.
fn redis_metadata(worker: &Worker, group: &RedisGroup, queue: &Queue, summed: bool) -> Map {
    let mut metadata = Map::new();
    let mut put = |key: &'static str, value: String| metadata.insert(key, value);
    if let Some(endpoint) = &group.endpoint {
        put(address_key(group), endpoint.value.clone());
    }
    put("listName", queue.list.value.clone());
    put("listLength", queue.length.value.to_string());
    // Above zero, a pool is always active. A formula has its own activation target.
    if worker.workload.bounds().0 == 0 && !summed {
        put("activationListLength", worker.activation.value.to_string());
    }
    put("enableTLS", (group.tls.value != RedisTls::Off).to_string());
    if !group.is_cluster() {
        put("databaseIndex", "0".into());
    }
    metadata
}

/// KEDA's name for the address of a group.
pub(super) fn address_key(group: &RedisGroup) -> &'static str {
    if group.is_cluster() {
        "addresses"
    } else {
        "address"
    }
}
