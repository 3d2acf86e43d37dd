//! An environment as written: typed, every value with its place, everything optional.
//!
//! The file, the tier and the catalogue's defaults have the same shape, so that merging them is
//! one operation: [`Over::over`].

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Apply, Arch, Autoscalers, Capacity, ClusterMode, Combine, DailyWindow, Duration,
    EvictionPolicy, Framework, Name, PolicyKind, PoolMode, Portion, Quantity, RedisEngine,
    RedisTls, Scenario, Select, SslMode, StorageType, Tier, Use, Via, WeeklyWindow,
};
use crate::source::{Span, Spanned};

/// A value that may have been written, and whether what was written could be read.
#[derive(Clone, Debug)]
pub struct Written<T> {
    /// The value, if there is one.
    pub value: Option<Spanned<T>>,
    /// True when something stands there that could not be read: what takes its place is unsound.
    pub broken: bool,
}

impl<T> Default for Written<T> {
    fn default() -> Self {
        Self {
            value: None,
            broken: false,
        }
    }
}

impl<T> Written<T> {
    /// A value at a place.
    pub fn at(value: T, span: Span) -> Self {
        Self {
            value: Some(Spanned::new(value, span)),
            broken: false,
        }
    }

    /// Something that could not be read.
    #[must_use]
    pub fn broken() -> Self {
        Self {
            value: None,
            broken: true,
        }
    }

    /// Whether nothing at all was written.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.value.is_none() && !self.broken
    }
}

/// Merging: what `self` states wins over what `base` states, property by property.
pub trait Over {
    /// `self` where it says something, `base` elsewhere.
    #[must_use]
    fn over(self, base: Self) -> Self;
}

impl<T> Over for Written<T> {
    fn over(self, base: Self) -> Self {
        if self.value.is_some() {
            return self;
        }
        Self {
            value: base.value,
            broken: self.broken || base.broken,
        }
    }
}

/// Maps merge by key.
impl<K: Ord, A: Over + Default> Over for BTreeMap<K, A> {
    fn over(self, mut base: Self) -> Self {
        for (key, part) in self {
            let below = base.remove(&key).unwrap_or_default();
            base.insert(key, part.over(below));
        }
        base
    }
}

/// The place of a node's name; what is nearer to the file wins.
impl Over for Option<Span> {
    fn over(self, base: Self) -> Self {
        self.or(base)
    }
}

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
    )+};
}

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
        /// `requests`.
        requests: ResourcesNode,
        /// `limits`.
        limits: ResourcesNode,
        /// `drain`.
        drain: Written<Duration>,
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

/// `pods N every=` or `percent N every=`.
#[derive(Clone, Debug)]
pub struct PolicyNode {
    /// Which of the two.
    pub kind: Spanned<PolicyKind>,
    /// How many.
    pub value: Spanned<u32>,
    /// The period.
    pub every: Spanned<Duration>,
}

/// `metric "name" average=`.
#[derive(Clone, Debug)]
pub struct MetricNode {
    /// The metric.
    pub metric: Spanned<String>,
    /// The average per pod.
    pub average: Spanned<Quantity>,
}

/// `queue "list" length=`; a length that is absent comes from the scenario or the tier.
#[derive(Clone, Debug)]
pub struct QueueNode {
    /// The Redis list.
    pub list: Spanned<String>,
    /// Items per replica.
    pub length: Written<u32>,
}

/// `waive "code" reason= until=`.
#[derive(Clone, Debug)]
pub struct WaiverNode {
    /// Where the node stands.
    pub place: Span,
    /// The rule.
    pub code: Spanned<String>,
    /// Why.
    pub reason: Spanned<String>,
    /// The last day it holds.
    pub until: Spanned<jiff::civil::Date>,
}

/// A part of the language at top level: what a broken node takes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Part {
    Api,
    Worker,
    Service,
    Pgbouncer,
    Database,
    Redis,
    Nodes,
    Network,
    Waive,
    Other,
}

/// Everything one file, one tier or the defaults say.
#[derive(Clone, Debug, Default)]
pub struct Ast {
    /// `environment`.
    pub environment: Written<Name>,
    /// `tier`.
    pub tier: Written<Tier>,
    /// `region`.
    pub region: Written<String>,
    /// `app`.
    pub app: Written<Name>,
    /// `namespace`.
    pub namespace: Written<Name>,
    /// `cluster`.
    pub cluster: Written<Name>,
    /// `labels key="value"`.
    pub labels: BTreeMap<String, Written<String>>,
    /// `framework`.
    pub framework: Written<Framework>,
    /// `api`.
    pub api: ApiNode,
    /// `worker`, by name.
    pub workers: BTreeMap<Name, WorkerNode>,
    /// `service`, by name.
    pub services: BTreeMap<Name, ServiceNode>,
    /// `pgbouncer`.
    pub pgbouncer: PgbouncerNode,
    /// `database`.
    pub database: DatabaseNode,
    /// `redis`, by name.
    pub redis: BTreeMap<Name, RedisNode>,
    /// `nodes`, by name.
    pub nodes: BTreeMap<Name, NodeGroupNode>,
    /// `network`.
    pub network: NetworkNode,
    /// `deliver autoscalers=`.
    pub autoscalers: Written<Autoscalers>,
    /// `waive`, in order.
    pub waivers: Vec<WaiverNode>,
    /// Parts of which at least one node could not be read at all.
    pub broken: BTreeSet<Part>,
}
