//! The addresses of PgBouncer and of the servers.

use crate::model::Environment;

/// Where PgBouncer listens.
pub use crate::model::PGBOUNCER_PORT as PORT;

/// Where PostgreSQL listens.
pub const SERVER_PORT: u16 = 5432;

/// The primary's host: stated, or a Service that the user provides.
#[must_use]
pub fn primary_host(environment: &Environment) -> String {
    environment.database.endpoint.as_ref().map_or_else(
        || format!("{}-postgres", environment.app.value),
        |host| host.value.clone(),
    )
}

/// The read replicas' hosts, separated by commas, which PgBouncer uses in turn; `None` without
/// replicas.
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

/// The entry for the read replicas. Its name extends the other entry's name, so the two cannot be
/// equal.
#[must_use]
pub fn read_entry(environment: &Environment) -> String {
    format!("{}_read", environment.database.dbname.value)
}
