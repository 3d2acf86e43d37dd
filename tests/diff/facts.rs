//! The tables of what the systems say about their own settings, row by row.

use std::collections::BTreeSet;

use tierc::emit::pgbouncer::ini;
use tierc::emit::terraform;
use tierc::impact::{Class, Impact, Undo, When};

use super::{TIERS, impact, prod, text};
use crate::support::run;

/// A row of a table.
struct Row {
    /// The setting, as its system calls it.
    setting: &'static str,
    /// What changes it in the language; nothing where nothing does.
    change: Option<Change>,
}

/// Lines that change one attribute.
struct Change {
    tier: &'static str,
    before: &'static str,
    after: &'static str,
    path: &'static str,
    class: Class,
}

const fn row(
    setting: &'static str,
    tier: &'static str,
    lines: (&'static str, &'static str),
    path: &'static str,
    class: Class,
) -> Row {
    let (before, after) = lines;
    Row {
        setting,
        change: Some(Change {
            tier,
            before,
            after,
            path,
            class,
        }),
    }
}

/// A setting that nothing in the language changes.
const fn fixed(setting: &'static str) -> Row {
    Row {
        setting,
        change: None,
    }
}

fn of(row: &Change) -> Impact {
    impact(
        &prod(row.tier, row.before),
        &prod(row.tier, row.after),
        row.path,
    )
}

/// Every change has the class of its row; the rows that are fixed come back.
fn hold(rows: &[Row]) -> Vec<&'static str> {
    let mut fixed = Vec::new();
    for row in rows {
        match &row.change {
            Some(change) => assert_eq!(
                of(change).class,
                change.class,
                "{}: {:?}",
                row.setting,
                of(change)
            ),
            None => fixed.push(row.setting),
        }
    }
    fixed
}

// PgBouncer 1.25.2, src/main.c and doc/config.md: what RELOAD applies, and what needs a restart.
const RELOADED: &[Row] = &[
    row(
        "pool_mode",
        "small",
        ("", "pgbouncer { mode \"session\" }"),
        "pgbouncer.mode",
        Class::Reload,
    ),
    row(
        "default_pool_size",
        "small",
        ("", "pgbouncer { pool default=50 }"),
        "pgbouncer.pool.default",
        Class::Reload,
    ),
    fixed("min_pool_size"),
    row(
        "reserve_pool_size",
        "small",
        ("", "pgbouncer { pool reserve=1 }"),
        "pgbouncer.pool.reserve",
        Class::Reload,
    ),
    fixed("reserve_pool_timeout"),
    row(
        "max_client_conn",
        "small",
        ("", "pgbouncer { clients max=800 }"),
        "pgbouncer.clients.max",
        Class::Reload,
    ),
    row(
        "max_db_connections",
        "small",
        ("", "pgbouncer { pool max-db=40 }"),
        "pgbouncer.pool.max-db",
        Class::Reload,
    ),
    fixed("max_db_client_connections"),
    fixed("max_user_connections"),
    fixed("server_lifetime"),
    fixed("server_idle_timeout"),
    fixed("server_connect_timeout"),
    fixed("server_login_retry"),
    fixed("query_wait_timeout"),
    fixed("query_timeout"),
    fixed("client_idle_timeout"),
    fixed("client_login_timeout"),
    fixed("autodb_idle_timeout"),
    fixed("auth_type"),
    fixed("auth_query"),
    fixed("auth_file"),
    fixed("admin_users"),
    fixed("stats_users"),
    fixed("ignore_startup_parameters"),
    fixed("server_reset_query"),
    fixed("server_check_delay"),
    fixed("server_round_robin"),
    fixed("client_tls_sslmode"),
    row(
        "server_tls_sslmode",
        "small",
        (
            "database { tls \"require\" }",
            "database { tls \"prefer\" }",
        ),
        "database.tls",
        Class::Reload,
    ),
    fixed("dns_max_ttl"),
    fixed("stats_period"),
    fixed("tcp_keepalive"),
    fixed("max_packet_size"),
    fixed("peer_id"),
    row(
        "[databases] host",
        "small",
        ("", "database { endpoint \"db.example.com\" }"),
        "database.endpoint",
        Class::Reload,
    ),
];
const RESTARTED: &[Row] = &[
    fixed("listen_addr"),
    fixed("listen_port"),
    fixed("listen_backlog"),
    fixed("unix_socket_dir"),
    fixed("unix_socket_mode"),
    fixed("unix_socket_group"),
    fixed("so_reuseport"),
    fixed("pidfile"),
    fixed("pkt_buf"),
    fixed("resolv_conf"),
    fixed("user"),
    fixed("job_name"),
    fixed("service_name"),
    fixed("track_extra_parameters"),
    fixed("disable_pqexec"),
    row(
        "image",
        "small",
        (
            "",
            "pgbouncer { image \"ghcr.io/cloudnative-pg/pgbouncer:1.26.1\" }",
        ),
        "pgbouncer.image",
        Class::Rolling,
    ),
    row(
        "resources.requests",
        "small",
        ("", "pgbouncer { requests cpu=\"500m\" }"),
        "pgbouncer.requests.cpu",
        Class::Rolling,
    ),
    row(
        "resources.limits",
        "small",
        ("", "pgbouncer { limits memory=\"512Mi\" }"),
        "pgbouncer.limits.memory",
        Class::Rolling,
    ),
    row(
        "terminationGracePeriodSeconds",
        "small",
        ("", "pgbouncer { drain \"600s\" }"),
        "pgbouncer.drain",
        Class::Rolling,
    ),
    row(
        "mounted CA bundle",
        "small",
        ("", "database { tls \"require\" }"),
        "database.tls",
        Class::Rolling,
    ),
];

/// `pgbouncer.ini` of an environment.
fn written(tier: &str, lines: &str) -> String {
    let run = run(&text(tier, lines));
    let environment = run.files[0].environment.as_ref();
    ini(environment.expect("the text resolves"), &run.catalogue)
}

/// The line of a setting in `pgbouncer.ini`.
fn line<'a>(ini: &'a str, setting: &str) -> Option<&'a str> {
    ini.lines().find(|line| {
        line.split('=')
            .next()
            .is_some_and(|name| name.trim() == setting)
    })
}

#[test]
fn pgbouncer_reloads_what_reload_applies_and_restarts_for_the_rest() {
    let mut fixed = hold(RELOADED);
    fixed.extend(hold(RESTARTED));
    // What needs no class is the same whatever the environment says.
    let lines = "pgbouncer { mode \"session\"; clients max=900; instances 2 }\ndatabase { tls \"disable\"; replicas 1 }";
    let inis: Vec<String> = TIERS
        .map(|tier| written(tier, ""))
        .into_iter()
        .chain([written("xlarge", lines)])
        .collect();
    for setting in fixed {
        let first = line(&inis[0], setting);
        assert!(
            inis.iter().all(|ini| line(ini, setting) == first),
            "{setting}"
        );
    }
    // `max_prepared_statements` follows the mode, which RELOAD applies with it.
    let transaction = line(&inis[0], "max_prepared_statements");
    assert_eq!(transaction, Some("max_prepared_statements = 200"));
    assert_eq!(line(&inis[5], "max_prepared_statements"), None);
}

/// The Terraform variables of a tier.
fn tfvars(tier: &str) -> String {
    let run = run(&text(tier, ""));
    let environment = run.files[0].environment.as_ref();
    terraform::tfvars(environment.expect("the text resolves"), &run.catalogue)
}

/// Every value that some lines of Terraform variables give an argument.
fn values(lines: &str, argument: &str) -> BTreeSet<String> {
    let pairs = lines.lines().filter_map(|line| line.split_once('='));
    let of = pairs.filter(|(name, _)| name.trim() == argument);
    of.map(|(_, value)| value.trim().to_owned()).collect()
}

// RDS user guide, "Settings for DB instances", and the AWS provider's arguments that force a new one.
const RDS: &[Row] = &[
    row(
        "instance_class, Multi-AZ",
        "medium",
        ("", "database { instance \"db.r6g.2xlarge\" }"),
        "database.instance",
        Class::Failover,
    ),
    row(
        "instance_class, Single-AZ",
        "dev",
        ("", "database { instance \"db.r6g.large\" }"),
        "database.instance",
        Class::Outage,
    ),
    row(
        "engine_version minor",
        "medium",
        (
            "database { engine \"16.14\" }",
            "database { engine \"16.15\" }",
        ),
        "database.engine",
        Class::Outage,
    ),
    row(
        "engine_version major",
        "medium",
        ("", "database { engine \"17\" }"),
        "database.engine",
        Class::Outage,
    ),
    row(
        "engine_version down",
        "medium",
        ("database { engine \"17\" }", ""),
        "database.engine",
        Class::Impossible,
    ),
    row(
        "allocated_storage up",
        "small",
        ("", "database { storage gib=150 }"),
        "database.storage.gib",
        Class::None,
    ),
    row(
        "allocated_storage crossing 400 GiB",
        "medium",
        ("", "database { storage gib=400 max-gib=800 }"),
        "database.storage.gib",
        Class::OnlineDegraded,
    ),
    row(
        "allocated_storage down",
        "medium",
        ("", "database { storage gib=100 }"),
        "database.storage.gib",
        Class::Impossible,
    ),
    row(
        "max_allocated_storage",
        "medium",
        ("", "database { storage max-gib=390 }"),
        "database.storage.max-gib",
        Class::None,
    ),
    row(
        "storage_type",
        "medium",
        ("", "database { storage type=\"gp2\" }"),
        "database.storage.kind",
        Class::None,
    ),
    row(
        "iops",
        "large",
        ("", "database { storage iops=14000 }"),
        "database.storage.iops",
        Class::None,
    ),
    row(
        "storage_throughput",
        "large",
        ("", "database { storage throughput=600 }"),
        "database.storage.throughput",
        Class::None,
    ),
    row(
        "multi_az false -> true",
        "dev",
        ("", "database { multi-az #true }"),
        "database.multi-az",
        Class::OnlineDegraded,
    ),
    row(
        "multi_az true -> false",
        "medium",
        ("", "database { multi-az #false }"),
        "database.multi-az",
        Class::None,
    ),
    row(
        "parameter value, static",
        "medium",
        ("", "database { max-connections 450 }"),
        "database.max-connections",
        Class::Reboot,
    ),
    row(
        "parameter value, static, with a new class",
        "medium",
        (
            "",
            "database { max-connections 450; instance \"db.r6g.2xlarge\" }",
        ),
        "database.max-connections",
        Class::Failover,
    ),
    row(
        "parameter value, static, with a new class, Single-AZ",
        "dev",
        (
            "",
            "database { max-connections 150; instance \"db.r6g.large\" }",
        ),
        "database.max-connections",
        Class::Outage,
    ),
    row(
        "identifier",
        "medium",
        ("", "database { name \"legacy\" }"),
        "database.name",
        Class::Outage,
    ),
    fixed("port"),
    fixed("db_subnet_group_name"),
    row(
        "backup_retention_period n -> 0",
        "medium",
        ("", "database { backup days=0 }"),
        "database.backup.days",
        Class::Outage,
    ),
    row(
        "backup_retention_period 0 -> n",
        "medium",
        ("database { backup days=0 }", ""),
        "database.backup.days",
        Class::Outage,
    ),
    row(
        "backup_retention_period n -> m",
        "medium",
        ("", "database { backup days=14 }"),
        "database.backup.days",
        Class::None,
    ),
    fixed("ca_cert_identifier"),
    row(
        "backup_window",
        "medium",
        ("", "database { backup window=\"05:00-06:00\" }"),
        "database.backup.window",
        Class::None,
    ),
    row(
        "maintenance_window",
        "medium",
        (
            "",
            "database { maintenance window=\"mon:04:00-mon:05:00\" }",
        ),
        "database.maintenance.window",
        Class::None,
    ),
    row(
        "apply_immediately",
        "medium",
        ("", "database { maintenance apply=\"window\" }"),
        "database.maintenance.apply",
        Class::None,
    ),
    fixed("storage_encrypted"),
    fixed("kms_key_id"),
    row(
        "db_name",
        "medium",
        ("", "database { name \"x\"; dbname \"other\" }"),
        "database.dbname",
        Class::Replace,
    ),
    row(
        "username",
        "medium",
        ("", "database { user \"other\" }"),
        "database.user",
        Class::Replace,
    ),
    fixed("engine"),
    fixed("availability_zone"),
    fixed("snapshot_identifier"),
];

#[test]
fn rds_does_what_its_guide_says_a_change_does() {
    // What is fixed is written the same for every environment, or not at all.
    for setting in hold(RDS) {
        let of = |tier: &str| -> BTreeSet<String> {
            let tfvars = tfvars(tier);
            let (rds, _) = tfvars.split_once("\nrds_replicas").unwrap();
            values(rds, setting)
        };
        let dev = of("dev");
        for tier in TIERS {
            assert_eq!(of(tier), dev, "{setting}");
        }
    }
}

#[test]
fn rds_changes_wait_for_the_window_where_they_are_told_to() {
    let window = "database { maintenance apply=\"window\"; ";
    let with = |tier: &str, change: &str, path: &str| {
        let before = prod(tier, &format!("{window} }}"));
        let after = prod(tier, &format!("{window} {change} }}"));
        impact(&before, &after, path).when
    };
    assert_eq!(
        with("medium", "instance \"db.r6g.2xlarge\"", "database.instance"),
        When::InWindow
    );
    assert_eq!(
        with("small", "storage gib=150", "database.storage.gib"),
        When::InWindow
    );
    // No window reboots for a static parameter; a restart that happens there does.
    assert_eq!(
        with("medium", "max-connections 450", "database.max-connections"),
        When::ByHand
    );
    let both = "max-connections 450; instance \"db.r6g.2xlarge\"";
    assert_eq!(
        with("medium", both, "database.max-connections"),
        When::InWindow
    );
}

#[test]
fn what_cannot_be_taken_back_says_so() {
    let undo = |before: &str, after: &str, path: &str| {
        impact(&prod("medium", before), &prod("medium", after), path).undo
    };
    let grown = "database { storage gib=300 }";
    assert_eq!(undo("", grown, "database.storage.gib"), Undo::Never);
    assert_eq!(
        undo("", "database { engine \"17\" }", "database.engine"),
        Undo::Never
    );
    assert_eq!(
        undo(
            "",
            "database { instance \"db.r6g.2xlarge\" }",
            "database.instance"
        ),
        Undo::Back
    );
    assert_eq!(
        undo(
            "",
            "redis \"cache\" { cluster shards=2 mode=\"enabled\" }",
            "redis.cache.cluster.mode"
        ),
        Undo::Never
    );
    assert_eq!(
        undo(
            "",
            "database { storage type=\"gp2\" }",
            "database.storage.kind"
        ),
        Undo::Harder
    );
}

// terraform-provider-aws, aws_elasticache_replication_group, and the ElastiCache user guide.
const REDIS: &[Row] = &[
    row(
        "node_type",
        "medium",
        ("", "redis \"queue\" { node \"cache.r6g.xlarge\" }"),
        "redis.queue.node",
        Class::Rolling,
    ),
    row(
        "num_cache_clusters",
        "medium",
        ("", "redis \"queue\" { replicas 2 }"),
        "redis.queue.replicas",
        Class::None,
    ),
    row(
        "num_node_groups",
        "xlarge",
        ("", "redis \"cache\" { cluster shards=5 mode=\"enabled\" }"),
        "redis.cache.cluster.shards",
        Class::OnlineDegraded,
    ),
    row(
        "replicas_per_node_group",
        "xlarge",
        ("", "redis \"cache\" { replicas 2 }"),
        "redis.cache.replicas",
        Class::None,
    ),
    row(
        "parameter_group_name",
        "medium",
        ("", "redis \"cache\" { policy \"allkeys-lru\" }"),
        "redis.cache.policy",
        Class::None,
    ),
    row(
        "engine_version up",
        "medium",
        ("redis \"queue\" { engine \"redis\" version=\"7.0\" }", ""),
        "redis.queue.version",
        Class::Failover,
    ),
    row(
        "engine_version up, without a replica",
        "dev",
        ("redis \"queue\" { engine \"redis\" version=\"7.0\" }", ""),
        "redis.queue.version",
        Class::Outage,
    ),
    row(
        "engine_version down",
        "medium",
        ("", "redis \"queue\" { engine \"redis\" version=\"7.0\" }"),
        "redis.queue.version",
        Class::Replace,
    ),
    row(
        "engine redis -> valkey",
        "medium",
        ("", "redis \"queue\" { engine \"valkey\" version=\"8.0\" }"),
        "redis.queue.engine",
        Class::Rolling,
    ),
    row(
        "engine valkey -> redis",
        "medium",
        ("redis \"queue\" { engine \"valkey\" version=\"8.0\" }", ""),
        "redis.queue.engine",
        Class::Replace,
    ),
    row(
        "cluster_mode disabled -> enabled",
        "medium",
        ("", "redis \"cache\" { cluster shards=1 mode=\"enabled\" }"),
        "redis.cache.cluster.mode",
        Class::Rolling,
    ),
    row(
        "cluster_mode disabled -> compatible",
        "medium",
        ("", "redis \"cache\" { cluster mode=\"compatible\" }"),
        "redis.cache.cluster.mode",
        Class::Rolling,
    ),
    row(
        "cluster_mode disabled -> enabled, before 7.0",
        "medium",
        (
            "redis \"cache\" { engine \"redis\" version=\"6.2\" }",
            "redis \"cache\" { engine \"redis\" version=\"6.2\"; cluster shards=1 mode=\"enabled\" }",
        ),
        "redis.cache.cluster.mode",
        Class::Replace,
    ),
    row(
        "cluster_mode disabled -> enabled, without a replica",
        "medium",
        (
            "redis \"cache\" { replicas 0 }",
            "redis \"cache\" { replicas 0; cluster shards=1 mode=\"enabled\" }",
        ),
        "redis.cache.cluster.mode",
        Class::Replace,
    ),
    row(
        "cluster_mode enabled -> disabled",
        "xlarge",
        ("", "redis \"cache\" { cluster shards=0 mode=\"disabled\" }"),
        "redis.cache.cluster.mode",
        Class::Replace,
    ),
    row(
        "transit_encryption_enabled, from 7.0.5",
        "medium",
        ("redis \"queue\" { tls \"off\" }", ""),
        "redis.queue.tls",
        Class::Rolling,
    ),
    row(
        "transit_encryption_mode",
        "medium",
        ("redis \"queue\" { tls \"preferred\" }", ""),
        "redis.queue.tls",
        Class::Rolling,
    ),
    row(
        "transit_encryption_enabled, before 7.0.5",
        "medium",
        (
            "redis \"queue\" { engine \"redis\" version=\"6.2\"; tls \"off\" }",
            "redis \"queue\" { engine \"redis\" version=\"6.2\" }",
        ),
        "redis.queue.tls",
        Class::Replace,
    ),
    row(
        "replication_group_id",
        "medium",
        ("", "redis \"queue\" { name \"legacy\" }"),
        "redis.queue.name",
        Class::Replace,
    ),
    fixed("at_rest_encryption_enabled"),
    fixed("kms_key_id"),
    fixed("port"),
    fixed("subnet_group_name"),
    fixed("network_type"),
    fixed("data_tiering_enabled"),
];

#[test]
fn elasticache_does_what_its_provider_says_a_change_does() {
    for setting in hold(REDIS) {
        let of = |tier: &str| -> BTreeSet<String> {
            let tfvars = tfvars(tier);
            let (_, redis) = tfvars.split_once("\nelasticache = {").unwrap();
            let (redis, _) = redis.split_once("\nnode_groups").unwrap();
            values(redis, setting)
        };
        let dev = of("dev");
        assert!(dev.len() <= 1, "{setting}: {dev:?}");
        for tier in TIERS {
            assert_eq!(of(tier), dev, "{setting}");
        }
    }
}

#[test]
fn jobs_and_sessions_move_by_replacing_and_a_cache_starts_cold() {
    let group = |uses: &str| {
        format!(
            "redis \"extra\" {{ engine \"redis\" version=\"7.1\"; node \"cache.r6g.large\"; replicas 1; policy \"noeviction\"; uses {uses} }}"
        )
    };
    let class = |uses: &str, path: &str| {
        impact(&prod("small", ""), &prod("small", &group(uses)), path).class
    };
    assert_eq!(
        class("\"sessions\"", "redis.queue.uses.sessions"),
        Class::Replace
    );
    assert_eq!(class("\"queue\"", "redis.queue.uses.queue"), Class::Replace);
    assert_eq!(class("\"cache\"", "redis.queue.uses.cache"), Class::Rolling);
}

#[test]
fn every_class_is_called_as_it_is_written_in_json() {
    for (name, class) in Class::NAMES {
        assert_eq!(serde_json::to_value(class).unwrap(), *name);
        assert_eq!(class.to_string(), *name);
    }
    assert!(Class::NAMES.is_sorted_by_key(|(_, class)| *class));
}
