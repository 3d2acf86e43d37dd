//! Alerts of the database, its replicas, Redis and PgBouncer.

use super::{Alert, AlertUrgency, CLOUDWATCH, above, lasting, unmeasured as not_measured};
use crate::metric::{Component, Metric, Tracked, state};
use crate::model::{Duration, Environment, MetricSource};

/// PgBouncer disconnects a client after two minutes of waiting.
const WAITING: Duration = Duration::from_mins(2);

pub(super) fn of_metric(environment: &Environment, tracked: &Tracked) -> Vec<Alert> {
    let above =
        |name, doing, section: &str| vec![above(environment, tracked, name, doing, section)];
    let replicas = tracked.component == Component::ReadReplicas;
    match tracked.metric {
        Metric::DbCpu if replicas => above(
            "DatabaseCpuHigh",
            "add a replica, or scale up the instance type",
            "Another read replica",
        ),
        Metric::DbCpu => above(
            "DatabaseCpuHigh",
            "scale up the instance type",
            "A larger database instance",
        ),
        Metric::DbConnections => above(
            "DatabaseConnectionsHigh",
            "scale PgBouncer or the database",
            "More database connections",
        ),
        Metric::DbStorage => above(
            "DatabaseStorageHigh",
            "increase the storage",
            "More database storage",
        ),
        Metric::RedisMemory | Metric::RedisOps => redis(environment, tracked),
        Metric::ApiCpu
        | Metric::ApiMemory
        | Metric::ApiReplicas
        | Metric::QueueDepth
        | Metric::WorkerReplicas => Vec::new(),
    }
}

fn redis(environment: &Environment, tracked: &Tracked) -> Vec<Alert> {
    let Component::Redis(name) = &tracked.component else {
        return Vec::new();
    };
    let Some(group) = environment.redis.get(name) else {
        return Vec::new();
    };
    let section = format!("Redis {name}");
    if tracked.metric == Metric::RedisOps {
        let doing = "enable cluster mode, or add shards";
        return vec![above(environment, tracked, "RedisOpsHigh", doing, section)];
    }
    let doing = "scale up the node type";
    let alert = above(environment, tracked, "RedisMemoryHigh", doing, section);
    // A cache that may evict any key is expected to be full.
    let full = group.policy.value.evicts_any_key();
    (!full).then_some(alert).into_iter().collect()
}

/// Alerts without a tracked metric: the forecast of storage, and lag.
pub(super) fn beside(environment: &Environment, component: &Component) -> Option<Alert> {
    match component {
        Component::Database => Some(storage_forecast(environment)),
        Component::ReadReplicas => Some(replica_lag(environment)),
        Component::Api(_) | Component::Worker(_) | Component::Redis(_) => None,
    }
}

fn storage_forecast(environment: &Environment) -> Alert {
    let within = environment.alerts.storage_forecast.value;
    let storage = &environment.database.storage;
    let gib = storage.gib.value;
    // CloudWatch does not report the size of the volume, so the room for growth starts from the
    // stated size.
    let from_cloudwatch = environment.alerts.source.database.value == MetricSource::Yace;
    let counted_from = if from_cloudwatch && storage.max_gib.value > gib {
        format!(" (counted from the {gib} GiB in the file)")
    } else {
        String::new()
    };
    let growing = ["database.storage.gib", "database.storage.max-gib"].map(str::to_owned);
    Alert {
        name: "DatabaseStorageFullSoon",
        expr: state::storage_forecast(environment, within),
        lasting: lasting(environment, Metric::DbStorage).max(Duration::from_mins(60)),
        urgency: AlertUrgency::Warning,
        summary: format!(
            "at last week's growth, the database's storage will be full within {within}{counted_from}"
        ),
        value: "{{ $value | humanize1024 }}B short at that time",
        action: "increase the storage".into(),
        relieved_by: growing.into(),
        section: "More database storage".into(),
    }
}

fn replica_lag(environment: &Environment) -> Alert {
    let most = environment.alerts.replica_lag.value;
    Alert {
        name: "ReplicaLagHigh",
        expr: state::replica_lag(environment, most),
        lasting: CLOUDWATCH,
        urgency: AlertUrgency::Warning,
        summary: format!(
            "a read replica is more than {most} behind, or its replication is broken"
        ),
        value: "{{ if lt $value 0.0 }}broken{{ else }}{{ $value | printf \"%.0f\" }} s behind{{ end }}",
        action: "if replication is broken, check the replica's events and recreate it if it does not recover; if it is behind, look for long queries and bursts of writes, or use a larger class"
            .into(),
        relieved_by: vec!["database.replicas.instance".into()],
        section: "Replica lag".into(),
    }
}

pub(super) fn pooler(environment: &Environment) -> Vec<Alert> {
    let (wait, most) = (
        state::pool_wait(environment),
        environment.alerts.pool_wait.value,
    );
    // One series for each database tells which of the pools is too small.
    let several = !environment.pgbouncer.database.is_empty();
    let longest = if several {
        state::pool_waits(environment)
    } else {
        wait.clone()
    };
    let sizes = environment.pgbouncer.entries().map(|it| it.size_path());
    let waiting = Alert {
        name: "PgbouncerClientsWait",
        expr: format!("{longest} > {}", most.secs()),
        lasting: WAITING,
        urgency: AlertUrgency::Critical,
        summary: format!("clients wait more than {most} for a server connection of PgBouncer"),
        value: if several {
            "{{ $value | printf \"%.1f\" }} s for database {{ $labels.database }}"
        } else {
            "{{ $value | printf \"%.1f\" }} s"
        },
        action: "look for slow transactions, or give PgBouncer more connections".into(),
        relieved_by: sizes.chain(["pgbouncer.instances".to_owned()]).collect(),
        section: "Look into the pools".into(),
    };
    let absent = not_measured("pgbouncer", format!("absent({wait})"));
    vec![waiting, absent]
}

/// A store without measurements. Stores run at all hours.
pub(super) fn unmeasured(
    environment: &Environment,
    component: &Component,
    tracked: &[Tracked],
) -> String {
    let queries = tracked.iter().map(|it| format!("absent({})", it.query));
    let mut queries: Vec<String> = queries.collect();
    if *component == Component::ReadReplicas {
        let (lag, replication) = (state::lag(environment), state::replication(environment));
        queries.push(format!("absent({lag})"));
        // In CloudWatch, both come from one series.
        if environment.alerts.source.database.value == MetricSource::Exporter {
            queries.push(format!("absent({replication})"));
        }
    }
    queries.join(" or ")
}
