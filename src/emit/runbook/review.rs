//! What the monthly review looks at, and what to watch while a load test runs.

use serde::Serialize;

use crate::emit::standing::Standing;
use crate::metric::{self, Tracked, Unit};
use crate::model::Environment;

/// A row of the review.
#[derive(Serialize)]
pub(super) struct Row {
    component: String,
    metric: &'static str,
    threshold: String,
    relief: String,
}

/// A query.
#[derive(Serialize)]
pub(super) struct Watch {
    what: String,
    query: String,
}

pub(super) fn rows(environment: &Environment) -> Vec<Row> {
    let standing = Standing::of(environment);
    let row = |tracked: Tracked| Row {
        component: tracked.component.to_string(),
        metric: tracked.metric.name(),
        threshold: amount(tracked.threshold, tracked.metric.unit()),
        relief: tracked
            .relieved_by
            .iter()
            .map(|path| standing.told(path, " "))
            .collect::<Vec<_>>()
            .join(", "),
    };
    metric::tracked(environment).into_iter().map(row).collect()
}

fn amount(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Percent => format!("{value}%"),
        Unit::ItemsPerReplica => format!("{value} items a pod"),
        Unit::OpsPerSecond => format!("{value} operations/s"),
    }
}

pub(super) fn watched(environment: &Environment) -> Vec<Watch> {
    let tracked = metric::tracked(environment);
    let mut all: Vec<Watch> = tracked
        .into_iter()
        .map(|tracked| Watch {
            what: format!(
                "{} of {}, in {}",
                tracked.metric,
                tracked.component,
                tracked.metric.unit()
            ),
            query: tracked.query,
        })
        .collect();
    all.extend(pools(environment));
    all.extend(pooler());
    all
}

/// What pods of pools use, which no threshold is about.
fn pools(environment: &Environment) -> impl Iterator<Item = Watch> {
    environment.worker.iter().flat_map(|(name, pool)| {
        let workload = &pool.workload;
        [
            Watch {
                what: format!("CPU of worker.{name}, in % of what its pods request"),
                query: metric::pods_cpu(environment, workload),
            },
            Watch {
                what: format!("memory of the fullest pod of worker.{name}, in % of its limit"),
                query: metric::pods_memory(environment, workload),
            },
        ]
    })
}

/// Names of pgbouncer_exporter 0.12 (`collector.go`).
fn pooler() -> [Watch; 2] {
    let seconds = "sum(rate(pgbouncer_stats_totals_queries_duration_seconds_total[5m]))";
    let queries = "sum(rate(pgbouncer_stats_totals_queries_pooled_total[5m]))";
    [
        Watch {
            what: "clients that wait for a server connection of PgBouncer".into(),
            query: r#"sum by (database) (pgbouncer_pools_client_waiting_connections{database!="pgbouncer"})"#.into(),
        },
        Watch {
            what: "time of a query, in seconds".into(),
            query: format!("{seconds} / {queries}"),
        },
    ]
}
