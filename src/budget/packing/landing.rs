//! What asks for room, and the node groups that take it.

use std::collections::BTreeSet;

use crate::catalogue::Catalogue;
use crate::model::{Arch, Capacity, Environment, Name, NodeGroup, Pgbouncer, Quantity, Worker};
use crate::source::Sourced;

/// What a workload asks of the nodes it lands on.
#[derive(Clone, Copy, Debug)]
pub struct Wants<'a> {
    /// The pool, so that a group can name it; none for everything else.
    pub pool: Option<&'a Name>,
    /// How the nodes are bought.
    pub capacity: Capacity,
    /// Whether it refuses nodes that are bought otherwise: pools and PgBouncer say so in their
    /// affinity, the API and services go where there is room.
    pub strict: bool,
    /// The architecture; none for images that run on any.
    pub arch: Option<Arch>,
}

/// One Deployment that asks for room.
#[derive(Clone, Debug)]
pub struct Asking<'a> {
    /// Whose, such as `worker.decisions`.
    pub who: String,
    /// Pods at once, the surge included.
    pub pods: u32,
    /// Cores that one asks for.
    pub cpu: &'a Sourced<Quantity>,
    /// Bytes that one asks for.
    pub memory: &'a Sourced<Quantity>,
    /// Of the nodes.
    pub wants: Wants<'a>,
}

/// Goes where there is room, on demand if it can, on any architecture.
const ANYWHERE: Wants<'static> = Wants {
    pool: None,
    capacity: Capacity::OnDemand,
    strict: false,
    arch: None,
};

/// Everything that asks for room: the API, the pools, the services, PgBouncer.
#[must_use]
pub fn asking(environment: &Environment) -> Vec<Asking<'_>> {
    let api = &environment.api.workload;
    let mut all = vec![Asking {
        who: "api".into(),
        pods: api.peak(),
        cpu: &api.requests.cpu,
        memory: &api.requests.memory,
        wants: Wants {
            arch: Some(api.arch.value),
            ..ANYWHERE
        },
    }];
    let pools = environment.worker.iter();
    all.extend(pools.map(|(name, worker)| pool(name, worker)));
    all.extend(environment.service.iter().map(|(name, service)| Asking {
        who: format!("service.{name}"),
        pods: service.replicas.value,
        cpu: &service.cpu,
        memory: &service.memory,
        wants: ANYWHERE,
    }));
    all.push(pgbouncer(&environment.pgbouncer));
    all
}

fn pool<'a>(name: &'a Name, worker: &'a Worker) -> Asking<'a> {
    Asking {
        who: format!("worker.{name}"),
        pods: worker.peak(),
        cpu: &worker.workload.requests.cpu,
        memory: &worker.workload.requests.memory,
        wants: Wants {
            pool: Some(name),
            capacity: worker.capacity.value,
            strict: true,
            arch: Some(worker.workload.arch.value),
        },
    }
}

fn pgbouncer(pgbouncer: &Pgbouncer) -> Asking<'_> {
    // Only a single instance surges: two or more roll in place.
    let instances = pgbouncer.instances.value;
    Asking {
        who: "pgbouncer".into(),
        pods: instances.saturating_add(u32::from(instances == 1)),
        cpu: &pgbouncer.requests.cpu,
        memory: &pgbouncer.requests.memory,
        wants: Wants {
            strict: true,
            ..ANYWHERE
        },
    }
}

/// The groups that take a workload: those that name its pool, else those that name nobody; of
/// these, the ones that are bought as it wants and have its architecture. What is not strict takes
/// groups that are bought otherwise when there are no others.
#[must_use]
pub fn groups_for(
    environment: &Environment,
    catalogue: &Catalogue,
    wants: Wants<'_>,
) -> BTreeSet<Name> {
    let fits = |group: &NodeGroup| {
        let node = catalogue.node_types.get(&group.instance.value);
        let arch = node.map(|node| node.arch);
        wants.arch.is_none() || arch.is_none() || arch == wants.arch
    };
    let fitting: Vec<(&Name, &NodeGroup)> = open_to(environment, wants.pool)
        .into_iter()
        .filter(|(_, group)| fits(group))
        .collect();
    let bought = |(_, group): &&(&Name, &NodeGroup)| group.capacity.value == wants.capacity;
    let names = |(name, _): &(&Name, &NodeGroup)| (*name).clone();
    let wanted: BTreeSet<Name> = fitting.iter().filter(bought).map(names).collect();
    if wanted.is_empty() && !wants.strict {
        fitting.iter().map(names).collect()
    } else {
        wanted
    }
}

/// The groups that name a pool; where none does, and for everything else, those that name nobody.
#[must_use]
pub fn open_to<'a>(
    environment: &'a Environment,
    pool: Option<&Name>,
) -> Vec<(&'a Name, &'a NodeGroup)> {
    let names_it = |group: &NodeGroup| group.runs.iter().any(|runs| Some(&runs.value) == pool);
    let groups = || environment.nodes.iter();
    let named: Vec<_> = groups().filter(|(_, group)| names_it(group)).collect();
    if named.is_empty() {
        groups()
            .filter(|(_, group)| group.runs.is_empty())
            .collect()
    } else {
        named
    }
}
