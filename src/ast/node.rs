//! The nodes of the language, as written: one struct each, merged property by property.

use std::collections::BTreeMap;

use super::{MetricNode, PolicyNode, QueueNode, ReplicasNode, ResourcesNode, Written};
use crate::model::{
    Arch, Capacity, Combine, Driver, Duration, Name, Portion, Scenario, Select, Via,
};
use crate::source::{Span, Spanned};

macro_rules! nodes {
    ($($(#[doc = $doc:literal])+ $node:ident { $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty,)+ })+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Default)]
        pub struct $node { $($(#[doc = $field_doc])+ pub $field: $type,)+ }
        $crate::model::written::merging! { $node { $($field)+ } }
    )+};
}
pub(super) use nodes;

nodes! {
    /// `cpu=`, `memory=` as utilisations.
    TargetNode {
        /// Percent of the CPU request.
        cpu: Written<u32>,
        /// Percent of the memory request.
        memory: Written<u32>,
    }
    /// `scale-up`, `scale-down`.
    ScalingNode {
        /// `window=`.
        window: Written<Duration>,
        /// `pods N every=`, `percent N every=`: the whole list.
        policies: Written<Vec<PolicyNode>>,
        /// `select`.
        select: Written<Select>,
    }
    /// `connections`.
    ConnectionsNode {
        /// `per-pod=`.
        per_pod: Written<u32>,
        /// `env=`.
        env: Written<String>,
        /// `via=` (services only).
        via: Written<Via>,
        /// `lifetime=`.
        lifetime: Written<Duration>,
        /// `lifetime-env=`.
        lifetime_env: Written<String>,
    }
    /// `driver`.
    DriverNode {
        /// Which.
        driver: Written<Driver>,
        /// `version=`.
        version: Written<String>,
        /// `libpq=`.
        libpq: Written<String>,
    }
    /// `rollout`.
    RolloutNode {
        /// `max-surge=`.
        max_surge: Written<Portion>,
        /// `max-unavailable=`.
        max_unavailable: Written<Portion>,
    }
    /// `fallback`.
    FallbackNode {
        /// `replicas=`.
        replicas: Written<u32>,
        /// `failures=`.
        failures: Written<u32>,
    }
    /// What `api` and `worker` have in common.
    WorkloadNode {
        /// Where the node stands.
        place: Option<Span>,
        /// `name`.
        name: Written<Name>,
        /// `image`.
        image: Written<String>,
        /// `replicas`.
        replicas: ReplicasNode,
        /// `target`.
        target: TargetNode,
        /// `scale-up`.
        scale_up: ScalingNode,
        /// `scale-down`.
        scale_down: ScalingNode,
        /// `requests`.
        requests: ResourcesNode,
        /// `limits`.
        limits: ResourcesNode,
        /// `connections`.
        connections: ConnectionsNode,
        /// `rollout`.
        rollout: RolloutNode,
        /// `hold`.
        hold: Written<u32>,
        /// `arch`.
        arch: Written<Arch>,
        /// `driver`.
        driver: DriverNode,
        /// `env KEY="value"`.
        env: BTreeMap<String, Written<String>>,
    }
    /// `api`.
    ApiNode {
        /// What it shares with the pools.
        workload: WorkloadNode,
        /// `metric "name" average=`: the whole list.
        metrics: Written<Vec<MetricNode>>,
    }
    /// `worker "name"`.
    WorkerNode {
        /// What it shares with the API.
        workload: WorkloadNode,
        /// `queue "list" length=`: the whole list.
        queues: Written<Vec<QueueNode>>,
        /// `combine`.
        combine: Written<Combine>,
        /// `scenario`.
        scenario: Written<Scenario>,
        /// `polling`.
        polling: Written<Duration>,
        /// `cooldown`.
        cooldown: Written<Duration>,
        /// `activation`.
        activation: Written<u32>,
        /// `fallback`.
        fallback: FallbackNode,
        /// `grace`.
        grace: Written<Duration>,
        /// `capacity`.
        capacity: Written<Capacity>,
        /// `tolerate`: the whole list.
        tolerate: Written<Vec<Spanned<String>>>,
        /// `pause at=`.
        pause: Written<u32>,
    }
    /// `service "name"`.
    ServiceNode {
        /// Where the node stands.
        place: Option<Span>,
        /// `replicas N`.
        replicas: Written<u32>,
        /// `requests`.
        requests: ResourcesNode,
        /// `connections`.
        connections: ConnectionsNode,
        /// `driver`.
        driver: DriverNode,
    }
}
