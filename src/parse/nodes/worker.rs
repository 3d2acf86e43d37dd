//! `worker` and `service`.

use crate::ast::{
    ConnectionsNode, FallbackNode, Node as _, QueueNode, ResourcesNode, ServiceNode, WorkerNode,
    Written,
};
use crate::model::Place;
use crate::parse::fields::Fields;
use crate::parse::nodes::workload;
use crate::parse::{text, value};
use crate::source::Spanned;

const ANY: std::ops::RangeInclusive<u32> = 0..=u32::MAX;
/// A day and then some: no pod or trigger waits longer.
const WAIT: std::ops::RangeInclusive<u64> = 0..=604_800;

fn queue(fields: &mut Fields<'_>) -> Option<QueueNode> {
    let list = fields.argument("\"queue:decisions\"", value::placed(Place::RedisList));
    let length = fields.property("length", value::whole(1..=u32::MAX));
    Some(QueueNode {
        list: list.value?,
        length,
    })
}

fn tolerate(fields: &mut Fields<'_>) -> Option<Spanned<String>> {
    fields
        .argument("\"spot=true:NoSchedule\"", value::text(text::toleration))
        .value
}

/// `worker "name"`, its name taken already.
pub fn worker(fields: &mut Fields<'_>) -> WorkerNode {
    WorkerNode {
        workload: workload::workload(fields, 0),
        queues: fields.each_once("queue", queue, |queue| &queue.list),
        combine: fields.single("combine", "\"sum\"", value::word),
        scenario: fields.single("scenario", "\"batch\"", value::word),
        polling: fields.single("polling", "\"15s\"", value::duration(1..=604_800)),
        cooldown: fields.single("cooldown", "\"300s\"", value::duration(WAIT)),
        activation: fields.single("activation", "0", value::whole(ANY)),
        fallback: fields.group("fallback", |fallback| FallbackNode {
            replicas: fallback.property("replicas", value::whole(ANY)),
            failures: fallback.property("failures", value::whole(ANY)),
        }),
        grace: fields.single("grace", "\"30s\"", value::duration(WAIT)),
        capacity: fields.single("capacity", "\"spot\"", value::word),
        tolerate: fields.each_once("tolerate", tolerate, |taint| taint),
        pause: fields.group("pause", |pause| {
            pause.required("at", "0", value::whole(ANY))
        }),
    }
}

/// `service "name"`, its name taken already.
pub fn service(fields: &mut Fields<'_>) -> ServiceNode {
    ServiceNode {
        place: Some(fields.name_span()),
        replicas: fields.single("replicas", "3", value::whole(ANY)),
        requests: fields.group("requests", ResourcesNode::read),
        connections: fields.group("connections", |connections| ConnectionsNode {
            per_pod: connections.property("per-pod", value::whole(ANY)),
            env: Written::default(),
            via: connections.property("via", value::word),
            lifetime: connections.property("lifetime", value::duration(workload::LIFETIME)),
            lifetime_env: Written::default(),
        }),
        driver: workload::driver(fields),
    }
}
