//! A terminating pod: SIGTERM keeps its clients connected, SIGKILL does not.

use std::io::Write as _;
use std::process::{Child, Stdio};

use super::pooler::Pooler;
use super::server::{Server, until};
use super::{compiled, programs};
use crate::consumers::tools::{Answer, ask};

/// A client that stays connected and gets commands.
struct Client(Child);

impl Client {
    fn connect(pooler: &Pooler<'_>, user: &str, database: &str) -> Self {
        let mut run = pooler.psql_session(user, database);
        run.stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self(run.spawn().unwrap())
    }

    fn types(&mut self, text: &str) {
        self.may_type(text).unwrap();
    }

    /// The same of a client that may have ended.
    fn may_type(&mut self, text: &str) -> std::io::Result<()> {
        let stdin = self.0.stdin.as_mut().unwrap();
        stdin.write_all(text.as_bytes())?;
        stdin.flush()
    }

    /// Everything it printed, to its end.
    fn leaves(self) -> String {
        let output = self.0.wait_with_output().unwrap();
        let told = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&told).into_owned()
    }
}

/// Runs a new query to its end.
fn asks(pooler: &Pooler<'_>, user: &str, database: &str) -> Answer {
    ask(pooler
        .psql(user, database, "select 1")
        .env("PGCONNECT_TIMEOUT", "3"))
}

#[test]
fn a_pgbouncer_that_ends_serves_its_clients_until_they_leave() {
    let Some(programs) = programs() else { return };
    let stated = compiled("");
    let server = Server::start(programs, &[&stated.environment]);
    let database = &stated.environment.database;
    let (user, dbname) = (&database.user.value, &database.dbname.value);
    let mut pooler = Pooler::start(&server, &stated.environment, stated.ini());
    let mut staying = Client::connect(&pooler, user, dbname);
    staying.types("create table if not exists seen (word text);\n");
    // A client that is still logging in would be refused.
    let made = "select to_regclass('seen')";
    assert!(until(|| server.psql(dbname, made).stdout.contains("seen")));
    assert!(!pooler.clients_of(user).is_empty());

    pooler.signal("TERM");
    assert!(
        until(|| pooler.log().contains("waiting for all clients")),
        "{}",
        pooler.log()
    );
    assert_ne!(
        asks(&pooler, user, dbname).code,
        Some(0),
        "it takes no new client"
    );
    assert!(pooler.runs_still());
    // It is served as long as its pool keeps the connection.
    staying.types("insert into seen values ('after SIGTERM') returning word;\n\\q\n");
    let told = staying.leaves();
    assert!(told.contains("after SIGTERM"), "{told}");
    assert!(until(|| !pooler.runs_still()), "the last client has left");
    drop(pooler);

    // A client that stays for longer than the drain is cut off in its transaction.
    let mut pooler = Pooler::start(&server, &stated.environment, stated.ini());
    let mut staying = Client::connect(&pooler, user, dbname);
    staying.types("begin; insert into seen values ('lost');\n");
    assert!(until(|| {
        let open = "select count(*) from pg_stat_activity where state = 'idle in transaction'";
        server.psql("postgres", open).stdout.contains('1')
    }));
    pooler.signal("TERM");
    assert!(
        until(|| pooler.log().contains("waiting for all clients")),
        "{}",
        pooler.log()
    );
    pooler.signal("KILL");
    assert!(until(|| !pooler.runs_still()));
    // It ends by itself if it was still reading an answer.
    let _ = staying.may_type("commit;\n\\q\n");
    let told = staying.leaves();
    assert!(told.contains("server closed the connection"), "{told}");
    let left = server.psql(dbname, "select word from seen").accepted();
    assert!(
        left.contains("after SIGTERM") && !left.contains("lost"),
        "{left}"
    );
}
