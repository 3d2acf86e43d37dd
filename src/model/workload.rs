//! Workloads: the API, the worker pools, and services that are not rendered here.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attribute::Keyed;
use super::declaration::{AT_LEAST_ONE, Form, node};
use super::{
    Arch, Capacity, Combine, Driver, Duration, Name, Place, PolicyKind, Portion, Quantity, Queue,
    Scenario, Select, Spread, Via,
};
use crate::source::Sourced;

/// A utilisation. It exceeds 100 if pods use more than they request.
const PERCENT: Form = Form::Whole(1..=1000);

/// A week: no pod, window or trigger waits longer.
const WEEK: u64 = 604_800;

/// What Kubernetes or KEDA waits for.
const WAIT: Form = Form::Duration(0..=WEEK);

/// A second to a week. A longer lifetime is practically unlimited.
const LIFETIME: RangeInclusive<u64> = 1..=WEEK;

/// Environment variables.
const VARIABLES: Form = Form::Map(Place::Variable, &Form::Text);

node! {
    /// The common part of the API and every worker pool.
    Workload: WorkloadNode, WorkloadField, derived {
        /// The Deployment's name.
        child name: Sourced<Name>, "\"kaireon-api\"";
        /// The container image.
        child image: Option<Sourced<String>> = Form::Placed(Place::Image), "\"registry.example.com/api:1.4.2\"";
        /// The number of pods: fixed, or the bounds of an autoscaler.
        node replicas: Replicas;
        /// The utilisations it aims at.
        node target: Target;
        /// How it adds pods.
        node scale_up: Scaling;
        /// How it removes pods.
        node scale_down: Scaling;
        /// What a pod asks for.
        node requests: Resources;
        /// What a pod may use.
        node limits: Resources;
        /// The database connections of a pod.
        node connections: Connections;
        /// How a new version replaces the old one.
        node rollout: Rollout;
        /// A PodDisruptionBudget for its pods.
        #[serde(default, skip_serializing_if = "Disruption::is_absent")]
        node disruption: Disruption;
        /// What its pods are spread over.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        filled_list spread: Vec<Sourced<Spread>>, "\"zone\"";
        /// A fixed number of pods, until the line is removed.
        child hold: Option<Sourced<u32>> = AT_LEAST_ONE, "15";
        /// The processor architecture.
        child arch: Sourced<Arch>, "\"arm64\"";
        inside "driver" {
            /// The PostgreSQL driver.
            required_argument driver: Option<Sourced<Driver>>, "\"pgjdbc\"";
            /// The driver's version.
            property driver_version as "version": Option<Sourced<String>> = Form::Version, "\"42.7.7\"";
            /// The version of the libpq that the driver uses.
            property driver_libpq as "libpq": Option<Sourced<String>> = Form::Version, "\"18\"";
        }
        /// Environment variables by name.
        maps env: BTreeMap<String, Sourced<String>> = VARIABLES, "LOG_LEVEL=\"info\"";
    }

    /// The API.
    Api: ApiNode, ApiField, derived {
        /// What it shares with the pools.
        #[serde(flatten)]
        among workload: Workload, narrowed {
            "replicas.min": AT_LEAST_ONE,
            "replicas.max": AT_LEAST_ONE,
        };
        /// Pods metrics beside utilisation.
        nodes metric: Vec<PodsMetric>;
    }

    /// A worker pool.
    Worker: WorkerNode, WorkerField, derived {
        /// What it shares with the API.
        #[serde(flatten)]
        among workload: Workload;
        /// The queues it drains.
        nodes queue: Vec<Queue>;
        /// How several queues are combined.
        child combine: Sourced<Combine>, "\"sum\"";
        /// A preset of length, polling, cooldown and maximum.
        child scenario: Option<Sourced<Scenario>>, "\"batch\"";
        /// How often KEDA polls a pool at zero.
        child polling: Sourced<Duration> = Form::Duration(1..=WEEK), "\"15s\"";
        /// How long KEDA waits after the last job before it scales to zero.
        child cooldown: Sourced<Duration> = WAIT, "\"300s\"";
        /// The list length above which a pool leaves zero.
        child activation: Sourced<u32>, "0";
        /// Replicas when Redis cannot be read.
        node fallback: Option<Fallback>;
        /// How long a terminating pod may take to finish its jobs.
        child grace: Sourced<Duration> = WAIT, "\"30s\"";
        /// Whether the pool runs on on-demand or spot nodes.
        child capacity: Sourced<Capacity>, "\"spot\"";
        /// A taint that the pods tolerate, as `key=value:Effect`.
        repeated tolerate: Vec<Sourced<String>> = Form::Taint, "\"spot=true:NoSchedule\"";
        inside "pause" {
            /// The number of pods of a paused pool: `autoscaling.keda.sh/paused-replicas`.
            sole_property pause as "at": Option<Sourced<u32>>, "0";
        }
    }

    /// A fixed number of pods, or the bounds of an autoscaler.
    Replicas: ReplicasNode, ReplicasField, derived {
        /// A fixed number of pods, without an autoscaler.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        argument count: Option<Sourced<u32>> = AT_LEAST_ONE, "3";
        /// The minimum of the autoscaler.
        property min: Sourced<u32>, "3";
        /// The maximum of the autoscaler.
        property max: Sourced<u32>, "12";
        /// Whether there is exactly one pod, also during a rollout.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        property singleton: Option<Sourced<bool>>, "#true";
    }

    /// CPU and memory.
    Resources: ResourcesNode, ResourcesField, settled {
        /// CPU, in cores.
        property cpu: Sourced<Quantity> = Form::Cpu, "\"500m\"";
        /// Memory, in bytes.
        property memory: Sourced<Quantity> = Form::Memory, "\"512Mi\"";
    }

    /// Utilisation targets in percent of requests.
    Target: TargetNode, TargetField, settled {
        /// The target utilisation, in percent of the CPU request.
        property cpu: Option<Sourced<u32>> = PERCENT, "60";
        /// The target utilisation, in percent of the memory request.
        property memory: Option<Sourced<u32>> = PERCENT, "75";
    }

    /// One direction of `autoscaling/v2` behavior.
    Scaling: ScalingNode, ScalingField, derived {
        /// `stabilizationWindowSeconds`.
        property window: Sourced<Duration> = WAIT, "\"60s\"";
        /// The steps; without any, Kubernetes' defaults.
        kinds policy: Vec<Policy>;
        /// Which of several steps applies.
        child select: Sourced<Select>, "\"max\"";
    }

    /// A step of scaling: a number or a percentage of pods per period.
    Policy: PolicyNode, PolicyField, settled {
        /// Whether the step counts pods or a percentage of them.
        kind kind: Sourced<PolicyKind>, "\"pods\"";
        /// The number or percentage of pods.
        required_argument value: Sourced<u32>, "6";
        /// The period of the step.
        required every: Sourced<Duration> = WAIT, "\"60s\"";
    }

    /// A Pods metric of the HPA, as an average over the pods.
    PodsMetric: PodsMetricNode, PodsMetricField, settled {
        /// The metric's name.
        key metric: Sourced<String> = Form::Placed(Place::MetricName), "\"http_requests_per_second\"";
        /// The target average per pod.
        required average: Sourced<Quantity>, "\"100\"";
    }

    /// The database connections of one pod.
    Connections: ConnectionsNode, ConnectionsField, derived {
        /// The most connections that one pod opens.
        property per_pod: Sourced<u32>, "5";
        /// The threads of one process, each with a connection.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        property threads: Option<Sourced<u32>> = AT_LEAST_ONE, "5";
        /// The jobs that one process runs at once, each with a connection: another word for threads.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        property concurrency: Option<Sourced<u32>> = AT_LEAST_ONE, "10";
        /// The connections of each thread or job.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        property factor: Option<Sourced<u32>> = AT_LEAST_ONE, "2";
        /// The processes of one pod.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        property processes: Option<Sourced<u32>> = AT_LEAST_ONE, "2";
        /// The environment variable that passes the size of its pool to each process.
        property env: Sourced<String> = Form::Placed(Place::Variable), "\"DB_POOL_SIZE\"";
        /// How long the application keeps a connection.
        property lifetime: Option<Sourced<Duration>> = Form::Duration(LIFETIME), "\"4m\"";
        /// The environment variable that passes this lifetime to the pod, in seconds.
        property lifetime_env: Option<Sourced<String>> = Form::Placed(Place::Variable), "\"DB_POOL_LIFETIME\"";
        /// Connections to further databases of PgBouncer.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        nodes database: Vec<DatabaseConnections>;
    }

    /// The connections of one pod to a further database of PgBouncer.
    DatabaseConnections: DatabaseConnectionsNode, DatabaseConnectionsField, settled {
        /// The entry of PgBouncer.
        key database: Sourced<String> = Form::Placed(Place::PostgresName), "\"results\"";
        /// The most connections that one pod opens to it.
        required per_pod: Sourced<u32>, "2";
        /// The environment variable that passes this number to the pod.
        property env: Option<Sourced<String>> = Form::Placed(Place::Variable), "\"RESULTS_POOL_SIZE\"";
        /// The environment variable with the URL.
        property url: Option<Sourced<String>> = Form::Placed(Place::Variable), "\"RESULTS_URL\"";
    }

    /// A Deployment's rolling update.
    Rollout: RolloutNode, RolloutField, settled {
        /// Pods above the desired replicas; a percentage is rounded up.
        property max_surge: Sourced<Portion>, "\"25%\"";
        /// Pods below the desired replicas; a percentage is rounded down.
        property max_unavailable: Sourced<Portion>, "0";
    }

    /// The evictions that a Deployment tolerates, such as when a node is drained.
    Disruption: DisruptionNode, DisruptionField, settled {
        /// The most pods that may be unavailable because of evictions; a percentage is rounded up.
        property max_unavailable: Option<Sourced<Portion>>, "\"25%\"";
    }

    /// Replicas while a pool's trigger fails.
    Fallback: FallbackNode, FallbackField, derived {
        /// The least number of pods while KEDA cannot read the queue.
        property replicas: Sourced<u32>, "3";
        /// The fallback starts after more failures than this. KEDA counts them only while it can
        /// reach Redis.
        property failures: Sourced<u32>, "3";
    }

    /// A workload that other people deploy. Every budget counts it.
    Service: ServiceNode, ServiceField, derived {
        /// The number of pods.
        child replicas: Sourced<u32>, "3";
        inside "requests" {
            /// CPU that one pod asks for.
            property cpu as "cpu": Sourced<Quantity> = Form::Cpu, "\"200m\"";
            /// Memory that one pod asks for.
            property memory as "memory": Sourced<Quantity> = Form::Memory, "\"512Mi\"";
        }
        inside "connections" {
            /// Connections that one pod may open.
            property per_pod as "per-pod": Sourced<u32>, "2";
            /// Whether the connections go through PgBouncer or directly to the database.
            property via as "via": Sourced<Via>, "\"pgbouncer\"";
            /// The further database of PgBouncer that it connects to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            property database as "database": Option<Sourced<String>> = Form::Placed(Place::PostgresName), "\"results\"";
            /// How long the service keeps a connection.
            property lifetime as "lifetime": Option<Sourced<Duration>> = Form::Duration(LIFETIME), "\"4m\"";
        }
        inside "driver" {
            /// The PostgreSQL driver.
            required_argument driver: Option<Sourced<Driver>>, "\"pgjdbc\"";
            /// The driver's version.
            property driver_version as "version": Option<Sourced<String>> = Form::Version, "\"42.7.7\"";
            /// The version of the libpq that the driver uses.
            property driver_libpq as "libpq": Option<Sourced<String>> = Form::Version, "\"18\"";
        }
    }
}

impl Disruption {
    /// Whether there is no PodDisruptionBudget.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.max_unavailable.is_none()
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "`node!` declares the type, and derives the same for all"
)]
impl Default for Disruption {
    fn default() -> Self {
        Self {
            max_unavailable: None,
        }
    }
}

impl Keyed for PodsMetric {
    fn key(&self, _: usize) -> String {
        self.metric.value.clone()
    }
}

impl Keyed for DatabaseConnections {
    fn key(&self, _: usize) -> String {
        self.database.value.clone()
    }
}

impl Connections {
    /// The connections of one pod to PgBouncer's databases, all together.
    #[must_use]
    pub fn of_a_pod(&self) -> u64 {
        let further = self.database.iter().map(|it| u64::from(it.per_pod.value));
        further.fold(u64::from(self.per_pod.value), u64::saturating_add)
    }

    /// The connections of one pod to the further database `name`.
    #[must_use]
    pub fn to(&self, name: &str) -> Option<&DatabaseConnections> {
        self.database.iter().find(|it| it.database.value == name)
    }
}

impl Keyed for Policy {
    fn key(&self, index: usize) -> String {
        (index + 1).to_string()
    }
}

/// The rule of a pool's values that nothing reads, because KEDA does not scale the pool.
pub const UNUSED: &str = "no-queue";

/// What decides how many pods a Deployment has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaler {
    /// Nothing: the count is fixed, in the Helm values.
    Fixed,
    /// A HorizontalPodAutoscaler of its own.
    Hpa,
    /// A ScaledObject, for which KEDA creates the HPA.
    Keda,
}

impl Api {
    /// What decides how many pods it has.
    #[must_use]
    pub fn scaler(&self) -> Scaler {
        if self.workload.is_fixed() {
            Scaler::Fixed
        } else {
            Scaler::Hpa
        }
    }
}

impl Connections {
    /// The threads of a process, with the last step of their path, if the connections are a product.
    #[must_use]
    pub fn each(&self) -> Option<(&'static str, &Sourced<u32>)> {
        let threads = self.threads.as_ref().map(|it| ("threads", it));
        let concurrency = self.concurrency.as_ref().map(|it| ("concurrency", it));
        threads.or(concurrency)
    }

    /// The product of the factors, if the connections are one.
    #[must_use]
    pub fn product(&self) -> Option<u32> {
        let processes = self.processes.as_ref().map_or(1, |it| it.value);
        let product = self.of_a_process()?.saturating_mul(processes);
        Some(product.min(i32::MAX.unsigned_abs()))
    }

    fn of_a_process(&self) -> Option<u32> {
        let factor = self.factor.as_ref().map_or(1, |factor| factor.value);
        Some(self.each()?.1.value.saturating_mul(factor))
    }

    /// The most connections that one process opens. An application sizes a pool in each process. If a file states
    /// another number for the pod as well, that number counts, in budgets as in the pods.
    #[must_use]
    pub fn per_process(&self) -> u32 {
        let is_product = self.product() == Some(self.per_pod.value);
        let of_a_process = self.of_a_process().filter(|_| is_product);
        of_a_process.unwrap_or(self.per_pod.value)
    }
}

impl Replicas {
    /// The lowest count, with the last step of its path: the fixed count, else the minimum.
    #[must_use]
    pub fn lowest(&self) -> (&'static str, &Sourced<u32>) {
        match &self.count {
            Some(count) => ("count", count),
            None => ("min", &self.min),
        }
    }

    /// The highest count, with the last step of its path: the fixed count, else the maximum.
    #[must_use]
    pub fn highest(&self) -> (&'static str, &Sourced<u32>) {
        match &self.count {
            Some(count) => ("count", count),
            None => ("max", &self.max),
        }
    }
}

impl Workload {
    /// Whether the number of pods is fixed, so that there is no autoscaler.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.replicas.count.is_some()
    }

    /// Whether it never has a second pod: its Deployment stops the old pod before it starts a new one.
    #[must_use]
    pub fn is_singleton(&self) -> bool {
        let singleton = self.replicas.singleton.as_ref();
        singleton.is_some_and(|singleton| singleton.value)
    }

    /// The autoscaler's highest count: the larger of the maximum and a held count.
    #[must_use]
    pub fn most(&self) -> u32 {
        most(self.replicas.max.value, [count(self.hold.as_ref())])
    }

    /// The fewest and most pods of its autoscaler; a held count is both.
    #[must_use]
    pub fn bounds(&self) -> (u32, u32) {
        let replicas = &self.replicas;
        self.hold
            .as_ref()
            .map_or((replicas.min.value, replicas.max.value), |hold| {
                (hold.value, hold.value)
            })
    }

    /// The most pods at once: the maximum plus the surge of a rollout.
    #[must_use]
    pub fn peak(&self) -> u32 {
        with_surge(self.most(), self.rollout.max_surge.value)
    }

    /// The name of its HorizontalPodAutoscaler, if KEDA does not create one.
    #[must_use]
    pub fn autoscaler_name(&self) -> String {
        format!("{}-hpa", self.name.value)
    }
}

/// The longest termination after which pods are gone before a rollout has replaced the others.
const LONG: Duration = Duration::from_mins(1);

impl Worker {
    /// The highest count: the largest of the maximum, a held and a paused count.
    #[must_use]
    pub fn most(&self) -> u32 {
        let instead = [self.workload.hold.as_ref(), self.pause.as_ref()].map(count);
        most(self.workload.replicas.max.value, instead)
    }

    /// The most pods at once: the maximum plus the surge of a rollout.
    #[must_use]
    pub fn peak(&self) -> u32 {
        with_surge(self.most(), self.workload.rollout.max_surge.value)
    }

    /// Whether terminating pods stay beside their replacements: their grace period is longer than a
    /// whole rollout, and they keep their connections until they end.
    #[must_use]
    pub fn finishes_long(&self) -> bool {
        self.grace.value > LONG
    }

    /// The most pods with connections at once: all pods plus the surge of a rollout, or all old and
    /// all new pods if the old ones end slowly.
    #[must_use]
    pub fn connected(&self) -> u32 {
        if self.finishes_long() {
            self.most().saturating_mul(2).max(self.peak())
        } else {
            self.peak()
        }
    }

    /// The most pods at present: the paused count, else the held one, else the maximum.
    #[must_use]
    pub fn in_force(&self) -> u32 {
        let pause = self.pause.as_ref().map(|pause| pause.value);
        pause.unwrap_or(self.workload.bounds().1)
    }

    /// What decides how many pods it has.
    #[must_use]
    pub fn scaler(&self) -> Scaler {
        if self.workload.is_fixed() {
            Scaler::Fixed
        } else if self.queue.is_empty() {
            Scaler::Hpa
        } else {
            Scaler::Keda
        }
    }

    /// The name of its HPA, its own or KEDA's; `None` if its count is fixed.
    #[must_use]
    pub fn hpa_name(&self) -> Option<String> {
        match self.scaler() {
            Scaler::Fixed => None,
            Scaler::Hpa => Some(self.workload.autoscaler_name()),
            Scaler::Keda => Some(format!("keda-hpa-{}", self.scaled_object_name())),
        }
    }

    /// Whether a formula adds up its lists. Without one, the HPA uses the largest.
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

/// The most pods an autoscaler can ask for: the largest of its maximum and the counts that may be in
/// force `instead`.
#[must_use]
pub fn most(max: u32, instead: impl IntoIterator<Item = Option<u32>>) -> u32 {
    instead.into_iter().flatten().fold(max, u32::max)
}

fn count(stated: Option<&Sourced<u32>>) -> Option<u32> {
    stated.map(|count| count.value)
}

fn with_surge(pods: u32, surge: Portion) -> u32 {
    pods.saturating_add(surge.of_rounded_up(pods))
}
