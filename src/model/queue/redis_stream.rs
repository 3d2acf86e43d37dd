//! A stream of Redis.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::declaration::{AT_LEAST_ONE, Form, node};
use crate::model::{Place, StreamCount};
use crate::source::Sourced;

node! {
    /// A stream of Redis, and the entries of a consumer group per replica.
    RedisStream: RedisStreamNode, RedisStreamField, derived {
        /// The stream's key.
        key stream: Sourced<String> = Form::Placed(Place::RedisList), "\"stream:decisions\"";
        /// The consumer group whose entries KEDA counts.
        required group: Sourced<String> = Form::Placed(Place::QueueName), "\"workers\"";
        /// Entries per replica.
        property length: Sourced<u32> = AT_LEAST_ONE, "50";
        /// Which entries KEDA counts.
        property count: Sourced<StreamCount>, "\"pending\"";
    }
}
