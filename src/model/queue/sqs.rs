//! An SQS queue.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::declaration::{AT_LEAST_ONE, Form, node};
use crate::model::{Duration, Place};
use crate::source::Sourced;

/// The longest visibility timeout, twelve hours.
const LONGEST_VISIBILITY: u64 = 43_200;

node! {
    /// An SQS queue, and the messages per replica.
    SqsQueue: SqsQueueNode, SqsQueueField, derived {
        /// What this file calls it.
        key name: Sourced<String> = Form::Placed(Place::QueueName), "\"orders\"";
        /// Its URL.
        required url: Sourced<String> = Form::Placed(Place::SqsUrl), "\"https://sqs.us-east-1.amazonaws.com/123456789012/orders\"";
        /// Messages per replica.
        property length: Sourced<u32> = AT_LEAST_ONE, "5";
        /// Whether messages count that a consumer has received and not deleted.
        property in_flight: Sourced<bool>, "#true";
        /// Whether delayed messages count that no consumer can receive yet.
        property delayed: Sourced<bool>, "#false";
        /// Its visibility timeout, which only the rules read.
        property visibility: Option<Sourced<Duration>> = Form::Duration(0..=LONGEST_VISIBILITY), "\"120s\"";
    }
}

impl SqsQueue {
    /// The region in its URL.
    #[must_use]
    pub fn region(&self) -> &str {
        let host = self.url.value.strip_prefix("https://sqs.");
        host.and_then(|host| host.split('.').next())
            .unwrap_or_default()
    }
}
