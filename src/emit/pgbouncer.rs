//! `pgbouncer.ini`, with settings that PgBouncer 1.24 and later know.

use minijinja::{Environment as Templates, UndefinedBehavior, context};

use crate::model::{Environment, SslMode, Via};

/// Whether the server's certificate is checked, so that a CA bundle must be mounted.
#[must_use]
pub fn verifies(environment: &Environment) -> bool {
    matches!(
        environment.database.tls.value,
        SslMode::VerifyCa | SslMode::VerifyFull
    )
}

/// The file's text. Read replicas are the entry `read`, on the Service `<app>-postgres-read`.
///
/// # Panics
/// Never: the template is part of the program, and every variable in it is given.
#[must_use]
pub fn ini(environment: &Environment) -> String {
    let pooler = &environment.pgbouncer;
    let database = &environment.database;
    let app = &environment.app.value;
    let host = database
        .endpoint
        .as_ref()
        .map_or_else(|| format!("{app}-postgres"), |host| host.value.clone());
    let replicas = &database.replicas;
    let read = (replicas.count.value > 0 && replicas.via.value == Via::Pgbouncer)
        .then(|| format!("{app}-postgres-read"));
    let mut templates = Templates::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    // Rendering drops the template's last line feed.
    let mut text = templates
        .render_str(
            include_str!("../../templates/pgbouncer.ini.j2"),
            context! {
                dbname => database.dbname.value.clone(),
                host => host,
                read => read,
                mode => pooler.mode.value.to_string(),
                default => pooler.pool.default.value,
                reserve => pooler.pool.reserve.value,
                max_db => pooler.pool.max_db.value,
                clients => pooler.clients.max.value,
                tls => database.tls.value.to_string(),
                verify => verifies(environment),
            },
        )
        .expect("the template and its variables belong together");
    text.push('\n');
    text
}
