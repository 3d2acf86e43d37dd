//! The database; a replica is like its source unless it says otherwise.

use crate::ast::DatabaseNode;
use crate::model::{Backup, Database, Direct, Maintenance, Name, ReadReplicas, Storage};
use crate::source::Sourced;

use super::resolver::Resolver;

pub(super) fn resolve(
    resolver: &mut Resolver<'_>,
    node: DatabaseNode,
    app: &Sourced<Name>,
    environment: &Sourced<Name>,
) -> Database {
    let instance = resolver.need(node.instance, "database.instance");
    let max_connections = resolver.need(node.max_connections, "database.max-connections");
    let identifier = format!("{}-{}", app.value, environment.value);
    let by_convention = || {
        let inputs = vec!["app".into(), "environment".into()];
        let arithmetic = format!("`{identifier}` by convention");
        Sourced::derived(
            Name::composed(identifier.clone()),
            "name-by-convention",
            inputs,
            arithmetic,
            true,
        )
    };
    // RDS database and role names know no hyphen.
    let plain = || {
        let name = app.value.as_str().replace('-', "_");
        Sourced::derived(
            name.clone(),
            "database-named-by-app",
            vec!["app".into()],
            name,
            app.sound,
        )
    };
    Database {
        name: resolver.or_derive(node.name, by_convention),
        engine: resolver.need(node.engine, "database.engine"),
        multi_az: resolver.need(node.multi_az, "database.multi-az"),
        storage: Storage {
            gib: resolver.need(node.storage.gib, "database.storage.gib"),
            max_gib: resolver.need(node.storage.max_gib, "database.storage.max-gib"),
            kind: resolver.need(node.storage.kind, "database.storage.type"),
            iops: resolver.maybe(node.storage.iops),
            throughput: resolver.maybe(node.storage.throughput),
        },
        replicas: ReadReplicas {
            count: resolver.need(node.replicas.count, "database.replicas.count"),
            instance: resolver.or_derive(node.replicas.instance, || {
                same(&instance, "database.instance")
            }),
            max_connections: resolver.or_derive(node.replicas.max_connections, || {
                same(&max_connections, "database.max-connections")
            }),
            via: resolver.need(node.replicas.via, "database.replicas.via"),
        },
        direct: Direct {
            monitoring: resolver.need(node.direct.monitoring, "database.direct.monitoring"),
            replication: resolver.need(node.direct.replication, "database.direct.replication"),
            admin: resolver.need(node.direct.admin, "database.direct.admin"),
            migrations: resolver.need(node.direct.migrations, "database.direct.migrations"),
        },
        backup: Backup {
            days: resolver.need(node.backup_days, "database.backup.days"),
            window: resolver.need(node.backup_window, "database.backup.window"),
        },
        maintenance: Maintenance {
            window: resolver.need(node.maintenance_window, "database.maintenance.window"),
            apply: resolver.need(node.maintenance_apply, "database.maintenance.apply"),
        },
        endpoint: resolver.maybe(node.endpoint),
        dbname: resolver.or_derive(node.dbname, plain),
        user: resolver.or_derive(node.user, plain),
        tls: resolver.need(node.tls, "database.tls"),
        instance,
        max_connections,
    }
}

fn same<T: Clone + std::fmt::Display>(source: &Sourced<T>, path: &str) -> Sourced<T> {
    let arithmetic = format!("`{path}`, which is {}", source.value);
    Sourced::derived(
        source.value.clone(),
        "replica-like-its-source",
        vec![path.to_owned()],
        arithmetic,
        source.sound,
    )
}
