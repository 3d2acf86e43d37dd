//! The metrics that an environment is watched by: the guide's list, for each component, with the
//! PromQL that measures it and the attributes that relieve it.
//!
//! This is a pure table. Alerts compare a query with its threshold, the runbook prints both, and
//! the capacity review projects them. The module [`state`] has the queries that are not
//! utilisation. A percentage of something configured divides by its present value, so history
//! appears on today's scale. For storage from CloudWatch this is right only while exactly
//! `storage.gib` is allocated, because CloudWatch reports free space, not the size. If RDS has
//! grown a volume by itself, update the file first.

mod query;
pub mod state;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Api, Environment, Name, Scaler, Worker, Workload};

/// A tracked metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Metric {
    /// CPU of the API in percent of its pods' requests, as the HPA measures it.
    ApiCpu,
    /// Memory of the fullest API pod in percent of its limit.
    ApiMemory,
    /// Pods of the API in percent of its autoscaler's maximum.
    ApiReplicas,
    /// Items in a pool's longest list, divided by the pool's maximum replicas.
    QueueDepth,
    /// Pods of a pool in percent of its autoscaler's maximum.
    WorkerReplicas,
    /// CPU of a database server in percent.
    DbCpu,
    /// Connections of a database server in percent of its non-reserved slots.
    DbConnections,
    /// Used storage of the database in percent of the allocated storage.
    DbStorage,
    /// Memory of a Redis group's fullest node in percent of its limit.
    RedisMemory,
    /// Operations per second of a Redis group's busiest node.
    RedisOps,
}

impl Metric {
    /// Every metric, in the order of the guide's table.
    pub const ALL: [Self; 10] = [
        Self::ApiCpu,
        Self::ApiMemory,
        Self::ApiReplicas,
        Self::QueueDepth,
        Self::WorkerReplicas,
        Self::DbCpu,
        Self::DbConnections,
        Self::DbStorage,
        Self::RedisMemory,
        Self::RedisOps,
    ];

    /// Its name in the `alerts` node, in files of metrics and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ApiCpu => "api-cpu",
            Self::ApiMemory => "api-memory",
            Self::ApiReplicas => "api-replicas",
            Self::QueueDepth => "queue-depth",
            Self::WorkerReplicas => "worker-replicas",
            Self::DbCpu => "db-cpu",
            Self::DbConnections => "db-connections",
            Self::DbStorage => "db-storage",
            Self::RedisMemory => "redis-memory",
            Self::RedisOps => "redis-ops",
        }
    }

    /// What its values are counted in.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Self::ApiCpu
            | Self::ApiMemory
            | Self::ApiReplicas
            | Self::WorkerReplicas
            | Self::DbCpu
            | Self::DbConnections
            | Self::DbStorage
            | Self::RedisMemory => Unit::Percent,
            Self::QueueDepth => Unit::ItemsPerReplica,
            Self::RedisOps => Unit::OpsPerSecond,
        }
    }
}

impl std::fmt::Display for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The unit of a metric's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Unit {
    /// Percent, usually 0 to 100. Utilisation of requests can exceed 100.
    Percent,
    /// Items for each replica of a pool's maximum.
    ItemsPerReplica,
    /// Operations a second.
    OpsPerSecond,
}

impl std::fmt::Display for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Percent => "%",
            Self::ItemsPerReplica => "items/replica",
            Self::OpsPerSecond => "ops/s",
        })
    }
}

/// A part of an environment that can run out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Component {
    /// An API.
    Api(Name),
    /// A worker pool.
    Worker(Name),
    /// The database's primary.
    Database,
    /// Its read replicas.
    ReadReplicas,
    /// A Redis group.
    Redis(Name),
}

/// The path of the component, in KDL spelling.
impl std::fmt::Display for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Api(name) => f.write_str(&Api::path(name)),
            Self::Worker(name) => write!(f, "worker.{name}"),
            Self::Database => f.write_str("database"),
            Self::ReadReplicas => f.write_str("database.replicas"),
            Self::Redis(name) => write!(f, "redis.{name}"),
        }
    }
}

/// A metric of one component of an environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracked {
    /// The metric.
    pub metric: Metric,
    /// Of what.
    pub component: Component,
    /// The value at which somebody should act, in the metric's unit.
    pub threshold: f64,
    /// PromQL for the value in the metric's unit: one series, no labels, no comparison.
    pub query: String,
    /// Paths of the attributes that relieve it, best choice first.
    pub relieved_by: Vec<String>,
}

/// An autoscaler at this percentage of its maximum cannot add pods.
const AT_MAXIMUM: f64 = 100.0;

/// Every watched metric of an environment, component by component.
#[must_use]
pub fn tracked(environment: &Environment) -> Vec<Tracked> {
    let mut tracked = Vec::new();
    for (name, it) in &environment.api {
        tracked.extend(api(environment, name, it));
    }
    for name in environment.worker.keys() {
        tracked.extend(worker(environment, name));
    }
    tracked.extend(database(environment));
    for name in environment.redis.keys() {
        tracked.extend(redis(environment, name));
    }
    tracked
}

/// PromQL of the CPU that a workload's running pods use, in percent of what they request.
#[must_use]
pub fn pods_cpu(environment: &Environment, workload: &Workload) -> String {
    query::cpu(environment, workload)
}

/// PromQL of the memory of a workload's fullest pod, in percent of its limit.
#[must_use]
pub fn pods_memory(environment: &Environment, workload: &Workload) -> String {
    query::memory(environment, workload)
}

fn one(metric: Metric, of: &Component, threshold: f64, query: String, paths: &[&str]) -> Tracked {
    Tracked {
        metric,
        component: of.clone(),
        threshold,
        query,
        relieved_by: paths.iter().map(|path| format!("{of}.{path}")).collect(),
    }
}

fn api(environment: &Environment, name: &Name, api: &Api) -> Vec<Tracked> {
    let (of, alerts) = (Component::Api(name.clone()), &environment.alerts);
    let more_pods = match api.scaler() {
        Scaler::Fixed => "replicas.count",
        Scaler::Hpa | Scaler::Keda => "replicas.max",
    };
    let mut tracked = vec![
        one(
            Metric::ApiCpu,
            &of,
            f64::from(alerts.api_cpu.value),
            pods_cpu(environment, &api.workload),
            &[more_pods],
        ),
        one(
            Metric::ApiMemory,
            &of,
            f64::from(alerts.api_memory.value),
            pods_memory(environment, &api.workload),
            &["limits.memory"],
        ),
    ];
    if !api.workload.is_fixed() {
        tracked.push(one(
            Metric::ApiReplicas,
            &of,
            AT_MAXIMUM,
            query::api_replicas(environment, &api.workload),
            &[more_pods],
        ));
    }
    tracked
}

/// The items per replica at which a pool's lists are too long: the stated threshold, but at least
/// the autoscaler's own target, which is normal while it can add pods.
#[must_use]
pub fn queue_depth(environment: &Environment, pool: &Worker) -> u32 {
    let lengths = pool.queue.iter().map(|queue| queue.length().value);
    lengths.fold(environment.alerts.queue_depth.value, u32::max)
}

/// A pool without lists has no depth, and a fixed count has no maximum to reach.
fn worker(environment: &Environment, name: &Name) -> Vec<Tracked> {
    let of = Component::Worker(name.clone());
    let Some(pool) = environment.worker.get(name) else {
        return Vec::new();
    };
    let depth = || {
        one(
            Metric::QueueDepth,
            &of,
            f64::from(queue_depth(environment, pool)),
            query::queue_depth(environment, pool),
            &["replicas.max", "queue"],
        )
    };
    let mut tracked: Vec<Tracked> = (!pool.queue.is_empty()).then(depth).into_iter().collect();
    tracked.extend(pool.hpa_name().map(|hpa| {
        one(
            Metric::WorkerReplicas,
            &of,
            AT_MAXIMUM,
            query::worker_replicas(environment, pool, &hpa),
            &["replicas.max"],
        )
    }));
    tracked
}

fn database(environment: &Environment) -> Vec<Tracked> {
    let (of, database) = (Component::Database, &environment.database);
    let (identifier, alerts) = (database.name.value.as_str(), &environment.alerts);
    let source = alerts.source.database.value;
    let mut tracked = vec![
        one(
            Metric::DbCpu,
            &of,
            f64::from(alerts.db_cpu.value),
            query::db_cpu(identifier),
            &["instance"],
        ),
        one(
            Metric::DbConnections,
            &of,
            f64::from(alerts.db_connections.value),
            query::db_connections(source, identifier, database.max_connections.value),
            &["max-connections", "instance"],
        ),
        one(
            Metric::DbStorage,
            &of,
            f64::from(alerts.db_storage.value),
            query::db_storage(source, identifier, database.storage.gib.value),
            &["storage.gib"],
        ),
    ];
    tracked.extend(read_replicas(environment));
    tracked
}

/// Where there are any.
fn read_replicas(environment: &Environment) -> Vec<Tracked> {
    let (of, replicas) = (Component::ReadReplicas, &environment.database.replicas);
    if replicas.count.value == 0 {
        return Vec::new();
    }
    let alerts = &environment.alerts;
    let identifiers = format!("{}-read-[0-9]+", environment.database.name.value);
    let connections = query::db_connections(
        alerts.source.database.value,
        &identifiers,
        replicas.max_connections.value,
    );
    vec![
        one(
            Metric::DbCpu,
            &of,
            f64::from(alerts.db_cpu.value),
            query::db_cpu(&identifiers),
            &["count", "instance"],
        ),
        one(
            Metric::DbConnections,
            &of,
            f64::from(alerts.db_connections.value),
            connections,
            &["max-connections", "count"],
        ),
    ]
}

fn redis(environment: &Environment, name: &Name) -> Vec<Tracked> {
    let of = Component::Redis(name.clone());
    let Some(group) = environment.redis.get(name) else {
        return Vec::new();
    };
    let (alerts, source) = (&environment.alerts, environment.alerts.source.redis.value);
    let ops = &alerts.redis_ops;
    vec![
        one(
            Metric::RedisMemory,
            &of,
            f64::from(alerts.redis_memory.value),
            query::redis_memory(source, group),
            &["node", "cluster.shards"],
        ),
        one(
            Metric::RedisOps,
            &of,
            f64::from(ops.benchmark.value) * f64::from(ops.percent.value) / 100.0,
            query::redis_ops(source, group),
            &["cluster.shards"],
        ),
    ]
}
