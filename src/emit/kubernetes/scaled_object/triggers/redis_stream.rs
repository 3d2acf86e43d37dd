//! KEDA's trigger of a stream of Redis.

use super::QueueTrigger;
use crate::emit::kubernetes::scaled_object::authentication::address_key;
use crate::emit::yaml::Map;
use crate::model::{Environment, RedisStream, RedisTls, StreamCount, Use};

pub(super) fn trigger(
    environment: &Environment,
    queue: &RedisStream,
    activation: Option<u32>,
) -> Option<QueueTrigger> {
    let (_, group) = environment.redis_for(Use::Queue)?;
    let mut metadata = Map::new();
    if let Some(endpoint) = &group.endpoint {
        metadata.insert(address_key(group), &endpoint.value);
    }
    metadata.insert("stream", &queue.stream.value);
    metadata.insert("consumerGroup", &queue.group.value);
    let target = match queue.count.value {
        StreamCount::Lag => "lagCount",
        StreamCount::Pending => "pendingEntriesCount",
    };
    metadata.insert(target, queue.length.value.to_string());
    // KEDA compares either count with it.
    if let Some(activation) = activation {
        metadata.insert("activationLagCount", activation.to_string());
    }
    metadata.insert("enableTLS", (group.tls.value != RedisTls::Off).to_string());
    if !group.is_cluster() {
        metadata.insert("databaseIndex", group.index_of(Use::Queue).to_string());
    }
    let kind = if group.is_cluster() {
        "redis-cluster-streams"
    } else {
        "redis-streams"
    };
    Some(QueueTrigger { kind, metadata })
}
