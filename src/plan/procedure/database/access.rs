//! How the database is reached, and whether it refuses plain text.

use super::{Procedure, State, reads, rebooted, window_has_begun, workloads};
use crate::action::rds::{applied, in_force, parameter, parameter_is};
use crate::emit::terraform::forces_ssl_by_default;
use crate::model::{Database, SslMode};
use crate::pair::Pair;

/// The parameter that refuses plain text.
const FORCED: &str = "rds.force_ssl";

/// Turning encryption off: the server accepts plain text before PgBouncer uses it. Turning it on: the
/// server refuses plain text after PgBouncer has stopped using it. From PostgreSQL 15 on the parameter is
/// dynamic and applies to new connections at once. Before 15 it needs a reboot.
pub(super) fn procedure(states: Pair<State<'_>>) -> Procedure {
    let database = &states.after.environment.database;
    let forced = states.map(|state| state.environment.database.tls.value != SslMode::Disable);
    let clients = role(states).then(workloads::cluster(states));
    match (forced.before, forced.after) {
        (true, false) => force(database, 0).waited_for().then(clients),
        (false, true) => clients
            .waited_for()
            .require("every client that bypasses PgBouncer uses TLS: the database refuses plain text from this step on")
            .then(force(database, 1)),
        (true, true) | (false, false) => clients,
    }
}

/// While pods of both kinds run, the server and PgBouncer must know both roles.
fn role(states: Pair<State<'_>>) -> Procedure {
    let roles = states.map(|state| state.environment.database.user.value.as_str());
    if roles.before == roles.after {
        return Procedure::default();
    }
    Procedure::default()
        .require(format!(
            "the role `{}` exists in PostgreSQL with the rights of `{}`: RUNBOOK.md has the SQL",
            roles.after, roles.before
        ))
        .note(format!(
            "keep the line of `{}` in userlist.txt until no pod connects as that role",
            roles.before
        ))
}

/// Each instance has its own parameter group.
fn force(database: &Database, value: u32) -> Procedure {
    let ids = || std::iter::once(database.name.value.to_string()).chain(reads(database));
    let dynamic = forces_ssl_by_default(database);
    let set = ids().fold(Procedure::default(), |procedure, id| {
        if dynamic {
            return procedure.apply(parameter(&id, FORCED, value, "immediate"));
        }
        rebooted(
            window_has_begun(procedure, database),
            &id,
            FORCED,
            value,
            None,
        )
        .apply(in_force(&id, &[]))
    });
    ids().fold(set, |procedure, id| {
        let acts = if dynamic {
            applied(&id)
        } else {
            in_force(&id, &[])
        };
        procedure
            .verify(parameter_is(&id, FORCED, value))
            .verify(acts)
    })
}
