//! KEDA's trigger of a queue of RabbitMQ.

use super::QueueTrigger;
use crate::emit::yaml::Map;
use crate::model::{RabbitmqMode, RabbitmqQueue};

pub(super) fn trigger(queue: &RabbitmqQueue, activation: Option<u32>) -> QueueTrigger {
    let mut metadata = Map::new();
    metadata.insert("queueName", &queue.name.value);
    metadata.insert("mode", mode(queue.mode.value));
    metadata.insert("value", queue.length.value.to_string());
    if let Some(activation) = activation {
        metadata.insert("activationValue", activation.to_string());
    }
    metadata.insert("protocol", queue.protocol.value.to_string());
    if let Some(vhost) = &queue.vhost {
        metadata.insert("vhostName", &vhost.value);
    }
    QueueTrigger {
        kind: "rabbitmq",
        metadata,
    }
}

/// KEDA's word for what it measures.
fn mode(mode: RabbitmqMode) -> &'static str {
    match mode {
        RabbitmqMode::Length => "QueueLength",
        RabbitmqMode::Rate => "MessageRate",
    }
}
