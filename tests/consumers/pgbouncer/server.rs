//! A PostgreSQL for one test.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tierc::model::Environment;

use super::place::Place;
use crate::consumers::tools::{ask, ask_with_input};

/// PostgreSQL and PgBouncer refuse to run as root, so they run as `nobody`.
pub(super) const NOBODY: u32 = 65534;
pub(super) const PASSWORD: &str = "for this test";
pub(super) const HOST: &str = "localhost";

/// The required programs.
pub(super) struct Programs {
    pub(super) initdb: PathBuf,
    pub(super) pg_ctl: PathBuf,
    pub(super) postgres: PathBuf,
    pub(super) psql: PathBuf,
    pub(super) pgbench: PathBuf,
    pub(super) openssl: PathBuf,
    pub(super) pgbouncer: PathBuf,
}

/// A server that listens on the loopback, accepts only TLS, and requires passwords. It is stopped and
/// removed on drop.
pub(super) struct Server {
    pub(super) programs: Programs,
    place: Place,
    /// Its host for PgBouncer.
    pub(super) host: String,
    folder: TempDir,
    pub(super) port: u16,
    process: Child,
}

pub(super) fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// A port that was free a moment ago.
pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// Waits until `done` returns true, as long as a busy machine may need.
pub(super) fn until(mut done: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if done() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

/// `nobody` must be able to reach the program.
fn assert_reachable(program: &Path) {
    let closed = program.ancestors().skip(1).find(|folder| {
        std::fs::metadata(folder).is_ok_and(|about| about.permissions().mode() & 0o001 == 0)
    });
    assert_eq!(
        closed,
        None,
        "root has this folder to itself, and {} has to run as another user: install the \
         consumers elsewhere and name the folder in TIERC_CONSUMERS",
        program.display()
    );
}

impl Server {
    /// Starts a server with the databases and users of the environments.
    pub(super) fn start(programs: Programs, environments: &[&Environment]) -> Self {
        Self::start_at(programs, environments, Place::Here, HOST)
    }

    /// Starts one in another place, where it also listens on `host`.
    pub(super) fn start_at(
        programs: Programs,
        environments: &[&Environment],
        place: Place,
        host: &str,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
            let run = [&programs.initdb, &programs.pg_ctl, &programs.postgres];
            for program in run {
                assert_reachable(program);
            }
        }
        prepare(&programs, folder.path());
        let (port, process) = run(&programs, folder.path(), &place, host);
        let server = Self {
            programs,
            place,
            host: host.to_owned(),
            folder,
            port,
            process,
        };
        assert!(
            until(|| server.psql("postgres", "select 1").code == Some(0)),
            "no answer"
        );
        server.fill(environments);
        server
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The server's own answer to `sql`.
    pub(super) fn psql(&self, database: &str, sql: &str) -> crate::consumers::tools::Answer {
        let mut run = self.client(&self.programs.psql);
        run.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database]);
        ask_with_input(&mut run, sql)
    }

    fn client(&self, program: &Path) -> Command {
        client(
            &self.place,
            program,
            self.folder(),
            HOST,
            self.port,
            "postgres",
        )
    }

    fn fill(&self, environments: &[&Environment]) {
        let users: BTreeSet<&str> = environments
            .iter()
            .map(|it| it.database.user.value.as_str())
            .collect();
        let databases: BTreeSet<&str> = environments
            .iter()
            .flat_map(|it| {
                let further = it.pgbouncer.database.iter();
                let further = further.map(|it| it.dbname.value.as_str());
                further.chain([it.database.dbname.value.as_str()])
            })
            .collect();
        let mut sql = String::new();
        for user in users {
            sql += &format!("create role \"{user}\" login superuser password '{PASSWORD}';\n");
        }
        for database in &databases {
            sql += &format!("create database \"{database}\";\n");
        }
        self.psql("postgres", &sql).accepted();
        for database in databases {
            let mut run = self.client(&self.programs.pgbench);
            ask(run.args(["-i", "-q", "-s", "1", database])).accepted();
        }
    }
}

/// A client of `port`, with a password.
pub(super) fn client(
    place: &Place,
    program: &Path,
    home: &Path,
    host: &str,
    port: u16,
    user: &str,
) -> Command {
    let mut run = place.command(program, home);
    run.env("PGPASSWORD", PASSWORD)
        .env("PGCONNECT_TIMEOUT", "10")
        .args(["-h", host, "-p", &port.to_string(), "-U", user]);
    run
}

/// A database cluster, a self-signed certificate for `localhost`, and a copy of PgBouncer, because the
/// original may be in a folder that only root can read.
fn prepare(programs: &Programs, folder: &Path) {
    std::fs::copy(&programs.pgbouncer, folder.join("pgbouncer")).unwrap();
    std::fs::write(folder.join("password"), PASSWORD).unwrap();
    let mut certificate = Place::Here.unprivileged(&programs.openssl, folder);
    certificate.args([
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
    ]);
    certificate.args([
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
    ]);
    ask(certificate.args(["-keyout", "server.key", "-out", "server.crt"])).accepted();
    let mut initdb = Place::Here.unprivileged(&programs.initdb, folder);
    initdb.args(["-D", "data", "-U", "postgres", "-A", "scram-sha-256", "-N"]);
    ask(initdb.args(["--pwfile", "password", "-E", "UTF8", "--locale", "C"])).accepted();
    let rules = "hostssl all all all scram-sha-256\n";
    std::fs::write(folder.join("data/pg_hba.conf"), rules).unwrap();
}

fn run(programs: &Programs, folder: &Path, place: &Place, host: &str) -> (u16, Child) {
    let log = std::fs::File::create(folder.join("postgres.log")).unwrap();
    let port = free_port();
    let mut run = place.unprivileged(&programs.postgres, folder);
    run.args(["-D", "data", "-p", &port.to_string()]);
    let certificate = folder.join("server.crt");
    let key = folder.join("server.key");
    let addresses = if host == HOST {
        HOST.to_owned()
    } else {
        format!("{HOST},{host}")
    };
    for setting in [
        format!("listen_addresses={addresses}"),
        "unix_socket_directories=".to_owned(),
        "fsync=off".to_owned(),
        "ssl=on".to_owned(),
        format!("ssl_cert_file={}", certificate.display()),
        format!("ssl_key_file={}", key.display()),
    ] {
        run.args(["-c", &setting]);
    }
    (port, run.stdout(Stdio::null()).stderr(log).spawn().unwrap())
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = Place::Here.unprivileged(&self.programs.pg_ctl, self.folder.path());
        let stopped = stop
            .args(["stop", "-D", "data", "-m", "immediate", "-s"])
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            drop(self.process.kill());
        }
        drop(self.process.wait());
    }
}
