//! The resolved environment: plain data. Every value is present and has its origin.

pub mod attribute;
mod by_api;
pub mod clock;
pub mod count;
pub mod declaration;
pub mod driver;
pub mod duration;
pub mod image;
pub mod int_or_percent;
pub mod load_test;
pub mod money;
pub mod name;
pub mod operation;
pub mod place;
pub mod platform;
pub mod quantity;
pub mod queue;
pub mod rate;
pub mod schedule;
mod selection;
mod text_form;
pub mod version;
pub mod volume;
mod waiver;
pub mod window;
pub mod word;
pub mod workload;
pub mod written;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::Sourced;
pub use attribute::{Attribute, Attributes, Difference};
pub use by_api::{ApisNode, ByApi};
pub use clock::{ClockTime, Days, LastDay, Moment};
pub use duration::Duration;
pub use image::Image;
pub use int_or_percent::Portion;
pub use money::{Money, Percent};
pub use name::Name;
pub use operation::{
    Alerts, AlertsField, AlertsNode, ArrivalRate, ArrivalRateField, ArrivalRateNode, Budget,
    BudgetField, BudgetNode, Cost, CostField, CostNode, Expectation, ExpectationField,
    ExpectationNode, LoadTest, LoadTestField, LoadTestNode, MetricSources, MetricSourcesField,
    MetricSourcesNode, RedisOps, RedisOpsField, RedisOpsNode, Request, RequestField, RequestNode,
    Stage, StageField, StageNode, Steady, SteadyField, SteadyNode, TestRun, TestRunField,
    TestRunNode,
};
pub use place::Place;
pub use platform::{
    ADMIN_USER, Backup, BackupField, BackupNode, Clients, ClientsField, ClientsNode, Cluster,
    ClusterField, ClusterNode, Daemons, DaemonsField, DaemonsNode, Database, DatabaseField,
    DatabaseNode, Deliver, DeliverField, DeliverNode, Direct, DirectField, DirectNode,
    ENVIRONMENT_LABEL, Entry, Maintenance, MaintenanceField, MaintenanceNode, NODE_GROUP_LABEL,
    Network, NetworkField, NetworkNode, NodeCount, NodeCountField, NodeCountNode, NodeGroup,
    NodeGroupField, NodeGroupNode, PGBOUNCER_CONTAINER, PGBOUNCER_PORT, Pgbouncer, PgbouncerField,
    PgbouncerNode, Pool, PoolField, PoolNode, PoolerDatabase, PoolerDatabaseField,
    PoolerDatabaseNode, ReadReplicas, ReadReplicasField, ReadReplicasNode, RedisDatabase,
    RedisDatabaseField, RedisDatabaseNode, RedisGroup, RedisGroupField, RedisNode, STATS_USER,
    Storage, StorageField, StorageNode,
};
pub use quantity::Quantity;
pub use queue::{
    KafkaTopic, KafkaTopicField, KafkaTopicNode, PostgresqlQueue, PostgresqlQueueField,
    PostgresqlQueueNode, PrometheusQueue, PrometheusQueueField, PrometheusQueueNode, Queue,
    QueueField, QueueIdentity, QueueKind, QueueNode, RabbitmqQueue, RabbitmqQueueField,
    RabbitmqQueueNode, RedisList, RedisListField, RedisListNode, RedisStream, RedisStreamField,
    RedisStreamNode, SqsQueue, SqsQueueField, SqsQueueNode,
};
pub use rate::ErrorRate;
pub use schedule::{
    Event, EventField, EventNode, OffHours, OffHoursField, OffHoursNode, Schedule, ScheduleField,
    ScheduleNode,
};
pub use selection::Selection;
pub use version::Version;
pub use waiver::{Waive, WaiveField, WaiveNode, Waiver, WaiverNode};
pub use window::{DailyWindow, WeeklyWindow};
pub use word::{
    Apply, Arch, Autoscalers, Capacity, ClusterMode, Combine, Driver, EvictionPolicy, Framework,
    HttpMethod, JobFramework, KafkaAuth, MetricSource, OffsetReset, PolicyKind, PoolMode,
    PoolerSource, RabbitmqMode, RabbitmqProtocol, RedisEngine, RedisTls, Scenario, Select, Spread,
    SslMode, StartupOptions, StorageType, StreamCount, Tier, Use, Via, Word,
};

pub use workload::{
    Api, ApiField, ApiNode, Connections, ConnectionsField, ConnectionsNode, DatabaseConnections,
    DatabaseConnectionsField, DatabaseConnectionsNode, Disruption, DisruptionField, DisruptionNode,
    Fallback, FallbackField, FallbackNode, PodsMetric, PodsMetricField, PodsMetricNode, Policy,
    PolicyField, PolicyNode, Replicas, ReplicasField, ReplicasNode, Resources, ResourcesField,
    ResourcesNode, Rollout, RolloutField, RolloutNode, Scaler, Scaling, ScalingField, ScalingNode,
    Service, ServiceField, ServiceNode, Target, TargetField, TargetNode, UNUSED, Worker,
    WorkerField, WorkerNode, Workload, WorkloadField, WorkloadNode,
};

use declaration::{Form, LABELS, Node as _, Top, node};

node! {
    /// One environment, complete.
    Environment: EnvironmentNode, EnvironmentField, derived {
        /// The environment's name, a DNS label; also the name of the tree and of AWS resources.
        child environment: Sourced<Name> = Form::LetteredName, "\"staging\"";
        /// The tier, which gives every value that the file does not state.
        child tier: Sourced<Tier>, "\"small\"";
        /// The AWS region.
        child region: Sourced<String> = Form::Region, "\"us-east-1\"";
        /// The prefix of every object's name.
        child app: Sourced<Name> = Form::LetteredName, "\"kaireon\"";
        /// The Kubernetes namespace.
        child namespace: Sourced<Name>, "\"kaireon\"";
        /// The EKS cluster.
        child cluster: Sourced<Name>, "\"prod-eks\"";
        /// Labels of every object, and tags of every AWS resource.
        maps labels: BTreeMap<String, Sourced<String>> = LABELS, "team=\"platform\"";
        /// The queue library.
        child framework: Option<Sourced<Framework>>, "\"bullmq\"";
        /// The APIs by name; the only one is called `api`.
        one_or_named api: ByApi<Api>;
        /// The worker pools by name.
        named worker: BTreeMap<Name, Worker>;
        /// Everything else that needs connections or room.
        named service: BTreeMap<Name, Service>;
        /// The connection pooler.
        node pgbouncer: Pgbouncer;
        /// The RDS instance and its replicas.
        node database: Database;
        /// The ElastiCache groups by name; one that is switched off is absent.
        named redis: BTreeMap<Name, RedisGroup>;
        /// The EKS node groups by name.
        named nodes: BTreeMap<Name, NodeGroup>;
        /// What the network policies need to know.
        node network: Network;
        /// Who owns the autoscalers.
        node deliver: Deliver;
        /// Hours in which little or nothing runs, by `days-from-to`.
        #[serde(default)]
        unnamed off_hours: BTreeMap<String, OffHours>;
        /// Planned events by name.
        #[serde(default)]
        named event: BTreeMap<Name, Event>;
        /// What follows off-hours and events.
        node schedule: Schedule;
        /// What is watched.
        node alerts: Alerts;
        /// Load tests by name.
        #[serde(default)]
        named load_test: BTreeMap<Name, LoadTest>;
        /// What it may cost, if that is stated.
        node budget: Option<Budget>;
        /// How it is paid for.
        node cost: Cost;
    }
}

node! {
    /// Everything that a file states.
    EnvironmentFile: EnvironmentFileNode, EnvironmentFileField, derived {
        /// Its environment.
        among environment: Environment;
        /// The rules that it turns off.
        nodes waive: Vec<Waive>;
    }
}

/// The file and its nodes of the top level.
pub static DECLARED: LazyLock<Vec<Top>> =
    LazyLock::new(|| Top::all_of(EnvironmentFileNode::ATTRIBUTES));

/// Labels that select objects and pods. A user's label with the same name would detach a Deployment
/// from its pods.
pub const OWN_LABELS: [&str; 5] = [
    "app",
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/managed-by",
];

impl RedisGroup {
    /// Whether data is spread over shards.
    #[must_use]
    pub fn is_cluster(&self) -> bool {
        self.cluster.shards.value > 0
    }
}

impl Environment {
    /// The group that serves `wanted`, if exactly one does.
    #[must_use]
    pub fn redis_for(&self, wanted: Use) -> Option<(&Name, &RedisGroup)> {
        let serves = |group: &RedisGroup| group.uses.iter().any(|used| used.value == wanted);
        let mut serving = self.redis.iter().filter(|(_, group)| serves(group));
        let first = serving.next()?;
        serving.next().is_none().then_some(first)
    }
}
