//! RDS, by its own command line.

mod access;
mod server;
mod volume;

use super::{
    Procedure, State, literal, parameter_value, quoted, redis, service, terraform, until, workloads,
};
use crate::model::{Apply, Database};
use crate::pair::Pair;
use crate::plan::kind::DatabaseMove;

pub(super) fn procedure(what: DatabaseMove, states: Pair<State<'_>>) -> Procedure {
    let sides = states.map(|state| &state.environment.database);
    match what {
        DatabaseMove::Server => server::server(states),
        DatabaseMove::MultiAz => standby(sides.after),
        DatabaseMove::Storage => volume::storage(sides),
        DatabaseMove::Replicas => replicas(sides),
        DatabaseMove::ReplicaCount => count(states),
        DatabaseMove::Backups => backups(sides.after).then(redis::backups(states)),
        DatabaseMove::ReplicaVia => workloads::reads(states),
        DatabaseMove::Access => access::procedure(states),
        DatabaseMove::Direct => service::direct(states),
    }
}

fn standby(database: &Database) -> Procedure {
    let wanted = database.multi_az.value;
    let flag = if wanted {
        "--multi-az"
    } else {
        "--no-multi-az"
    };
    settled(
        modify(database, &database.name.value, &[flag.into()]),
        database,
        &[("MultiAZ", wanted.to_string())],
    )
}

fn backups(database: &Database) -> Procedure {
    let days = database.backup.days.value.to_string();
    let backup = database.backup.window.value.to_string();
    let maintenance = database.maintenance.window.value.to_string();
    let flags = [
        format!("--backup-retention-period {days}"),
        format!("--preferred-backup-window {backup}"),
        format!("--preferred-maintenance-window {maintenance}"),
    ];
    let wanted = [
        ("BackupRetentionPeriod", days),
        ("PreferredBackupWindow", backup),
        ("PreferredMaintenanceWindow", maintenance.to_lowercase()),
    ];
    settled(
        modify(database, &database.name.value, &flags),
        database,
        &wanted,
    )
}

/// `aws rds modify-db-instance` of one instance.
fn modify(database: &Database, id: impl std::fmt::Display, flags: &[String]) -> Procedure {
    let when = match database.maintenance.apply.value {
        Apply::Now => "--apply-immediately",
        Apply::Window => "--no-apply-immediately",
    };
    let flags = flags.join(" ");
    Procedure::default().apply(format!(
        "aws rds modify-db-instance --db-instance-identifier {id} {flags} {when}"
    ))
}

/// A field of what RDS tells of an instance, and the regular expression of its value.
type Wanted = (&'static str, String);

/// The loop that ends when an instance is in one of these states, with nothing pending, every
/// parameter in force and what the step sets: one that was refused looks idle, too.
fn reached(id: impl std::fmt::Display, states: &str, wanted: &[Wanted]) -> String {
    reached_with(id, states, "in-sync", wanted)
}

/// The same with parameters in one of these states.
fn reached_with(
    id: impl std::fmt::Display,
    states: &str,
    parameters: &str,
    wanted: &[Wanted],
) -> String {
    let fields: Vec<String> = [
        "DBInstances[0].DBInstanceStatus",
        "to_string(DBInstances[0].PendingModifiedValues || 'nothing')",
        "DBInstances[0].DBParameterGroups[0].ParameterApplyStatus",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain(
        wanted
            .iter()
            .map(|(field, _)| format!("to_string(DBInstances[0].{field})")),
    )
    .collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let values: String = wanted
        .iter()
        .map(|(_, value)| format!(" {value}"))
        .collect();
    until(
        &format!("rds describe-db-instances --db-instance-identifier {id}"),
        &fields,
        &format!("{states} nothing {parameters}{values}"),
    )
}

/// Done is only what is available, with nothing pending, every parameter in force and these values.
fn settled(procedure: Procedure, database: &Database, wanted: &[Wanted]) -> Procedure {
    windowed(
        procedure.verify(reached(&database.name.value, "available", wanted)),
        database,
    )
}

fn windowed(procedure: Procedure, database: &Database) -> Procedure {
    match database.maintenance.apply.value {
        Apply::Now => procedure,
        Apply::Window => procedure.wait(format!(
            "the maintenance window {} (UTC) has passed: nothing happens before it",
            database.maintenance.window.value
        )),
    }
}

/// The name of the parameter group that an instance uses, as a word of a shell.
fn group_of(id: impl std::fmt::Display) -> String {
    format!(
        "\"$(aws rds describe-db-instances --db-instance-identifier {id} --query 'DBInstances[0].DBParameterGroups[0].DBParameterGroupName' --output text)\""
    )
}

/// Sets a parameter in the group that the instance uses.
fn parameter(id: impl std::fmt::Display, name: &str, value: u32, method: &str) -> String {
    format!(
        "aws rds modify-db-parameter-group --db-parameter-group-name {} --parameters ParameterName={name},ParameterValue={value},ApplyMethod={method}",
        group_of(id)
    )
}

/// The loop that ends when the group that the instance uses has this value.
fn parameter_is(id: impl std::fmt::Display, name: &str, value: u32) -> String {
    let group = group_of(id);
    until(
        &format!("rds describe-db-parameters --db-parameter-group-name {group}"),
        &[&parameter_value(name)],
        &value.to_string(),
    )
}

/// The parameter that acts from a restart on.
const CONNECTIONS: &str = "max_connections";

fn static_parameter(id: impl std::fmt::Display, connections: u32) -> String {
    parameter(id, CONNECTIONS, connections, "pending-reboot")
}

/// A reboot for a parameter, once RDS says that the instance needs one: before that, it looks done.
fn rebooted(procedure: Procedure, id: impl std::fmt::Display, how: &str) -> Procedure {
    procedure
        .apply(reached_with(&id, "available", "pending-reboot", &[]))
        .apply(reboot(&id, how))
}

fn reboot(id: impl std::fmt::Display, how: &str) -> String {
    format!("aws rds reboot-db-instance --db-instance-identifier {id}{how}")
}

/// What a reboot asks for where changes wait for the window.
fn window_has_begun(procedure: Procedure, database: &Database) -> Procedure {
    match database.maintenance.apply.value {
        Apply::Now => procedure,
        Apply::Window => procedure.require(format!(
            "the maintenance window {} (UTC) has begun: the reboot is made by hand, no window makes it",
            database.maintenance.window.value
        )),
    }
}

/// The identifiers of the replicas.
fn reads(database: &Database) -> impl Iterator<Item = String> + '_ {
    (1..=database.replicas.count.value).map(|number| database.read_identifier(number))
}

/// One at a time, so that readers always find the others.
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
        if another {
            procedure = procedure.apply(static_parameter(id, connections));
        }
        procedure = if resized {
            let class = format!("--db-instance-class {}", quoted(&after.instance.value));
            procedure.then(modify(sides.after, id, &[class]))
        } else {
            rebooted(procedure, id, "")
        };
        let class = ("DBInstanceClass", literal(&after.instance.value));
        let done = another.then(|| parameter_is(id, CONNECTIONS, connections));
        let done = done
            .into_iter()
            .fold(Procedure::default(), Procedure::verify)
            .verify(reached(id, "available", &[class]));
        procedure = procedure.then(if ids.last() == Some(id) {
            done
        } else {
            done.waited_for()
        });
    }
    // A reboot waits for no window: whoever types it does.
    let procedure = if resized {
        windowed(procedure, sides.after)
    } else {
        window_has_begun(procedure, sides.after)
    };
    procedure
        .note("a replica is touched when the one before it has caught up: its ReplicaLag is near 0")
}

/// Replicas are there before anybody reads from them, and nobody reads from one that goes: pods
/// leave the last one before PgBouncer does, which would turn them away.
fn count(states: Pair<State<'_>>) -> Procedure {
    let ids = states.map(|state| reads(&state.environment.database).collect::<Vec<_>>());
    let new = ids.after.iter().filter(|id| !ids.before.contains(id));
    let old = ids.before.iter().filter(|id| !ids.after.contains(id));
    if ids.after.len() > ids.before.len() {
        let readers = workloads::once_pooled(states);
        let made = Procedure::default().apply(terraform(states.after));
        return new
            .fold(made, |procedure, id| {
                procedure.apply(reached(id, "available", &[]))
            })
            .then(readers);
    }
    let left = if ids.after.is_empty() {
        workloads::left_behind(states).then(workloads::cluster(states))
    } else {
        workloads::cluster(states)
    };
    old.fold(left.waited_for(), |procedure, id| {
        procedure
            .apply(format!(
                "aws rds delete-db-instance --db-instance-identifier {id} --skip-final-snapshot"
            ))
            .verify(format!(
                "aws rds wait db-instance-deleted --db-instance-identifier {id}"
            ))
    })
}
