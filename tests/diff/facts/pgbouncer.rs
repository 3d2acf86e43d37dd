//! PgBouncer's settings: what RELOAD applies, and what needs a restart.

use tierc::emit::pgbouncer::ini;
use tierc::impact::Class;

use super::super::{TIERS, text};
use super::{Row, fixed, hold, row};
use crate::support::run;

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
    fixed("max_user_client_connections"),
    fixed("server_lifetime"),
    fixed("server_idle_timeout"),
    fixed("server_connect_timeout"),
    fixed("server_login_retry"),
    fixed("query_wait_timeout"),
    fixed("query_timeout"),
    fixed("transaction_timeout"),
    fixed("idle_transaction_timeout"),
    fixed("client_idle_timeout"),
    fixed("client_login_timeout"),
    fixed("autodb_idle_timeout"),
    fixed("auth_type"),
    fixed("auth_query"),
    fixed("auth_file"),
    fixed("auth_user"),
    fixed("auth_hba_file"),
    fixed("admin_users"),
    fixed("stats_users"),
    fixed("ignore_startup_parameters"),
    fixed("server_reset_query"),
    fixed("server_check_delay"),
    fixed("server_check_query"),
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
    row(
        "server_tls_sslmode, verified",
        "small",
        ("", "database { tls \"require\" }"),
        "database.tls",
        Class::Reload,
    ),
    row(
        "server_tls_ca_file",
        "small",
        ("database { tls \"disable\" }", ""),
        "database.tls",
        Class::Reload,
    ),
    fixed("dns_max_ttl"),
    fixed("dns_nxdomain_ttl"),
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
    // These changes have no impact in any environment.
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
