//! The resolved environment: plain data, nothing missing, every value with its origin.

pub mod attribute;
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
mod part;
pub mod place;
pub mod platform;
pub mod quantity;
pub mod rate;
pub mod schedule;
mod selection;
mod text_form;
pub mod version;
pub mod volume;
mod waiver;
pub mod window;
pub mod word;
pub mod written;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::Sourced;
pub use attribute::{Attribute, Attributes, Difference};
pub use clock::{ClockTime, Days, Moment};
pub use duration::Duration;
pub use image::Image;
pub use int_or_percent::Portion;
pub use money::{Money, Percent};
pub use name::Name;
pub use operation::{
    Alerts, AlertsField, AlertsNode, ArrivalRate, ArrivalRateField, Budget, BudgetField,
    BudgetNode, Cost, CostField, CostNode, Expectation, ExpectationField, LoadTest, LoadTestField,
    MetricSources, MetricSourcesField, MetricSourcesNode, RedisOps, RedisOpsField, RedisOpsNode,
    Request, RequestField, Stage, StageField, Steady, SteadyField, TestRun, TestRunField,
};
pub use place::Place;
pub use platform::{
    ADMIN_USER, Backup, BackupField, BackupNode, Clients, ClientsField, ClientsNode, Cluster,
    ClusterField, ClusterNode, Database, DatabaseField, DatabaseNode, Deliver, DeliverField,
    DeliverNode, Direct, DirectField, DirectNode, Maintenance, MaintenanceField, MaintenanceNode,
    Network, NetworkField, NetworkNode, NodeGroup, NodeGroupField, NodeGroupNode, Pgbouncer,
    PgbouncerField, PgbouncerNode, Pool, PoolField, PoolNode, ReadReplicas, ReadReplicasField,
    ReadReplicasNode, RedisGroup, RedisGroupField, RedisNode, STATS_USER, Storage, StorageField,
    StorageNode,
};
pub use quantity::Quantity;
pub use rate::ErrorRate;
pub use schedule::{
    Event, EventField, OffHours, OffHoursField, Schedule, ScheduleField, ScheduleNode,
};
pub use selection::Selection;
pub use version::Version;
pub use waiver::{LastDay, Waiver};
pub use window::{DailyWindow, WeeklyWindow};
pub use word::{
    Apply, Arch, Autoscalers, Capacity, ClusterMode, Combine, Driver, EvictionPolicy, Framework,
    HttpMethod, MetricSource, PolicyKind, PoolMode, PoolerSource, RedisEngine, RedisTls, Scenario,
    Select, SslMode, StartupOptions, StorageType, Tier, Use, Via, Word,
};

use declaration::{Form, LABELS, Node as _, Top, node};
use part::part;

node! {
    /// One environment, complete.
    Environment: EnvironmentNode, EnvironmentField, derived {
        /// Its name: a DNS label that also names the generated tree and the AWS resources.
        child environment: Sourced<Name> = Form::LetteredName, "\"staging\"";
        /// Its size.
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
        /// The queue library, if it is stated.
        child framework: Option<Sourced<Framework>>, "\"bullmq\"";
        /// The API.
        undeclared api: Api;
        /// The worker pools by name.
        undeclared worker: BTreeMap<Name, Worker>;
        /// Everything else that needs connections or room.
        undeclared service: BTreeMap<Name, Service>;
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
        undeclared off_hours: BTreeMap<String, OffHours>;
        /// Planned events by name.
        #[serde(default)]
        undeclared event: BTreeMap<Name, Event>;
        /// What follows off-hours and events.
        node schedule: Schedule;
        /// What is watched.
        node alerts: Alerts;
        /// Load tests by name.
        #[serde(default)]
        undeclared load_test: BTreeMap<Name, LoadTest>;
        /// What it may cost, if that is stated.
        node budget: Option<Budget>;
        /// How it is paid for.
        node cost: Cost;
    }
}

part! {
    /// What the API and every worker pool have in common.
    Workload: WorkloadField {
        /// The Deployment's name.
        name: Sourced<Name>,
        /// The container image, if it is stated.
        image: Option<Sourced<String>>,
        /// The autoscaler's bounds.
        replicas: Replicas,
        /// The utilisations it aims at.
        target: Target,
        /// How it adds pods.
        scale_up: Scaling,
        /// How it removes pods.
        scale_down: Scaling,
        /// What a pod asks for.
        requests: Resources,
        /// What a pod may use.
        limits: Resources,
        /// The database connections of a pod.
        connections: Connections,
        /// How a new version replaces the old one.
        rollout: Rollout,
        /// A frozen count: minimum and maximum until it is removed.
        hold: Option<Sourced<u32>>,
        /// The processor architecture.
        arch: Sourced<Arch>,
        /// The PostgreSQL driver, if it is stated.
        driver: Option<Sourced<Driver>>,
        /// Its version.
        at "driver.version" driver_version: Option<Sourced<String>>,
        /// The version of the libpq that it runs on.
        at "driver.libpq" driver_libpq: Option<Sourced<String>>,
        /// Environment variables by name.
        env: BTreeMap<String, Sourced<String>>,
    }

    /// The API.
    Api: ApiField {
        /// What it shares with the pools.
        #[serde(flatten)]
        flat workload: Workload,
        /// Pods metrics beside utilisation.
        metric: Vec<PodsMetric>,
    }

    /// A worker pool.
    Worker: WorkerField {
        /// What it shares with the API.
        #[serde(flatten)]
        flat workload: Workload,
        /// The Redis lists it drains.
        queue: Vec<Queue>,
        /// How several queues add up.
        combine: Sourced<Combine>,
        /// The guide's scenario, if the file names one.
        scenario: Option<Sourced<Scenario>>,
        /// How often KEDA looks at a pool that is at zero.
        polling: Sourced<Duration>,
        /// How long a pool stays after its last job.
        cooldown: Sourced<Duration>,
        /// The list length above which a pool leaves zero.
        activation: Sourced<u32>,
        /// Replicas when Redis cannot be read.
        fallback: Option<Fallback>,
        /// How long a pod may finish its jobs after SIGTERM.
        grace: Sourced<Duration>,
        /// How its nodes are bought.
        capacity: Sourced<Capacity>,
        /// Taints it tolerates, as `key=value:Effect`.
        tolerate: Vec<Sourced<String>>,
        /// A paused count: `autoscaling.keda.sh/paused-replicas`, until it is removed.
        pause: Option<Sourced<u32>>,
    }

    /// Utilisation targets in percent of requests.
    Target: TargetField {
        /// Of the CPU request.
        cpu: Option<Sourced<u32>>,
        /// Of the memory request.
        memory: Option<Sourced<u32>>,
    }

    /// One direction of `autoscaling/v2` behavior.
    Scaling: ScalingField {
        /// `stabilizationWindowSeconds`.
        window: Sourced<Duration>,
        /// The steps; none means Kubernetes' defaults.
        policy: Vec<Policy>,
        /// Which step wins.
        select: Sourced<Select>,
    }

    /// A step of scaling: so many pods or percent in a period.
    Policy: PolicyField {
        /// Pods or percent.
        kind: Sourced<PolicyKind>,
        /// How many.
        value: Sourced<u32>,
        /// The period.
        every: Sourced<Duration>,
    }

    /// A Pods metric of the HPA, as an average over pods.
    PodsMetric: PodsMetricField {
        /// Its name.
        metric: Sourced<String>,
        /// The average to aim at.
        average: Sourced<Quantity>,
    }

    /// The database connections of one pod.
    Connections: ConnectionsField {
        /// The most it may open.
        per_pod: Sourced<u32>,
        /// The environment variable that tells the application so.
        env: Sourced<String>,
        /// How long the application keeps a connection, if it is stated.
        lifetime: Option<Sourced<Duration>>,
        /// The environment variable that tells the application so, in seconds.
        lifetime_env: Option<Sourced<String>>,
    }

    /// A Deployment's rolling update.
    Rollout: RolloutField {
        /// Pods above the desired count, rounded up.
        max_surge: Sourced<Portion>,
        /// Pods below the desired count, rounded down.
        max_unavailable: Sourced<Portion>,
    }

    /// A Redis list and its depth per replica.
    Queue: QueueField {
        /// The list's key.
        list: Sourced<String>,
        /// Items per replica.
        length: Sourced<u32>,
    }

    /// What a pool does when its trigger fails.
    Fallback: FallbackField {
        /// The replicas to hold, no fewer.
        replicas: Sourced<u32>,
        /// After more than so many failures, which KEDA counts only while it can reach Redis.
        failures: Sourced<u32>,
    }

    /// Something that runs here without being rendered, and counts in every budget.
    Service: ServiceField {
        /// Its pods.
        replicas: Sourced<u32>,
        /// CPU that one pod asks for.
        at "requests.cpu" cpu: Sourced<Quantity>,
        /// Memory that one pod asks for.
        at "requests.memory" memory: Sourced<Quantity>,
        /// Connections that one pod may open.
        at "connections.per-pod" per_pod: Sourced<u32>,
        /// Over what.
        at "connections.via" via: Sourced<Via>,
        /// How long it keeps a connection, if it is stated.
        at "connections.lifetime" lifetime: Option<Sourced<Duration>>,
        /// The PostgreSQL driver, if it is stated.
        driver: Option<Sourced<Driver>>,
        /// Its version.
        at "driver.version" driver_version: Option<Sourced<String>>,
        /// The version of the libpq that it runs on.
        at "driver.libpq" driver_libpq: Option<Sourced<String>>,
    }
}

node! {
    /// Bounds of an autoscaler, in pods.
    Replicas: ReplicasNode, ReplicasField, settled {
        /// The fewest.
        property min: Sourced<u32>, "3";
        /// The most.
        property max: Sourced<u32>, "12";
    }

    /// CPU and memory.
    Resources: ResourcesNode, ResourcesField, settled {
        /// Cores.
        property cpu: Sourced<Quantity> = Form::Cpu, "\"500m\"";
        /// Bytes.
        property memory: Sourced<Quantity> = Form::Memory, "\"512Mi\"";
    }
}

/// The file and its nodes of the top level, as far as their attributes are declared.
pub static DECLARED: LazyLock<Vec<Top>> =
    LazyLock::new(|| Top::all_of(EnvironmentNode::ATTRIBUTES));

/// Labels that objects and pods are found by: a label of the user's that is called like one would
/// leave a Deployment without its pods.
pub const OWN_LABELS: [&str; 5] = [
    "app",
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/managed-by",
];

impl Workload {
    /// The most pods an autoscaler can ask for: the larger of the maximum and a held count.
    #[must_use]
    pub fn most(&self) -> u32 {
        let hold = self.hold.as_ref().map_or(0, |hold| hold.value);
        self.replicas.max.value.max(hold)
    }

    /// Fewest and most pods of its autoscaler; a held count is both.
    #[must_use]
    pub fn bounds(&self) -> (u32, u32) {
        let replicas = &self.replicas;
        self.hold
            .as_ref()
            .map_or((replicas.min.value, replicas.max.value), |hold| {
                (hold.value, hold.value)
            })
    }

    /// The most pods at once: the maximum and the surge of a rollout on top.
    #[must_use]
    pub fn peak(&self) -> u32 {
        with_surge(self.most(), self.rollout.max_surge.value)
    }

    /// The name of its HorizontalPodAutoscaler, where KEDA makes none.
    #[must_use]
    pub fn autoscaler_name(&self) -> String {
        format!("{}-hpa", self.name.value)
    }
}

/// The longest time to end at which pods are gone before a rollout has replaced the others.
const LONG: Duration = Duration::from_mins(1);

impl Worker {
    /// The most pods an autoscaler can ask for: the largest of the maximum, a held and a paused count.
    #[must_use]
    pub fn most(&self) -> u32 {
        let pause = self.pause.as_ref().map_or(0, |pause| pause.value);
        self.workload.most().max(pause)
    }

    /// The most pods at once: the maximum and the surge of a rollout on top.
    #[must_use]
    pub fn peak(&self) -> u32 {
        with_surge(self.most(), self.workload.rollout.max_surge.value)
    }

    /// Whether pods that were told to end stay beside those that replace them: they have longer
    /// than a rollout needs to replace all of them, and keep their connections until they end.
    #[must_use]
    pub fn finishes_long(&self) -> bool {
        self.grace.value > LONG
    }

    /// The most pods that hold connections at once: all of them beside the surge of a rollout, or
    /// beside all that they replace where those end slowly.
    #[must_use]
    pub fn connected(&self) -> u32 {
        if self.finishes_long() {
            self.most().saturating_mul(2).max(self.peak())
        } else {
            self.peak()
        }
    }

    /// The most pods that run while the file says what it does: the paused count, or the held one,
    /// before the maximum.
    #[must_use]
    pub fn in_force(&self) -> u32 {
        let pause = self.pause.as_ref().map(|pause| pause.value);
        pause.unwrap_or(self.workload.bounds().1)
    }

    /// Whether its lists are added up: KEDA hands the HPA the largest of several, and only a formula
    /// adds.
    #[must_use]
    pub fn is_summed(&self) -> bool {
        self.queue.len() > 1 && self.combine.value == Combine::Sum
    }

    /// The name of its ScaledObject.
    #[must_use]
    pub fn scaled_object_name(&self) -> String {
        format!("{}-scaler", self.workload.name.value)
    }
}

fn with_surge(pods: u32, surge: Portion) -> u32 {
    pods.saturating_add(surge.of_rounded_up(pods))
}

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
