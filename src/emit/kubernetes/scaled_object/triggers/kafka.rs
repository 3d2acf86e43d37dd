//! KEDA's trigger of a topic of Kafka.

use super::QueueTrigger;
use crate::emit::yaml::Map;
use crate::model::{KafkaAuth, KafkaTopic};

/// `region` is that of MSK.
pub(super) fn trigger(queue: &KafkaTopic, activation: Option<u32>, region: &str) -> QueueTrigger {
    let mut metadata = Map::new();
    metadata.insert("bootstrapServers", &queue.brokers.value);
    metadata.insert("consumerGroup", &queue.group.value);
    metadata.insert("topic", &queue.topic.value);
    metadata.insert("lagThreshold", queue.length.value.to_string());
    if let Some(activation) = activation {
        metadata.insert("activationLagThreshold", activation.to_string());
    }
    metadata.insert("offsetResetPolicy", queue.offset_reset.value.to_string());
    let tls = if queue.tls.value { "enable" } else { "disable" };
    metadata.insert("tls", tls);
    metadata.insert("sasl", sasl(queue.auth.value));
    if queue.auth.value == KafkaAuth::Iam {
        metadata.insert("saslTokenProvider", "aws_msk_iam");
        metadata.insert("awsRegion", region);
    }
    QueueTrigger {
        kind: "kafka",
        metadata,
    }
}

/// KEDA's word for a way to authenticate.
fn sasl(auth: KafkaAuth) -> &'static str {
    match auth {
        KafkaAuth::None => "none",
        KafkaAuth::Iam => "oauthbearer",
        KafkaAuth::Plain => "plaintext",
        KafkaAuth::ScramSha256 => "scram_sha256",
        KafkaAuth::ScramSha512 => "scram_sha512",
    }
}
