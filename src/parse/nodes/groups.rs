//! `nodes` and `network`.

use crate::ast::{NetworkNode, NodeGroupNode, RangeNode};
use crate::model::Place;
use crate::parse::fields::Fields;
use crate::parse::value;

/// `nodes "name"`, its name taken already; `max=0` switches a group off.
pub fn nodes(fields: &mut Fields<'_>) -> NodeGroupNode {
    NodeGroupNode {
        place: Some(fields.name_span()),
        instance: fields.single("instance", "\"m7g.large\"", value::placed(Place::AwsWord)),
        count: fields.group("count", |count| RangeNode {
            min: count.property("min", value::whole(0..=u32::MAX)),
            max: count.property("max", value::whole(0..=u32::MAX)),
        }),
        capacity: fields.single("capacity", "\"spot\"", value::word),
        runs: fields.group("runs", |runs| runs.arguments("\"batch\"", value::name)),
    }
}

/// `network`.
pub fn network(fields: &mut Fields<'_>) -> NetworkNode {
    NetworkNode {
        database_cidr: fields.property("database-cidr", value::placed(Place::Cidr)),
        monitoring_namespace: fields
            .property("monitoring-namespace", value::placed(Place::DnsLabel)),
    }
}
