//! A queue of RabbitMQ.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::declaration::{AT_LEAST_ONE, Form, node};
use crate::model::{Place, RabbitmqMode, RabbitmqProtocol};
use crate::source::Sourced;

node! {
    /// A queue of RabbitMQ, and the messages per replica.
    RabbitmqQueue: RabbitmqQueueNode, RabbitmqQueueField, derived {
        /// The queue.
        key name: Sourced<String> = Form::Placed(Place::QueueName), "\"exports\"";
        /// Messages per replica; with `mode="rate"`, messages per second and replica.
        property length: Sourced<u32> = AT_LEAST_ONE, "20";
        /// Whether KEDA counts messages or their rate.
        property mode: Sourced<RabbitmqMode>, "\"rate\"";
        /// How KEDA asks RabbitMQ.
        property protocol: Sourced<RabbitmqProtocol>, "\"http\"";
        /// The virtual host, instead of the one in the address.
        property vhost: Option<Sourced<String>> = Form::Placed(Place::QueueName), "\"shop\"";
    }
}
