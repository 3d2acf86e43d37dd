//! The nodes of the language, as written: one struct each, merged property by property.

use std::collections::BTreeMap;

use super::{MetricNode, Over, PolicyNode, QueueNode, Written};
use crate::model::{
    Apply, Arch, Capacity, ClusterMode, Combine, DailyWindow, Driver, Duration, EvictionPolicy,
    Name, PoolMode, Portion, Quantity, RedisEngine, RedisTls, Scenario, Select, SslMode,
    StartupOptions, StorageType, Use, Via, WeeklyWindow,
};
use crate::source::{Span, Spanned};

macro_rules! nodes {
    ($($(#[doc = $doc:literal])+ $node:ident { $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty,)+ })+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Default)]
        pub struct $node { $($(#[doc = $field_doc])+ pub $field: $type,)+ }
        impl Over for $node {
            fn over(self, base: Self) -> Self {
                Self { $($field: self.$field.over(base.$field),)+ }
            }
        }
        impl $crate::ast::Spoil for $node {
            fn spoil(&mut self) {
                $($crate::ast::Spoil::spoil(&mut self.$field);)+
            }
            fn doubt(&mut self) {
                $($crate::ast::Spoil::doubt(&mut self.$field);)+
            }
            fn is_spoiled(&self) -> bool {
                $($crate::ast::Spoil::is_spoiled(&self.$field))||+
            }
        }
    )+};
}
pub(super) use nodes;

nodes! {
    /// `min=`, `max=`.
    RangeNode {
        /// The fewest.
        min: Written<u32>,
        /// The most.
        max: Written<u32>,
    }
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
    /// `requests`, `limits`.
    ResourcesNode {
        /// `cpu=`.
        cpu: Written<Quantity>,
        /// `memory=`.
        memory: Written<Quantity>,
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
        replicas: RangeNode,
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
    /// `pgbouncer`.
    PgbouncerNode {
        /// Where the node stands.
        place: Option<Span>,
        /// `name`.
        name: Written<Name>,
        /// `instances`.
        instances: Written<u32>,
        /// `pool default=`.
        pool_default: Written<u32>,
        /// `pool max-db=`.
        pool_max_db: Written<u32>,
        /// `pool reserve=`.
        pool_reserve: Written<u32>,
        /// `clients max=`.
        clients_max: Written<u32>,
        /// `mode`.
        mode: Written<PoolMode>,
        /// `image`.
        image: Written<String>,
        /// `options`.
        options: Written<StartupOptions>,
        /// `requests`.
        requests: ResourcesNode,
        /// `limits`.
        limits: ResourcesNode,
        /// `drain`.
        drain: Written<Duration>,
        /// `min-ready`.
        min_ready: Written<Duration>,
    }
    /// `storage`.
    StorageNode {
        /// `gib=`.
        gib: Written<u32>,
        /// `max-gib=`.
        max_gib: Written<u32>,
        /// `type=`.
        kind: Written<StorageType>,
        /// `iops=`.
        iops: Written<u32>,
        /// `throughput=`.
        throughput: Written<u32>,
    }
    /// `replicas N` of a database.
    ReadReplicasNode {
        /// The count.
        count: Written<u32>,
        /// `instance=`.
        instance: Written<String>,
        /// `max-connections=`.
        max_connections: Written<u32>,
        /// `via=`.
        via: Written<Via>,
    }
    /// `direct`.
    DirectNode {
        /// `monitoring=`.
        monitoring: Written<u32>,
        /// `replication=`.
        replication: Written<u32>,
        /// `admin=`.
        admin: Written<u32>,
        /// `migrations=`.
        migrations: Written<u32>,
    }
    /// `database`.
    DatabaseNode {
        /// Where the node stands.
        place: Option<Span>,
        /// `name`: the RDS identifier.
        name: Written<Name>,
        /// `instance`.
        instance: Written<String>,
        /// `engine`.
        engine: Written<String>,
        /// `max-connections`.
        max_connections: Written<u32>,
        /// `multi-az`.
        multi_az: Written<bool>,
        /// `storage`.
        storage: StorageNode,
        /// `replicas`.
        replicas: ReadReplicasNode,
        /// `direct`.
        direct: DirectNode,
        /// `backup days=`.
        backup_days: Written<u32>,
        /// `backup window=`.
        backup_window: Written<DailyWindow>,
        /// `maintenance window=`.
        maintenance_window: Written<WeeklyWindow>,
        /// `maintenance apply=`.
        maintenance_apply: Written<Apply>,
        /// `endpoint`.
        endpoint: Written<String>,
        /// `dbname`.
        dbname: Written<String>,
        /// `user`.
        user: Written<String>,
        /// `master`.
        master: Written<String>,
        /// `tls`.
        tls: Written<SslMode>,
    }
    /// `redis "name"`.
    RedisNode {
        /// Where the node stands.
        place: Option<Span>,
        /// `name`: the replication group's id.
        name: Written<Name>,
        /// `engine`.
        engine: Written<RedisEngine>,
        /// `engine version=`.
        version: Written<String>,
        /// `node`.
        node: Written<String>,
        /// `replicas`.
        replicas: Written<u32>,
        /// `policy`.
        policy: Written<EvictionPolicy>,
        /// `uses`: the whole list.
        uses: Written<Vec<Spanned<Use>>>,
        /// `cluster shards=`.
        shards: Written<u32>,
        /// `cluster mode=`.
        mode: Written<ClusterMode>,
        /// `tls`.
        tls: Written<RedisTls>,
        /// `data gib=`.
        data_gib: Written<u32>,
        /// `endpoint`.
        endpoint: Written<String>,
        /// `env url=`.
        env_url: Written<String>,
        /// `env cluster=`.
        env_cluster: Written<String>,
    }
    /// `nodes "name"`.
    NodeGroupNode {
        /// Where the node stands.
        place: Option<Span>,
        /// `instance`.
        instance: Written<String>,
        /// `count`.
        count: RangeNode,
        /// `capacity`.
        capacity: Written<Capacity>,
        /// `runs`: the whole list.
        runs: Written<Vec<Spanned<Name>>>,
    }
    /// `network`.
    NetworkNode {
        /// `database-cidr=`.
        database_cidr: Written<String>,
        /// `monitoring-namespace=`.
        monitoring_namespace: Written<String>,
    }
}
