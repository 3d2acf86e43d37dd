//! A real PgBouncer runs with the rendered `pgbouncer.ini`, before a real PostgreSQL.

mod drivers;
mod ending;
mod files;
mod ini;
mod place;
mod pooler;
mod server;
mod vanished;

use std::collections::BTreeSet;

use tierc::catalogue::Catalogue;
use tierc::emit::pgbouncer::lines_read_at_start;
use tierc::model::{Environment, Via};

use super::tools::tool;
use super::trees::{Tree, rendered};
use crate::support::run;
use ini::Ini;
use pooler::Pooler;
use server::{Programs, Server};

fn programs() -> Option<Programs> {
    let names = [
        "initdb",
        "pg_ctl",
        "postgres",
        "psql",
        "pgbench",
        "openssl",
        "pgbouncer",
    ];
    let found: Vec<_> = names.iter().filter_map(|name| tool(name)).collect();
    let [initdb, pg_ctl, postgres, psql, pgbench, openssl, pgbouncer] = found.try_into().ok()?;
    Some(Programs {
        initdb,
        pg_ctl,
        postgres,
        psql,
        pgbench,
        openssl,
        pgbouncer,
    })
}

fn ini(tree: &Tree<'_>) -> Ini {
    let objects = tree.objects();
    let map = objects
        .iter()
        .find(|object| object["kind"] == "ConfigMap")
        .unwrap();
    let ini = Ini::read(map["data"]["pgbouncer.ini"].as_str().unwrap());
    let tls = tree.environment.database.tls.value.to_string();
    assert!(
        ini.settings()
            .any(|setting| setting == ("server_tls_sslmode", &tls))
    );
    ini
}

/// An environment of medium's size, with what was written beside that.
struct Compiled {
    environment: Environment,
    catalogue: Catalogue,
}

fn compiled(nodes: &str) -> Compiled {
    let header = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\n";
    let run = run(&format!("{header}{nodes}\n"));
    let environment = run.files.into_iter().next().unwrap().environment.unwrap();
    Compiled {
        environment,
        catalogue: run.catalogue,
    }
}

impl Compiled {
    fn ini(&self) -> Ini {
        Ini::read(&tierc::emit::pgbouncer::ini(
            &self.environment,
            &self.catalogue,
        ))
    }
}

/// The entries that clients can ask for.
fn entries(environment: &Environment) -> Vec<String> {
    let replicas = &environment.database.replicas;
    let pooled = replicas.count.value > 0 && replicas.via.value == Via::Pgbouncer;
    let name = &environment.database.dbname.value;
    let mut entries = vec![name.clone()];
    entries.extend(pooled.then(|| format!("{name}_read")));
    let further = environment.pgbouncer.database.iter();
    entries.extend(further.map(|it| it.name.value.clone()));
    entries
}

#[test]
fn pgbouncer_does_what_the_environment_says_and_reloads_what_changed() {
    let Some(programs) = programs() else { return };
    let trees = rendered();
    let environments: Vec<&Environment> = trees.iter().map(|tree| tree.environment).collect();
    let server = Server::start(programs, &environments);
    for tree in trees.iter() {
        let mut pooler = Pooler::start(&server, tree.environment, ini(&tree));
        holds_every_setting(&pooler);
        restarts_for_what_no_reload_applies(&pooler);
        holds_the_environments_numbers(&pooler, tree.environment);
        serves_every_entry(&pooler, tree.environment);
        takes_new_sizes_by_a_reload(&mut pooler, tree.environment);
    }
}

/// `SHOW CONFIG` has each key of the file as it is written there.
fn holds_every_setting(pooler: &Pooler<'_>) {
    let running = pooler.config();
    for (key, value) in pooler.ini.settings() {
        assert_eq!(running[key]["value"], value, "{key}");
    }
}

/// The Deployment's restart hash covers exactly the settings that a RELOAD cannot apply.
fn restarts_for_what_no_reload_applies(pooler: &Pooler<'_>) {
    let running = pooler.config();
    let fixed: BTreeSet<&str> = running
        .iter()
        .filter(|(_, row)| row["changeable"] != "yes")
        .map(|(key, _)| key.as_str())
        .collect();
    let every: String = running.keys().map(|key| format!("{key} = x\n")).collect();
    let ini = format!("[pgbouncer]\n{every}");
    let restarts: BTreeSet<&str> = lines_read_at_start(&ini)
        .map(|line| line.trim_end_matches(" = x"))
        .collect();
    assert_eq!(restarts, fixed);
}

fn holds_the_environments_numbers(pooler: &Pooler<'_>, environment: &Environment) {
    let stated = &environment.pgbouncer;
    let running = pooler.config();
    for (key, value) in [
        ("default_pool_size", stated.pool.default.value.to_string()),
        ("max_db_connections", stated.pool.max_db.value.to_string()),
        ("reserve_pool_size", stated.pool.reserve.value.to_string()),
        ("max_client_conn", stated.clients.max.value.to_string()),
        ("pool_mode", stated.mode.value.to_string()),
    ] {
        assert_eq!(running[key]["value"], value, "{key}");
    }
    let databases = pooler.databases();
    // PgBouncer adds its own console.
    let names: Vec<&str> = databases
        .keys()
        .map(String::as_str)
        .filter(|name| *name != "pgbouncer")
        .collect();
    let mut expected = entries(environment);
    expected.sort();
    assert_eq!(names, expected);
    for name in expected {
        let entry = &databases[&name];
        let further = stated.database.iter().find(|it| it.name.value == name);
        let mut sizes = stated.entries();
        let sizes = sizes.find(|it| it.name == further.map(|it| it.name.value.as_str()));
        let sizes = sizes.unwrap();
        let dbname = further.map_or(&environment.database.dbname, |it| &it.dbname);
        assert_eq!(entry["database"], dbname.value);
        assert_eq!(entry["pool_size"], sizes.size.value.to_string());
        assert_eq!(entry["reserve_pool_size"], sizes.reserve.value.to_string());
        assert_eq!(entry["max_connections"], sizes.max_db.value.to_string());
        if further.is_some() && sizes.mode != &stated.mode {
            assert_eq!(entry["pool_mode"], sizes.mode.value.to_string());
        }
    }
}

/// With prepared statements, which in transaction mode need `max_prepared_statements`.
fn serves_every_entry(pooler: &Pooler<'_>, environment: &Environment) {
    for entry in entries(environment) {
        let told = pooler.bench(&entry, environment.database.user.value.as_str());
        assert!(told.contains("actually processed: 200/200"), "{told}");
        assert!(told.contains("failed transactions: 0 (0.000%)"), "{told}");
    }
}

fn takes_new_sizes_by_a_reload(pooler: &mut Pooler<'_>, environment: &Environment) {
    let pool = &environment.pgbouncer.pool;
    let (size, most) = (pool.default.value - 1, pool.max_db.value - 1);
    pooler.ini.set("default_pool_size", &size.to_string());
    pooler.ini.set("max_db_connections", &most.to_string());
    pooler.reload();
    assert!(pooler.runs_still());
    holds_every_setting(pooler);
    let entry = &pooler.databases()[&environment.database.dbname.value];
    assert_eq!(entry["pool_size"], size.to_string());
    assert_eq!(entry["max_connections"], most.to_string());
}
