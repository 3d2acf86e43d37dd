//! A Redis list.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Place;
use crate::model::declaration::{AT_LEAST_ONE, Form, node};
use crate::source::Sourced;

node! {
    /// A Redis list, and the items per replica.
    RedisList: RedisListNode, RedisListField, derived {
        /// The list's key.
        key list: Sourced<String> = Form::Placed(Place::RedisList), "\"queue:decisions\"";
        /// Items per replica.
        property length: Sourced<u32> = AT_LEAST_ONE, "50";
    }
}
