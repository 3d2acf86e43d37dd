//! What a worker pool drains: a queue of one of several kinds, with one file for each kind.

mod kafka;
mod postgresql;
mod prometheus;
mod rabbitmq;
mod redis_list;
mod redis_stream;
mod sqs;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attribute::Keyed;
use super::declaration::quoted;
use super::declaration::{Literal, Part as _, TextNode, tagged};
use super::written::Written;
use super::{Environment, RabbitmqProtocol, Use};
use crate::source::Sourced;
pub use kafka::{KafkaTopic, KafkaTopicField, KafkaTopicNode};
pub use postgresql::{PostgresqlQueue, PostgresqlQueueField, PostgresqlQueueNode};
pub use prometheus::{PrometheusQueue, PrometheusQueueField, PrometheusQueueNode};
pub use rabbitmq::{RabbitmqQueue, RabbitmqQueueField, RabbitmqQueueNode};
pub use redis_list::{RedisList, RedisListField, RedisListNode};
pub use redis_stream::{RedisStream, RedisStreamField, RedisStreamNode};
pub use sqs::{SqsQueue, SqsQueueField, SqsQueueNode};

tagged! {
    /// A queue, and the items per replica.
    Queue: QueueNode, QueueField, QueueKind {
        /// A Redis list.
        redis_list as "redis": RedisList;
        /// Jobs in a table of PostgreSQL.
        postgresql as "postgresql": PostgresqlQueue;
        /// An SQS queue.
        sqs as "aws-sqs-queue": SqsQueue;
        /// A topic of Kafka.
        kafka as "kafka": KafkaTopic;
        /// A queue of RabbitMQ.
        rabbitmq as "rabbitmq": RabbitmqQueue;
        /// A stream of Redis.
        redis_stream as "redis-streams": RedisStream;
        /// A query of Prometheus.
        prometheus as "prometheus": PrometheusQueue;
    }
}

/// The attribute that every kind has: paths name a queue by it.
impl Keyed for Queue {
    fn key(&self, _: usize) -> String {
        self.name().value.clone()
    }
}

/// Two queues with the same identity hold the same jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueueIdentity<'a> {
    /// What distinguishes it from others of its kind.
    pub words: [&'a str; 3],
    /// Its kind.
    pub kind: QueueKind,
}

impl Queue {
    /// Its name: its own name at its source, or what the file calls it.
    #[must_use]
    pub fn name(&self) -> &Sourced<String> {
        match self {
            Self::RedisList(queue) => &queue.list,
            Self::PostgresqlQueue(queue) => &queue.name,
            Self::SqsQueue(queue) => &queue.name,
            Self::KafkaTopic(queue) => &queue.topic,
            Self::RabbitmqQueue(queue) => &queue.name,
            Self::RedisStream(queue) => &queue.stream,
            Self::PrometheusQueue(queue) => &queue.name,
        }
    }

    /// Items per replica.
    #[must_use]
    pub fn length(&self) -> &Sourced<u32> {
        match self {
            Self::RedisList(queue) => &queue.length,
            Self::PostgresqlQueue(queue) => &queue.length,
            Self::SqsQueue(queue) => &queue.length,
            Self::KafkaTopic(queue) => &queue.length,
            Self::RabbitmqQueue(queue) => &queue.length,
            Self::RedisStream(queue) => &queue.length,
            Self::PrometheusQueue(queue) => &queue.length,
        }
    }

    /// What it is, whatever the file calls it.
    #[must_use]
    pub fn identity(&self) -> QueueIdentity<'_> {
        let words = match self {
            Self::RedisList(queue) => [queue.list.value.as_str(), "", ""],
            Self::PostgresqlQueue(queue) => match &queue.query {
                Some(query) => [query.value.as_str(), "", ""],
                None => [queue.name.value.as_str(), "framework", ""],
            },
            Self::SqsQueue(queue) => [queue.url.value.as_str(), "", ""],
            Self::KafkaTopic(queue) => [
                queue.topic.value.as_str(),
                queue.group.value.as_str(),
                queue.brokers.value.as_str(),
            ],
            Self::RabbitmqQueue(queue) => [
                queue.name.value.as_str(),
                queue
                    .vhost
                    .as_ref()
                    .map_or("", |vhost| vhost.value.as_str()),
                "",
            ],
            Self::RedisStream(queue) => {
                [queue.stream.value.as_str(), queue.group.value.as_str(), ""]
            }
            Self::PrometheusQueue(queue) => {
                [queue.query.value.as_str(), queue.server.value.as_str(), ""]
            }
        };
        QueueIdentity {
            words,
            kind: self.kind(),
        }
    }

    /// What holds it, as a word in a sentence.
    #[must_use]
    pub fn source(&self) -> &'static str {
        match self {
            Self::RedisList(_) | Self::RedisStream(_) => "Redis",
            Self::PostgresqlQueue(_) => "PostgreSQL",
            Self::SqsQueue(_) => "SQS",
            Self::KafkaTopic(_) => "Kafka",
            Self::RabbitmqQueue(_) => "RabbitMQ",
            Self::PrometheusQueue(_) => "Prometheus",
        }
    }

    /// Whether KEDA connects to the source before it counts. It does not count a failed connection as a
    /// failure of the trigger.
    #[must_use]
    pub fn connects_first(&self) -> bool {
        match self {
            Self::RedisList(_)
            | Self::RedisStream(_)
            | Self::PostgresqlQueue(_)
            | Self::KafkaTopic(_) => true,
            Self::RabbitmqQueue(queue) => queue.protocol.value == RabbitmqProtocol::Amqp,
            Self::SqsQueue(_) | Self::PrometheusQueue(_) => false,
        }
    }

    /// Its node in a pool, as KDL.
    #[must_use]
    pub fn statement(&self) -> String {
        let mut node = TextNode::new("queue");
        self.write_attributes(&mut node);
        let kdl = |literal: &Literal| match literal {
            Literal::Text(text) => quoted(text).replace('\n', "\\n"),
            Literal::Bare(bare) => bare.clone(),
        };
        let arguments = node.arguments.iter().map(kdl);
        let properties = node.properties.iter();
        let properties = properties.map(|(key, value)| format!("{key}={}", kdl(value)));
        let words = std::iter::once(node.name.clone()).chain(arguments);
        words.chain(properties).collect::<Vec<_>>().join(" ")
    }

    /// The Redis list, if it is one.
    #[must_use]
    pub fn as_redis_list(&self) -> Option<&RedisList> {
        if let Self::RedisList(list) = self {
            Some(list)
        } else {
            None
        }
    }
}

impl Environment {
    /// Whether the environment has what KEDA needs to read a queue. Without a Redis group for queues, no
    /// trigger can read Redis.
    #[must_use]
    pub fn serves(&self, queue: &Queue) -> bool {
        match queue {
            Queue::RedisList(_) | Queue::RedisStream(_) => self.redis_for(Use::Queue).is_some(),
            Queue::PostgresqlQueue(_)
            | Queue::SqsQueue(_)
            | Queue::KafkaTopic(_)
            | Queue::RabbitmqQueue(_)
            | Queue::PrometheusQueue(_) => true,
        }
    }
}

impl QueueNode {
    /// The name, which every queue that was read has.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let written = match self {
            Self::RedisList(queue) => &queue.list,
            Self::PostgresqlQueue(queue) => &queue.name,
            Self::SqsQueue(queue) => &queue.name,
            Self::KafkaTopic(queue) => &queue.topic,
            Self::RabbitmqQueue(queue) => &queue.name,
            Self::RedisStream(queue) => &queue.stream,
            Self::PrometheusQueue(queue) => &queue.name,
        };
        Some(&written.value.as_ref()?.value)
    }

    /// Items per replica, if they are stated.
    #[must_use]
    pub fn length(&self) -> &Written<u32> {
        match self {
            Self::RedisList(queue) => &queue.length,
            Self::PostgresqlQueue(queue) => &queue.length,
            Self::SqsQueue(queue) => &queue.length,
            Self::KafkaTopic(queue) => &queue.length,
            Self::RabbitmqQueue(queue) => &queue.length,
            Self::RedisStream(queue) => &queue.length,
            Self::PrometheusQueue(queue) => &queue.length,
        }
    }
}
