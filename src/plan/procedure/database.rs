//! RDS, by its own command line.

use super::{Procedure, State};
use crate::model::{Apply, Database};
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
        DatabaseMove::ReplicaCount => count(sides),
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
        DatabaseMove::ReplicaVia | DatabaseMove::Access => {
            super::workloads::pooler(states).then(super::workloads::values(states.after))
        }
        DatabaseMove::Direct => Procedure::default()
            .wait("nothing is applied: these connections are only counted, and opened by others"),
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

/// Done is only what is available, with nothing pending and every parameter in force.
fn settled(procedure: Procedure, database: &Database) -> Procedure {
    let id = &database.name.value;
    let procedure = procedure
        .verify(format!(
            "aws rds wait db-instance-available --db-instance-identifier {id}"
        ))
        .verify(format!(
            "aws rds describe-db-instances --db-instance-identifier {id} --query 'DBInstances[0].[DBInstanceStatus,PendingModifiedValues,DBParameterGroups[0].ParameterApplyStatus]'"
        ))
        .wait("the last line says `available`, nothing pending and `in-sync`");
    match database.maintenance.apply.value {
        Apply::Now => procedure,
        Apply::Window => procedure.wait(format!(
            "the maintenance window {} (UTC) has passed",
            database.maintenance.window.value
        )),
    }
}

/// Sets `max_connections` in the parameter group that the instance uses.
fn parameter(id: impl std::fmt::Display, value: u32) -> [String; 2] {
    [
        format!(
            "GROUP=$(aws rds describe-db-instances --db-instance-identifier {id} --query 'DBInstances[0].DBParameterGroups[0].DBParameterGroupName' --output text)"
        ),
        format!(
            "aws rds modify-db-parameter-group --db-parameter-group-name \"$GROUP\" --parameters ParameterName=max_connections,ParameterValue={value},ApplyMethod=pending-reboot"
        ),
    ]
}

/// Class, engine and static parameters in one restart: the parameter waits for the class' own.
fn server(sides: Pair<&Database>) -> Procedure {
    let (before, after) = (sides.before, sides.after);
    let id = &after.name.value;
    let mut procedure = Procedure::default();
    if before.max_connections != after.max_connections {
        for line in parameter(id, after.max_connections.value) {
            procedure = procedure.apply(line);
        }
    }
    let mut flags = Vec::new();
    if before.instance != after.instance {
        flags.push(format!("--db-instance-class {}", after.instance.value));
    }
    if before.engine != after.engine {
        flags.push(format!("--engine-version {}", after.engine.value));
        if major(before) != major(after) {
            flags.push("--allow-major-version-upgrade".into());
        }
    }
    let procedure = if flags.is_empty() {
        let failover = if after.multi_az.value {
            " --force-failover"
        } else {
            ""
        };
        procedure.apply(format!(
            "aws rds reboot-db-instance --db-instance-identifier {id}{failover}"
        ))
    } else {
        procedure.then(modify(after, id, &flags))
    };
    let procedure = if major(before) == major(after) {
        procedure
    } else {
        procedure.wait(format!(
            "a parameter group of family postgres{} with these parameters exists and is named in the call",
            major(after)
        ))
    };
    settled(procedure, after)
}

fn major(database: &Database) -> &str {
    database.engine.value.split('.').next().unwrap_or_default()
}

fn storage(sides: Pair<&Database>) -> Procedure {
    let (before, after) = (&sides.before.storage, &sides.after.storage);
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
    for (flag, before, after) in [
        ("--iops", &before.iops, &after.iops),
        (
            "--storage-throughput",
            &before.throughput,
            &after.throughput,
        ),
    ] {
        if let (true, Some(after)) = (before != after, after) {
            flags.push(format!("{flag} {}", after.value));
        }
    }
    let volume = before.gib != after.gib || before.kind != after.kind || before.iops != after.iops;
    let id = &sides.after.name.value;
    let procedure = settled(modify(sides.after, id, &flags), sides.after);
    if volume {
        procedure.wait("RDS optimises the volume, for hours where it crosses 400 GiB, and takes no other change of it for 6 h")
    } else {
        procedure
    }
}

/// The identifiers of the replicas.
fn reads(database: &Database) -> impl Iterator<Item = String> + '_ {
    (1..=database.replicas.count.value)
        .map(|number| format!("{}-read-{number}", database.name.value))
}

fn replicas(sides: Pair<&Database>) -> Procedure {
    let (before, after) = (&sides.before.replicas, &sides.after.replicas);
    let mut procedure = Procedure::default();
    for id in reads(sides.after).take(before.count.value as usize) {
        if before.max_connections != after.max_connections {
            for line in parameter(&id, after.max_connections.value) {
                procedure = procedure.apply(line);
            }
        }
        procedure = if before.instance == after.instance {
            procedure.apply(format!(
                "aws rds reboot-db-instance --db-instance-identifier {id}"
            ))
        } else {
            let class = format!("--db-instance-class {}", after.instance.value);
            procedure.then(modify(sides.after, &id, &[class]))
        };
        // One at a time, so that readers always find the others.
        procedure = procedure.apply(format!(
            "aws rds wait db-instance-available --db-instance-identifier {id}"
        ));
    }
    procedure.wait("each replica is available and its lag is back before the next one is touched")
}

fn count(sides: Pair<&Database>) -> Procedure {
    let mut procedure = Procedure::default();
    let (had, has): (Vec<_>, Vec<_>) =
        (reads(sides.before).collect(), reads(sides.after).collect());
    for id in has.iter().filter(|id| !had.contains(id)) {
        let source = &sides.after.name.value;
        let class = &sides.after.replicas.instance.value;
        procedure = procedure
            .apply(format!(
                "aws rds create-db-instance-read-replica --db-instance-identifier {id} --source-db-instance-identifier {source} --db-instance-class {class}"
            ))
            .verify(format!(
                "aws rds wait db-instance-available --db-instance-identifier {id}"
            ));
    }
    for id in had.iter().filter(|id| !has.contains(id)) {
        procedure = procedure
            .apply(format!(
                "aws rds modify-db-instance --db-instance-identifier {id} --no-deletion-protection --apply-immediately"
            ))
            .apply(format!(
                "aws rds delete-db-instance --db-instance-identifier {id} --skip-final-snapshot"
            ))
            .verify(format!(
                "aws rds wait db-instance-deleted --db-instance-identifier {id}"
            ))
            .wait("nothing reads from a replica that goes");
    }
    procedure
}
