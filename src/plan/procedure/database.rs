//! RDS, by its own command line.

use super::{Procedure, State, terraform, until, workloads};
use crate::emit::terraform::parameter_group_name;
use crate::model::volume::{STRIPED_FROM_GIB, included};
use crate::model::{Apply, Database, Storage, StorageType};
use crate::pair::Pair;
use crate::plan::kind::DatabaseMove;
use crate::source::Sourced;

pub(super) fn procedure(what: DatabaseMove, states: Pair<State<'_>>) -> Procedure {
    let sides = states.map(|state| &state.environment.database);
    match what {
        DatabaseMove::Server
            if restarting(sides).is_empty()
                && sides.before.max_connections == sides.after.max_connections =>
        {
            Procedure::default().note("nothing is applied: the minor version that runs will do")
        }
        DatabaseMove::Server => server(sides),
        DatabaseMove::MultiAz => standby(sides.after),
        DatabaseMove::Storage => storage(sides),
        DatabaseMove::Replicas => replicas(sides),
        DatabaseMove::ReplicaCount => count(states),
        DatabaseMove::Backups => backups(sides.after),
        DatabaseMove::ReplicaVia => workloads::reads(states),
        DatabaseMove::Access => workloads::cluster(states),
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
    if before.engine != after.engine && !any_minor(sides) {
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

/// Whether AFTER names no minor version and BEFORE one of its: asked for by that, RDS would take the
/// default one in place of what runs.
fn any_minor(sides: Pair<&Database>) -> bool {
    let (before, after) = (&sides.before.engine.value, &sides.after.engine.value);
    let minor = before.strip_prefix(after.as_str());
    minor.is_some_and(|minor| minor.starts_with('.'))
}

fn major(database: &Database) -> &str {
    database.engine.value.split('.').next().unwrap_or_default()
}

/// The volume of the source and of each replica: replicas do not grow with their source, and go
/// first, because they take what it writes.
fn storage(sides: Pair<&Database>) -> Procedure {
    let (before, after) = (&sides.before.storage, &sides.after.storage);
    let (flags, wanted) = volume(Pair::new(before, after));
    if flags.is_empty() {
        return Procedure::default()
            .note("nothing is applied: the volume has what it had, whether it is stated or not");
    }
    let ids = || reads(sides.after).chain([sides.after.name.value.to_string()]);
    let procedure = ids().fold(Procedure::default(), |procedure, id| {
        procedure.then(modify(sides.after, id, &flags))
    });
    let procedure = ids().fold(procedure, |procedure, id| {
        procedure.verify(reached(id, "(available|storage-optimization)", &wanted))
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

/// The flags that change a volume, and what RDS tells of it then.
fn volume(sides: Pair<&Storage>) -> (Vec<String>, Vec<Wanted>) {
    let (before, after) = (sides.before, sides.after);
    let mut flags = Vec::new();
    let mut wanted = Vec::new();
    let mut set = |flag: &str, field: &'static str, value: String| {
        flags.push(format!("{flag} {value}"));
        wanted.push((field, value));
    };
    if before.gib != after.gib {
        let gib = after.gib.value.to_string();
        set("--allocated-storage", "AllocatedStorage", gib);
    }
    if before.kind != after.kind {
        let kind = after.kind.value.to_string();
        set("--storage-type", "StorageType", kind);
    }
    let had = provisioned(before);
    let has = provisioned(after);
    if let (true, Some(iops)) = (had.0 != has.0, has.0) {
        set("--iops", "Iops", iops.to_string());
    }
    if let (true, Some(mib)) = (had.1 != has.1, has.1) {
        let mib = mib.to_string();
        set("--storage-throughput", "StorageThroughput", mib);
    }
    if before.max_gib != after.max_gib {
        // No ceiling is the size itself to the API, and RDS tells none then.
        match after.max_gib.value {
            0 => flags.push(format!("--max-allocated-storage {}", after.gib.value)),
            gib => {
                flags.push(format!("--max-allocated-storage {gib}"));
                wanted.push(("MaxAllocatedStorage", gib.to_string()));
            }
        }
    }
    (flags, wanted)
}

/// The IOPS and MiB/s that a volume is asked for: what is stated, and what comes with a striped gp3
/// volume, because leaving them out keeps those that it had. A smaller one takes none.
fn provisioned(storage: &Storage) -> (Option<u32>, Option<u32>) {
    let (kind, gib) = (storage.kind.value, storage.gib.value);
    let striped = kind == StorageType::Gp3 && gib >= STRIPED_FROM_GIB;
    let included = included(kind, gib);
    let asked = |stated: &Option<Sourced<u32>>, included: u32| {
        let stated = stated.as_ref().map(|stated| stated.value);
        stated.or(striped.then_some(included))
    };
    (
        asked(&storage.iops, included.iops),
        asked(&storage.throughput, included.throughput),
    )
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
