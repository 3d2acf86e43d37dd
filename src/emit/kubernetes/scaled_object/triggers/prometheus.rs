//! KEDA's trigger of a query of Prometheus.

use super::QueueTrigger;
use crate::emit::yaml::Map;
use crate::model::PrometheusQueue;

pub(super) fn trigger(queue: &PrometheusQueue, activation: Option<u32>) -> QueueTrigger {
    let mut metadata = Map::new();
    metadata.insert("serverAddress", &queue.server.value);
    metadata.insert("query", &queue.query.value);
    metadata.insert("threshold", queue.length.value.to_string());
    if let Some(activation) = activation {
        metadata.insert("activationThreshold", activation.to_string());
    }
    QueueTrigger {
        kind: "prometheus",
        metadata,
    }
}
