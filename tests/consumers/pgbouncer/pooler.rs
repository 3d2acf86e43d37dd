//! A PgBouncer for one environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tierc::model::Environment;

use super::ini::Ini;
use super::place::Place;
use super::server::{PASSWORD, Server, client, free_port, until};
use crate::consumers::tools::ask;

/// A row of an answer, by column.
type Row = BTreeMap<String, String>;

const ADDRESS: &str = "127.0.0.1";

/// A running PgBouncer; it is stopped on drop.
pub(super) struct Pooler<'a> {
    server: &'a Server,
    place: Place,
    /// The name of its files.
    name: &'a str,
    process: Child,
    pub(super) port: u16,
    /// Its settings.
    pub(super) ini: Ini,
}

impl<'a> Pooler<'a> {
    /// Starts it with the rendered file. Only what belongs to the pod is changed: the server's host
    /// and port (a server on this machine instead of RDS), the listen address and port (loopback),
    /// and the paths of the passwords and of the certificate authority (the pod's mounts). TLS
    /// stays as written, except for a list of hosts.
    pub(super) fn start(server: &'a Server, environment: &Environment, ini: Ini) -> Self {
        Self::start_at(server, environment, ini, &Place::Here, "pgbouncer")
    }

    /// Starts one in another place, with files named `name`.
    pub(super) fn start_at(
        server: &'a Server,
        environment: &Environment,
        ini: Ini,
        place: &Place,
        name: &'a str,
    ) -> Self {
        let start = |folder: &Path| {
            let mut run = place.unprivileged(&folder.join("pgbouncer"), folder);
            run.arg(format!("{name}.ini"));
            run
        };
        Self::start_with(server, environment, ini, (place, name), &start)
    }

    /// Starts one on this machine with another command, `start`.
    pub(super) fn start_as(
        server: &'a Server,
        environment: &Environment,
        ini: Ini,
        name: &'a str,
        start: &dyn Fn(&Path) -> Command,
    ) -> Self {
        Self::start_with(server, environment, ini, (&Place::Here, name), start)
    }

    fn start_with(
        server: &'a Server,
        environment: &Environment,
        mut ini: Ini,
        (place, name): (&Place, &'a str),
        start: &dyn Fn(&Path) -> Command,
    ) -> Self {
        let folder = server.folder();
        let user = environment.database.user.value.as_str();
        let passwords: String = [user, "pgbouncer_admin", "pgbouncer_stats"]
            .iter()
            .map(|user| format!("\"{user}\" \"{PASSWORD}\"\n"))
            .collect();
        std::fs::write(folder.join("userlist.txt"), passwords).unwrap();
        ini.aim_at(&server.host, server.port);
        ini.set(
            "listen_addr",
            if matches!(place, Place::Here) {
                ADDRESS
            } else {
                "*"
            },
        );
        ini.set("auth_file", &folder.join("userlist.txt").to_string_lossy());
        // The PgBouncer of these tests reads a list of hosts as one name; 1.25 does not.
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
            let file = folder.join(format!("{name}.ini"));
            std::fs::write(file, ini.text()).unwrap();
            let process = spawn(start(folder), &folder.join(format!("{name}.log")));
            let mut pooler = Self {
                server,
                place: place.clone(),
                name,
                process,
                port,
                ini,
            };
            if until(|| !pooler.runs_still() || pooler.console("SHOW VERSION").is_some())
                && pooler.runs_still()
            {
                return pooler;
            }
            log = pooler.log();
            ini = Ini::read(&pooler.ini.text());
        }
        panic!("{}: {log}", environment.environment.value);
    }

    fn file(&self, extension: &str) -> PathBuf {
        let folder = self.server.folder();
        folder.join(format!("{}.{extension}", self.name))
    }

    /// Its log so far.
    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.file("log")).unwrap()
    }

    /// Whether the process that was started is alive.
    pub(super) fn runs_still(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    fn client(&self, program: &Path, user: &str) -> Command {
        self.client_from(&self.place, ADDRESS, program, user)
    }

    /// A client in another place, where PgBouncer has this address.
    pub(super) fn client_from(
        &self,
        place: &Place,
        address: &str,
        program: &Path,
        user: &str,
    ) -> Command {
        let home = self.server.folder();
        client(place, program, home, address, self.port, user)
    }

    /// A folder for what belongs to its clients.
    pub(super) fn home(&self) -> &Path {
        self.server.folder()
    }

    /// A client that reads commands from its input.
    pub(super) fn psql_session(&self, user: &str, database: &str) -> Command {
        let mut run = self.client(&self.server.programs.psql, user);
        run.args(["-X", "-q", "-A", "-t", "-d", database]);
        run
    }

    /// Sends the process a signal.
    pub(super) fn signal(&self, name: &str) {
        let script = format!("kill -{name} {}", self.process.id());
        let mut run = crate::consumers::tools::command(Path::new("/bin/sh"), self.home());
        ask(run.args(["-c", &script])).accepted();
    }

    /// A run of `sql` as `user` in another process.
    pub(super) fn psql(&self, user: &str, database: &str, sql: &str) -> Command {
        let mut run = self.client(&self.server.programs.psql, user);
        run.args([
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            database,
            "-c",
            sql,
        ]);
        run
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

    /// `SHOW CLIENTS`.
    pub(super) fn clients(&self) -> Vec<Row> {
        self.console("SHOW CLIENTS").unwrap()
    }

    /// The rows of `SHOW CLIENTS` for one user.
    pub(super) fn clients_of(&self, user: &str) -> Vec<Row> {
        let mut clients = self.clients();
        clients.retain(|client| client["user"] == user);
        clients
    }

    /// `SHOW DATABASES`, by name.
    pub(super) fn databases(&self) -> BTreeMap<String, Row> {
        self.show("DATABASES", "name")
    }

    /// Reloads its file.
    pub(super) fn reload(&self) {
        std::fs::write(self.file("ini"), self.ini.text()).unwrap();
        self.console("RELOAD").unwrap();
    }

    /// The output of pgbench after 200 transactions of 8 clients on one entry.
    pub(super) fn bench(&self, entry: &str, user: &str) -> String {
        let mut run = self.client(&self.server.programs.pgbench, user);
        run.args([
            "-n", "-S", "-M", "prepared", "-c", "8", "-j", "2", "-t", "25", entry,
        ]);
        ask(&mut run).accepted()
    }
}

fn spawn(mut run: Command, log: &Path) -> Child {
    let log = std::fs::File::create(log).unwrap();
    run.stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

impl Drop for Pooler<'_> {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
