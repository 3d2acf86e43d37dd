//! How many jobs are in a queue.

use super::word;
use crate::model::{Queue, StreamCount};

/// A command that shows how many items a queue holds. `REDIS_URL` and `DATABASE_URL` are the addresses of
/// its source; other sources are in the command.
#[must_use]
pub fn items(queue: &Queue) -> String {
    match queue {
        Queue::RedisList(queue) => {
            format!(
                "redis-cli -u \"$REDIS_URL\" LLEN {}",
                word(&queue.list.value)
            )
        }
        Queue::RedisStream(queue) => {
            let stream = word(&queue.stream.value);
            match queue.count.value {
                StreamCount::Lag => {
                    format!("redis-cli -u \"$REDIS_URL\" XINFO GROUPS {stream}")
                }
                StreamCount::Pending => format!(
                    "redis-cli -u \"$REDIS_URL\" XPENDING {stream} {}",
                    word(&queue.group.value)
                ),
            }
        }
        Queue::PostgresqlQueue(queue) => {
            let query = queue.sql().unwrap_or_default();
            format!("psql \"$DATABASE_URL\" -c {}", word(&query))
        }
        Queue::SqsQueue(queue) => format!(
            "aws sqs get-queue-attributes --region {} --queue-url {} --attribute-names ApproximateNumberOfMessages ApproximateNumberOfMessagesNotVisible ApproximateNumberOfMessagesDelayed",
            word(queue.region()),
            word(&queue.url.value)
        ),
        Queue::KafkaTopic(topic) => format!(
            "kafka-consumer-groups.sh --bootstrap-server {} --describe --group {}",
            word(&topic.brokers.value),
            word(&topic.group.value)
        ),
        Queue::RabbitmqQueue(queue) => {
            let vhost = queue.vhost.as_ref();
            let vhost = vhost.map_or_else(String::new, |vhost| {
                format!(" --vhost {}", word(&vhost.value))
            });
            format!(
                "rabbitmqctl list_queues{vhost} name messages_ready messages_unacknowledged consumers"
            )
        }
        Queue::PrometheusQueue(queue) => format!(
            "curl -fsSG {} --data-urlencode {}",
            word(&format!("{}/api/v1/query", queue.server.value)),
            word(&format!("query={}", queue.query.value))
        ),
    }
}

/// The variables that the command of a queue reads: each with what it holds.
#[must_use]
pub fn variable(queue: &Queue) -> Option<&'static str> {
    match queue {
        Queue::RedisList(_) | Queue::RedisStream(_) => Some("REDIS_URL"),
        Queue::PostgresqlQueue(_) => Some("DATABASE_URL"),
        Queue::SqsQueue(_)
        | Queue::KafkaTopic(_)
        | Queue::RabbitmqQueue(_)
        | Queue::PrometheusQueue(_) => None,
    }
}
