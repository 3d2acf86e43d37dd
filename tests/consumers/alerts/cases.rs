//! The series that there are, and whether an alert fires.

/// A case: an alert of a component, the series that there are, at which minute, and whether it fires.
pub(super) struct Case {
    pub(super) alert: &'static str,
    pub(super) component: &'static str,
    pub(super) series: Vec<(String, String)>,
    pub(super) minutes: u32,
    pub(super) fires: bool,
}

/// Every case, component by component.
pub(super) fn all() -> Vec<Case> {
    let all = [
        of_the_api(),
        of_the_maximum(),
        of_scaling(),
        of_pauses(),
        of_the_database(),
        of_the_replicas(),
        of_the_rest(),
    ];
    all.into_iter().flatten().collect()
}

/// Cases, and the last value in their description.
pub(super) fn told() -> Vec<(Case, &'static str)> {
    let lag = |value| {
        let of = [
            rds("replica_lag", "kaireon-prod-read-1", value),
            rds("write_iops", "kaireon-prod", 50.0),
        ];
        case("ReplicaLagHigh", "database.replicas", of.into(), 6, true)
    };
    // 200 GiB and the 500 that storage may grow by, 48 GiB of them gone, and 24 a day for 30 days.
    let full = free("kaireon-prod", 200.0, -1.0 / 60.0);
    let full = case(
        "DatabaseStorageFullSoon",
        "database",
        vec![full],
        2880,
        true,
    );
    vec![
        (lag(-1.0), "broken"),
        (lag(31.0), "31 s behind"),
        (full, "68GiB short at that time"),
    ]
}

/// Free storage in GiB, and what of it goes or comes each minute.
fn free(of: &str, start: f64, a_minute: f64) -> (String, String) {
    let gib = 1_073_741_824.0;
    let series =
        format!("aws_rds_free_storage_space_average{{dimension_DBInstanceIdentifier=\"{of}\"}}");
    (series, format!("{}{:+}x4320", start * gib, a_minute * gib))
}

/// A series with the same value every minute for three days.
pub(super) fn flat(series: &str, value: f64) -> (String, String) {
    (series.to_owned(), format!("{value}x4320"))
}

pub(super) fn rds(metric: &str, of: &str, value: f64) -> (String, String) {
    let series = format!("aws_rds_{metric}_average{{dimension_DBInstanceIdentifier=\"{of}\"}}");
    flat(&series, value)
}

fn cache(metric: &str, value: f64) -> (String, String) {
    let series =
        format!("aws_elasticache_{metric}{{dimension_CacheClusterId=\"kaireon-prod-queue-001\"}}");
    flat(&series, value)
}

/// As KEDA's chart has it scraped: its own namespace is not that of the operator.
fn keda(metric: &str, of: &str, value: &str) -> (String, String) {
    let series = format!(
        "keda_{metric}namespace=\"keda\",exported_namespace=\"kaireon\",scaledObject=\"kaireon-worker-{of}-scaler\"}}"
    );
    (series, value.to_owned())
}

fn items(of: &str, value: f64) -> (String, String) {
    keda(
        "scaler_metrics_value{metric=\"s0-redis-queue\",",
        of,
        &format!("{value}x4320"),
    )
}

fn paused(of: &str, value: &str) -> (String, String) {
    keda("scaled_object_paused{", of, value)
}

/// An HPA by the count that it wants, its minimum and its maximum; `limited` is its condition
/// `ScalingLimited`.
fn autoscaler(name: &str, [desired, min, max]: [f64; 3], limited: bool) -> Vec<(String, String)> {
    let labels = format!("namespace=\"kaireon\",horizontalpodautoscaler=\"{name}\"");
    let of = |metric: &str, value| {
        flat(
            &format!("kube_horizontalpodautoscaler_{metric}_replicas{{{labels}}}"),
            value,
        )
    };
    let condition = |status: &str, holds: bool| {
        flat(
            &format!(
                "kube_horizontalpodautoscaler_status_condition{{{labels},condition=\"ScalingLimited\",status=\"{status}\"}}"
            ),
            f64::from(u8::from(holds)),
        )
    };
    vec![
        of("status_current", desired),
        of("status_desired", desired),
        of("spec_min", min),
        of("spec_max", max),
        condition("true", limited),
        condition("false", !limited),
    ]
}

/// An HPA that is not limited.
fn hpa(name: &str, counts: [f64; 3]) -> Vec<(String, String)> {
    autoscaler(name, counts, false)
}

/// What an HPA measures of a metric, beside its target of 70.
fn measured(name: &str, metric: &str, value: f64) -> Vec<(String, String)> {
    let of = |side: &str, value| {
        flat(
            &format!(
                "kube_horizontalpodautoscaler_{side}_target_metric{{namespace=\"kaireon\",horizontalpodautoscaler=\"{name}\",metric_name=\"{metric}\",metric_target_type=\"utilization\"}}"
            ),
            value,
        )
    };
    vec![of("spec", 70.0), of("status", value)]
}

/// An API that requests a core a pod and uses `cpu` of it, and `memory` of a limit of 100.
fn api(cpu: f64, memory: f64) -> Vec<(String, String)> {
    let pod_only = "namespace=\"kaireon\",pod=\"kaireon-api-5d4f8b7c9d-x2x4z\"";
    let pod = format!("{pod_only},container=\"api\"");
    let used = format!("container_cpu_usage_seconds_total{{{pod},image=\"api\"}}");
    vec![
        (used, format!("0+{}x4320", cpu * 60.0)),
        flat(
            &format!("kube_pod_container_resource_requests{{{pod},resource=\"cpu\"}}"),
            1.0,
        ),
        flat(
            &format!("kube_pod_status_phase{{{pod_only},phase=\"Running\"}}"),
            1.0,
        ),
        flat(
            &format!("container_memory_working_set_bytes{{{pod},image=\"api\"}}"),
            memory,
        ),
        flat(
            &format!("kube_pod_container_resource_limits{{{pod},resource=\"memory\"}}"),
            100.0,
        ),
        flat(
            "kube_deployment_status_replicas_available{namespace=\"kaireon\",deployment=\"kaireon-api\"}",
            1.0,
        ),
    ]
}

/// A pod of the API that was evicted: it is still there with its requests, and does not run.
fn evicted() -> Vec<(String, String)> {
    let pod = "namespace=\"kaireon\",pod=\"kaireon-api-5d4f8b7c9d-k7k9p\"";
    vec![
        flat(
            &format!(
                "kube_pod_container_resource_requests{{{pod},container=\"api\",resource=\"cpu\"}}"
            ),
            1.0,
        ),
        flat(
            &format!("kube_pod_status_phase{{{pod},phase=\"Running\"}}"),
            0.0,
        ),
        flat(
            &format!("kube_pod_status_phase{{{pod},phase=\"Failed\"}}"),
            1.0,
        ),
    ]
}

pub(super) fn case(
    alert: &'static str,
    component: &'static str,
    series: Vec<(String, String)>,
    minutes: u32,
    fires: bool,
) -> Case {
    Case {
        alert,
        component,
        series,
        minutes,
        fires,
    }
}

/// The API's autoscaler: it needs more than its maximum, or exactly that.
fn of_the_maximum() -> Vec<Case> {
    let one = |counts, limited, minutes, fires| {
        let series = autoscaler("kaireon-api-hpa", counts, limited);
        case("ApiAtMaximum", "api", series, minutes, fires)
    };
    vec![
        one([30.0, 6.0, 30.0], true, 16, true),
        one([30.0, 6.0, 30.0], true, 14, false),
        // Exactly enough.
        one([30.0, 6.0, 30.0], false, 600, false),
        // At the minimum, which is a limit, too.
        one([6.0, 6.0, 30.0], true, 600, false),
        // On its way up, as fast as its policies let it.
        one([29.0, 6.0, 30.0], true, 60, false),
        // Held at a count.
        one([30.0, 30.0, 30.0], true, 60, false),
        // The maximum was raised by hand.
        one([32.0, 6.0, 40.0], true, 60, false),
        // Asleep: the condition is what it was in the evening.
        one([0.0, 6.0, 30.0], true, 600, false),
    ]
}

/// Autoscalers that never scale down are always limited at their maximum.
pub(super) fn of_those_that_only_grow() -> Vec<Case> {
    let (api, pool) = (
        "kaireon-api-hpa",
        "keda-hpa-kaireon-worker-decisions-scaler",
    );
    let at = |name, max, metric, value| {
        let series = autoscaler(name, [max, 2.0, max], true);
        [series, measured(name, metric, value)].concat()
    };
    let one = |series, fires| case("ApiAtMaximum", "api", series, 60, fires);
    let of_pool = |series, fires| case("WorkerAtMaximum", "worker.decisions", series, 60, fires);
    vec![
        one(at(api, 30.0, "cpu", 80.0), true),
        one(at(api, 30.0, "cpu", 76.0), false),
        one(at(api, 30.0, "cpu", 20.0), false),
        of_pool(at(pool, 12.0, "s0-redis-queue-decisions", 80.0), true),
        of_pool(at(pool, 12.0, "s0-redis-queue-decisions", 20.0), false),
    ]
}

/// The API, with an HPA that aims at 70%: a tenth above it is no reason to add a pod.
fn of_the_api() -> Vec<Case> {
    let one = |alert, series, minutes, fires| case(alert, "api", series, minutes, fires);
    let present =
        |more: Vec<(String, String)>| [more, hpa("kaireon-api-hpa", [8.0, 6.0, 30.0])].concat();
    vec![
        one("ApiCpuHigh", api(0.81, 0.0), 30, true),
        one("ApiCpuHigh", api(0.81, 0.0), 12, false),
        one("ApiCpuHigh", api(0.79, 0.0), 60, false),
        one("ApiCpuHigh", [api(0.81, 0.0), evicted()].concat(), 30, true),
        one("ApiCpuHigh", api(0.77, 0.0), 600, false),
        one("ApiMemoryHigh", api(0.5, 76.0), 16, true),
        one("ApiMemoryHigh", api(0.5, 75.0), 60, false),
        one("MetricsAbsent", present(api(0.5, 50.0)), 120, false),
        // Asleep: an HPA that does nothing, and no pods.
        one(
            "MetricsAbsent",
            hpa("kaireon-api-hpa", [0.0, 6.0, 30.0]),
            120,
            false,
        ),
        one("MetricsAbsent", api(0.5, 50.0), 61, true),
    ]
}

fn of_scaling() -> Vec<Case> {
    let decisions =
        |alert, series, minutes, fires| case(alert, "worker.decisions", series, minutes, fires);
    let nightly =
        |alert, series, minutes, fires| case(alert, "worker.nightly", series, minutes, fires);
    let scaler = "keda-hpa-kaireon-worker-decisions-scaler";
    let cron = |pods: f64| {
        keda(
            "scaler_metrics_value{metric=\"s1-cron-Europe-Berlin\",",
            "decisions",
            &format!("{pods}x4320"),
        )
    };
    let errors = |values: &str| vec![keda("scaled_object_errors_total{", "decisions", values)];
    let at = [12.0, 2.0, 12.0];
    vec![
        decisions(
            "QueueDepthHigh",
            vec![items("decisions", 601.0), paused("decisions", "0x4320")],
            16,
            true,
        ),
        decisions("QueueDepthHigh", vec![items("decisions", 600.0)], 60, false),
        decisions(
            "QueueDepthHigh",
            vec![items("decisions", 601.0), paused("decisions", "1x4320")],
            60,
            false,
        ),
        // 200 items a pod are what this pool's autoscaler aims at.
        nightly("QueueDepthHigh", vec![items("nightly", 801.0)], 16, true),
        nightly("QueueDepthHigh", vec![items("nightly", 800.0)], 60, false),
        nightly("QueueDepthHigh", vec![items("nightly", 0.0)], 60, false),
        decisions("WorkerAtMaximum", autoscaler(scaler, at, true), 16, true),
        decisions("WorkerAtMaximum", autoscaler(scaler, at, false), 60, false),
        decisions("WorkerAtMaximum", hpa(scaler, [11.0, 2.0, 12.0]), 60, false),
        // The floor of an event is the maximum: silent, until the list asks for more.
        decisions(
            "WorkerAtMaximum",
            [hpa(scaler, at), vec![cron(12.0)]].concat(),
            60,
            false,
        ),
        decisions(
            "WorkerAtMaximum",
            [autoscaler(scaler, at, true), vec![cron(12.0)]].concat(),
            16,
            true,
        ),
        decisions("KedaErrors", errors("0+1x4320"), 30, true),
        decisions("KedaErrors", errors("0x10 1x4320"), 30, false),
        decisions("KedaErrors", errors("0x4320"), 60, false),
        // 3 pods of 200 items are what KEDA reports where it cannot read the list.
        nightly("KedaFallback", vec![items("nightly", 600.0)], 16, true),
        nightly("KedaFallback", vec![items("nightly", 600.0)], 14, false),
        nightly("KedaFallback", vec![items("nightly", 599.0)], 60, false),
        nightly(
            "KedaFallback",
            vec![items("nightly", 600.0), paused("nightly", "1x4320")],
            60,
            false,
        ),
    ]
}

/// Thursday is the first day of a test; the pool sleeps from 18 or 19 until 6 or 7 in UTC.
fn of_pauses() -> Vec<Case> {
    let decisions =
        |alert, series, minutes, fires| case(alert, "worker.decisions", series, minutes, fires);
    let nightly =
        |alert, series, minutes, fires| case(alert, "worker.nightly", series, minutes, fires);
    vec![
        decisions(
            "WorkerPaused",
            vec![paused("decisions", "1x4320")],
            61,
            true,
        ),
        decisions(
            "WorkerPaused",
            vec![paused("decisions", "1x4320")],
            59,
            false,
        ),
        decisions(
            "WorkerPaused",
            vec![paused("decisions", "0x4320")],
            600,
            false,
        ),
        // From 18:00 until 07:00, and awake ten minutes later.
        nightly(
            "WorkerPaused",
            vec![paused("nightly", "0x1079 1x779 0x2000")],
            1439,
            false,
        ),
        nightly(
            "WorkerPaused",
            vec![paused("nightly", "0x1079 1x789 0x2000")],
            1869,
            false,
        ),
        // Not awake in the morning: an hour after it should be.
        nightly(
            "WorkerPaused",
            vec![paused("nightly", "0x1079 1x4320")],
            1931,
            true,
        ),
        nightly(
            "WorkerPaused",
            vec![paused("nightly", "0x1079 1x4320")],
            1928,
            false,
        ),
        // By day, where nothing is to sleep.
        nightly(
            "WorkerPaused",
            vec![paused("nightly", "0x540 1x4320")],
            610,
            true,
        ),
        nightly(
            "MetricsAbsent",
            vec![paused("nightly", "1x4320")],
            120,
            false,
        ),
        nightly("MetricsAbsent", vec![paused("nightly", "0x4320")], 61, true),
        nightly(
            "MetricsAbsent",
            vec![paused("nightly", "0x4320"), items("nightly", 0.0)],
            120,
            false,
        ),
    ]
}

fn of_the_database() -> Vec<Case> {
    let one = |alert, series, minutes, fires| case(alert, "database", series, minutes, fires);
    let id = "kaireon-prod";
    let free = |start, a_minute| free(id, start, a_minute);
    vec![
        one(
            "DatabaseCpuHigh",
            vec![rds("cpuutilization", id, 71.0)],
            16,
            true,
        ),
        one(
            "DatabaseCpuHigh",
            vec![rds("cpuutilization", id, 71.0)],
            14,
            false,
        ),
        one(
            "DatabaseCpuHigh",
            vec![rds("cpuutilization", id, 70.0)],
            60,
            false,
        ),
        // CloudWatch leaves eight minutes out.
        one(
            "DatabaseCpuHigh",
            vec![(rds("cpuutilization", id, 0.0).0, "71x4 _x8 71x60".into())],
            16,
            true,
        ),
        one(
            "DatabaseConnectionsHigh",
            vec![rds("database_connections", id, 557.0)],
            16,
            true,
        ),
        one(
            "DatabaseConnectionsHigh",
            vec![rds("database_connections", id, 556.0)],
            60,
            false,
        ),
        one("DatabaseStorageHigh", vec![free(149.0, 0.0)], 16, true),
        one("DatabaseStorageHigh", vec![free(151.0, 0.0)], 60, false),
        // 500 GiB grow to 1,000: 700 are left, and 30 days take 720 or 648.
        one(
            "DatabaseStorageFullSoon",
            vec![free(200.0, -1.0 / 60.0)],
            2880,
            true,
        ),
        one(
            "DatabaseStorageFullSoon",
            vec![free(250.0, -0.9 / 60.0)],
            2880,
            false,
        ),
        one(
            "DatabaseStorageFullSoon",
            vec![free(200.0, 0.0)],
            2880,
            false,
        ),
        // Filled for the first time.
        one(
            "DatabaseStorageFullSoon",
            vec![free(490.0, -1.0)],
            300,
            false,
        ),
    ]
}

fn of_the_replicas() -> Vec<Case> {
    let read =
        |alert, series, minutes, fires| case(alert, "database.replicas", series, minutes, fires);
    let (id, replica) = ("kaireon-prod", "kaireon-prod-read-1");
    let lag = |value, writes| {
        vec![
            rds("replica_lag", replica, value),
            rds("write_iops", id, writes),
        ]
    };
    vec![
        read("ReplicaLagHigh", lag(31.0, 50.0), 6, true),
        read("ReplicaLagHigh", lag(30.0, 50.0), 60, false),
        read("ReplicaLagHigh", lag(290.0, 1.0), 60, false),
        read("ReplicaLagHigh", lag(331.0, 1.0), 6, true),
        read(
            "ReplicaLagHigh",
            vec![rds("replica_lag", replica, 31.0)],
            6,
            true,
        ),
        // Replication is broken on this replica or on another one, with or without writes.
        read("ReplicaLagHigh", lag(-1.0, 50.0), 6, true),
        read("ReplicaLagHigh", lag(-1.0, 1.0), 6, true),
        read(
            "ReplicaLagHigh",
            [
                lag(0.0, 50.0),
                vec![rds("replica_lag", "kaireon-prod-read-2", -1.0)],
            ]
            .concat(),
            6,
            true,
        ),
        read("ReplicaLagHigh", lag(0.0, 50.0), 60, false),
        read(
            "DatabaseCpuHigh",
            vec![rds("cpuutilization", replica, 71.0)],
            16,
            true,
        ),
        read(
            "DatabaseCpuHigh",
            vec![rds("cpuutilization", id, 71.0)],
            16,
            false,
        ),
        read(
            "DatabaseConnectionsHigh",
            vec![rds("database_connections", replica, 557.0)],
            16,
            true,
        ),
        read(
            "DatabaseConnectionsHigh",
            vec![rds("database_connections", replica, 556.0)],
            60,
            false,
        ),
    ]
}

fn of_the_rest() -> Vec<Case> {
    let redis = |alert, series, minutes, fires| case(alert, "redis.queue", series, minutes, fires);
    let pooler = |alert, series, minutes, fires| case(alert, "pgbouncer", series, minutes, fires);
    let memory = |value| vec![cache("database_memory_usage_percentage_maximum", value)];
    let ops = |get: f64, set: f64| {
        vec![
            cache("get_type_cmds_average", get * 60.0),
            cache("set_type_cmds_average", set * 60.0),
        ]
    };
    let wait = |values: &str| {
        let of =
            "namespace=\"kaireon\",job=\"kaireon-pgbouncer\",database=\"kaireon\",user=\"kaireon\"";
        vec![(
            format!("pgbouncer_pools_client_maxwait_seconds{{{of}}}"),
            values.to_owned(),
        )]
    };
    vec![
        redis("RedisMemoryHigh", memory(71.0), 16, true),
        redis("RedisMemoryHigh", memory(70.0), 60, false),
        redis("RedisOpsHigh", ops(50_000.0, 30_001.0), 16, true),
        redis("RedisOpsHigh", ops(50_000.0, 30_000.0), 60, false),
        redis("MetricsAbsent", memory(50.0), 61, true),
        redis(
            "MetricsAbsent",
            [memory(50.0), ops(1.0, 1.0)].concat(),
            120,
            false,
        ),
        pooler("PgbouncerClientsWait", wait("2x4320"), 3, true),
        pooler("PgbouncerClientsWait", wait("2x1 0x4320"), 3, false),
        pooler("PgbouncerClientsWait", wait("1x4320"), 60, false),
        pooler("MetricsAbsent", wait("0x4320"), 120, false),
        pooler("MetricsAbsent", vec![], 61, true),
    ]
}
