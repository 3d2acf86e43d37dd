//! A server or a client vanishes without closing its connections.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tierc::emit::pgbouncer::NOTICED;
use tierc::model::Environment;

use super::place::{Networks, addresses};
use super::pooler::Pooler;
use super::server::{Server, until};
use super::{ini, programs};
use crate::consumers::trees::rendered;

/// The extra time that a busy machine may need.
const SLACK: Duration = Duration::from_secs(5);

/// The networks: PgBouncer's, PostgreSQL's and a client's.
const POOLER: usize = 0;
const SERVER: usize = 1;
const CLIENT: usize = 2;

/// Queries that wait for an answer while the server vanishes.
const IN_FLIGHT: usize = 3;

/// Clients of one PgBouncer.
struct Clients<'a> {
    pooler: Pooler<'a>,
    waiting: Vec<Child>,
    /// A client in the network that is cut off, too.
    far: Child,
}

impl Clients<'_> {
    fn running(&mut self) -> usize {
        let ended = |child: &mut Child| child.try_wait().unwrap().is_some();
        self.waiting
            .iter_mut()
            .filter_map(|it| (!ended(it)).then_some(()))
            .count()
    }

    /// Whether PgBouncer still counts the unreachable client.
    fn holds_the_far_client(&self) -> bool {
        let [_, far] = addresses(CLIENT);
        self.pooler
            .clients()
            .iter()
            .any(|client| client["addr"] == far)
    }
}

impl Drop for Clients<'_> {
    fn drop(&mut self) {
        for child in self.waiting.iter_mut().chain([&mut self.far]) {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

fn clients<'a>(
    networks: &Networks,
    server: &'a Server,
    environment: &Environment,
    settings: &[(&str, &str)],
    name: &'a str,
) -> Clients<'a> {
    let trees = rendered();
    let tree = trees.iter().find(|tree| tree.environment == environment);
    let mut ini = ini(&tree.unwrap());
    for (key, value) in settings {
        ini.set(key, value);
    }
    let pooler = Pooler::start_at(server, environment, ini, &networks.place(POOLER), name);
    let (user, dbname) = (
        &environment.database.user.value,
        &environment.database.dbname.value,
    );
    let psql = |sql: &str| pooler.psql(user, dbname, sql);
    let waiting = (0..IN_FLIGHT).map(|_| quiet(psql("select pg_sleep(600)")).spawn().unwrap());
    let waiting = waiting.collect();
    let [address, _] = addresses(CLIENT);
    let place = networks.place(CLIENT);
    let mut far = pooler.client_from(&place, &address, &server.programs.psql, user);
    // It sends no query and stays connected, because its input does not end.
    far.args(["-X", "-q", "-d", dbname]);
    let far = quiet(far).stdin(Stdio::piped()).spawn().unwrap();
    Clients {
        pooler,
        waiting,
        far,
    }
}

fn quiet(mut run: std::process::Command) -> std::process::Command {
    run.stdout(Stdio::null()).stderr(Stdio::null());
    run
}

#[test]
fn a_server_or_a_client_that_vanished_is_noticed_in_time() {
    let Some(programs) = programs() else { return };
    let Some(networks) = Networks::lay(3) else {
        return;
    };
    let trees = rendered();
    let environment = trees
        .iter()
        .find(|tree| tree.environment.environment.value.as_str() == "medium")
        .unwrap()
        .environment;
    let [_, host] = addresses(SERVER);
    let server = Server::start_at(programs, &[environment], networks.place(SERVER), &host);
    let mut emitted = clients(&networks, &server, environment, &[], "emitted");
    // PgBouncer's defaults: the kernel probes after two hours.
    let without = [
        ("tcp_keepidle", "0"),
        ("tcp_keepintvl", "0"),
        ("tcp_keepcnt", "0"),
        ("tcp_user_timeout", "0"),
    ];
    let mut plain = clients(&networks, &server, environment, &without, "plain");
    let asleep = "select count(*) from pg_stat_activity where query like '%pg_sleep(600)' and state = 'active'";
    let all = (2 * IN_FLIGHT).to_string();
    assert!(until(|| {
        server.psql("postgres", asleep).stdout.contains(&all)
            && emitted.holds_the_far_client()
            && plain.holds_the_far_client()
    }));
    // An idle connection in the pool.
    for clients in [&emitted, &plain] {
        idle(&clients.pooler, environment);
    }

    networks.cut(SERVER);
    networks.cut(CLIENT);
    let start = Instant::now();
    // The query on the idle connection is never acknowledged.
    for clients in [&mut emitted, &mut plain] {
        let (user, dbname) = (
            &environment.database.user.value,
            &environment.database.dbname.value,
        );
        let sent = quiet(clients.pooler.psql(user, dbname, "select 1"))
            .spawn()
            .unwrap();
        clients.waiting.push(sent);
    }
    let limit = Duration::from_secs(NOTICED.into()) + SLACK;
    while start.elapsed() < limit && (emitted.running() > 0 || emitted.holds_the_far_client()) {
        std::thread::sleep(Duration::from_millis(100));
    }
    let took = start.elapsed();
    assert_eq!(
        emitted.running(),
        0,
        "after {took:?}: {}",
        emitted.pooler.log()
    );
    assert!(!emitted.holds_the_far_client(), "after {took:?}");
    assert!(
        took > Duration::from_secs(5),
        "{took:?}: something else ended them"
    );
    // Nothing else ended them: the queries of the other PgBouncer hang.
    assert_eq!(plain.running(), IN_FLIGHT + 1, "{}", plain.pooler.log());
    assert!(plain.holds_the_far_client());
}

/// One query to the end, which leaves its connection in the pool.
fn idle(pooler: &Pooler<'_>, environment: &Environment) {
    let (user, dbname) = (
        &environment.database.user.value,
        &environment.database.dbname.value,
    );
    crate::consumers::tools::ask(&mut pooler.psql(user, dbname, "select 1")).accepted();
}
