//! A PgBouncer for one environment.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tierc::model::Environment;

use super::ini::Ini;
use super::server::{HOST, PASSWORD, Server, client, free_port, unprivileged, until};
use crate::consumers::tools::ask;

/// A row of an answer, by column.
type Row = BTreeMap<String, String>;

const ADDRESS: &str = "127.0.0.1";

/// A PgBouncer that runs; it ends with the value.
pub(super) struct Pooler<'a> {
    server: &'a Server,
    process: Child,
    port: u16,
    /// What it runs with.
    pub(super) ini: Ini,
}

impl<'a> Pooler<'a> {
    /// Starts it with the rendered file, in which no more is changed than a pod of one's own is
    /// for: the server's host and port (a server on this machine instead of RDS), the address and
    /// port to listen at (the loopback), the file of passwords and the authority of the server's
    /// certificate (mounts of the pod). TLS stays as it is written, but for a list of hosts.
    pub(super) fn start(server: &'a Server, environment: &Environment, mut ini: Ini) -> Self {
        let folder = server.folder();
        let user = environment.database.user.value.as_str();
        let passwords: String = [user, "pgbouncer_admin", "pgbouncer_stats"]
            .iter()
            .map(|user| format!("\"{user}\" \"{PASSWORD}\"\n"))
            .collect();
        std::fs::write(folder.join("userlist.txt"), passwords).unwrap();
        ini.aim_at(HOST, server.port);
        ini.set("listen_addr", ADDRESS);
        ini.set("auth_file", &folder.join("userlist.txt").to_string_lossy());
        // The PgBouncer of these tests takes a list of hosts for one name; 1.25 does not.
        if ini.lists_hosts() {
            ini.set("server_tls_sslmode", "verify-ca");
        }
        if ini.settings().any(|(key, _)| key == "server_tls_ca_file") {
            ini.set(
                "server_tls_ca_file",
                &folder.join("server.crt").to_string_lossy(),
            );
        }
        let mut log = String::new();
        // Another program may have taken the port meanwhile.
        for _ in 0..3 {
            let port = free_port();
            ini.set("listen_port", &port.to_string());
            std::fs::write(Self::file(server), ini.text()).unwrap();
            let process = spawn(server);
            let mut pooler = Self {
                server,
                process,
                port,
                ini,
            };
            if until(|| !pooler.runs_still() || pooler.console("SHOW VERSION").is_some())
                && pooler.runs_still()
            {
                return pooler;
            }
            log = std::fs::read_to_string(folder.join("pgbouncer.log")).unwrap();
            ini = Ini::read(&pooler.ini.text());
        }
        panic!("{}: {log}", environment.environment.value);
    }

    fn file(server: &Server) -> PathBuf {
        server.folder().join("pgbouncer.ini")
    }

    /// Whether the process that was started is alive.
    pub(super) fn runs_still(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    fn client(&self, program: &std::path::Path, user: &str) -> Command {
        client(program, self.server.folder(), ADDRESS, self.port, user)
    }

    /// The answer to a command on PgBouncer's console.
    fn console(&self, command: &str) -> Option<Vec<Row>> {
        let mut run = self.client(&self.server.programs.psql, "pgbouncer_admin");
        run.args([
            "-X",
            "-A",
            "-F",
            "\u{1f}",
            "-P",
            "footer=off",
            "-d",
            "pgbouncer",
        ]);
        let answer = ask(run.args(["-c", command]));
        if answer.code != Some(0) {
            return None;
        }
        let mut lines = answer
            .stdout
            .lines()
            .map(|line| line.split('\u{1f}').map(str::to_owned));
        let names: Vec<String> = lines.next()?.collect();
        Some(
            lines
                .map(|line| names.iter().cloned().zip(line).collect())
                .collect(),
        )
    }

    fn show(&self, what: &str, by: &str) -> BTreeMap<String, Row> {
        let rows = self.console(&format!("SHOW {what}")).unwrap().into_iter();
        rows.map(|row| (row[by].clone(), row)).collect()
    }

    /// `SHOW CONFIG`, by key.
    pub(super) fn config(&self) -> BTreeMap<String, Row> {
        self.show("CONFIG", "key")
    }

    /// `SHOW DATABASES`, by name.
    pub(super) fn databases(&self) -> BTreeMap<String, Row> {
        self.show("DATABASES", "name")
    }

    /// Has it read its file again, as it stands here now.
    pub(super) fn reload(&self) {
        std::fs::write(Self::file(self.server), self.ini.text()).unwrap();
        self.console("RELOAD").unwrap();
    }

    /// What pgbench says after 200 transactions of 8 clients on one entry.
    pub(super) fn bench(&self, entry: &str, user: &str) -> String {
        let mut run = self.client(&self.server.programs.pgbench, user);
        run.args([
            "-n", "-S", "-M", "prepared", "-c", "8", "-j", "2", "-t", "25", entry,
        ]);
        ask(&mut run).accepted()
    }
}

fn spawn(server: &Server) -> Child {
    let folder = server.folder();
    let log = std::fs::File::create(folder.join("pgbouncer.log")).unwrap();
    let mut run = unprivileged(&folder.join("pgbouncer"), folder);
    run.arg("pgbouncer.ini")
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

impl Drop for Pooler<'_> {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
