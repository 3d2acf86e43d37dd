//! PromQL for states: an autoscaler at its maximum, a paused pool, lag, a forecast. Each gives one
//! series without labels if the state holds, and no series if it does not.

use super::query::{job, keda, metric_name, rds, rds_series};
use crate::model::{Duration, Environment, MetricSource, Select, Worker, Workload};

/// The apparent lag of a replica in seconds while nothing is written: PostgreSQL switches its log
/// every five minutes, and a replica has nothing to replay before that.
const IDLE: u64 = 300;

/// Writes per second below which a server may be idle: its own statistics and checkpoints write
/// less.
const WRITES: u32 = 5;

const GIB: &str = "1024 ^ 3";

/// An autoscaler that needs more pods than its maximum; the value is its pods. The query uses the
/// cluster's bounds, not the file's: a person may have raised the maximum, and an event may have
/// raised the minimum to it.
///
/// `ScalingLimited` is also true at the minimum, and while a scaling policy slows a change. So the
/// desired count must equal the maximum, too. An HPA that needs exactly its maximum is not limited.
fn at_maximum(environment: &Environment, workload: &Workload, autoscaler: &str) -> String {
    let namespace = &environment.namespace.value;
    let series = |metric: &str, more: &str| {
        format!(
            r#"kube_horizontalpodautoscaler_{metric}{{namespace="{namespace}",horizontalpodautoscaler="{autoscaler}"{more}}}"#
        )
    };
    let of = |metric: &str| format!("max({})", series(metric, ""));
    let (desired, min, max) = (
        of("status_desired_replicas"),
        of("spec_min_replicas"),
        of("spec_max_replicas"),
    );
    let limited = series(
        "status_condition",
        r#",condition="ScalingLimited",status="true""#,
    );
    let wants_more = format!("{desired} >= {max} and {max} > {min} and max({limited}) > 0");
    if workload.scale_down.select.value != Select::Disabled {
        return wants_more;
    }
    // If nothing scales down, an HPA at its maximum is always limited. It needs more pods from a
    // tenth above its target on.
    let (measured, target) = (
        series("status_target_metric", ""),
        series("spec_target_metric", ""),
    );
    format!("{wants_more} and max({measured} / {target}) > 1.1")
}

/// An API's HPA if it needs more pods than its maximum; the value is its pods.
#[must_use]
pub fn api_at_maximum(environment: &Environment, workload: &Workload) -> String {
    at_maximum(environment, workload, &workload.autoscaler_name())
}

/// A pool's HPA if it needs more pods than its maximum; the value is its pods. An event's floor never
/// exceeds the maximum.
#[must_use]
pub fn worker_at_maximum(environment: &Environment, pool: &Worker, hpa: &str) -> String {
    at_maximum(environment, &pool.workload, hpa)
}

/// The items of a pool's longest list.
#[must_use]
pub fn queue_items(environment: &Environment, pool: &Worker) -> String {
    super::query::queue_items(environment, pool)
}

/// Whether a pool is paused: 1 or 0.
#[must_use]
pub fn paused(environment: &Environment, pool: &Worker) -> String {
    keda(environment, pool, |of| {
        format!("keda_scaled_object_paused{{{of}}}")
    })
}

/// The number of times that KEDA failed to read a pool's metric. `window` must cover at least two
/// failures.
#[must_use]
pub fn keda_errors(environment: &Environment, pool: &Worker, window: Duration) -> String {
    keda(environment, pool, |of| {
        format!("increase(keda_scaled_object_errors_total{{{of}}}[{window}])")
    })
}

/// The value that KEDA reports while it cannot read the lists and uses the pool's fallback; KEDA
/// counts no error then. It is -1 for a formula, else the items of the first list that ask for
/// `pods`.
#[must_use]
pub fn fallen_back(environment: &Environment, pool: &Worker, pods: u32) -> Option<String> {
    let first = pool.queue.first()?;
    let name = metric_name(first);
    let value = keda(environment, pool, |of| {
        format!(r#"keda_scaler_metrics_value{{{of},metric=~"s0-{name}"}}"#)
    });
    Some(if pool.is_summed() {
        format!("{value} < 0")
    } else {
        let items = u64::from(first.length().value) * u64::from(pods);
        format!("{value} == {items}")
    })
}

/// Replicas that are more than `most` behind (the value in seconds), or whose replication is broken
/// (a negative value). In CloudWatch, an idle source makes its replicas appear to lag.
#[must_use]
pub fn replica_lag(environment: &Environment, most: Duration) -> String {
    let database = &environment.database;
    let primary = database.name.value.as_str();
    let (lag, most) = (lag(environment), most.secs());
    let behind = match environment.alerts.source.database.value {
        MetricSource::Yace => {
            let writes = rds_series("write_iops_average", primary);
            let idle = most.saturating_add(IDLE);
            format!(
                "({lag} > {most} unless ({lag} <= {idle} and max(max_over_time({writes}[10m])) < {WRITES}))"
            )
        }
        MetricSource::Exporter => format!("{lag} > {most}"),
    };
    format!("{} < 0 or {behind}", replication(environment))
}

/// Identifiers of the read replicas.
fn replicas(environment: &Environment) -> String {
    format!("{}-read-[0-9]+", environment.database.name.value)
}

/// The lag of the replicas in seconds, whatever the reason.
#[must_use]
pub fn lag(environment: &Environment) -> String {
    let replicas = replicas(environment);
    let lag = match environment.alerts.source.database.value {
        MetricSource::Yace => rds("replica_lag_average", &replicas),
        MetricSource::Exporter => job("pg_replication_lag_seconds", &replicas),
    };
    format!("max({lag})")
}

/// Negative if a replica no longer follows its source. Only CloudWatch reports it: a replica that
/// receives nothing and has replayed everything considers itself up to date.
#[must_use]
pub fn replication(environment: &Environment) -> String {
    let lag = rds("replica_lag_average", &replicas(environment));
    format!("min({lag})")
}

/// Storage that will be full `within` this time, if it grows as in the last week; the value is the
/// missing bytes. Storage autoscaling counts as room. At least a day of history is needed, because
/// the first load of a database grows fast.
#[must_use]
pub fn storage_forecast(environment: &Environment, within: Duration) -> String {
    let database = &environment.database;
    let (identifier, gib) = (database.name.value.as_str(), database.storage.gib.value);
    let most = database.storage.max_gib.value.max(gib);
    let seconds = within.secs();
    match environment.alerts.source.database.value {
        MetricSource::Yace => {
            let free = rds_series("free_storage_space_average", identifier);
            let grows = match most - gib {
                0 => String::new(),
                room => format!(" - {room} * {GIB}"),
            };
            format!(
                "-min(predict_linear({free}[7d], {seconds})){grows} > 0 and min(last_over_time({free}[10m] offset 1d)) >= 0"
            )
        }
        MetricSource::Exporter => {
            let series = job("pg_database_size_bytes", identifier);
            let size = |when: &str| format!("max(sum by (job, instance) ({series}{when}))");
            let (now, yesterday) = (size(""), size(" offset 1d"));
            format!(
                "predict_linear({now}[7d:1h], {seconds}) - {most} * {GIB} > 0 and {yesterday} >= 0"
            )
        }
    }
}

/// The longest wait of PgBouncer's clients for a server connection, in seconds.
#[must_use]
pub fn pool_wait(environment: &Environment) -> String {
    let wait = pooler(environment, "pgbouncer_pools_client_maxwait_seconds");
    format!("max({wait})")
}

/// The longest wait of PgBouncer's clients for each of its databases: a series for each, with the label
/// `database`.
#[must_use]
pub fn pool_waits(environment: &Environment) -> String {
    let wait = pooler(environment, "pgbouncer_pools_client_maxwait_seconds");
    format!("max by (database) ({wait})")
}

/// A series of PgBouncer's exporter, without its own console.
#[must_use]
pub fn pooler(environment: &Environment, metric: &str) -> String {
    let (namespace, job) = (
        &environment.namespace.value,
        &environment.pgbouncer.name.value,
    );
    format!(r#"{metric}{{namespace="{namespace}",job="{job}",database!="pgbouncer"}}"#)
}

/// An HPA, while kube-state-metrics reports it.
#[must_use]
pub fn autoscaler(environment: &Environment, hpa: &str) -> String {
    format!(
        r#"max(kube_horizontalpodautoscaler_spec_max_replicas{{namespace="{}",horizontalpodautoscaler="{hpa}"}})"#,
        environment.namespace.value
    )
}

/// An API's ready pods; no series while it is scaled to zero.
#[must_use]
pub fn api_pods(environment: &Environment, workload: &Workload) -> String {
    format!(
        r#"max(kube_deployment_status_replicas_available{{namespace="{}",deployment="{}"}})"#,
        environment.namespace.value, workload.name.value
    )
}
