//! KEDA's trigger of a query of PostgreSQL.

use super::QueueTrigger;
use crate::emit::yaml::Map;
use crate::model::PostgresqlQueue;

/// `None` without a query, which a rule reports.
pub(super) fn trigger(queue: &PostgresqlQueue, activation: Option<u32>) -> Option<QueueTrigger> {
    let mut metadata = Map::new();
    metadata.insert("query", queue.sql()?);
    metadata.insert("targetQueryValue", queue.length.value.to_string());
    if let Some(activation) = activation {
        metadata.insert("activationTargetQueryValue", activation.to_string());
    }
    Some(QueueTrigger {
        kind: "postgresql",
        metadata,
    })
}
