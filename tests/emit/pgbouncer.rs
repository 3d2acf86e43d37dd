//! PgBouncer's settings.

use tierc::emit::Artifacts;

use super::{all, case, emitted, object, of_tier, text};

fn ini(artifacts: &Artifacts) -> String {
    let config = object(artifacts, "pgbouncer.yaml", "ConfigMap");
    config["data"]["pgbouncer.ini"].as_str().unwrap().to_owned()
}

fn setting(ini: &str, name: &str) -> String {
    let wanted = format!("{name} =");
    let lines: Vec<&str> = ini
        .lines()
        .filter(|line| line.starts_with(&wanted))
        .collect();
    assert_eq!(lines.len(), 1, "{name} in\n{ini}");
    lines[0][wanted.len()..].trim().to_owned()
}

#[test]
fn it_is_told_what_the_environment_says() {
    let ini = ini(&of_tier("medium"));
    for (name, value) in [
        ("default_pool_size", "55"),
        ("max_db_connections", "80"),
        ("reserve_pool_size", "5"),
        ("max_client_conn", "500"),
        ("pool_mode", "transaction"),
        ("listen_port", "6432"),
        ("auth_type", "scram-sha-256"),
        ("max_prepared_statements", "200"),
    ] {
        assert_eq!(setting(&ini, name), value, "{name}");
    }
}

#[test]
fn every_line_is_a_section_a_comment_or_one_setting() {
    for (name, artifacts) in all() {
        let ini = ini(&artifacts);
        let mut seen = Vec::new();
        for line in ini
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with(';'))
        {
            // PgBouncer reads a comment after a value as part of the value.
            assert!(
                !line.contains(';') && !line.ends_with(' '),
                "{name}: {line}"
            );
            if line.starts_with('[') {
                continue;
            }
            let key = line.split_once('=').expect("a setting").0.trim().to_owned();
            assert!(!seen.contains(&key), "{name}: {key} twice");
            seen.push(key);
        }
    }
}

#[test]
fn no_limit_is_left_open_and_only_further_entries_have_limits_of_their_own() {
    for (name, artifacts) in all() {
        let ini = ini(&artifacts);
        for limit in ["default_pool_size", "max_db_connections", "max_client_conn"] {
            assert!(
                setting(&ini, limit).parse::<u32>().unwrap() > 0,
                "{name}: {limit}"
            );
        }
        let entries = ini.split("\n\n").next().unwrap();
        for who in ["user=", "password="] {
            assert!(!entries.contains(who), "{name}: {entries}");
        }
        for entry in entries.lines().skip(1) {
            let (entry, words) = entry.split_once(" = ").unwrap();
            let limits = ["pool_size=", "max_db_connections="].map(|limit| {
                let mut words = words.split(' ');
                let stated = words.find_map(|word| word.strip_prefix(limit));
                stated.map(|limit| limit.parse::<u32>().unwrap())
            });
            let further = ["locks", "results"].contains(&entry);
            for limit in limits {
                assert_eq!(
                    limit.is_some_and(|limit| limit > 0),
                    further,
                    "{name}: {entry}"
                );
            }
        }
    }
}

#[test]
fn further_databases_state_their_sizes_and_only_a_mode_of_their_own() {
    let ini = ini(&case("several_databases"));
    let entries: Vec<&str> = ini.lines().skip(1).take(3).collect();
    let to = "host=kaireon-postgres port=5432";
    assert_eq!(
        entries,
        [
            format!("airflow = {to} dbname=airflow"),
            format!(
                "locks = {to} dbname=airflow pool_size=5 reserve_pool=0 max_db_connections=5 pool_mode=session"
            ),
            format!(
                "results = {to} dbname=celery_results pool_size=15 reserve_pool=5 max_db_connections=20"
            ),
        ]
    );
}

#[test]
fn the_entry_for_reads_can_never_be_the_database() {
    for dbname in ["read", "x", "x_read"] {
        let nodes = format!("database {{ dbname \"{dbname}\"; replicas 1 via=\"pgbouncer\" }}");
        let ini = ini(&emitted(&text("large", &nodes)));
        let entries: Vec<&str> = ini
            .lines()
            .take_while(|line| *line != "[pgbouncer]")
            .filter_map(|line| Some(line.split_once(" = ")?.0))
            .collect();
        assert_eq!(entries, [dbname.to_owned(), format!("{dbname}_read")]);
        assert!(ini.contains(&format!(
            "{dbname} = host=kaireon-postgres port=5432 dbname={dbname}\n"
        )));
        assert!(ini.contains(&format!(
            "{dbname}_read = host=kaireon-postgres-read port=5432 dbname={dbname}\n"
        )));
    }
}

#[test]
fn reads_that_go_direct_have_no_entry() {
    assert!(!ini(&case("plain_redis")).contains("_read"));
    assert!(!ini(&of_tier("medium")).contains("_read"));
}

#[test]
fn the_certificates_name_is_checked_where_every_server_is_known_by_it() {
    let rds = "endpoint \"kaireon-prod.abc123.us-east-1.rds.amazonaws.com\"";
    let alias = "endpoint \"db.example.com\"";
    for (nodes, mode) in [
        ("", "verify-ca"),
        ("replicas 1", "verify-ca"),
        (rds, "verify-full"),
        (alias, "verify-full"),
        (&format!("{rds}; replicas 2")[..], "verify-full"),
        (&format!("{alias}; replicas 2"), "verify-ca"),
        (
            &format!("{alias}; replicas 2 via=\"direct\""),
            "verify-full",
        ),
        ("tls \"require\"", "require"),
        ("tls \"verify-full\"", "verify-full"),
    ] {
        let ini = ini(&emitted(&text(
            "medium",
            &format!("database {{ {nodes} }}"),
        )));
        assert_eq!(setting(&ini, "server_tls_sslmode"), mode, "{nodes}");
        let verifies = mode.starts_with("verify");
        assert_eq!(ini.contains("server_tls_ca_file"), verifies, "{nodes}");
    }
}

#[test]
fn replicas_behind_rds_own_endpoint_are_reached_by_name() {
    let ini = ini(&case("everything"));
    let hosts = [1, 2].map(|n| format!("kaireon-prod-read-{n}.abc123.us-east-1.rds.amazonaws.com"));
    assert!(
        ini.contains(&format!(
            "kaireon_read = host={} port=5432",
            hosts.join(",")
        )),
        "{ini}"
    );
}

#[test]
fn startup_parameters_are_ignored_only_by_images_that_survive_it() {
    for (image, ignored) in [
        ("ghcr.io/cloudnative-pg/pgbouncer:1.25.1", ""),
        ("example.com/pgbouncer:1.26.0", ""),
        ("example.com/pgbouncer:1.26.1", "extra_float_digits"),
        ("example.com/pgbouncer:v1.27.0-p1", "extra_float_digits"),
        ("example.com/pgbouncer:latest", ""),
        (
            "example.com/pgbouncer@sha256:0123456789abcdef0123456789abcdef",
            "",
        ),
    ] {
        let nodes = format!("pgbouncer {{ image \"{image}\" }}");
        let ini = ini(&emitted(&text("medium", &nodes)));
        assert_eq!(
            setting(&ini, "ignore_startup_parameters"),
            ignored,
            "{image}"
        );
    }
}

#[test]
fn startup_options_are_dropped_only_where_the_file_asks_for_it() {
    for (nodes, ignored) in [
        ("", "extra_float_digits"),
        ("options \"refuse\"", "extra_float_digits"),
        ("options \"ignore\"", "extra_float_digits,options"),
    ] {
        let image = "image \"example.com/pgbouncer:1.26.1\"";
        let nodes = format!("pgbouncer {{ {image}; {nodes} }}");
        let ini = ini(&emitted(&text("medium", &nodes)));
        let found = setting(&ini, "ignore_startup_parameters");
        assert_eq!(found, ignored, "{nodes}");
    }
}

#[test]
fn a_server_that_vanishes_is_noticed_within_twenty_seconds() {
    for (name, artifacts) in all() {
        let ini = ini(&artifacts);
        let number = |name: &str| -> u32 { setting(&ini, name).parse().unwrap() };
        assert_eq!(number("tcp_keepalive"), 1, "{name}");
        let asked = number("tcp_keepidle") + number("tcp_keepcnt") * number("tcp_keepintvl");
        assert!(asked <= 20, "{name}: {asked}");
        // In milliseconds, unlike the others.
        assert!(number("tcp_user_timeout") <= 20_000, "{name}");
        let again = number("server_connect_timeout") + number("server_login_retry");
        for known in ["dns_max_ttl", "dns_nxdomain_ttl"] {
            assert!(number(known) + again <= 20, "{name}: {known}");
        }
    }
}

/// How PgBouncer is started.
fn command(nodes: &str) -> Vec<String> {
    let artifacts = emitted(&text("medium", nodes));
    let deployment = object(&artifacts, "pgbouncer.yaml", "Deployment");
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    let words = container["command"].as_array().unwrap();
    let words = words.iter().map(|word| word.as_str().unwrap().to_owned());
    words.collect()
}

#[test]
fn more_files_than_any_runtime_gives_are_asked_for_before_pgbouncer_starts() {
    let file = "/etc/pgbouncer/config/pgbouncer.ini";
    // medium: 55 and 80 server connections; 500 + max(80 + 55, 3 x 55) + 64 = 729.
    assert_eq!(command(""), ["pgbouncer", file]);
    assert_eq!(
        command("pgbouncer { clients max=795 }"),
        ["pgbouncer", file]
    );
    for (clients, files) in [(796, 2048), (1819, 2048), (1820, 4096), (20000, 32768)] {
        let command = command(&format!("pgbouncer {{ clients max={clients} }}"));
        assert_eq!(command[..2], ["sh", "-c"]);
        assert!(
            command[2].contains(&format!("ulimit -Sn {files};")),
            "{command:?}"
        );
        assert!(command[2].ends_with(&format!("\nexec pgbouncer {file}\n")));
    }
}

#[test]
fn the_settings_read_at_start_are_what_the_hash_sees() {
    let ini = ini(&of_tier("medium"));
    let seen: Vec<&str> = tierc::emit::pgbouncer::lines_read_at_start(&ini).collect();
    assert_eq!(
        seen,
        ["listen_addr = *", "listen_port = 6432", "unix_socket_dir ="]
    );
    let odd = "[databases]\nuser = host=a\n\n[pgbouncer]\nuser = nobody\npool_mode = session\n; pidfile = x\npidfile = y\n";
    let seen: Vec<&str> = tierc::emit::pgbouncer::lines_read_at_start(odd).collect();
    assert_eq!(seen, ["user = nobody", "pidfile = y"]);
}

#[test]
fn no_number_is_larger_than_pgbouncer_can_hold() {
    for nodes in [
        "pgbouncer { clients max=2147483648 }",
        "pgbouncer { pool max-db=4294967295 }",
        "pgbouncer { instances 3000000000 }",
    ] {
        let found = crate::support::codes(&text("medium", nodes));
        assert!(
            found.contains(&"wrong-value".to_owned()),
            "{nodes}: {found:?}"
        );
    }
}
