//! The limit of open files, which limits PgBouncer's clients.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tierc::emit::pgbouncer::{command as emitted, open_files};

use super::place::Place;
use super::pooler::Pooler;
use super::server::{Server, until};
use super::{compiled, programs};
use crate::consumers::tools::{ask, command, tool};

/// Idle clients: more than 1,024 files allow, fewer than `clients max`.
const CLIENTS: usize = 1050;
const STATED: &str = "pgbouncer { clients max=1100 }";

/// The soft limit that systemd gives a process, and containerd 2 a container.
const SYSTEMD: &str = "ulimit -Sn 1024";

/// Opens so many connections, says so, and keeps them until its input ends.
const CROWD: &str = "
import socket, sys
count, port = int(sys.argv[1]), int(sys.argv[2])
clients = [socket.create_connection(('127.0.0.1', port)) for _ in range(count)]
print('open', flush=True)
sys.stdin.read()
";

/// A container's process: the limits of its runtime, then what the pod runs.
fn container(limits: &str, words: &[String], name: &str) -> impl Fn(&Path) -> Command {
    let shell = format!("{limits} && exec \"$@\"");
    // The same program and file as the pod's, elsewhere.
    let here = |word: &String| {
        let file = word.replace(
            "/etc/pgbouncer/config/pgbouncer.ini",
            &format!("{name}.ini"),
        );
        file.replace("exec pgbouncer ", "exec ./pgbouncer ")
    };
    let mut words: Vec<String> = words.iter().map(here).collect();
    if words[0] == "pgbouncer" {
        "./pgbouncer".clone_into(&mut words[0]);
    }
    move |folder| {
        let mut run = Place::Here.unprivileged(Path::new("/bin/sh"), folder);
        run.args(["-c", &shell, "sh"]).args(&words);
        run
    }
}

struct Crowd(Child);

impl Crowd {
    fn gather(python: &Path, home: &Path, port: u16) -> Self {
        let mut run = command(Path::new("/bin/sh"), home);
        let own = "ulimit -Sn 4096 && exec \"$@\"";
        run.args(["-c", own, "sh"]).arg(python);
        run.args(["-c", CROWD, &CLIENTS.to_string(), &port.to_string()]);
        let mut child = run
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut said).unwrap();
        assert_eq!(said, "open\n");
        Self(child)
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn pgbouncer_has_files_for_the_clients_that_are_stated_or_does_not_start() {
    let Some(programs) = programs() else { return };
    let Some(python) = tool("python3") else {
        return;
    };
    let stated = compiled(STATED);
    let server = Server::start(programs, &[&stated.environment]);
    let database = &stated.environment.database;
    let (user, dbname) = (&database.user.value, &database.dbname.value);
    let words = emitted(&stated.environment, "/etc/pgbouncer/config/pgbouncer.ini");
    let files = open_files(&stated.environment).unwrap();
    assert_eq!(files, 2048);

    // As containerd 2 starts it on a machine with systemd's limits.
    let run = container(SYSTEMD, &words, "enough");
    let pooler = Pooler::start_as(&server, &stated.environment, stated.ini(), "enough", &run);
    let crowd = Crowd::gather(&python, server.folder(), pooler.port);
    ask(&mut pooler.psql(user, dbname, "select 1")).accepted();
    let limit = format!("kernel file descriptor limit: {files} (hard: ");
    assert!(pooler.log().contains(&limit), "{}", pooler.log());
    drop((crowd, pooler));

    // Without the emitted command, the same clients use up the limit.
    let plain = [
        "pgbouncer".to_owned(),
        words
            .last()
            .unwrap()
            .split("exec pgbouncer ")
            .last()
            .unwrap()
            .trim()
            .to_owned(),
    ];
    let run = container(SYSTEMD, &plain, "plain");
    let pooler = Pooler::start_as(&server, &stated.environment, stated.ini(), "plain", &run);
    let crowd = Crowd::gather(&python, server.folder(), pooler.port);
    assert!(until(|| pooler
        .log()
        .contains("accept() failed: Too many open files")));
    let start = Instant::now();
    let mut late = pooler.psql(user, dbname, "select 1");
    let answer = ask(late.env("PGCONNECT_TIMEOUT", "3"));
    assert_ne!(answer.code, Some(0), "{}", answer.told);
    assert!(start.elapsed() > Duration::from_secs(2), "{}", answer.told);
    drop((crowd, pooler));

    // If the machine allows fewer files, the pod reports that and does not start.
    let run = container("ulimit -Sn 1024 && ulimit -Hn 1500", &words, "enough");
    let answer = ask(&mut run(server.folder()));
    assert_eq!(answer.code, Some(1), "{}", answer.told);
    let why = "PgBouncer needs 2048 open files for its clients, and this node allows 1500";
    assert!(answer.told.contains(why), "{}", answer.told);
}
