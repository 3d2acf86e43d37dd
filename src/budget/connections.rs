//! Connections, on both sides of PgBouncer, at the autoscalers' maxima.
//!
//! Server side: every PgBouncer pod may open `max_db_connections` to a server, one pod more than
//! declared exists while a rollout drains (the emitted Deployment makes it one and never more),
//! and what bypasses PgBouncer is added. PostgreSQL keeps 3 slots for superusers and RDS 2 more.

use crate::model::{Environment, Name, Via};

/// Slots nobody else gets: `superuser_reserved_connections` (3) and RDS' own (2).
pub const RESERVED: u32 = 5;

/// PgBouncer pods that can drain while every declared one runs.
pub const DRAINING: u32 = 1;

/// One summand of a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Who, such as `worker.decisions`.
    pub who: String,
    /// Pods.
    pub pods: u32,
    /// Connections of each.
    pub per_pod: u32,
}

impl Term {
    /// Connections of all of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        u64::from(self.pods) * u64::from(self.per_pod)
    }
}

/// What may reach one PostgreSQL server.
#[derive(Clone, Debug)]
pub struct ServerBudget {
    /// `(instances + draining) * max-db`.
    pub pooled: u64,
    /// Connections that bypass PgBouncer: the `direct` node.
    pub direct: u64,
    /// Pods that connect directly.
    pub terms: Vec<Term>,
    /// `max-connections` without the reserved slots.
    pub usable: u64,
}

impl ServerBudget {
    /// Everything that may be open at once.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.pooled + self.direct + self.terms.iter().map(Term::total).sum::<u64>()
    }

    /// Whether it fits.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.total() <= self.usable
    }
}

/// The `direct` node's sum.
#[must_use]
pub fn direct(environment: &Environment) -> u64 {
    let direct = &environment.database.direct;
    [
        &direct.monitoring,
        &direct.replication,
        &direct.admin,
        &direct.migrations,
    ]
    .iter()
    .map(|count| u64::from(count.value))
    .sum()
}

fn pooled(environment: &Environment) -> u64 {
    let pgbouncer = &environment.pgbouncer;
    (u64::from(pgbouncer.instances.value) + u64::from(DRAINING))
        * u64::from(pgbouncer.pool.max_db.value)
}

/// What may reach the primary.
#[must_use]
pub fn primary(environment: &Environment) -> ServerBudget {
    ServerBudget {
        pooled: pooled(environment),
        direct: direct(environment),
        terms: services(environment, Via::Direct),
        usable: u64::from(
            environment
                .database
                .max_connections
                .value
                .saturating_sub(RESERVED),
        ),
    }
}

/// What may reach one read replica: a server of its own, on which all readers can meet.
#[must_use]
pub fn replica(environment: &Environment) -> ServerBudget {
    let replicas = &environment.database.replicas;
    let (pooled, terms) = match replicas.via.value {
        Via::Pgbouncer => (pooled(environment), Vec::new()),
        Via::Direct => (
            0,
            vec![Term {
                who: "api".into(),
                pods: environment.api.workload.peak(),
                per_pod: environment.api.workload.connections.per_pod.value,
            }],
        ),
    };
    ServerBudget {
        pooled,
        direct: direct(environment),
        terms,
        usable: u64::from(replicas.max_connections.value.saturating_sub(RESERVED)),
    }
}

fn services(environment: &Environment, via: Via) -> Vec<Term> {
    environment
        .service
        .iter()
        .filter(|(_, service)| service.via.value == via)
        .map(|(name, service)| Term {
            who: format!("service.{name}"),
            pods: service.replicas.value,
            per_pod: service.per_pod.value,
        })
        .collect()
}

fn clients(environment: &Environment, api: u32, pods_of: impl Fn(&Name) -> u32) -> Vec<Term> {
    let mut terms = vec![Term {
        who: "api".into(),
        pods: api,
        per_pod: environment.api.workload.connections.per_pod.value,
    }];
    terms.extend(environment.worker.iter().map(|(name, worker)| Term {
        who: format!("worker.{name}"),
        pods: pods_of(name),
        per_pod: worker.workload.connections.per_pod.value,
    }));
    terms.extend(services(environment, Via::Pgbouncer));
    terms
}

/// Transactions that can want a server connection at once: every pod at the autoscalers' maxima.
#[must_use]
pub fn demand(environment: &Environment) -> Vec<Term> {
    clients(environment, environment.api.workload.most(), |name| {
        environment
            .worker
            .get(name)
            .map_or(0, crate::model::Worker::most)
    })
}

/// Client connections that PgBouncer must accept: the maxima, and the surge of a rollout of each.
#[must_use]
pub fn client_connections(environment: &Environment) -> Vec<Term> {
    clients(environment, environment.api.workload.peak(), |name| {
        environment
            .worker
            .get(name)
            .map_or(0, crate::model::Worker::peak)
    })
}

/// The sum of terms.
#[must_use]
pub fn total(terms: &[Term]) -> u64 {
    terms.iter().map(Term::total).sum()
}

/// A sum as a reader checks it: `20 x 5 (api) + 10 x 3 (worker.worker) = 130`.
#[must_use]
pub fn arithmetic(terms: &[Term]) -> String {
    let parts: Vec<String> = terms
        .iter()
        .map(|term| format!("{} x {} ({})", term.pods, term.per_pod, term.who))
        .collect();
    format!("{} = {}", parts.join(" + "), total(terms))
}
