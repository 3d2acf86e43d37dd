//! `pgbouncer.ini`, with settings that PgBouncer 1.24 and later know.
//!
//! Entries force no user, so that a role's password opens that role alone. The budget holds all
//! the same: `max_db_connections` is per entry and process, over all users.

use std::sync::LazyLock;

use minijinja::{Environment as Templates, UndefinedBehavior, context};

use super::endpoint::{PORT, SERVER_PORT, primary_host, read_entry, read_hosts};
use super::secret;
use crate::catalogue::Catalogue;
use crate::model::{Environment, Pgbouncer, PoolMode, SslMode, StartupOptions, Via};

pub use crate::model::{ADMIN_USER, STATS_USER};

/// The folder with a mount for each of ConfigMap, Secret and CA bundle.
pub const FOLDER: &str = "/etc/pgbouncer";

/// The seconds after which a connection to a server that vanished has ended. A Multi-AZ failover of
/// RDS takes 60 to 120 s, and every query that hangs meanwhile holds a place in the pool.
pub const NOTICED: u32 = 20;

/// Seconds without traffic before the kernel asks the other side, seconds between two questions, and
/// how many go unanswered.
const KEEPALIVE: [u32; 3] = [10, 5, 2];
const _: () = assert!(KEEPALIVE[0] + KEEPALIVE[1] * KEEPALIVE[2] == NOTICED);

/// Seconds that an address counts as known (the TTL of RDS' own records, which PgBouncer does not
/// read), that an attempt to connect and log in may take, and between two attempts. An attempt that
/// began with the old address just before it expired still ends in time.
const RECONNECT: [u32; 3] = [5, 10, 3];
const _: () = assert!(RECONNECT[0] + RECONNECT[1] + RECONNECT[2] <= NOTICED);

/// Settings that PgBouncer reads at start alone: `CF_NO_RELOAD` in its table of settings.
const AT_START: [&str; 15] = [
    "disable_pqexec",
    "job_name",
    "listen_addr",
    "listen_backlog",
    "listen_port",
    "pidfile",
    "pkt_buf",
    "resolv_conf",
    "service_name",
    "so_reuseport",
    "track_extra_parameters",
    "unix_socket_dir",
    "unix_socket_group",
    "unix_socket_mode",
    "user",
];

const INI: &str = "pgbouncer.ini";

/// Parsed once: a plan asks for the file of many states.
static TEMPLATES: LazyLock<Templates<'static>> = LazyLock::new(|| {
    let mut templates = Templates::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates
        .add_template(INI, include_str!("../../templates/pgbouncer.ini.j2"))
        .expect("the template is part of the program");
    templates
});

/// The file's text.
///
/// # Panics
/// Never: the template is part of the program, and every variable in it is given.
#[must_use]
pub fn ini(environment: &Environment, catalogue: &Catalogue) -> String {
    let pooler = &environment.pgbouncer;
    let database = &environment.database;
    let pooled_reads = database.replicas.via.value == Via::Pgbouncer;
    let verify = matches!(database.tls.value, SslMode::VerifyCa | SslMode::VerifyFull);
    let [keepidle, keepintvl, keepcnt] = KEEPALIVE;
    let [dns_ttl, connect, retry] = RECONNECT;
    let template = TEMPLATES.get_template(INI).expect("it was added");
    // Rendering drops the template's last line feed.
    let mut text = template
        .render(context! {
            dbname => database.dbname.value.clone(),
            host => primary_host(environment),
            read => read_hosts(environment).filter(|_| pooled_reads),
            read_entry => read_entry(environment),
            port => PORT,
            server_port => SERVER_PORT,
            auth_file => format!("{FOLDER}/auth/{}", secret::USERLIST),
            auth_secret => secret::userlist(environment).secret,
            ca_config_map => secret::ca_config_map(environment),
            admin => ADMIN_USER,
            stats => STATS_USER,
            ignored => ignored_parameters(pooler, catalogue),
            mode => pooler.mode.value.to_string(),
            prepared => pooler.mode.value != PoolMode::Session,
            default => pooler.pool.default.value,
            reserve => pooler.pool.reserve.value,
            max_db => pooler.pool.max_db.value,
            clients => pooler.clients.max.value,
            tls => database.tls.value.to_string(),
            noticed => NOTICED,
            keepidle, keepintvl, keepcnt, dns_ttl, connect, retry,
            ca_file => verify.then(|| format!("{FOLDER}/ca/{}", secret::CA_BUNDLE)),
        })
        .expect("the template and its variables belong together");
    text.push('\n');
    text
}

/// Startup parameters that PgBouncer drops: `extra_float_digits`, which drivers and exporters send
/// and whose value is the server's own default since PostgreSQL 12; and what `options` holds, where
/// the file asks for that, since it drops what an application relies on: `search_path`,
/// `statement_timeout`, a read-only session. Before the catalogue's safe version any list lets
/// everybody hang the process (CVE-2026-107349), so an image that is not known to be safe gets none.
fn ignored_parameters(pooler: &Pgbouncer, catalogue: &Catalogue) -> &'static str {
    if !catalogue.ignores_startup_parameters(&pooler.image.value) {
        ""
    } else if ignores_options(pooler) {
        " extra_float_digits,options"
    } else {
        " extra_float_digits"
    }
}

fn ignores_options(pooler: &Pgbouncer) -> bool {
    let stated = pooler.options.as_ref().map(|options| options.value);
    stated == Some(StartupOptions::Ignore)
}

/// The fewest files that a container runtime lets a process open: systemd's default, which
/// containerd passes on since 2.0.
const LEAST_OPEN_FILES: u64 = 1024;

/// PgBouncer's own files, probes, and clients that it is about to refuse.
const OWN_FILES: u64 = 64;

/// The roles of `userlist.txt`: the application's and the console's two.
const ROLES: u64 = 3;

/// The limit of open files that PgBouncer has to start with, where it may need more than any
/// container runtime gives: it takes no more clients than it has files for, and only logs that. A
/// power of two, so that a change of sizes seldom needs a restart.
#[must_use]
pub fn open_files(environment: &Environment) -> Option<u64> {
    let pooler = &environment.pgbouncer;
    let pool = &pooler.pool;
    let pooled_reads = read_hosts(environment).is_some()
        && environment.database.replicas.via.value == Via::Pgbouncer;
    let entries = 1 + u64::from(pooled_reads);
    let (default, max_db) = (u64::from(pool.default.value), u64::from(pool.max_db.value));
    // What an entry opens, with a cancellation for each connection of a pool (PgBouncer's
    // objects.c), or what the start-up message counts with (main.c, check_limits).
    let servers = entries * (max_db + default).max(ROLES * default);
    let files = u64::from(pooler.clients.max.value) + servers + OWN_FILES;
    (files > LEAST_OPEN_FILES).then(|| files.next_power_of_two())
}

/// How PgBouncer is started with the settings in `file`.
#[must_use]
pub fn command(environment: &Environment, file: &str) -> Vec<String> {
    let Some(files) = open_files(environment) else {
        return vec!["pgbouncer".to_owned(), file.to_owned()];
    };
    // A pod that cannot have its files does not start, which stops a rollout: one that started
    // without them would refuse clients at peak load.
    let script = format!(
        "n=$(ulimit -Sn)\n\
         if [ \"$n\" != unlimited ] && [ \"$n\" -lt {files} ] && ! ulimit -Sn {files}; then\n\
         \x20 echo \"PgBouncer needs {files} open files for its clients, and this node allows $(ulimit -Hn)\" >&2\n\
         \x20 exit 1\n\
         fi\n\
         exec pgbouncer {file}\n"
    );
    vec!["sh".to_owned(), "-c".to_owned(), script]
}

/// The lines of `ini` that only a restart applies.
pub fn lines_read_at_start(ini: &str) -> impl Iterator<Item = &str> {
    // An entry of `[databases]` may be called like a setting.
    let settings = ini.lines().skip_while(|line| *line != "[pgbouncer]");
    settings.filter(|line| {
        let setting = line.split_once('=').map(|(name, _)| name.trim());
        setting.is_some_and(|name| AT_START.contains(&name))
    })
}
