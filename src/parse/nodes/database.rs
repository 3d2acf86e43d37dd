//! `database`.

use crate::ast::{DatabaseNode, DirectNode, ReadReplicasNode, StorageNode};
use crate::model::Place;
use crate::model::platform::MOST_STATED_REPLICAS;
use crate::model::volume::LARGEST_GIB;
use crate::parse::fields::Fields;
use crate::parse::value;

const ANY: std::ops::RangeInclusive<u32> = 0..=u32::MAX;
/// What RDS for PostgreSQL accepts for `max_connections`.
const CONNECTIONS: std::ops::RangeInclusive<u32> = 6..=262_143;

fn storage(fields: &mut Fields<'_>) -> StorageNode {
    StorageNode {
        gib: fields.property("gib", value::gib(1..=LARGEST_GIB)),
        max_gib: fields.property("max-gib", value::gib(0..=LARGEST_GIB)),
        kind: fields.property("type", value::word),
        iops: fields.property("iops", value::whole(1..=u32::MAX)),
        throughput: fields.property("throughput", value::whole(1..=u32::MAX)),
    }
}

fn replicas(fields: &mut Fields<'_>) -> ReadReplicasNode {
    ReadReplicasNode {
        // RDS allows 15 read replicas of one source.
        count: fields.maybe(value::whole(0..=MOST_STATED_REPLICAS)),
        instance: fields.property("instance", value::placed(Place::AwsWord)),
        max_connections: fields.property("max-connections", value::whole(CONNECTIONS)),
        via: fields.property("via", value::word),
    }
}

fn direct(fields: &mut Fields<'_>) -> DirectNode {
    DirectNode {
        monitoring: fields.property("monitoring", value::whole(ANY)),
        replication: fields.property("replication", value::whole(ANY)),
        admin: fields.property("admin", value::whole(ANY)),
        migrations: fields.property("migrations", value::whole(ANY)),
    }
}

/// `database`.
pub fn database(fields: &mut Fields<'_>) -> DatabaseNode {
    let (backup_days, backup_window) = fields.group("backup", |backup| {
        let days = backup.property("days", value::whole(0..=35));
        (days, backup.property("window", value::daily))
    });
    let (maintenance_window, maintenance_apply) = fields.group("maintenance", |maintenance| {
        let window = maintenance.property("window", value::weekly);
        (window, maintenance.property("apply", value::word))
    });
    DatabaseNode {
        place: Some(fields.name_span()),
        name: fields.single("name", "\"kaireon-prod\"", value::lettered_name),
        instance: fields.single(
            "instance",
            "\"db.r6g.large\"",
            value::placed(Place::AwsWord),
        ),
        engine: fields.single("engine", "\"16\"", value::placed(Place::AwsWord)),
        max_connections: fields.single("max-connections", "200", value::whole(CONNECTIONS)),
        multi_az: fields.single("multi-az", "#true", value::flag),
        storage: fields.group("storage", storage),
        replicas: fields.group("replicas", replicas),
        direct: fields.group("direct", direct),
        backup_days,
        backup_window,
        maintenance_window,
        maintenance_apply,
        endpoint: fields.single("endpoint", "\"db.example.com\"", value::placed(Place::Host)),
        dbname: fields.single("dbname", "\"kaireon\"", value::placed(Place::PostgresName)),
        user: fields.single("user", "\"kaireon\"", value::placed(Place::PostgresName)),
        master: fields.single("master", "\"postgres\"", value::placed(Place::PostgresName)),
        tls: fields.single("tls", "\"verify-full\"", value::word),
    }
}
