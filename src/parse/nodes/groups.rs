//! `nodes` and `network`.

use crate::ast::{NetworkNode, NodeGroupNode, RangeNode};
use crate::parse::fields::Fields;
use crate::parse::{text, value};

/// `nodes "name"`, its name taken already; `max=0` switches a group off.
pub fn nodes(fields: &mut Fields<'_>) -> NodeGroupNode {
    NodeGroupNode {
        place: Some(fields.name_span()),
        instance: fields.single("instance", "\"m7g.large\"", value::text(text::token)),
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
        database_cidr: fields.property("database-cidr", value::text(text::cidr)),
        monitoring_namespace: fields.property(
            "monitoring-namespace",
            value::text(|name| crate::model::Name::parse(name).map(|_| ())),
        ),
    }
}
