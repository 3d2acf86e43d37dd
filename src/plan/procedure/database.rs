//! Procedures for RDS, through the AWS CLI.

mod access;
mod server;
mod volume;

use super::{
    Procedure, State, literal, redis, service, targeted, terraform, unless_gone, workloads,
};
use crate::action::rds::{
    CONNECTIONS, Wanted, in_force, modified, of_instance, parameter, parameter_is, reached,
    set_and_rebooted,
};
use crate::action::{Argument, AwsCall, Question};
use crate::model::{Apply, Database};
use crate::pair::Pair;
use crate::plan::move_kind::DatabaseMove;

pub(super) fn procedure(what: DatabaseMove, states: Pair<State<'_>>) -> Procedure {
    let sides = states.map(|state| &state.environment.database);
    match what {
        DatabaseMove::Server => server::server(states),
        DatabaseMove::MultiAz => standby(sides.after),
        DatabaseMove::Storage => volume::storage(sides),
        DatabaseMove::Replicas => replicas(sides),
        DatabaseMove::ReplicaCount => count(states),
        DatabaseMove::Backups => backups(sides).then(redis::backups(states)),
        DatabaseMove::ReplicaVia => workloads::reads(states),
        DatabaseMove::Access => access::procedure(states),
        DatabaseMove::Direct => service::direct(states),
    }
}

fn standby(database: &Database) -> Procedure {
    let wanted = database.multi_az.value;
    let standby = Argument::switch("multi-az", wanted);
    settled(
        modify(database, &database.name.value, &[standby]),
        database,
        &[("MultiAZ", wanted.to_string())],
    )
}

/// Backups are those of the source alone; every instance has the maintenance window.
fn backups(sides: Pair<&Database>) -> Procedure {
    let database = sides.after;
    let days = database.backup.days.value.to_string();
    let backup = database.backup.window.value.to_string();
    let maintenance = database.maintenance.window.value.to_string();
    let in_window = Argument::text("preferred-maintenance-window", &maintenance);
    let has_window = ("PreferredMaintenanceWindow", maintenance.to_lowercase());
    let changes = [
        Argument::text("backup-retention-period", &days),
        Argument::text("preferred-backup-window", &backup),
        in_window.clone(),
    ];
    let wanted = [
        ("BackupRetentionPeriod", days),
        ("PreferredBackupWindow", backup),
        has_window.clone(),
    ];
    let source = settled(
        modify(database, &database.name.value, &changes),
        database,
        &wanted,
    );
    if sides.before.maintenance.window == database.maintenance.window {
        return source;
    }
    reads(database).fold(source, |procedure, id| {
        procedure
            .then(modify(database, &id, std::slice::from_ref(&in_window)))
            .verify(reached(&id, std::slice::from_ref(&has_window)))
    })
}

/// `aws rds modify-db-instance` of one instance.
fn modify(database: &Database, id: impl std::fmt::Display, changes: &[Argument]) -> Procedure {
    let at_once = database.maintenance.apply.value == Apply::Now;
    Procedure::default().apply(modified(id, changes.iter().cloned(), at_once))
}

/// Done is only what serves, with nothing pending and these values.
fn settled(procedure: Procedure, database: &Database, wanted: &[Wanted]) -> Procedure {
    windowed(
        procedure.verify(reached(&database.name.value, wanted)),
        database,
    )
}

fn windowed(procedure: Procedure, database: &Database) -> Procedure {
    match database.maintenance.apply.value {
        Apply::Now => procedure,
        Apply::Window => procedure.wait(format!(
            "the maintenance window {} (UTC) has passed: nothing changes before it",
            database.maintenance.window.value
        )),
    }
}

fn static_parameter(id: impl std::fmt::Display, connections: u32) -> AwsCall {
    parameter(id, CONNECTIONS, connections, "pending-reboot")
}

/// A parameter that needs a reboot, and the reboot.
fn rebooted(
    procedure: Procedure,
    id: impl std::fmt::Display,
    name: &'static str,
    value: u32,
    how: Option<Argument>,
) -> Procedure {
    let actions = set_and_rebooted(id, name, value, how);
    actions.into_iter().fold(procedure, Procedure::apply)
}

/// What a reboot requires if changes wait for the window.
fn window_has_begun(procedure: Procedure, database: &Database) -> Procedure {
    match database.maintenance.apply.value {
        Apply::Now => procedure,
        Apply::Window => procedure.require(format!(
            "the maintenance window {} (UTC) has begun: these commands reboot at once, RDS does not reboot in the window",
            database.maintenance.window.value
        )),
    }
}

/// The identifiers of the replicas.
fn reads(database: &Database) -> impl Iterator<Item = String> + '_ {
    (1..=database.replicas.count.value).map(|number| database.read_identifier(number))
}

/// One at a time, so that the other replicas serve reads.
fn replicas(sides: Pair<&Database>) -> Procedure {
    let (before, after) = (&sides.before.replicas, &sides.after.replicas);
    let resized = before.instance != after.instance;
    let ids: Vec<String> = reads(sides.after)
        .take(before.count.value as usize)
        .collect();
    let mut procedure = Procedure::default();
    for id in &ids {
        let connections = after.max_connections.value;
        let another = before.max_connections != after.max_connections;
        procedure = if resized {
            let class = Argument::text("db-instance-class", &after.instance.value);
            let changed = another.then(|| static_parameter(id, connections));
            changed
                .into_iter()
                .fold(procedure, Procedure::apply)
                .then(modify(sides.after, id, &[class]))
        } else {
            rebooted(procedure, id, CONNECTIONS, connections, None)
        };
        let class = ("DBInstanceClass", literal(&after.instance.value));
        let done = another.then(|| parameter_is(id, CONNECTIONS, connections));
        let done = done
            .into_iter()
            .fold(Procedure::default(), Procedure::verify)
            .verify(if another {
                in_force(id, &[class])
            } else {
                reached(id, &[class])
            });
        procedure = procedure.then(if ids.last() == Some(id) {
            done
        } else {
            done.waited_for()
        });
    }
    // A reboot does not wait for the window, so the person who runs it must wait.
    let procedure = if resized {
        windowed(procedure, sides.after)
    } else {
        window_has_begun(procedure, sides.after)
    };
    procedure.note(
        "change a replica only after the one before it has caught up: its ReplicaLag is near 0",
    )
}

/// Replicas exist before reads move to them, and reads leave a replica before it is removed. Pods leave
/// the last replica before PgBouncer's entry for reads is removed, which would refuse them.
fn count(states: Pair<State<'_>>) -> Procedure {
    let ids = states.map(|state| reads(&state.environment.database).collect::<Vec<_>>());
    let new = ids.after.iter().filter(|id| !ids.before.contains(id));
    let old = ids.before.iter().filter(|id| !ids.after.contains(id));
    if ids.after.len() > ids.before.len() {
        let readers = workloads::once_pooled(states);
        let made = Procedure::default().apply(terraform(states.after));
        return new
            .fold(made, |procedure, id| procedure.apply(in_force(id, &[])))
            .then(readers);
    }
    let left = if ids.after.is_empty() {
        workloads::left_behind(states).then(workloads::cluster(states))
    } else {
        workloads::cluster(states)
    };
    old.fold(left.waited_for(), |procedure, id| {
        let asked = AwsCall::new("rds", "describe-db-instances").query(format!(
            "DBInstances[?DBInstanceIdentifier=='{id}'].DBInstanceStatus"
        ));
        let deletion = of_instance("delete-db-instance", id)
            .and([Argument::switch("skip-final-snapshot", true)]);
        procedure
            .then(unless_gone(asked, deletion))
            .verify(Question::Waiter {
                service: "rds",
                waiter: "db-instance-deleted",
                arguments: vec![Argument::text("db-instance-identifier", id)],
            })
    })
}
