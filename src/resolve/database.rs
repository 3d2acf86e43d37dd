//! The database; a replica is like its source unless it says otherwise.

use crate::ast::{Ast, Over as _, ReadReplicasNode};
use crate::model::declaration::Settled as _;
use crate::model::platform::Hosts;
use crate::model::{
    Backup, Database, Direct, Maintenance, Name, ReadReplicas, SslMode, Storage, Via,
};
use crate::source::{Inputs, Sourced};

use super::resolver::Resolver;
use super::workload::named_by_convention;

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
    let name = resolver.or_derive(node.name, || by_convention(app, environment));
    let instance = resolver.need(node.instance, "database.instance");
    let max_connections = resolver.need(node.max_connections, "database.max-connections");
    let replicas = replicas(resolver, node.replicas, &instance, &max_connections);
    let endpoint = resolver.maybe(node.endpoint);
    Database {
        engine: resolver.need(node.engine, "database.engine"),
        multi_az: resolver.need(node.multi_az, "database.multi-az"),
        storage: Storage::settle(node.storage, resolver, "database.storage"),
        direct: Direct::settle(node.direct, resolver, "database.direct"),
        backup: Backup::settle(node.backup, resolver, "database.backup"),
        maintenance: Maintenance::settle(node.maintenance, resolver, "database.maintenance"),
        dbname: resolver.or_derive(node.dbname, || named_by(app)),
        user: resolver.or_derive(node.user, || named_by(app)),
        env_host: resolver.maybe(node.env_host),
        env_port: resolver.maybe(node.env_port),
        env_name: resolver.maybe(node.env_name),
        env_user: resolver.maybe(node.env_user),
        env_password: resolver.maybe(node.env_password),
        master: resolver.or_derive(node.master, by_default),
        tls: resolver.or_derive(node.tls, || tls(endpoint.as_ref(), &name, &replicas)),
        name,
        replicas,
        endpoint,
        instance,
        max_connections,
    }
}

fn by_convention(app: &Sourced<Name>, environment: &Sourced<Name>) -> Sourced<Name> {
    let mut inputs = Inputs::new();
    let app = inputs.read("app", app);
    let environment = inputs.read("environment", environment);
    named_by_convention(inputs, format!("{app}-{environment}"))
}

/// RDS database and role names know no hyphen.
fn named_by(app: &Sourced<Name>) -> Sourced<String> {
    let mut inputs = Inputs::new();
    let name = inputs.read("app", app).as_str().replace('-', "_");
    inputs.derive(name.clone(), "database-named-by-app", name)
}

/// Never the application's role: RDS sets the master user when it creates an instance, and never
/// after, while an application comes and goes.
fn by_default() -> Sourced<String> {
    Sourced::unless_stated(
        Database::MASTER.to_owned(),
        "master-by-default",
        "the default of RDS for PostgreSQL",
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
    let mut inputs = Inputs::new();
    let value = inputs.read(path, source).clone();
    let arithmetic = format!("`{path}`, which is {value}");
    inputs.derive(value, "replica-like-its-source", arithmetic)
}

/// How the server's certificate is checked if the file does not say. A Service in front of the server
/// has another name than its certificate, so `verify-full` would refuse it.
fn tls(
    endpoint: Option<&Sourced<String>>,
    name: &Sourced<Name>,
    replicas: &ReadReplicas,
) -> Sourced<SslMode> {
    let mut inputs = Inputs::new();
    let (mut of_name, mut count, mut way) = (Inputs::new(), Inputs::new(), Inputs::new());
    let hosts = Hosts {
        endpoint: inputs
            .read_optional("database.endpoint", endpoint)
            .map(String::as_str),
        name: of_name.read("database.name", name),
        replicas: *count.read("database.replicas.count", &replicas.count),
        via: *way.read("database.replicas.via", &replicas.via),
    };
    // Without an endpoint no server's name is known. The hosts of the replicas matter if PgBouncer
    // connects to them, and what the replicas are matters if their hosts are unknown.
    let (any, pooled) = (hosts.replicas > 0, hosts.via == Via::Pgbouncer);
    let unknown = hosts.endpoint.is_some() && hosts.of_replicas().is_none();
    inputs.join(of_name, hosts.endpoint.is_some() && any && pooled);
    inputs.join(count, unknown && pooled);
    inputs.join(way, unknown && any);
    let (mode, why) = if hosts.are_named() {
        let why = "every server is reached by the name in its certificate";
        (SslMode::VerifyFull, why)
    } else if hosts.endpoint.is_some() {
        let why = "the read replicas' hosts do not follow from `database.endpoint`: the certificate's chain is checked, not its name";
        (SslMode::VerifyCa, why)
    } else {
        let why = "without `database.endpoint` the server's own name is unknown: the certificate's chain is checked, not its name";
        (SslMode::VerifyCa, why)
    };
    inputs.derive(mode, "tls-follows-endpoint", why)
}
