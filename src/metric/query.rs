//! PromQL with an environment's names. Metric names and labels come from the references of
//! kube-state-metrics, cAdvisor, KEDA and YACE; the ratios from the guide's table.
//!
//! Every query gives one series without labels, even if several scrapers report it.

use std::collections::BTreeSet;

use crate::budget::connections::RESERVED;
use crate::model::{Environment, MetricSource, Queue, RedisGroup, Worker, Workload};

/// Selects the pods of a Deployment, `<name>-<ReplicaSet>-<pod>`, without those of a Deployment
/// whose name only has the same prefix.
fn pods(environment: &Environment, workload: &Workload) -> String {
    format!(
        r#"namespace="{}",pod=~"{}-[a-z0-9]+-[a-z0-9]{{5}}""#,
        environment.namespace.value, workload.name.value
    )
}

/// CPU usage divided by the requests of the running pods, as an HPA compares it. A failed or
/// evicted pod still has requests but no usage, so it does not count.
pub(super) fn cpu(environment: &Environment, workload: &Workload) -> String {
    let pods = pods(environment, workload);
    format!(
        r#"100 * sum(rate(container_cpu_usage_seconds_total{{{pods},container!="",image!=""}}[5m])) / sum(kube_pod_container_resource_requests{{{pods},resource="cpu"}} and on (namespace, pod) (kube_pod_status_phase{{{pods},phase="Running"}} == 1))"#
    )
}

/// The working set, which the OOM killer looks at, divided by the container's limit.
pub(super) fn memory(environment: &Environment, workload: &Workload) -> String {
    let pods = pods(environment, workload);
    format!(
        r#"100 * max(max by (namespace, pod, container) (container_memory_working_set_bytes{{{pods},container!="",image!=""}}) / max by (namespace, pod, container) (kube_pod_container_resource_limits{{{pods},resource="memory"}}))"#
    )
}

fn replicas(environment: &Environment, autoscaler: &str, most: u32) -> String {
    let most = most.max(1);
    format!(
        r#"100 * max(kube_horizontalpodautoscaler_status_current_replicas{{namespace="{}",horizontalpodautoscaler="{autoscaler}"}}) / {most}"#,
        environment.namespace.value
    )
}

pub(super) fn api_replicas(environment: &Environment, workload: &Workload) -> String {
    replicas(environment, &workload.autoscaler_name(), workload.most())
}

/// KEDA's HPA does not exist at zero pods; then the value is 0.
pub(super) fn worker_replicas(environment: &Environment, pool: &Worker, hpa: &str) -> String {
    replicas(environment, hpa, pool.most())
}

/// A KEDA series of a pool. Without `honorLabels`, as in KEDA's chart, its own label `namespace`
/// becomes `exported_namespace`, and `namespace` is that of KEDA.
pub(super) fn keda(
    environment: &Environment,
    pool: &Worker,
    series: impl Fn(&str) -> String,
) -> String {
    let (namespace, name) = (&environment.namespace.value, pool.scaled_object_name());
    let exported = series(&format!(
        r#"exported_namespace="{namespace}",scaledObject="{name}""#
    ));
    let own = series(&format!(
        r#"namespace="{namespace}",exported_namespace="",scaledObject="{name}""#
    ));
    format!("max({exported} or {own})")
}

/// How KEDA names the metric of a queue's trigger, after `s<index>-`, as a regular expression.
pub(super) fn metric_name(queue: &Queue) -> &'static str {
    match queue {
        Queue::RedisList(_) => "redis-.+",
        Queue::RedisStream(_) => "redis-streams-.+",
        Queue::PostgresqlQueue(_) => "postgresql",
        Queue::SqsQueue(_) => "aws-sqs-.+",
        Queue::KafkaTopic(_) => "kafka-.+",
        Queue::RabbitmqQueue(_) => "rabbitmq-.+",
        Queue::PrometheusQueue(_) => "prometheus",
    }
}

/// KEDA exports the items of each queue as the value of its trigger.
pub(super) fn queue_items(environment: &Environment, pool: &Worker) -> String {
    let names: BTreeSet<&str> = pool.queue.iter().map(metric_name).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let name = match names.as_slice() {
        [name] => (*name).to_owned(),
        names => format!("({})", names.join("|")),
    };
    keda(environment, pool, |of| {
        format!(r#"keda_scaler_metrics_value{{{of},metric=~"s[0-9]+-{name}"}}"#)
    })
}

pub(super) fn queue_depth(environment: &Environment, pool: &Worker) -> String {
    format!(
        "{} / {}",
        queue_items(environment, pool),
        pool.most().max(1)
    )
}

pub(super) fn rds_series(metric: &str, identifiers: &str) -> String {
    let by = if identifiers.contains('[') { "=~" } else { "=" };
    format!(r#"aws_rds_{metric}{{dimension_DBInstanceIdentifier{by}"{identifiers}"}}"#)
}

/// CloudWatch metrics are minutes late and have gaps, so the last value counts.
fn last(series: &str) -> String {
    format!("last_over_time({series}[10m])")
}

pub(super) fn rds(metric: &str, identifiers: &str) -> String {
    last(&rds_series(metric, identifiers))
}

/// Only CloudWatch knows it.
pub(super) fn db_cpu(identifiers: &str) -> String {
    format!("max({})", rds("cpuutilization_average", identifiers))
}

/// The job of an exporter that queries the server itself. It has the name of the RDS instance or
/// replication group.
pub(super) fn job(metric: &str, identifiers: &str) -> String {
    let by = if identifiers.contains('[') { "=~" } else { "=" };
    format!(r#"{metric}{{job{by}"{identifiers}"}}"#)
}

/// Without the slots reserved for superusers and RDS.
pub(super) fn db_connections(
    source: MetricSource,
    identifiers: &str,
    max_connections: u32,
) -> String {
    let usable = max_connections.saturating_sub(RESERVED).max(1);
    let open = match source {
        MetricSource::Yace => rds("database_connections_average", identifiers),
        MetricSource::Exporter => {
            let activity = job("pg_stat_activity_count", identifiers);
            format!("sum by (job, instance) ({activity})")
        }
    };
    format!("100 * max({open}) / {usable}")
}

/// CloudWatch reports free space, not the allocated size. The server reports its databases, but not
/// its write-ahead log.
pub(super) fn db_storage(source: MetricSource, identifier: &str, gib: u32) -> String {
    match source {
        MetricSource::Yace => {
            let free = rds("free_storage_space_average", identifier);
            format!("100 * (1 - min({free}) / ({gib} * 1024 ^ 3))")
        }
        MetricSource::Exporter => {
            let size = job("pg_database_size_bytes", identifier);
            format!("100 * max(sum by (job, instance) ({size})) / ({gib} * 1024 ^ 3)")
        }
    }
}

/// The nodes of a group: `<group>-001`, with shards `<group>-0001-001`.
fn elasticache(metric: &str, group: &RedisGroup) -> String {
    let name = &group.name.value;
    last(&format!(
        r#"aws_elasticache_{metric}{{dimension_CacheClusterId=~"{name}(-[0-9]+)+"}}"#
    ))
}

/// CloudWatch's percentage already excludes the reserved quarter.
pub(super) fn redis_memory(source: MetricSource, group: &RedisGroup) -> String {
    match source {
        MetricSource::Yace => format!(
            "max({})",
            elasticache("database_memory_usage_percentage_maximum", group)
        ),
        MetricSource::Exporter => {
            let of = |metric: &str| job(metric, group.name.value.as_str());
            format!(
                "100 * max({} / ({} > 0))",
                of("redis_memory_used_bytes"),
                of("redis_memory_max_bytes")
            )
        }
    }
}

/// CloudWatch reports commands by type, each as a sum per minute. So an average over any time is in
/// commands per minute.
pub(super) fn redis_ops(source: MetricSource, group: &RedisGroup) -> String {
    match source {
        MetricSource::Yace => {
            let kind = |kind: &str| {
                let commands = elasticache(&format!("{kind}_type_cmds_average"), group);
                format!("max by (dimension_CacheClusterId) ({commands})")
            };
            format!("max({} + {}) / 60", kind("get"), kind("set"))
        }
        MetricSource::Exporter => {
            let commands = job("redis_commands_processed_total", group.name.value.as_str());
            format!("max(rate({commands}[5m]))")
        }
    }
}
