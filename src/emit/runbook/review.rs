//! The monthly review, and what to watch during a load test.

use serde::Serialize;

use crate::emit::alerts::Watch;
use crate::metric::{self, Tracked, Unit};
use crate::model::Environment;

/// A row of the review.
#[derive(Serialize)]
pub(super) struct ReviewRow {
    component: String,
    metric: &'static str,
    threshold: String,
    relief: String,
}

/// A query.
#[derive(Serialize)]
pub(super) struct Query {
    what: String,
    query: String,
}

pub(super) fn rows(watch: &Watch) -> Vec<ReviewRow> {
    let row = |tracked: &Tracked| ReviewRow {
        component: tracked.component.to_string(),
        metric: tracked.metric.name(),
        threshold: amount(tracked.threshold, tracked.metric.unit()),
        relief: tracked
            .relieved_by
            .iter()
            .map(|path| watch.told(path, " ").replace('|', "\\|"))
            .collect::<Vec<_>>()
            .join(", "),
    };
    watch.tracked.iter().map(row).collect()
}

fn amount(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Percent => format!("{value}%"),
        Unit::ItemsPerReplica => format!("{value} items a pod"),
        Unit::OpsPerSecond => format!("{value} operations/s"),
    }
}

pub(super) fn queries(environment: &Environment, watch: &Watch) -> Vec<Query> {
    let tracked = watch.tracked.iter();
    let mut all: Vec<Query> = tracked
        .map(|tracked| Query {
            what: format!(
                "{} of {}, in {}",
                tracked.metric,
                tracked.component,
                tracked.metric.unit()
            ),
            query: tracked.query.clone(),
        })
        .collect();
    all.extend(pools(environment));
    if watch.measures_pooler {
        all.extend(pooler(environment));
    }
    all
}

/// The usage of the pools' pods, for which there is no threshold.
fn pools(environment: &Environment) -> impl Iterator<Item = Query> {
    environment.worker.iter().flat_map(|(name, pool)| {
        let workload = &pool.workload;
        [
            Query {
                what: format!("CPU of worker.{name}, in % of what its pods request"),
                query: metric::pods_cpu(environment, workload),
            },
            Query {
                what: format!("memory of the fullest pod of worker.{name}, in % of its limit"),
                query: metric::pods_memory(environment, workload),
            },
        ]
    })
}

/// Names of pgbouncer_exporter 0.12 (`collector.go`).
fn pooler(environment: &Environment) -> [Query; 2] {
    let of = |metric: &str| metric::state::pooler(environment, metric);
    let rate = |metric: &str| {
        let series = of(&format!("pgbouncer_stats_totals_queries_{metric}_total"));
        format!("sum(rate({series}[5m]))")
    };
    let (seconds, queries) = (rate("duration_seconds"), rate("pooled"));
    let waiting = of("pgbouncer_pools_client_waiting_connections");
    [
        Query {
            what: "clients that wait for a server connection of PgBouncer".into(),
            query: format!("sum by (database) ({waiting})"),
        },
        Query {
            what: "time of a query, in seconds".into(),
            query: format!("{seconds} / {queries}"),
        },
    ]
}
