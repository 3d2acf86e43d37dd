//! A query of Prometheus, for all other queues.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Place;
use crate::model::declaration::{AT_LEAST_ONE, Form, node};
use crate::source::Sourced;

node! {
    /// A query of Prometheus, and its value per replica.
    PrometheusQueue: PrometheusQueueNode, PrometheusQueueField, derived {
        /// What this file calls it.
        key name: Sourced<String> = Form::Placed(Place::QueueName), "\"mail\"";
        /// The address of Prometheus.
        required server: Sourced<String> = Form::Placed(Place::Url), "\"http://prometheus.monitoring:9090\"";
        /// The query. It returns one number.
        required query: Sourced<String> = Form::Placed(Place::Query), "\"sum(mail_queue_length)\"";
        /// The query's value per replica.
        property length: Sourced<u32> = AT_LEAST_ONE, "20";
    }
}
