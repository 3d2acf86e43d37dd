//! A topic of Kafka, MSK included.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::declaration::{AT_LEAST_ONE, Form, node};
use crate::model::{KafkaAuth, OffsetReset, Place};
use crate::source::Sourced;

node! {
    /// A topic of Kafka, and the lag of a consumer group per replica.
    KafkaTopic: KafkaTopicNode, KafkaTopicField, derived {
        /// The topic.
        key topic: Sourced<String> = Form::Placed(Place::QueueName), "\"events\"";
        /// The bootstrap servers.
        required brokers: Sourced<String> = Form::Placed(Place::Brokers), "\"b-1.example.com:9098,b-2.example.com:9098\"";
        /// The consumer group whose lag KEDA reads.
        required group: Sourced<String> = Form::Placed(Place::QueueName), "\"billing\"";
        /// Lag per replica.
        property length: Sourced<u32> = AT_LEAST_ONE, "100";
        /// The partitions of the topic, which only the rules read.
        property partitions: Option<Sourced<u32>> = AT_LEAST_ONE, "24";
        /// How KEDA authenticates.
        property auth: Sourced<KafkaAuth>, "\"iam\"";
        /// Whether KEDA connects with TLS.
        property tls: Sourced<bool>, "#true";
        /// Where a group without a committed offset begins.
        property offset_reset: Sourced<OffsetReset>, "\"earliest\"";
    }
}
