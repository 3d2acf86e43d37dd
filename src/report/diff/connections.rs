//! The connections that each database server can get at the autoscalers' maxima.

use schemars::JsonSchema;
use serde::Serialize;

use crate::budget::connections::{RESERVED, ServerBudget, primary, replica};
use crate::model::Environment;

/// The connections that one server can get.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ServerConnections {
    /// Which server.
    pub server: DatabaseServer,
    /// Its `max-connections`.
    pub max_connections: u32,
    /// The slots reserved for superusers and RDS.
    pub reserved: u32,
    /// The clients and their connections.
    pub parts: Vec<ConnectionsOf>,
    /// All connections that may be open at once.
    pub total: u64,
    /// Whether it fits beside the reserved slots.
    pub holds: bool,
}

/// A server of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub enum DatabaseServer {
    /// The primary.
    #[serde(rename = "primary")]
    Primary,
    /// Any of the read replicas.
    #[serde(rename = "read replica")]
    ReadReplica,
}

impl DatabaseServer {
    /// Every server.
    pub const ALL: [Self; 2] = [Self::Primary, Self::ReadReplica];
}

/// The connections that one client can open.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ConnectionsOf {
    /// The owner, such as `pgbouncer` or `service.reports`.
    pub who: String,
    /// Its pods; 1 for people and programs outside of the cluster.
    pub pods: u32,
    /// Connections of each.
    pub each: u64,
}

/// The servers of an environment: the primary, and one read replica if there are any.
pub(super) fn of_environment(environment: &Environment) -> Vec<ServerConnections> {
    let database = &environment.database;
    let mut servers = vec![server(
        DatabaseServer::Primary,
        database.max_connections.value,
        &primary(environment),
        environment,
    )];
    if database.replicas.count.value > 0 {
        servers.push(server(
            DatabaseServer::ReadReplica,
            database.replicas.max_connections.value,
            &replica(environment),
            environment,
        ));
    }
    servers
}

fn server(
    server: DatabaseServer,
    max_connections: u32,
    budget: &ServerBudget,
    environment: &Environment,
) -> ServerConnections {
    let pooler = &environment.pgbouncer;
    let part = |who: &str, pods, each| ConnectionsOf {
        who: who.to_owned(),
        pods,
        each,
    };
    let mut parts = Vec::new();
    // A replica has the entry for reads alone.
    let entries = pooler.entries().filter(|entry| match server {
        DatabaseServer::Primary => true,
        DatabaseServer::ReadReplica => entry.name.is_none(),
    });
    for entry in entries.filter(|_| budget.pooled > 0) {
        let who = match entry.name {
            None => "pgbouncer".to_owned(),
            Some(name) => format!("pgbouncer, database {name}"),
        };
        let each = u64::from(entry.max_db.value);
        parts.push(part(&who, pooler.instances.value, each));
        let draining = format!("{who}, draining");
        parts.push(part(&draining, pooler.draining(), each));
    }
    let terms = budget.terms.iter();
    parts.extend(terms.map(|term| part(&term.who, term.pods, u64::from(term.per_pod))));
    parts.push(part("direct", 1, budget.direct));
    ServerConnections {
        server,
        max_connections,
        reserved: RESERVED,
        parts,
        total: budget.total(),
        holds: budget.holds(),
    }
}
