//! RDS, by its own command line.

mod volume;

use super::{Procedure, State, terraform, until, workloads};
use crate::emit::terraform::parameter_group_name;
use crate::model::{Apply, Database};
use crate::pair::Pair;
use crate::plan::kind::DatabaseMove;

pub(super) fn procedure(what: DatabaseMove, states: Pair<State<'_>>) -> Procedure {
    let sides = states.map(|state| &state.environment.database);
    match what {
        DatabaseMove::Server => server(sides),
        DatabaseMove::MultiAz => standby(sides.after),
        DatabaseMove::Storage => volume::storage(sides),
        DatabaseMove::Replicas => replicas(sides),
        DatabaseMove::ReplicaCount => count(states),
        DatabaseMove::Backups => backups(sides.after),
        DatabaseMove::ReplicaVia | DatabaseMove::Access => workloads::cluster(states),
        DatabaseMove::Direct => Procedure::default()
            .note("nothing is applied: these connections are only counted, and opened by others"),
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
        &format!("{states} nothing in-sync{values}"),
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

/// Sets `max_connections` in the parameter group that the instance uses.
fn parameter(id: impl std::fmt::Display, value: u32) -> String {
    let group = format!(
        "aws rds describe-db-instances --db-instance-identifier {id} --query 'DBInstances[0].DBParameterGroups[0].DBParameterGroupName' --output text"
    );
    format!(
        "aws rds modify-db-parameter-group --db-parameter-group-name \"$({group})\" --parameters ParameterName=max_connections,ParameterValue={value},ApplyMethod=pending-reboot"
    )
}

/// Class, engine and static parameters in one restart: the parameter waits for the class' own.
fn server(sides: Pair<&Database>) -> Procedure {
    let (before, after) = (sides.before, sides.after);
    let id = &after.name.value;
    let mut procedure = Procedure::default();
    if major(before) != major(after) {
        procedure = procedure.require(format!(
            "the parameter group `{}` of family postgres{} exists, with `max_connections` {}",
            parameter_group_name(id.as_str(), after),
            major(after),
            after.max_connections.value
        ));
    } else if before.max_connections != after.max_connections {
        procedure = procedure.apply(parameter(id, after.max_connections.value));
    }
    let flags = restarting(sides);
    if !flags.is_empty() {
        return settled(
            procedure.then(modify(after, id, &flags)),
            after,
            &served_by(after),
        );
    }
    let failover = if after.multi_az.value {
        " --force-failover"
    } else {
        ""
    };
    let procedure = match after.maintenance.apply.value {
        Apply::Now => procedure,
        Apply::Window => procedure.require(format!(
            "the maintenance window {} (UTC) has begun: the reboot is made by hand, no window makes it",
            after.maintenance.window.value
        )),
    };
    procedure
        .apply(format!(
            "aws rds reboot-db-instance --db-instance-identifier {id}{failover}"
        ))
        .verify(reached(id, "available", &served_by(after)))
}

/// What serves a database: its class and its engine.
fn served_by(database: &Database) -> [Wanted; 2] {
    [
        ("DBInstanceClass", literal(&database.instance.value)),
        (
            "EngineVersion",
            format!("{}([.][0-9]+)*", literal(&database.engine.value)),
        ),
    ]
}

/// A value as a regular expression that means nothing else.
fn literal(value: &str) -> String {
    value.replace('.', "[.]")
}

/// The flags of a change that restarts the server by itself.
fn restarting(sides: Pair<&Database>) -> Vec<String> {
    let (before, after) = (sides.before, sides.after);
    let mut flags = Vec::new();
    if before.instance != after.instance {
        flags.push(format!("--db-instance-class {}", after.instance.value));
    }
    if before.engine != after.engine {
        flags.push(format!("--engine-version {}", after.engine.value));
        if major(before) != major(after) {
            // Without a group of the new family RDS takes its default, and its connections.
            flags.push(format!(
                "--allow-major-version-upgrade --db-parameter-group-name {}",
                parameter_group_name(after.name.value.as_str(), after)
            ));
        }
    }
    flags
}

fn major(database: &Database) -> &str {
    database.engine.value.split('.').next().unwrap_or_default()
}

/// The identifiers of the replicas.
fn reads(database: &Database) -> impl Iterator<Item = String> + '_ {
    (1..=database.replicas.count.value).map(|number| database.read_identifier(number))
}

/// One at a time, so that readers always find the others.
fn replicas(sides: Pair<&Database>) -> Procedure {
    let (before, after) = (&sides.before.replicas, &sides.after.replicas);
    let mut procedure = Procedure::default();
    let ids: Vec<String> = reads(sides.after)
        .take(before.count.value as usize)
        .collect();
    for id in &ids {
        if before.max_connections != after.max_connections {
            procedure = procedure.apply(parameter(id, after.max_connections.value));
        }
        procedure = if before.instance == after.instance {
            procedure.apply(format!(
                "aws rds reboot-db-instance --db-instance-identifier {id}"
            ))
        } else {
            let class = format!("--db-instance-class {}", after.instance.value);
            procedure.then(modify(sides.after, id, &[class]))
        };
        let class = ("DBInstanceClass", literal(&after.instance.value));
        let done = reached(id, "available", &[class]);
        procedure = if ids.last() == Some(id) {
            procedure.verify(done)
        } else {
            procedure.apply(done)
        };
    }
    windowed(procedure, sides.after)
        .note("a replica is touched when the one before it has caught up: its ReplicaLag is near 0")
}

/// Replicas are there before anybody reads from them, and nobody reads from one that goes: pods
/// leave the last one before PgBouncer does, which would turn them away.
fn count(states: Pair<State<'_>>) -> Procedure {
    let ids = states.map(|state| reads(&state.environment.database).collect::<Vec<_>>());
    let new = ids.after.iter().filter(|id| !ids.before.contains(id));
    let old = ids.before.iter().filter(|id| !ids.after.contains(id));
    let readers = workloads::cluster(states);
    if ids.after.len() > ids.before.len() {
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
        readers
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
