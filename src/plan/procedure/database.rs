//! RDS, by its own command line.

use super::{Procedure, State, terraform, until, workloads};
use crate::emit::terraform::parameter_group_name;
use crate::model::{Apply, Database, Storage};
use crate::pair::Pair;
use crate::plan::kind::DatabaseMove;

pub(super) fn procedure(what: DatabaseMove, states: Pair<State<'_>>) -> Procedure {
    let sides = states.map(|state| &state.environment.database);
    match what {
        DatabaseMove::Server => server(sides),
        DatabaseMove::MultiAz => {
            let flag = if sides.after.multi_az.value {
                "--multi-az"
            } else {
                "--no-multi-az"
            };
            settled(
                modify(sides.after, &sides.after.name.value, &[flag.into()]),
                sides.after,
            )
        }
        DatabaseMove::Storage => storage(sides),
        DatabaseMove::Replicas => replicas(sides),
        DatabaseMove::ReplicaCount => count(states),
        DatabaseMove::Backups => {
            let (backup, maintenance) = (&sides.after.backup, &sides.after.maintenance);
            let flags = [
                format!("--backup-retention-period {}", backup.days.value),
                format!("--preferred-backup-window {}", backup.window.value),
                format!(
                    "--preferred-maintenance-window {}",
                    maintenance.window.value
                ),
            ];
            settled(
                modify(sides.after, &sides.after.name.value, &flags),
                sides.after,
            )
        }
        DatabaseMove::ReplicaVia | DatabaseMove::Access => workloads::cluster(states),
        DatabaseMove::Direct => Procedure::default()
            .note("nothing is applied: these connections are only counted, and opened by others"),
    }
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

/// The loop that ends when an instance is in one of these states, with nothing pending and every
/// parameter in force.
fn reached(id: impl std::fmt::Display, states: &str) -> String {
    until(
        &format!("rds describe-db-instances --db-instance-identifier {id}"),
        &[
            "DBInstances[0].DBInstanceStatus",
            "to_string(DBInstances[0].PendingModifiedValues || 'nothing')",
            "DBInstances[0].DBParameterGroups[0].ParameterApplyStatus",
        ],
        &format!("{states} nothing in-sync"),
    )
}

/// Done is only what is available, with nothing pending and every parameter in force.
fn settled(procedure: Procedure, database: &Database) -> Procedure {
    windowed(
        procedure.verify(reached(&database.name.value, "available")),
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
        return settled(procedure.then(modify(after, id, &flags)), after);
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
        .verify(reached(id, "available"))
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

/// The volume of the source and of each replica: replicas do not grow with their source, and go
/// first, because they take what it writes.
fn storage(sides: Pair<&Database>) -> Procedure {
    let (before, after) = (&sides.before.storage, &sides.after.storage);
    let flags = volume(Pair::new(before, after));
    let ids = || reads(sides.after).chain([sides.after.name.value.to_string()]);
    let procedure = ids().fold(Procedure::default(), |procedure, id| {
        procedure.then(modify(sides.after, id, &flags))
    });
    let procedure = ids().fold(procedure, |procedure, id| {
        procedure.verify(reached(id, "(available|storage-optimization)"))
    });
    let procedure = windowed(procedure, sides.after);
    let ceilings_alone = Storage {
        max_gib: after.max_gib.clone(),
        ..before.clone()
    } == *after;
    if ceilings_alone {
        procedure
    } else {
        procedure.note("for 6 h RDS takes no other change of the volume, longer while it optimises it; the next steps need not wait for that")
    }
}

fn volume(sides: Pair<&Storage>) -> Vec<String> {
    let (before, after) = (sides.before, sides.after);
    let mut flags = Vec::new();
    if before.gib != after.gib {
        flags.push(format!("--allocated-storage {}", after.gib.value));
    }
    if before.max_gib != after.max_gib {
        // No ceiling is the size itself to the API.
        let ceiling = match after.max_gib.value {
            0 => after.gib.value,
            gib => gib,
        };
        flags.push(format!("--max-allocated-storage {ceiling}"));
    }
    if before.kind != after.kind {
        flags.push(format!("--storage-type {}", after.kind.value));
    }
    let provisioned = [
        ("--iops", &before.iops, &after.iops),
        (
            "--storage-throughput",
            &before.throughput,
            &after.throughput,
        ),
    ];
    for (flag, before, after) in provisioned {
        if let (true, Some(after)) = (before != after, after) {
            flags.push(format!("{flag} {}", after.value));
        }
    }
    flags
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
        let done = reached(id, "available");
        procedure = if ids.last() == Some(id) {
            procedure.verify(done)
        } else {
            procedure.apply(done)
        };
    }
    windowed(procedure, sides.after)
        .note("a replica is touched when the one before it has caught up: its ReplicaLag is near 0")
}

/// Replicas are there before anybody reads from them, and nobody reads from one that goes.
fn count(states: Pair<State<'_>>) -> Procedure {
    let ids = states.map(|state| reads(&state.environment.database).collect::<Vec<_>>());
    let new = ids.after.iter().filter(|id| !ids.before.contains(id));
    let old = ids.before.iter().filter(|id| !ids.after.contains(id));
    let readers = workloads::cluster(states);
    if ids.after.len() > ids.before.len() {
        let made = Procedure::default().apply(terraform(states.after));
        return new
            .fold(made, |procedure, id| {
                procedure.apply(reached(id, "available"))
            })
            .then(readers);
    }
    old.fold(readers, |procedure, id| {
        procedure
            .apply(format!(
                "aws rds delete-db-instance --db-instance-identifier {id} --skip-final-snapshot"
            ))
            .verify(format!(
                "aws rds wait db-instance-deleted --db-instance-identifier {id}"
            ))
    })
}
