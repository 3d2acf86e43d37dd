//! The RDS instance and its replicas.

use serde::Serialize;

use super::size;
use crate::budget::connections as budget;
use crate::catalogue::Catalogue;
use crate::emit::pgbouncer;
use crate::model::{Environment, StorageType};

/// From here on RDS stripes a gp3 volume of PostgreSQL over four: GiB.
const STRIPED: u32 = 400;

/// The most that a gp3 volume holds: GiB.
const MOST: u32 = 65_536;

/// The database.
#[derive(Serialize)]
pub(super) struct Database {
    id: String,
    class: String,
    next_class: Option<String>,
    multi_az: bool,
    engine: String,
    max_connections: u32,
    /// The connections that the instance's memory is good for, where the catalogue knows it.
    good_for: Option<u64>,
    window: String,
    gib: u32,
    more_gib: u32,
    max_gib: u32,
    more_max_gib: u32,
    storage: String,
    /// Whether growing as suggested stripes the volume anew.
    stripes: bool,
    gp3: bool,
    host: String,
    replicas: Vec<String>,
    replica_class: String,
    next_replica: String,
    more_replicas: u32,
}

pub(super) fn database(environment: &Environment, catalogue: &Catalogue) -> Database {
    let database = &environment.database;
    let class = &database.instance.value;
    let id = database.name.value.to_string();
    let (gib, ceiling) = (database.storage.gib.value, database.storage.max_gib.value);
    let replica = |number: u32| format!("{id}-read-{number}");
    let count = database.replicas.count.value;
    // RDS takes no step below a tenth.
    let more_gib = (gib.saturating_add(gib / 2).next_multiple_of(10)).min(MOST);
    Database {
        class: class.clone(),
        next_class: size::next(&catalogue.db_classes, class),
        multi_az: database.multi_az.value,
        engine: database.engine.value.clone(),
        max_connections: database.max_connections.value,
        good_for: catalogue
            .db_classes
            .get(class)
            .map(|facts| budget::good_for(facts.memory)),
        window: database.maintenance.window.value.to_string(),
        gib,
        more_gib,
        max_gib: ceiling,
        more_max_gib: ceiling.max(more_gib).saturating_mul(2).min(MOST),
        storage: database.storage.kind.value.to_string(),
        stripes: gib < STRIPED && more_gib >= STRIPED,
        gp3: database.storage.kind.value == StorageType::Gp3,
        host: pgbouncer::primary_host(environment),
        replicas: (1..=count).map(replica).collect(),
        replica_class: if count > 0 {
            database.replicas.instance.value.clone()
        } else {
            class.clone()
        },
        next_replica: replica(count + 1),
        more_replicas: count + 1,
        id,
    }
}
