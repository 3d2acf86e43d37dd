//! The supply of what a metric measures. With it, a value measured on one environment can be scaled
//! to another: `value * supply before / supply after`.

use crate::budget::connections::RESERVED;
use crate::catalogue::Catalogue;
use crate::metric::{Component, Metric};
use crate::model::{Environment, RedisGroup, Scaler, Worker, Workload};

/// The supply, in a unit of its own; `None` if the component does not exist or the catalogue does
/// not know it.
///
/// The utilisation of the API and of pools reaches its threshold when the autoscaler has no pod
/// left to add. So the supply is what runs at the maximum, or at the held count. Replicas depend on
/// the CPU target, and lists on their items per replica.
#[must_use]
pub fn supply(
    metric: Metric,
    component: &Component,
    environment: &Environment,
    catalogue: &Catalogue,
) -> Option<f64> {
    match (metric, component) {
        (metric, Component::Api(name)) => api(metric, &environment.api.get(name)?.workload),
        (Metric::QueueDepth, Component::Worker(name)) => {
            Some(f64::from(environment.worker.get(name)?.in_force()))
        }
        (Metric::WorkerReplicas, Component::Worker(name)) => {
            let pool = environment.worker.get(name)?;
            Some(match pool.scaler() {
                Scaler::Keda => f64::from(pool.in_force()) * items_per_replica(pool),
                Scaler::Hpa | Scaler::Fixed => utilised(&pool.workload),
            })
        }
        (_, Component::Database | Component::ReadReplicas) => {
            database(metric, component, environment, catalogue)
        }
        (_, Component::Redis(name)) => redis(metric, environment.redis.get(name)?, catalogue),
        (_, Component::Worker(_)) => None,
    }
}

fn api(metric: Metric, api: &Workload) -> Option<f64> {
    match metric {
        Metric::ApiCpu => Some(f64::from(api.bounds().1) * float(api.requests.cpu.value.milli())),
        Metric::ApiMemory => Some(float(api.limits.memory.value.units())),
        Metric::ApiReplicas => Some(utilised(api)),
        Metric::QueueDepth
        | Metric::WorkerReplicas
        | Metric::DbCpu
        | Metric::DbConnections
        | Metric::DbStorage
        | Metric::RedisMemory
        | Metric::RedisOps => None,
    }
}

fn database(
    metric: Metric,
    component: &Component,
    environment: &Environment,
    catalogue: &Catalogue,
) -> Option<f64> {
    let (database, replicas) = (&environment.database, &environment.database.replicas);
    let read = *component == Component::ReadReplicas;
    let (class, connections, count) = if read {
        let count = f64::from(replicas.count.value);
        (&replicas.instance, &replicas.max_connections, count)
    } else {
        (&database.instance, &database.max_connections, 1.0)
    };
    match metric {
        Metric::DbCpu => {
            let class = catalogue.db_classes.get(&class.value)?;
            Some(f64::from(class.vcpu) * count)
        }
        Metric::DbConnections => {
            Some(f64::from(connections.value.saturating_sub(RESERVED)) * count)
        }
        Metric::DbStorage => Some(f64::from(database.storage.gib.value)),
        Metric::ApiCpu
        | Metric::ApiMemory
        | Metric::ApiReplicas
        | Metric::QueueDepth
        | Metric::WorkerReplicas
        | Metric::RedisMemory
        | Metric::RedisOps => None,
    }
    .filter(|supply| *supply > 0.0)
}

fn redis(metric: Metric, group: &RedisGroup, catalogue: &Catalogue) -> Option<f64> {
    let shards = f64::from(group.cluster.shards.value.max(1));
    match metric {
        Metric::RedisMemory => {
            let node = catalogue.cache_nodes.get(&group.node.value)?;
            Some(float(node.maxmemory) * shards)
        }
        Metric::RedisOps => Some(shards),
        Metric::ApiCpu
        | Metric::ApiMemory
        | Metric::ApiReplicas
        | Metric::QueueDepth
        | Metric::WorkerReplicas
        | Metric::DbCpu
        | Metric::DbConnections
        | Metric::DbStorage => None,
    }
}

/// The CPU that pods at the maximum may use before the autoscaler wants more.
fn utilised(workload: &Workload) -> f64 {
    let target = workload.target.cpu.as_ref();
    let target = target.map_or(100, |target| target.value);
    let cpu = float(workload.requests.cpu.value.milli());
    f64::from(workload.bounds().1) * cpu * f64::from(target)
}

/// The smallest `length` of a pool's lists, which asks for the most pods.
fn items_per_replica(pool: &Worker) -> f64 {
    let lengths = pool.queue.iter().map(|queue| queue.length().value);
    f64::from(lengths.min().unwrap_or(1))
}

/// Bytes and millicores as a float: their ratios need no more than 52 bits.
#[allow(clippy::cast_precision_loss)]
fn float(count: u64) -> f64 {
    count as f64
}
