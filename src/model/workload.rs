//! What runs: the API, the worker pools, and services that are not rendered here.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::declaration::{Form, node};
use super::{
    Arch, Capacity, Combine, Driver, Duration, Name, Place, PolicyKind, Portion, Quantity,
    Scenario, Select, Via,
};
use crate::source::Sourced;

/// An HPA on utilisation knows no zero, and an autoscaler's maximum is at least 1: `pause at=0`
/// stops a pool.
const AT_LEAST_ONE: Form = Form::Whole(1..=u32::MAX);

/// Of a utilisation, which is above 100 where pods use more than they ask for.
const PERCENT: Form = Form::Whole(1..=1000);

/// A week: no pod, window or trigger waits longer.
const WEEK: u64 = 604_800;

/// What Kubernetes or KEDA waits for.
const WAIT: Form = Form::Duration(0..=WEEK);

/// A second to a week: a connection that is kept for longer is as good as kept for ever.
const LIFETIME: RangeInclusive<u64> = 1..=WEEK;

/// Environment variables.
const VARIABLES: Form = Form::Map(Place::Variable, &Form::Text);

node! {
    /// What the API and every worker pool have in common.
    Workload: WorkloadNode, WorkloadField, derived {
        /// The Deployment's name.
        child name: Sourced<Name>, "\"kaireon-api\"";
        /// The container image, if it is stated.
        child image: Option<Sourced<String>> = Form::Placed(Place::Image), "\"registry.example.com/api:1.4.2\"";
        /// The autoscaler's bounds.
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
        /// A frozen count: minimum and maximum until it is removed.
        child hold: Option<Sourced<u32>> = AT_LEAST_ONE, "15";
        /// The processor architecture.
        child arch: Sourced<Arch>, "\"arm64\"";
        inside "driver" {
            /// The PostgreSQL driver, if it is stated.
            required_argument driver: Option<Sourced<Driver>>, "\"pgjdbc\"";
            /// Its version.
            property driver_version as "version": Option<Sourced<String>> = Form::Version, "\"42.7.7\"";
            /// The version of the libpq that it runs on.
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
        /// The Redis lists it drains.
        nodes queue: Vec<Queue>;
        /// How several queues add up.
        child combine: Sourced<Combine>, "\"sum\"";
        /// The guide's scenario, if the file names one.
        child scenario: Option<Sourced<Scenario>>, "\"batch\"";
        /// How often KEDA looks at a pool that is at zero.
        child polling: Sourced<Duration> = Form::Duration(1..=WEEK), "\"15s\"";
        /// How long a pool stays after its last job.
        child cooldown: Sourced<Duration> = WAIT, "\"300s\"";
        /// The list length above which a pool leaves zero.
        child activation: Sourced<u32>, "0";
        /// Replicas when Redis cannot be read.
        node fallback: Option<Fallback>;
        /// How long a pod may finish its jobs after SIGTERM.
        child grace: Sourced<Duration> = WAIT, "\"30s\"";
        /// How its nodes are bought.
        child capacity: Sourced<Capacity>, "\"spot\"";
        /// Taints it tolerates, as `key=value:Effect`.
        repeated tolerate: Vec<Sourced<String>> = Form::Taint, "\"spot=true:NoSchedule\"";
        inside "pause" {
            /// A paused count: `autoscaling.keda.sh/paused-replicas`, until it is removed.
            sole_property pause as "at": Option<Sourced<u32>>, "0";
        }
    }

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

    /// Utilisation targets in percent of requests.
    Target: TargetNode, TargetField, settled {
        /// Of the CPU request.
        property cpu: Option<Sourced<u32>> = PERCENT, "60";
        /// Of the memory request.
        property memory: Option<Sourced<u32>> = PERCENT, "75";
    }

    /// One direction of `autoscaling/v2` behavior.
    Scaling: ScalingNode, ScalingField, derived {
        /// `stabilizationWindowSeconds`.
        property window: Sourced<Duration> = WAIT, "\"60s\"";
        /// The steps; none means Kubernetes' defaults.
        kinds policy: Vec<Policy>;
        /// Which step wins.
        child select: Sourced<Select>, "\"max\"";
    }

    /// A step of scaling: so many pods or percent in a period.
    Policy: PolicyNode, PolicyField, settled {
        /// Pods or percent.
        kind kind: Sourced<PolicyKind>, "\"pods\"";
        /// How many.
        required_argument value: Sourced<u32>, "6";
        /// The period.
        required every: Sourced<Duration> = WAIT, "\"60s\"";
    }

    /// A Pods metric of the HPA, as an average over pods.
    PodsMetric: PodsMetricNode, PodsMetricField, settled {
        /// Its name.
        key metric: Sourced<String> = Form::Placed(Place::MetricName), "\"http_requests_per_second\"";
        /// The average to aim at.
        required average: Sourced<Quantity>, "\"100\"";
    }

    /// The database connections of one pod.
    Connections: ConnectionsNode, ConnectionsField, settled {
        /// The most it may open.
        property per_pod: Sourced<u32>, "5";
        /// The environment variable that tells the application so.
        property env: Sourced<String> = Form::Placed(Place::Variable), "\"DB_POOL_SIZE\"";
        /// How long the application keeps a connection, if it is stated.
        property lifetime: Option<Sourced<Duration>> = Form::Duration(LIFETIME), "\"4m\"";
        /// The environment variable that tells the application so, in seconds.
        property lifetime_env: Option<Sourced<String>> = Form::Placed(Place::Variable), "\"DB_POOL_LIFETIME\"";
    }

    /// A Deployment's rolling update.
    Rollout: RolloutNode, RolloutField, settled {
        /// Pods above the desired count, rounded up.
        property max_surge: Sourced<Portion>, "\"25%\"";
        /// Pods below the desired count, rounded down.
        property max_unavailable: Sourced<Portion>, "0";
    }

    /// A Redis list and its depth per replica.
    Queue: QueueNode, QueueField, derived {
        /// The list's key.
        key list: Sourced<String> = Form::Placed(Place::RedisList), "\"queue:decisions\"";
        /// Items per replica.
        property length: Sourced<u32> = AT_LEAST_ONE, "50";
    }

    /// What a pool does when its trigger fails.
    Fallback: FallbackNode, FallbackField, derived {
        /// The replicas to hold, no fewer.
        property replicas: Sourced<u32>, "3";
        /// After more than so many failures, which KEDA counts only while it can reach Redis.
        property failures: Sourced<u32>, "3";
    }

    /// Something that runs here without being rendered, and counts in every budget.
    Service: ServiceNode, ServiceField, derived {
        /// Its pods.
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
            /// Over what.
            property via as "via": Sourced<Via>, "\"pgbouncer\"";
            /// How long it keeps a connection, if it is stated.
            property lifetime as "lifetime": Option<Sourced<Duration>> = Form::Duration(LIFETIME), "\"4m\"";
        }
        inside "driver" {
            /// The PostgreSQL driver, if it is stated.
            required_argument driver: Option<Sourced<Driver>>, "\"pgjdbc\"";
            /// Its version.
            property driver_version as "version": Option<Sourced<String>> = Form::Version, "\"42.7.7\"";
            /// The version of the libpq that it runs on.
            property driver_libpq as "libpq": Option<Sourced<String>> = Form::Version, "\"18\"";
        }
    }
}

impl Workload {
    /// The most pods an autoscaler can ask for: the larger of the maximum and a held count.
    #[must_use]
    pub fn most(&self) -> u32 {
        most(self.replicas.max.value, [count(self.hold.as_ref())])
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
        let instead = [self.workload.hold.as_ref(), self.pause.as_ref()].map(count);
        most(self.workload.replicas.max.value, instead)
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
