//! Real drivers connect through a real PgBouncer with the emitted settings: each succeeds or fails as the
//! rules predict.

use std::path::PathBuf;

use serde_json::Value;

use super::pooler::Pooler;
use super::server::{PASSWORD, Server};
use super::{Compiled, compiled, programs};
use crate::consumers::tools::{ask, command, tool};
use crate::support::{codes, project};

/// Programs, and the drivers that they test.
const DRIVERS: [(&str, &[&str]); 3] = [
    (
        "drivers-python",
        &["psycopg", "psycopg2", "asyncpg", "pg8000", "pgjdbc"],
    ),
    ("drivers-python-old", &["psycopg", "pgjdbc"]),
    ("drivers-node", &["node-postgres", "postgres.js"]),
];

/// The tiers' PgBouncer, one that may ignore startup parameters, and one that must ignore `options`, too.
/// The settings are those for these versions. The PgBouncer of the test is older, and behaves in the
/// same way.
const TIERS: &str = "pgbouncer { image \"ghcr.io/cloudnative-pg/pgbouncer:1.25.1\" }";
const SAFE: &str = "pgbouncer { image \"registry.example.com/pgbouncer:1.26.1\" }";
const IGNORING: &str =
    "pgbouncer { image \"registry.example.com/pgbouncer:1.26.1\"; options \"ignore\" }";

struct Driver {
    program: PathBuf,
    name: &'static str,
}

/// The result of one attempt.
struct Outcome {
    /// `driver` as a file states it.
    stated: String,
    error: Option<String>,
}

impl Driver {
    fn all() -> Option<Vec<Self>> {
        let mut all = Vec::new();
        for (program, names) in DRIVERS {
            let program = tool(program)?;
            all.extend(names.iter().map(|name| Self {
                program: program.clone(),
                name,
            }));
        }
        Some(all)
    }

    fn tries(&self, scenario: &str, pooler: &Pooler<'_>, compiled: &Compiled) -> Outcome {
        let ending = if self.program.ends_with("drivers-node") {
            "mjs"
        } else {
            "py"
        };
        let probe = project(&format!("tests/consumers/pgbouncer/probe.{ending}"));
        let database = &compiled.environment.database;
        let mut run = command(&self.program, pooler.home());
        run.env("PGPASSWORD", PASSWORD).arg(probe);
        run.args([self.name, scenario, "127.0.0.1", &pooler.port.to_string()]);
        run.args([&database.dbname.value, &database.user.value]);
        let told = ask(&mut run).accepted();
        let line = told.lines().last().unwrap();
        let told: Value = serde_json::from_str(line).unwrap();
        let version = told["version"].as_str().unwrap();
        let libpq = told["libpq"].as_str();
        let libpq = libpq.map_or_else(String::new, |libpq| format!(" libpq=\"{libpq}\""));
        Outcome {
            stated: format!("driver \"{}\" version=\"{version}\"{libpq}", self.name),
            error: told["error"].as_str().map(str::to_owned),
        }
    }
}

/// Whether a rule finds something in an API with this driver.
fn finds(rule: &str, nodes: &str, stated: &str) -> bool {
    let header = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\n";
    let found = codes(&format!("{header}{nodes}\napi {{ {stated} }}\n"));
    assert!(
        found.iter().all(|code| code != "wrong-value"),
        "{stated}: {found:?}"
    );
    found.iter().any(|code| code == rule)
}

#[test]
fn every_driver_fares_as_the_rules_say() {
    let Some(programs) = programs() else { return };
    let Some(drivers) = Driver::all() else { return };
    let compiled = [TIERS, SAFE, IGNORING].map(compiled);
    let environments: Vec<_> = compiled.iter().map(|it| &it.environment).collect();
    let server = Server::start(programs, &environments);
    let [tiers, safe, ignoring] = &compiled;
    let mut refused = Vec::new();
    let mut failed = Vec::new();

    for (nodes, compiled) in [(TIERS, tiers), (SAFE, safe)] {
        let pooler = Pooler::start(&server, &compiled.environment, compiled.ini());
        for driver in &drivers {
            let outcome = driver.tries("connect", &pooler, compiled);
            let stated = outcome.stated;
            let is_refused = outcome.error.is_some();
            let found = finds("driver-refused", nodes, &stated);
            assert_eq!(is_refused, found, "{stated}, {nodes}: {:?}", outcome.error);
            if let Some(error) = outcome.error {
                let why = "unsupported startup parameter: extra_float_digits";
                assert!(error.contains(why), "{stated}: {error}");
                refused.push(stated);
            }
        }
    }

    let mut ini = safe.ini();
    // Each transaction goes to the next server connection, and several are open.
    ini.add("server_round_robin", "1");
    let pooler = Pooler::start(&server, &safe.environment, ini);
    let database = &safe.environment.database;
    pooler.bench(&database.dbname.value, &database.user.value);
    for driver in &drivers {
        let outcome = driver.tries("prepare", &pooler, safe);
        let stated = outcome.stated;
        let found = finds("driver-deallocates", SAFE, &stated);
        assert_eq!(
            outcome.error.is_some(),
            found,
            "{stated}: {:?}",
            outcome.error
        );
        if outcome.error.is_some() {
            failed.push(stated);
        }
    }
    // At least one of each, so that every rule is tested.
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(
        refused[0].starts_with("driver \"pgjdbc\" version=\"42.5"),
        "{refused:?}"
    );
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(
        failed[0].starts_with("driver \"psycopg\" version=\"3.1"),
        "{failed:?}"
    );

    for (compiled, ignores) in [(safe, false), (ignoring, true)] {
        let pooler = Pooler::start(&server, &compiled.environment, compiled.ini());
        for driver in &drivers {
            let outcome = driver.tries("search-path", &pooler, compiled);
            let stated = outcome.stated;
            // No driver gets its setting: the connection is refused, or the setting is dropped if `options` says so.
            let error = outcome.error.unwrap();
            let in_options = ["psycopg", "psycopg2", "node-postgres"].contains(&driver.name);
            let expected = if ignores && in_options {
                "dropped: "
            } else if in_options {
                "unsupported startup parameter in options: search_path"
            } else {
                "unsupported startup parameter: search_path"
            };
            assert!(error.contains(expected), "{stated}: {error}");
        }
    }
}
