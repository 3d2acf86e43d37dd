//! Class, engine and static parameters of the source: what restarts it.

use super::{
    CONNECTIONS, Procedure, Wanted, literal, modify, parameter_is, quoted, reached, reached_with,
    reads, reboot, rebooted, settled, static_parameter, window_has_begun, windowed,
};
use crate::emit::terraform::parameter_group_name;
use crate::model::{Apply, Database};
use crate::pair::Pair;

/// Class, engine and static parameters in one restart: the parameter waits for the class' own.
pub(super) fn server(sides: Pair<&Database>) -> Procedure {
    let (before, after) = (sides.before, sides.after);
    let id = &after.name.value;
    let flags = restarting(sides);
    let mut procedure = Procedure::default();
    if flags.is_empty() && before.max_connections == after.max_connections {
        return procedure.note("nothing is applied: the minor version that runs will do");
    }
    if is_major(sides) {
        procedure = group_exists(procedure, id, after, after.max_connections.value);
    } else if before.max_connections != after.max_connections {
        procedure = procedure.apply(static_parameter(id, after.max_connections.value));
    }
    if flags.is_empty() {
        let failover = if after.multi_az.value {
            " --force-failover"
        } else {
            ""
        };
        return rebooted(window_has_begun(procedure, after), id, failover)
            .verify(parameter_is(id, CONNECTIONS, after.max_connections.value))
            .verify(reached(id, "available", &served_by(after)));
    }
    let source = source(sides, &flags);
    if is_major(sides) {
        // RDS upgrades the replicas of the region with their source (Amazon RDS User Guide, "Upgrades
        // of the RDS for PostgreSQL DB engine"). No document says which group they get: each is given
        // its own, whichever that was.
        return reads(after).fold(procedure.then(followed(source, after)), |procedure, id| {
            procedure.then(regrouped(&id, after))
        });
    }
    if !is_upgraded(sides) {
        return procedure.then(source);
    }
    minor_replicas(after).then(procedure).then(source)
}

/// The change that restarts the source by itself.
fn source(sides: Pair<&Database>, flags: &[String]) -> Procedure {
    let (before, after) = (sides.before, sides.after);
    let (id, connections) = (&after.name.value, after.max_connections.value);
    let changed = modify(after, id, flags);
    let changed = if before.max_connections == after.max_connections {
        changed
    } else {
        changed.verify(parameter_is(id, CONNECTIONS, connections))
    };
    settled(changed, after, &served_by(after))
}

/// The source is done before its replicas are touched, where there are any.
fn followed(source: Procedure, database: &Database) -> Procedure {
    if database.replicas.count.value > 0 {
        source.waited_for()
    } else {
        source
    }
}

fn group_exists(
    procedure: Procedure,
    id: impl std::fmt::Display,
    database: &Database,
    connections: u32,
) -> Procedure {
    procedure.require(format!(
        "the parameter group `{}` of family postgres{} exists, with `max_connections` {connections}",
        parameter_group_name(&id.to_string(), database),
        major(database),
    ))
}

/// A replica is never older than its source: each is upgraded before it, one after the other (Amazon
/// RDS User Guide, "Upgrades of the RDS for PostgreSQL DB engine": minor version upgrades).
fn minor_replicas(database: &Database) -> Procedure {
    let version = format!("--engine-version {}", quoted(&database.engine.value));
    let procedure = reads(database).fold(Procedure::default(), |procedure, id| {
        let upgraded = reached(&id, "available", &[engine(database)]);
        procedure
            .then(modify(database, &id, std::slice::from_ref(&version)))
            .apply(upgraded)
    });
    if procedure == Procedure::default() {
        return procedure;
    }
    let procedure = windowed(procedure, database)
        .note("replicas are upgraded before their source: none may be older than it");
    match database.maintenance.apply.value {
        Apply::Now => procedure,
        // One window may take them in any order.
        Apply::Window => {
            procedure.wait("each instance takes a window of its own: the source takes the last")
        }
    }
}

/// A replica that came along into another major version gets its own group, which acts from a
/// restart on.
fn regrouped(id: &str, database: &Database) -> Procedure {
    let group = parameter_group_name(id, database);
    let connections = database.replicas.max_connections.value;
    let wanted = [
        engine(database),
        ("DBParameterGroups[0].DBParameterGroupName", literal(&group)),
    ];
    let upgraded = reached_with(id, "available", "[a-z-]+", &[engine(database)]);
    let attached = reached_with(id, "available", "(in-sync|pending-reboot)", &wanted);
    group_exists(Procedure::default(), id, database, connections)
        .apply(upgraded)
        .then(modify(
            database,
            id,
            &[format!("--db-parameter-group-name {}", quoted(&group))],
        ))
        .apply(attached)
        .apply(reboot(id, ""))
        .verify(reached(id, "available", &wanted))
}

/// What serves a database: its class and its engine.
fn served_by(database: &Database) -> [Wanted; 2] {
    [
        ("DBInstanceClass", literal(&database.instance.value)),
        engine(database),
    ]
}

fn engine(database: &Database) -> Wanted {
    (
        "EngineVersion",
        format!("{}([.][0-9]+)*", literal(&database.engine.value)),
    )
}

/// The flags of a change that restarts the server by itself.
fn restarting(sides: Pair<&Database>) -> Vec<String> {
    let (before, after) = (sides.before, sides.after);
    let mut flags = Vec::new();
    if before.instance != after.instance {
        flags.push(format!(
            "--db-instance-class {}",
            quoted(&after.instance.value)
        ));
    }
    if is_upgraded(sides) {
        flags.push(format!("--engine-version {}", quoted(&after.engine.value)));
        if is_major(sides) {
            // Without a group of the new family RDS takes its default, and its connections.
            flags.push(format!(
                "--allow-major-version-upgrade --db-parameter-group-name {}",
                quoted(&parameter_group_name(after.name.value.as_str(), after))
            ));
        }
    }
    flags
}

/// Whether RDS is asked for another version. Where AFTER names no minor version and BEFORE one of
/// its, it is not: asked for that, RDS would take the default one in place of what runs.
fn is_upgraded(sides: Pair<&Database>) -> bool {
    let (before, after) = (&sides.before.engine.value, &sides.after.engine.value);
    let minor = before.strip_prefix(after.as_str());
    before != after && !minor.is_some_and(|minor| minor.starts_with('.'))
}

fn is_major(sides: Pair<&Database>) -> bool {
    major(sides.before) != major(sides.after)
}

fn major(database: &Database) -> &str {
    database.engine.value.split('.').next().unwrap_or_default()
}
