//! The same of servers that exporters ask.

use super::cases::{Case, case, flat, rds};

/// Every case.
pub(super) fn all() -> Vec<Case> {
    let all = [of_storage(), of_lag(), of_redis()];
    all.into_iter().flatten().collect()
}

/// Two databases of a server, which together hold so many GiB, and so many more each minute.
fn sizes(start: f64, a_minute: f64) -> Vec<(String, String)> {
    let half = 1_073_741_824.0 / 2.0;
    let of = |name: &str| {
        let labels = format!("job=\"kaireon-prod\",instance=\"a\",datname=\"{name}\"");
        (
            format!("pg_database_size_bytes{{{labels}}}"),
            format!("{}{:+}x4320", start * half, a_minute * half),
        )
    };
    vec![of("kaireon"), of("postgres")]
}

fn of_storage() -> Vec<Case> {
    let one = |alert, series, minutes, fires| case(alert, "database", series, minutes, fires);
    let soon = "DatabaseStorageFullSoon";
    vec![
        one("DatabaseStorageHigh", sizes(351.0, 0.0), 16, true),
        one("DatabaseStorageHigh", sizes(349.0, 0.0), 60, false),
        // Of 1,000 GiB, 652 are left after two days, and 30 more take 720 or 648.
        one(soon, sizes(300.0, 1.0 / 60.0), 2880, true),
        one(soon, sizes(300.0, 0.9 / 60.0), 2880, false),
        one(soon, sizes(300.0, 0.0), 2880, false),
        // Filled for the first time.
        one(soon, sizes(10.0, 1.0), 300, false),
    ]
}

fn of_lag() -> Vec<Case> {
    let read =
        |alert, series, minutes, fires| case(alert, "database.replicas", series, minutes, fires);
    let replica = "kaireon-prod-read-1";
    let cloudwatch = |value| rds("replica_lag", replica, value);
    let asked = |value| {
        flat(
            &format!("pg_replication_lag_seconds{{job=\"{replica}\"}}"),
            value,
        )
    };
    let others = || {
        vec![
            rds("cpuutilization", replica, 10.0),
            flat(
                &format!("pg_stat_activity_count{{job=\"{replica}\",instance=\"a\"}}"),
                1.0,
            ),
        ]
    };
    vec![
        read("ReplicaLagHigh", vec![asked(31.0)], 6, true),
        read("ReplicaLagHigh", vec![asked(30.0)], 60, false),
        read(
            "ReplicaLagHigh",
            vec![asked(0.0), cloudwatch(0.0)],
            60,
            false,
        ),
        // Broken, with everything replayed that came before.
        read(
            "ReplicaLagHigh",
            vec![asked(0.0), cloudwatch(-1.0)],
            6,
            true,
        ),
        read(
            "MetricsAbsent",
            [others(), vec![asked(0.0)]].concat(),
            61,
            true,
        ),
        read(
            "MetricsAbsent",
            [others(), vec![asked(0.0), cloudwatch(0.0)]].concat(),
            120,
            false,
        ),
    ]
}

fn of_redis() -> Vec<Case> {
    let redis = |alert, series, minutes, fires| case(alert, "redis.queue", series, minutes, fires);
    let job = "job=\"kaireon-prod-queue\"";
    let memory = |used| {
        vec![
            flat(&format!("redis_memory_used_bytes{{{job}}}"), used),
            flat(&format!("redis_memory_max_bytes{{{job}}}"), 100.0),
        ]
    };
    let commands = |a_second: f64| {
        let series = format!("redis_commands_processed_total{{{job}}}");
        vec![(series, format!("0+{}x4320", a_second * 60.0))]
    };
    vec![
        redis("RedisMemoryHigh", memory(71.0), 16, true),
        redis("RedisMemoryHigh", memory(70.0), 60, false),
        redis("RedisOpsHigh", commands(80_001.0), 30, true),
        redis("RedisOpsHigh", commands(79_999.0), 60, false),
    ]
}
