//! KEDA's trigger of an SQS queue.

use super::QueueTrigger;
use crate::emit::yaml::Map;
use crate::model::SqsQueue;

pub(super) fn trigger(queue: &SqsQueue, activation: Option<u32>) -> QueueTrigger {
    let mut metadata = Map::new();
    metadata.insert("queueURL", &queue.url.value);
    metadata.insert("queueLength", queue.length.value.to_string());
    if let Some(activation) = activation {
        metadata.insert("activationQueueLength", activation.to_string());
    }
    metadata.insert("awsRegion", queue.region());
    metadata.insert("scaleOnInFlight", queue.in_flight.value.to_string());
    metadata.insert("scaleOnDelayed", queue.delayed.value.to_string());
    QueueTrigger {
        kind: "aws-sqs-queue",
        metadata,
    }
}
