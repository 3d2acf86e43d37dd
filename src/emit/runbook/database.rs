//! The RDS instance and its replicas.

use serde::Serialize;

use super::{growth, size};
use crate::budget::connections as budget;
use crate::catalogue::Catalogue;
use crate::emit::endpoint;
use crate::model::{Environment, MetricSource};

/// Read replicas of one source.
const MOST_REPLICAS: u32 = 15;

/// The database.
#[derive(Serialize)]
pub(super) struct Database {
    id: String,
    dbname: String,
    user: String,
    master: String,
    class: String,
    next_class: Option<String>,
    multi_az: bool,
    engine: String,
    max_connections: u32,
    /// A larger limit, if the memory of every server allows it.
    more: Option<Connections>,
    window: String,
    gib: u32,
    storage: String,
    volume: growth::Volume,
    /// Whether CloudWatch is the source of its storage: it reports the free space, not the
    /// allocated size.
    free_alone: bool,
    host: String,
    replicas: Vec<String>,
    replica_class: String,
    /// One more, below RDS' limit.
    next_replica: Option<String>,
    count: u32,
}

/// A larger `max_connections`.
#[derive(Serialize)]
struct Connections {
    count: u32,
    /// Whether replicas must be raised first, because they have fewer.
    replicas: bool,
    /// Whether the file states the replicas' own value.
    stated: bool,
}

pub(super) fn database(environment: &Environment, catalogue: &Catalogue) -> Database {
    let database = &environment.database;
    let class = &database.instance.value;
    let count = database.replicas.count.value;
    Database {
        id: database.name.value.to_string(),
        dbname: database.dbname.value.clone(),
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
    }
}

/// Half as many again, or as many as the memory of each server certainly allows; `None` if that is not
/// more, or if the memory is unknown. A replica with fewer than its source does not start.
fn more(environment: &Environment, catalogue: &Catalogue) -> Option<Connections> {
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
    (count > now).then_some(Connections {
        count,
        replicas: replicas.count.value > 0 && replicas.max_connections.value < count,
        stated: !replicas.max_connections.is_derived(),
    })
}
