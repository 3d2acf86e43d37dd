//! The database; a replica is like its source unless it says otherwise.

use crate::ast::{Ast, Over as _, ReadReplicasNode};
use crate::model::declaration::Settled as _;
use crate::model::{Backup, Database, Direct, Maintenance, Name, ReadReplicas, SslMode, Storage};
use crate::source::{Origin, Sourced};

use super::resolver::Resolver;

pub(super) fn resolve(
    resolver: &mut Resolver<'_>,
    file: &Ast,
    tier: &Ast,
    app: &Sourced<Name>,
    environment: &Sourced<Name>,
) -> Database {
    let node = file
        .stated
        .database
        .clone()
        .over(tier.stated.database.clone());
    let instance = resolver.need(node.instance, "database.instance");
    let max_connections = resolver.need(node.max_connections, "database.max-connections");
    let mut database = Database {
        name: resolver.or_derive(node.name, || by_convention(app, environment)),
        engine: resolver.need(node.engine, "database.engine"),
        multi_az: resolver.need(node.multi_az, "database.multi-az"),
        storage: Storage::settle(node.storage, resolver, "database.storage"),
        replicas: replicas(resolver, node.replicas, &instance, &max_connections),
        direct: Direct::settle(node.direct, resolver, "database.direct"),
        backup: Backup::settle(node.backup, resolver, "database.backup"),
        maintenance: Maintenance::settle(node.maintenance, resolver, "database.maintenance"),
        endpoint: resolver.maybe(node.endpoint),
        dbname: resolver.or_derive(node.dbname, || named_by(app)),
        user: resolver.or_derive(node.user, || named_by(app)),
        master: resolver.or_derive(node.master, by_default),
        tls: resolver.or_derive(node.tls, || by_hosts(false, "", true)),
        instance,
        max_connections,
    };
    if let Origin::Derived(_) = database.tls.origin {
        database.tls = tls(&database);
    }
    database
}

fn by_convention(app: &Sourced<Name>, environment: &Sourced<Name>) -> Sourced<Name> {
    let identifier = format!("{}-{}", app.value, environment.value);
    let arithmetic = format!("`{identifier}` by convention");
    Sourced::derived(
        Name::composed(identifier),
        "name-by-convention",
        vec!["app".into(), "environment".into()],
        arithmetic,
        true,
    )
}

/// RDS database and role names know no hyphen.
fn named_by(app: &Sourced<Name>) -> Sourced<String> {
    let name = app.value.as_str().replace('-', "_");
    Sourced::derived(
        name.clone(),
        "database-named-by-app",
        vec!["app".into()],
        name,
        app.sound,
    )
}

/// Never the application's role: RDS sets the master user when it creates an instance, and never
/// after, while an application comes and goes.
fn by_default() -> Sourced<String> {
    Sourced::derived(
        Database::MASTER.to_owned(),
        "master-by-default",
        Vec::new(),
        "the default of RDS for PostgreSQL".to_owned(),
        true,
    )
}

fn replicas(
    resolver: &mut Resolver<'_>,
    node: ReadReplicasNode,
    instance: &Sourced<String>,
    max_connections: &Sourced<u32>,
) -> ReadReplicas {
    ReadReplicas {
        count: resolver.need(node.count, "database.replicas.count"),
        instance: resolver.or_derive(node.instance, || same(instance, "database.instance")),
        max_connections: resolver.or_derive(node.max_connections, || {
            same(max_connections, "database.max-connections")
        }),
        via: resolver.need(node.via, "database.replicas.via"),
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

/// How the server's certificate is checked if the file does not say. A Service in front of the server
/// has another name than its certificate, so `verify-full` would refuse it.
fn tls(database: &Database) -> Sourced<SslMode> {
    let named = database.hosts_are_named();
    let why = if named {
        "every server is reached by the name in its certificate"
    } else if database.endpoint.is_some() {
        "the read replicas' hosts do not follow from `database.endpoint`: the certificate's chain is checked, not its name"
    } else {
        "without `database.endpoint` the server's own name is unknown: the certificate's chain is checked, not its name"
    };
    let sound = database.tls.sound
        && database.replicas.count.sound
        && database
            .endpoint
            .as_ref()
            .is_none_or(|endpoint| endpoint.sound);
    by_hosts(named, why, sound)
}

fn by_hosts(named: bool, why: &str, sound: bool) -> Sourced<SslMode> {
    let mode = if named {
        SslMode::VerifyFull
    } else {
        SslMode::VerifyCa
    };
    let inputs = ["endpoint", "name", "replicas.count", "replicas.via"];
    Sourced::derived(
        mode,
        "tls-follows-endpoint",
        inputs.map(|input| format!("database.{input}")).to_vec(),
        why.to_owned(),
        sound,
    )
}
