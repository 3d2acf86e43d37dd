//! The changes that restart the source: its class, its engine and static parameters.

use super::{
    Procedure, State, literal, modify, reads, rebooted, static_parameter, targeted,
    window_has_begun, windowed,
};
use crate::action::rds::{
    CONNECTIONS, Wanted, attached, described, in_force, of_instance, parameter_is, reached,
};
use crate::action::{Action, Argument, ArgumentValue, AwsCall, Memory, Remembered};
use crate::emit::terraform::parameter_group_name;
use crate::model::version::major_and_rest;
use crate::model::{Apply, Database};
use crate::pair::Pair;

/// Class, engine and static parameters in one restart: the restart of the class change applies the
/// parameter.
pub(super) fn server(states: Pair<State<'_>>) -> Procedure {
    let sides = states.map(|state| &state.environment.database);
    let (before, after) = (sides.before, sides.after);
    let id = &after.name.value;
    let flags = restarting(sides);
    let mut procedure = Procedure::default();
    if flags.is_empty() && before.engine != after.engine {
        let ids = std::iter::once(id.to_string()).chain(reads(after));
        procedure = accepted(minors_followed(sides, ids), after);
    }
    if flags.is_empty() && before.max_connections == after.max_connections {
        return procedure;
    }
    if flags.is_empty() {
        procedure = procedure.waited_for();
        let (connections, failover) = (after.max_connections.value, after.multi_az.value);
        let failover = failover.then(|| Argument::switch("force-failover", true));
        let ready = window_has_begun(procedure, after);
        return rebooted(ready, id, CONNECTIONS, connections, failover)
            .verify(parameter_is(id, CONNECTIONS, connections))
            .verify(in_force(id, &served_by(after)));
    }
    if is_upgraded(sides) {
        procedure = procedure.then(target(after));
    }
    if is_major(sides) {
        procedure = procedure.then(groups_made(sides, states.after));
    } else if before.max_connections != after.max_connections {
        procedure = procedure.apply(static_parameter(id, after.max_connections.value));
    }
    let source = source(sides, &flags);
    if is_major(sides) {
        // RDS upgrades the replicas of the region with their source (Amazon RDS User Guide, "Upgrades
        // of the RDS for PostgreSQL DB engine"). No document says which group they get: each is given
        // its own group again.
        let upgraded = reads(after)
            .fold(procedure.then(followed(source, after)), |procedure, id| {
                procedure.then(regrouped(&id, sides))
            });
        return if after.engine.value.contains('.') {
            upgraded
        } else {
            upgraded.note(default_minor(after))
        };
    }
    if !is_upgraded(sides) {
        // The call for the source sets this, too.
        let replicas = minors_followed(sides, reads(after));
        let procedure = procedure.then(replicas).then(source);
        return if before.engine == after.engine {
            procedure
        } else {
            accepted(procedure, after)
        };
    }
    procedure.then(minor_replicas(sides)).then(source)
}

/// Remembers the newest wanted version to which the running version can be upgraded. RDS reads a major
/// version alone as its default minor version, which may not be a valid target (`Cannot upgrade postgres
/// from 16.13 to 17.6`).
fn target(database: &Database) -> Procedure {
    let wanted = &database.engine.value;
    let running = described(&database.name.value, "EngineVersion");
    let targets = AwsCall::new("rds", "describe-db-engine-versions")
        .text("engine", "postgres")
        .with(
            "engine-version",
            ArgumentValue::variable("RUNNING"),
        )
        .query(format!(
            "DBEngineVersions[0].ValidUpgradeTarget[?EngineVersion=='{wanted}' || starts_with(EngineVersion, '{wanted}.')].EngineVersion"
        ));
    Procedure::default()
        .apply(Action::Remember {
            variable: "RUNNING",
            value: Memory::Answer(running),
        })
        // The running version has no upgrade to itself.
        .apply(Action::Remember {
            variable: "TARGET",
            value: Memory::Variable("RUNNING"),
        })
        .apply(Action::unless(
            "RUNNING",
            &[wanted, &format!("{wanted}.*")],
            [
                Action::Remember {
                    variable: "TARGET",
                    value: Memory::Newest {
                        query: targets,
                        wanted: wanted.clone(),
                    },
                },
                Action::Need {
                    variable: "TARGET",
                    otherwise: no_target(database),
                },
            ],
        ))
}

fn no_target(database: &Database) -> String {
    format!(
        "RDS offers no upgrade from the running version to {}",
        database.engine.value
    )
}

/// The remembered version. If it is empty, the command is not run.
fn to_target(database: &Database) -> Argument {
    Argument {
        name: "engine-version",
        value: ArgumentValue::Remembered(Remembered {
            variable: "TARGET",
            otherwise: Some(no_target(database)),
        }),
    }
}

/// What Terraform requests from RDS if the file states a major version only.
fn default_minor(database: &Database) -> String {
    format!(
        "Terraform asks RDS for version {0}, which means the default minor version; if `terraform plan` shows a change of `engine_version`, write the running version into the file, such as `engine \"{0}.1\"`",
        major(database)
    )
}

/// Whether RDS upgrades to new minor versions by itself, where that changes: it does if the file names no minor
/// version.
fn minors(sides: Pair<&Database>) -> Option<Argument> {
    let follows = sides.map(|side| !side.engine.value.contains('.'));
    let differs = follows.before != follows.after;
    differs.then(|| Argument::switch("auto-minor-version-upgrade", follows.after))
}

/// The notes of an engine that changes without an upgrade.
fn accepted(procedure: Procedure, after: &Database) -> Procedure {
    procedure
        .note("the running minor version is accepted")
        .note(default_minor(after))
}

/// What RDS reports once it follows the minor versions as the file says.
fn follows_minors(after: &Database) -> Wanted {
    (
        "AutoMinorVersionUpgrade",
        (!after.engine.value.contains('.')).to_string(),
    )
}

/// The same of these instances, where no version changes. It interrupts nothing.
fn minors_followed(sides: Pair<&Database>, ids: impl Iterator<Item = String>) -> Procedure {
    let Some(follows) = minors(sides) else {
        return Procedure::default();
    };
    let after = sides.after;
    let told = follows_minors(after);
    ids.fold(Procedure::default(), |procedure, id| {
        procedure
            .then(modify(after, &id, std::slice::from_ref(&follows)))
            .verify(reached(&id, std::slice::from_ref(&told)))
    })
}

/// The change that restarts the source by itself.
fn source(sides: Pair<&Database>, arguments: &[Argument]) -> Procedure {
    let (before, after) = (sides.before, sides.after);
    let (id, connections) = (&after.name.value, after.max_connections.value);
    let arguments: Vec<Argument> = arguments.iter().cloned().chain(minors(sides)).collect();
    let changed = modify(after, id, &arguments);
    let changed = if before.max_connections == after.max_connections {
        changed
    } else {
        changed.verify(parameter_is(id, CONNECTIONS, connections))
    };
    let mut wanted = served_by(after).to_vec();
    wanted.extend(minors(sides).map(|_| follows_minors(after)));
    // A restart puts a parameter in force that was set before it, and the group of another family.
    let done = if is_major(sides) || before.max_connections != after.max_connections {
        in_force(id, &wanted)
    } else {
        reached(id, &wanted)
    };
    windowed(changed.verify(done), after)
}

/// The source is complete before any replica is changed.
fn followed(source: Procedure, database: &Database) -> Procedure {
    if database.replicas.count.value > 0 {
        source.waited_for()
    } else {
        source
    }
}

/// Creates the parameter groups of the new family with Terraform, with every parameter of the variables:
/// `rds.force_ssl` is 1 by default from PostgreSQL 15 on. The old groups are removed from Terraform's
/// state first, because Terraform would delete them while they are in use.
fn groups_made(sides: Pair<&Database>, state: State<'_>) -> Procedure {
    let after = sides.after;
    let source = std::iter::once((after.name.value.to_string(), "module.rds".to_owned()));
    let replicas = reads(after).map(|id| {
        let module = format!("module.rds_replicas[\"{id}\"]");
        (id, module)
    });
    let mut procedure = Procedure::default();
    let mut targets = Vec::new();
    for (id, module) in source.chain(replicas) {
        let (old, new) = (
            parameter_group_name(&id, sides.before),
            parameter_group_name(&id, after),
        );
        let address = format!("{module}.module.db_parameter_group.aws_db_parameter_group.this[0]");
        procedure = procedure
            .apply(Action::Forget {
                address: address.clone(),
                unless: new,
            })
            .note(format!(
                "delete the old parameter group once nothing uses it: `aws rds delete-db-parameter-group --db-parameter-group-name {old}`"
            ));
        targets.push(address);
    }
    procedure.apply(targeted(state, targets))
}

/// A replica is never older than its source: each is upgraded before it, one after the other (Amazon
/// RDS User Guide, "Upgrades of the RDS for PostgreSQL DB engine": minor version upgrades).
fn minor_replicas(sides: Pair<&Database>) -> Procedure {
    let database = sides.after;
    let changes: Vec<Argument> = std::iter::once(to_target(database))
        .chain(minors(sides))
        .collect();
    let procedure = reads(database).fold(Procedure::default(), |procedure, id| {
        let upgraded = reached(&id, &[engine(database)]);
        procedure
            .then(modify(database, &id, &changes))
            .apply(upgraded)
    });
    if procedure == Procedure::default() {
        return procedure;
    }
    let procedure = windowed(procedure, database).note(
        "replicas are upgraded before their source: a replica must not be older than its source",
    );
    match database.maintenance.apply.value {
        Apply::Now => procedure,
        // RDS may upgrade them in any order within a window.
        Apply::Window => procedure
            .wait("every instance has had a maintenance window of its own, the source last"),
    }
}

/// A replica that came along into another major version gets its own group, which acts from a
/// restart on.
fn regrouped(id: &str, sides: Pair<&Database>) -> Procedure {
    let database = sides.after;
    let group = parameter_group_name(id, database);
    let attaches = Argument::text("db-parameter-group-name", &group);
    let changes: Vec<Argument> = std::iter::once(attaches).chain(minors(sides)).collect();
    let wanted = [
        engine(database),
        ("DBParameterGroups[0].DBParameterGroupName", literal(&group)),
    ];
    Procedure::default()
        .apply(reached(id, &[engine(database)]))
        .then(modify(database, id, &changes))
        .apply(attached(id, &wanted))
        .apply(of_instance("reboot-db-instance", id))
        .verify(in_force(id, &wanted))
}

/// The class and the engine of a database.
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

/// The arguments of a change that restarts the server by itself.
fn restarting(sides: Pair<&Database>) -> Vec<Argument> {
    let (before, after) = (sides.before, sides.after);
    let mut changes = Vec::new();
    if before.instance != after.instance {
        changes.push(Argument::text("db-instance-class", &after.instance.value));
    }
    if is_upgraded(sides) {
        changes.push(to_target(after));
        if is_major(sides) {
            // Without a group of the new family, RDS uses the default group and its `max_connections`.
            let group = parameter_group_name(after.name.value.as_str(), after);
            changes.push(Argument::switch("allow-major-version-upgrade", true));
            changes.push(Argument::text("db-parameter-group-name", group));
        }
    }
    changes
}

/// Whether a new version is requested from RDS. It is not if AFTER states only the major version of
/// BEFORE's minor version: RDS would replace the running minor version by the default one.
fn is_upgraded(sides: Pair<&Database>) -> bool {
    let (before, after) = (&sides.before.engine.value, &sides.after.engine.value);
    let minor = before.strip_prefix(after.as_str());
    before != after && !minor.is_some_and(|minor| minor.starts_with('.'))
}

fn is_major(sides: Pair<&Database>) -> bool {
    major(sides.before) != major(sides.after)
}

fn major(database: &Database) -> &str {
    major_and_rest(&database.engine.value).0
}
