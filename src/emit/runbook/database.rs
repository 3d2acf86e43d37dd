//! The RDS instance and its replicas.

use std::collections::BTreeSet;

use serde::Serialize;

use super::procedures::Procedures;
use super::{growth, size};
use crate::action::rds::{
    CONNECTIONS, described, in_force, modified, of_instance, parameter_is, reached,
    set_and_rebooted,
};
use crate::action::shell::literal;
use crate::action::{Action, Argument, ArgumentValue, AwsCall, Memory};
use crate::budget::connections as budget;
use crate::catalogue::Catalogue;
use crate::emit::endpoint;
use crate::model::{Environment, MetricSource};

/// Read replicas of one source.
const MOST_REPLICAS: u32 = 15;

/// The database.
#[derive(Serialize)]
pub(super) struct RunbookDatabase {
    id: String,
    dbname: String,
    /// The databases of PgBouncer's further entries.
    further: Vec<String>,
    user: String,
    master: String,
    class: String,
    next_class: Option<String>,
    multi_az: bool,
    engine: String,
    max_connections: u32,
    /// A larger limit, if the memory of every server allows it.
    more: Option<RunbookConnections>,
    window: String,
    gib: u32,
    storage: String,
    volume: growth::RunbookVolume,
    /// Whether CloudWatch is the source of its storage: it reports the free space, not the
    /// allocated size.
    free_alone: bool,
    host: String,
    replicas: Vec<String>,
    replica_class: String,
    /// One more, below RDS' limit.
    next_replica: Option<String>,
    count: u32,
    pub(super) sh: Procedures,
}

/// A larger `max_connections`.
#[derive(Serialize)]
struct RunbookConnections {
    count: u32,
    /// Whether replicas must be raised first, because they have fewer.
    replicas: bool,
    /// Whether the file states the replicas' own value.
    stated: bool,
}

pub(super) fn database(environment: &Environment, catalogue: &Catalogue) -> RunbookDatabase {
    let database = &environment.database;
    let class = &database.instance.value;
    let count = database.replicas.count.value;
    let mut facts = RunbookDatabase {
        id: database.name.value.to_string(),
        dbname: database.dbname.value.clone(),
        further: further(environment),
        user: database.user.value.clone(),
        master: database.master.value.clone(),
        class: class.clone(),
        next_class: size::next(&catalogue.db_classes, class),
        multi_az: database.multi_az.value,
        engine: database.engine.value.clone(),
        max_connections: database.max_connections.value,
        more: more(environment, catalogue),
        window: database.maintenance.window.value.to_string(),
        gib: database.storage.gib.value,
        storage: database.storage.kind.value.to_string(),
        volume: growth::volume(&database.storage),
        free_alone: environment.alerts.source.database.value == MetricSource::Yace,
        host: endpoint::primary_host(environment),
        replicas: (1..=count)
            .map(|number| database.read_identifier(number))
            .collect(),
        replica_class: if count > 0 {
            database.replicas.instance.value.clone()
        } else {
            class.clone()
        },
        next_replica: (count < MOST_REPLICAS).then(|| database.read_identifier(count + 1)),
        count,
        sh: Procedures::default(),
    };
    facts.sh = procedures(&facts, environment.environment.value.as_str());
    facts
}

/// The databases that RDS does not create: it creates `dbname` alone.
fn further(environment: &Environment) -> Vec<String> {
    let first = &environment.database.dbname.value;
    let further = environment.pgbouncer.database.iter();
    let names: BTreeSet<&String> = further.map(|entry| &entry.dbname.value).collect();
    let names = names
        .into_iter()
        .filter(|name| *name != first && *name != "postgres");
    names.cloned().collect()
}

fn procedures(database: &RunbookDatabase, environment: &str) -> Procedures {
    let id = &database.id;
    let state = described(
        id,
        "[DBInstanceStatus,DBInstanceClass,MultiAZ,AllocatedStorage,StorageType,Iops,PendingModifiedValues]",
    );
    let sh = Procedures::default()
        .with("look", [Action::Show { query: state }])
        .with_some(
            "host",
            (database.user != database.master).then(|| {
                [Action::Remember {
                    variable: "HOST",
                    value: Memory::Answer(described(id, "Endpoint.Address")),
                }]
            }),
        )
        .with_some(
            "resize",
            database.next_class.as_ref().map(|class| {
                [
                    modified(id, [Argument::text("db-instance-class", class)], true).into(),
                    reached(id, &[("DBInstanceClass", literal(class))]).into(),
                ]
            }),
        )
        .with_some(
            "size",
            database.volume.grows.then(|| {
                [Action::Show {
                    query: described(id, "AllocatedStorage"),
                }]
            }),
        );
    of_replicas(of_volume(sh, database), database, environment).with_some(
        "raise_connections",
        database.more.as_ref().map(|more| {
            let failover = database
                .multi_az
                .then(|| Argument::switch("force-failover", true));
            connections_raised(id, more.count, failover)
        }),
    )
}

/// The same actions for each instance, in a loop if there are several.
fn for_each(ids: &[String], actions: impl Fn(ArgumentValue) -> Vec<Action>) -> Vec<Action> {
    match ids {
        [only] => actions(only.into()),
        several => vec![Action::Each {
            variable: "ID",
            values: several.to_vec(),
            actions: actions(ArgumentValue::variable("ID")),
        }],
    }
}

/// A larger volume, and a maximum for it. A replica needs the size of its source but does not grow with
/// it, so the replicas grow first.
fn of_volume(sh: Procedures, database: &RunbookDatabase) -> Procedures {
    let mut ids = database.replicas.clone();
    ids.push(database.id.clone());
    let changed = |gib: Option<u32>, ceiling: Option<u32>| -> Vec<Action> {
        let gib = gib.map(|gib| ("allocated-storage", "AllocatedStorage", gib));
        let ceiling = ceiling.map(|gib| ("max-allocated-storage", "MaxAllocatedStorage", gib));
        let values: Vec<_> = gib.into_iter().chain(ceiling).collect();
        let asked = values
            .iter()
            .map(|&(name, _, gib)| Argument::text(name, gib));
        let asked: Vec<Argument> = asked.collect();
        let made = values
            .iter()
            .map(|&(_, field, gib)| (field, gib.to_string()));
        let made: Vec<_> = made.collect();
        let call = |id: ArgumentValue| vec![modified(id, asked.clone(), true).into()];
        let done = |id: ArgumentValue| vec![reached(id, &made).into()];
        [for_each(&ids, call), for_each(&ids, done)].concat()
    };
    let volume = &database.volume;
    let more = volume.more.as_ref();
    sh.with_some(
        "grow",
        more.map(|more| changed(Some(more.gib), more.max_gib)),
    )
    .with_some(
        "grow_by_itself",
        volume.ceiling.map(|ceiling| changed(None, Some(ceiling))),
    )
}

/// Sets `max_connections`, reboots for it, and waits until it is in force.
fn connections_raised(
    id: impl Into<ArgumentValue>,
    count: u32,
    how: Option<Argument>,
) -> Vec<Action> {
    let id = id.into();
    let rebooted = set_and_rebooted(id.clone(), CONNECTIONS, count, how);
    let in_force = [
        parameter_is(id.clone(), CONNECTIONS, count).into(),
        in_force(id, &[]).into(),
    ];
    rebooted.into_iter().chain(in_force).collect()
}

fn of_replicas(sh: Procedures, database: &RunbookDatabase, environment: &str) -> Procedures {
    let (ids, more) = (&database.replicas, database.more.as_ref());
    let raised = more
        .filter(|more| more.replicas)
        .map(|more| for_each(ids, |id| connections_raised(id, more.count, None)));
    let lag = ids.iter().flat_map(|id| {
        let events = AwsCall::new("rds", "describe-events")
            .text("source-type", "db-instance")
            .text("source-identifier", id)
            .text("duration", 1440);
        [
            lag_of(id).into(),
            Action::Show {
                query: events.query("Events[].[Date,Message]"),
            },
        ]
    });
    sh.with_some("raise_replica_connections", raised)
        .with_some(
            "add_replica",
            database
                .next_replica
                .as_ref()
                .map(|next| created(database, next)),
        )
        .with_some(
            "import_replica",
            database.next_replica.as_ref().map(|next| {
                [Action::Import {
                    variables: format!("terraform/{environment}.tfvars"),
                    address: format!(
                        "module.rds_replicas[\"{next}\"].module.db_instance.aws_db_instance.this[0]"
                    ),
                    id: next.clone(),
                }]
            }),
        )
        .with_some("lag", (!ids.is_empty()).then_some(lag))
        .with_some("promote", ids.first().map(|id| promoted(id)))
}

/// How many seconds a replica was behind in the last hour.
fn lag_of(id: &str) -> AwsCall {
    last_hour(
        "AWS/RDS",
        "ReplicaLag",
        ("DBInstanceIdentifier", id),
        60,
        "Average",
    )
}

/// CloudWatch's values of a metric for the last hour.
pub(super) fn last_hour(
    namespace: &str,
    metric: &str,
    (dimension, value): (&str, &str),
    period: u32,
    statistic: &str,
) -> AwsCall {
    let dimension = [
        Argument::text("Name", dimension),
        Argument::text("Value", value),
    ];
    AwsCall::new("cloudwatch", "get-metric-statistics")
        .text("namespace", namespace)
        .text("metric-name", metric)
        .with("dimensions", ArgumentValue::Fields(dimension.into()))
        .with("start-time", ArgumentValue::Ago(3600))
        .with("end-time", ArgumentValue::Ago(0))
        .text("period", period)
        .text("statistics", statistic)
}

fn created(database: &RunbookDatabase, next: &str) -> [Action; 2] {
    let call = of_instance("create-db-instance-read-replica", next)
        .text("source-db-instance-identifier", &database.id)
        .text("db-instance-class", &database.replica_class);
    [call.into(), reached(next, &[]).into()]
}

/// A promoted instance has no source.
fn promoted(id: &str) -> [Action; 3] {
    let source = "ReadReplicaSourceDBInstanceIdentifier";
    let shown = described(id, &format!("[Endpoint.Address,{source}]"));
    [
        of_instance("promote-read-replica", id).into(),
        reached(id, &[(source, "null".into())]).into(),
        Action::Show { query: shown },
    ]
}

/// One and a half times as many, or as many as the memory of each server certainly allows. `None` if that
/// is not more, or if the memory is unknown. A replica with fewer than its source does not start.
fn more(environment: &Environment, catalogue: &Catalogue) -> Option<RunbookConnections> {
    let database = &environment.database;
    let (now, replicas) = (database.max_connections.value, &database.replicas);
    let sure = |class: &str| {
        let memory = catalogue.db_classes.get(class)?.memory;
        Some(budget::without_doubt(memory))
    };
    let mut most = sure(&database.instance.value)?;
    if replicas.count.value > 0 {
        most = most.min(sure(&replicas.instance.value)?);
    }
    let wanted = now.saturating_add(now.div_ceil(2)).next_multiple_of(10);
    let count = wanted.min(u32::try_from(most).unwrap_or(u32::MAX));
    (count > now).then_some(RunbookConnections {
        count,
        replicas: replicas.count.value > 0 && replicas.max_connections.value < count,
        stated: !replicas.max_connections.is_derived(),
    })
}
