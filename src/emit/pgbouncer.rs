//! `pgbouncer.ini`, with settings that PgBouncer 1.24 and later know.
//!
//! Entries force no user, so that a role's password opens that role alone. The budget holds all
//! the same: `max_db_connections` is per entry and process, over all users.

use std::sync::LazyLock;

use minijinja::{Environment as Templates, UndefinedBehavior, context};

use super::secret;
use crate::catalogue::Catalogue;
use crate::model::image::{Image, version};
use crate::model::{Environment, PoolMode, SslMode, Via};

/// Where PgBouncer listens.
pub const PORT: u16 = 6432;

/// Where PostgreSQL listens.
pub const SERVER_PORT: u16 = 5432;

pub use crate::model::{ADMIN_USER, STATS_USER};

/// The folder with a mount for each of ConfigMap, Secret and CA bundle.
pub const FOLDER: &str = "/etc/pgbouncer";

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

/// The primary's host: stated, or a Service that the user provides.
#[must_use]
pub fn primary_host(environment: &Environment) -> String {
    environment.database.endpoint.as_ref().map_or_else(
        || format!("{}-postgres", environment.app.value),
        |host| host.value.clone(),
    )
}

/// The read replicas' hosts with commas between, which PgBouncer takes in turn; none without replicas.
#[must_use]
pub fn read_hosts(environment: &Environment) -> Option<String> {
    let database = &environment.database;
    (database.replicas.count.value > 0).then(|| {
        database.read_hosts().map_or_else(
            || format!("{}-postgres-read", environment.app.value),
            |hosts| hosts.join(","),
        )
    })
}

/// The entry that leads to the read replicas. It holds the other entry's name and more, so that
/// the two can never be the same.
#[must_use]
pub fn read_entry(environment: &Environment) -> String {
    format!("{}_read", environment.database.dbname.value)
}

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
            ignored => ignored_parameters(&pooler.image.value, catalogue),
            mode => pooler.mode.value.to_string(),
            prepared => pooler.mode.value != PoolMode::Session,
            default => pooler.pool.default.value,
            reserve => pooler.pool.reserve.value,
            max_db => pooler.pool.max_db.value,
            clients => pooler.clients.max.value,
            tls => database.tls.value.to_string(),
            ca_file => verify.then(|| format!("{FOLDER}/ca/{}", secret::CA_BUNDLE)),
        })
        .expect("the template and its variables belong together");
    text.push('\n');
    text
}

/// Startup parameters that PgBouncer takes no notice of: exporters and JDBC send
/// `extra_float_digits`. Before the catalogue's safe version a list without `options` lets anybody
/// hang the process (CVE-2026-107349), so an image that is not known to be safe gets none.
fn ignored_parameters(image: &str, catalogue: &Catalogue) -> &'static str {
    if takes_exporters(image, catalogue) {
        " extra_float_digits,options"
    } else {
        ""
    }
}

/// Whether PgBouncer takes the startup parameters that its exporter sends.
pub(super) fn takes_exporters(image: &str, catalogue: &Catalogue) -> bool {
    let safe = version(&catalogue.pgbouncer_safe);
    let known = Image::parse(image).version();
    known.is_some() && safe.is_some() && known >= safe
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
