//! Queues of a pool, by their kinds.

use crate::ast::{QueueNode, Spoil as _, Written};
use crate::model::{
    KafkaAuth, KafkaTopic, KafkaTopicNode, OffsetReset, PostgresqlQueue, PrometheusQueue, Queue,
    RabbitmqMode, RabbitmqProtocol, RabbitmqQueue, RabbitmqQueueNode, RedisList, RedisStream,
    SqsQueue, StreamCount,
};
use crate::source::{Inputs, Sourced};

use super::resolver::Resolver;

/// A queue with its items per replica; `None` without a value that every queue of its kind has. `sound`
/// says whether all queues of the pool could be read, and `path` is the pool's.
pub(super) fn resolve(
    resolver: &Resolver<'_>,
    mut node: QueueNode,
    mut length: Sourced<u32>,
    sound: bool,
    path: &str,
) -> Option<Queue> {
    if !sound {
        node.spoil();
        length.sound = false;
    }
    Some(match node {
        QueueNode::RedisList(node) => Queue::RedisList(RedisList {
            list: resolver.maybe(node.list)?,
            length,
        }),
        QueueNode::PostgresqlQueue(node) => {
            // A query that could not be read is not a missing one.
            let unread = node.framework.broken || node.query.broken;
            let mut name = resolver.maybe(node.name)?;
            name.sound &= !unread;
            Queue::PostgresqlQueue(PostgresqlQueue {
                name,
                framework: resolver.maybe(node.framework),
                query: resolver.maybe(node.query),
                length,
            })
        }
        QueueNode::SqsQueue(node) => Queue::SqsQueue(SqsQueue {
            name: resolver.maybe(node.name)?,
            url: resolver.maybe(node.url)?,
            length,
            in_flight: or_keda(resolver, node.in_flight, true),
            delayed: or_keda(resolver, node.delayed, false),
            visibility: resolver.maybe(node.visibility),
        }),
        QueueNode::KafkaTopic(node) => Queue::KafkaTopic(kafka(resolver, node, length, path)?),
        QueueNode::RabbitmqQueue(node) => {
            Queue::RabbitmqQueue(rabbitmq(resolver, node, length, path)?)
        }
        QueueNode::RedisStream(node) => Queue::RedisStream(RedisStream {
            stream: resolver.maybe(node.stream)?,
            group: resolver.maybe(node.group)?,
            length,
            count: resolver.or_derive(node.count, || {
                let why = "the lag, because only entries that were delivered are pending";
                Sourced::unless_stated(StreamCount::Lag, "lag-by-default", why)
            }),
        }),
        QueueNode::PrometheusQueue(node) => Queue::PrometheusQueue(PrometheusQueue {
            name: resolver.maybe(node.name)?,
            server: resolver.maybe(node.server)?,
            query: resolver.maybe(node.query)?,
            length,
        }),
    })
}

/// The stated value, else KEDA's default.
fn or_keda<T>(resolver: &Resolver<'_>, written: Written<T>, default: T) -> Sourced<T> {
    resolver.or_derive(written, || {
        Sourced::unless_stated(default, "as-in-keda", "KEDA's default")
    })
}

/// MSK takes IAM only with TLS.
fn kafka(
    resolver: &Resolver<'_>,
    node: KafkaTopicNode,
    length: Sourced<u32>,
    path: &str,
) -> Option<KafkaTopic> {
    let topic = resolver.maybe(node.topic)?;
    let auth = or_keda(resolver, node.auth, KafkaAuth::None);
    let tls = resolver.or_derive(node.tls, || {
        let mut inputs = Inputs::new();
        let auth = *inputs.read(format_args!("{path}.queue.{}.auth", topic.value), &auth);
        let arithmetic = match auth {
            KafkaAuth::Iam => "MSK takes IAM only with TLS",
            KafkaAuth::None
            | KafkaAuth::Plain
            | KafkaAuth::ScramSha256
            | KafkaAuth::ScramSha512 => "KEDA's default",
        };
        inputs.derive(auth == KafkaAuth::Iam, "tls-for-iam", arithmetic)
    });
    Some(KafkaTopic {
        topic,
        brokers: resolver.maybe(node.brokers)?,
        group: resolver.maybe(node.group)?,
        length,
        partitions: resolver.maybe(node.partitions),
        auth,
        tls,
        offset_reset: or_keda(resolver, node.offset_reset, OffsetReset::Latest),
    })
}

/// Only the management API knows rates.
fn rabbitmq(
    resolver: &Resolver<'_>,
    node: RabbitmqQueueNode,
    length: Sourced<u32>,
    path: &str,
) -> Option<RabbitmqQueue> {
    let name = resolver.maybe(node.name)?;
    let mode = or_keda(resolver, node.mode, RabbitmqMode::Length);
    let protocol = resolver.or_derive(node.protocol, || {
        let mut inputs = Inputs::new();
        let mode = *inputs.read(format_args!("{path}.queue.{}.mode", name.value), &mode);
        let (protocol, arithmetic) = match mode {
            RabbitmqMode::Length => (RabbitmqProtocol::Amqp, "AMQP can count messages"),
            RabbitmqMode::Rate => (
                RabbitmqProtocol::Http,
                "only the management API knows rates",
            ),
        };
        inputs.derive(protocol, "protocol-by-mode", arithmetic)
    });
    Some(RabbitmqQueue {
        name,
        length,
        mode,
        protocol,
        vhost: resolver.maybe(node.vhost),
    })
}
