//! KEDA's trigger of a Redis list.

use super::QueueTrigger;
use crate::emit::kubernetes::scaled_object::authentication::address_key;
use crate::emit::yaml::Map;
use crate::model::{Environment, RedisGroup, RedisList, RedisTls, Use};

pub(super) fn trigger(
    environment: &Environment,
    queue: &RedisList,
    activation: Option<u32>,
) -> Option<QueueTrigger> {
    let (_, group) = environment.redis_for(Use::Queue)?;
    let mut metadata = Map::new();
    let mut put = |key: &'static str, value: String| metadata.insert(key, value);
    if let Some(endpoint) = &group.endpoint {
        put(address_key(group), endpoint.value.clone());
    }
    put("listName", queue.list.value.clone());
    put("listLength", queue.length.value.to_string());
    if let Some(activation) = activation {
        put("activationListLength", activation.to_string());
    }
    put("enableTLS", (group.tls.value != RedisTls::Off).to_string());
    if !group.is_cluster() {
        put("databaseIndex", group.index_of(Use::Queue).to_string());
    }
    Some(QueueTrigger {
        kind: kind(group),
        metadata,
    })
}

fn kind(group: &RedisGroup) -> &'static str {
    if group.is_cluster() {
        "redis-cluster"
    } else {
        "redis"
    }
}
