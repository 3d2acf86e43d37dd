//! `pgbouncer.ini`, with the settings of PgBouncer 1.24 and later.
//!
//! Entries set no user, so a role's password is only for that role. The budget still holds:
//! `max_db_connections` applies per entry and process, over all users.

use std::sync::LazyLock;

use minijinja::{Environment as Templates, UndefinedBehavior, context};

use super::endpoint::{PORT, SERVER_PORT, primary_host, read_entry, read_hosts};
use super::secret;
use crate::catalogue::Catalogue;
use crate::model::{Entry, Environment, Pgbouncer, PoolMode, SslMode, StartupOptions, Via};

pub use crate::model::{ADMIN_USER, STATS_USER};

/// The folder with mounts for the ConfigMap, the Secret and the CA bundle.
pub const FOLDER: &str = "/etc/pgbouncer";

/// Seconds until a connection to a lost server ends. A Multi-AZ failover of RDS takes 60 to 120 s,
/// and each hanging query occupies a place in the pool.
pub const NOTICED: u32 = 20;

/// TCP keepalive: seconds without traffic before the first probe, seconds between probes, and the
/// number of unanswered probes.
const KEEPALIVE: [u32; 3] = [10, 5, 2];
const _: () = assert!(KEEPALIVE[0] + KEEPALIVE[1] * KEEPALIVE[2] == NOTICED);

/// Seconds for which an address is cached (the TTL of RDS' own records, which PgBouncer does not
/// read), for one attempt to connect and log in, and between attempts. Even an attempt that starts
/// with the old address just before it expires ends in time.
const RECONNECT: [u32; 3] = [5, 10, 3];
const _: () = assert!(RECONNECT[0] + RECONNECT[1] + RECONNECT[2] <= NOTICED);

/// Settings that PgBouncer reads only at start: `CF_NO_RELOAD` in its table of settings.
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

/// Parsed once, because a plan renders the file for many states.
static TEMPLATES: LazyLock<Templates<'static>> = LazyLock::new(|| {
    let mut templates = Templates::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates
        .add_template(INI, include_str!("../../templates/pgbouncer.ini.j2"))
        .expect("the template is part of the program");
    templates
});

/// The text of the file.
///
/// # Panics
///
/// Never: the template is part of the program, and all its variables are given.
#[must_use]
pub fn ini(environment: &Environment, catalogue: &Catalogue) -> String {
    let pooler = &environment.pgbouncer;
    let database = &environment.database;
    let pooled_reads = database.replicas.via.value == Via::Pgbouncer;
    let verify = matches!(database.tls.value, SslMode::VerifyCa | SslMode::VerifyFull);
    let [keepidle, keepintvl, keepcnt] = KEEPALIVE;
    let [dns_ttl, connect, retry] = RECONNECT;
    let template = TEMPLATES.get_template(INI).expect("it was added");
    // minijinja drops the template's last line feed.
    let mut text = template
        .render(context! {
            dbname => database.dbname.value.clone(),
            host => primary_host(environment),
            read => read_hosts(environment).filter(|_| pooled_reads),
            read_entry => read_entry(environment),
            further => further_entries(environment),
            port => PORT,
            server_port => SERVER_PORT,
            auth_file => format!("{FOLDER}/auth/{}", secret::USERLIST),
            auth_secret => secret::userlist(environment).secret,
            ca_config_map => secret::ca_config_map(environment),
            admin => ADMIN_USER,
            stats => STATS_USER,
            ignored => ignored_parameters(pooler, catalogue),
            mode => pooler.mode.value.to_string(),
            prepared => pooler.entries().any(|it| it.mode.value != PoolMode::Session),
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

/// The lines of the further databases. `reserve_pool` is what every version calls an entry's
/// `reserve_pool_size`. `pool_mode` is written where it differs.
fn further_entries(environment: &Environment) -> Vec<String> {
    let host = primary_host(environment);
    let pooler = &environment.pgbouncer;
    let lines = pooler.database.iter().map(|entry| {
        let mode = if entry.mode.value == pooler.mode.value {
            String::new()
        } else {
            format!(" pool_mode={}", entry.mode.value)
        };
        format!(
            "{} = host={host} port={SERVER_PORT} dbname={} pool_size={} reserve_pool={} max_db_connections={}{mode}",
            entry.name.value,
            entry.dbname.value,
            entry.pool_size.value,
            entry.reserve.value,
            entry.max_db.value
        )
    });
    lines.collect()
}

/// The startup parameters that PgBouncer drops. Drivers and exporters send `extra_float_digits`,
/// whose value is the server's default since PostgreSQL 12. If the file asks for it, `options` is
/// dropped as well; that loses `search_path`, `statement_timeout` or a read-only session. In
/// versions before the catalogue's safe one, any list lets every client hang the process
/// (CVE-2026-107349). So an image that is not known to be safe gets no list.
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

/// The lowest open-files limit of a container runtime: systemd's default, which containerd uses
/// since 2.0.
const LEAST_OPEN_FILES: u64 = 1024;

/// PgBouncer's own files, probes, and clients that it is about to refuse.
const OWN_FILES: u64 = 64;

/// The roles of `userlist.txt`: the application's and the console's two.
const ROLES: u64 = 3;

/// The open-files limit that PgBouncer must set at start, if it may need more than every runtime
/// gives. It accepts no more clients than it has files for, and only logs that. The value is a
/// power of two, so a change of sizes seldom needs a restart.
#[must_use]
pub fn open_files(environment: &Environment) -> Option<u64> {
    let pooler = &environment.pgbouncer;
    let pooled_reads = read_hosts(environment).is_some()
        && environment.database.replicas.via.value == Via::Pgbouncer;
    // The files of an entry, with a cancellation for each pooled connection (objects.c), or the
    // number in the start-up message (main.c, check_limits).
    let of_entry = |entry: Entry<'_>| {
        let (size, max_db) = (u64::from(entry.size.value), u64::from(entry.max_db.value));
        (max_db + size).max(ROLES * size)
    };
    let reads = pooler.entries().take(usize::from(pooled_reads));
    let servers: u64 = pooler.entries().chain(reads).map(of_entry).sum();
    let files = u64::from(pooler.clients.max.value) + servers + OWN_FILES;
    (files > LEAST_OPEN_FILES).then(|| files.next_power_of_two())
}

/// The command that starts PgBouncer with the settings in `file`.
#[must_use]
pub fn command(environment: &Environment, file: &str) -> Vec<String> {
    let Some(files) = open_files(environment) else {
        return vec!["pgbouncer".to_owned(), file.to_owned()];
    };
    // If the limit cannot be set, the pod does not start, which stops a rollout. A pod that started
    // anyway would refuse clients at peak load.
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

/// The lines of `ini` that need a restart.
pub fn lines_read_at_start(ini: &str) -> impl Iterator<Item = &str> {
    // An entry of `[databases]` can have the name of a setting.
    let settings = ini.lines().skip_while(|line| *line != "[pgbouncer]");
    settings.filter(|line| {
        let setting = line.split_once('=').map(|(name, _)| name.trim());
        setting.is_some_and(|name| AT_START.contains(&name))
    })
}
