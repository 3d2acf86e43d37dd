//! Everything that needs room, and the node groups that can run it.

use std::collections::BTreeSet;

use crate::budget::placement::{self, Placement};
use crate::catalogue::Catalogue;
use crate::model::{Arch, Environment, Name, NodeGroup, Pgbouncer, Quantity, Worker, Workload};
use crate::source::Sourced;

/// The requirements of a workload on its nodes.
#[derive(Clone, Debug)]
pub struct Wants<'a> {
    /// The pool; `None` for other workloads.
    pub pool: Option<&'a Name>,
    /// The nodes that its manifest lets it run on.
    pub placement: Placement<'a>,
    /// The architecture; `None` for images that run on any.
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

/// Everything that needs room: the APIs, the pools, the services, PgBouncer.
#[must_use]
pub fn asking(environment: &Environment) -> Vec<Asking<'_>> {
    let shared = Wants {
        pool: None,
        placement: placement::of_the_rest(&environment.nodes),
        arch: None,
    };
    let apis = environment.apis();
    let mut all: Vec<Asking<'_>> = apis.map(|(who, it)| api(who, it, shared.clone())).collect();
    let pools = environment.worker.iter();
    all.extend(pools.map(|(name, worker)| pool(environment, name, worker)));
    all.extend(environment.service.iter().map(|(name, service)| Asking {
        who: format!("service.{name}"),
        pods: service.replicas.value,
        cpu: &service.cpu,
        memory: &service.memory,
        wants: shared.clone(),
    }));
    all.push(pgbouncer(&environment.pgbouncer, shared));
    all
}

fn api<'a>(who: String, api: &'a Workload, shared: Wants<'a>) -> Asking<'a> {
    Asking {
        who,
        pods: api.peak(),
        cpu: &api.requests.cpu,
        memory: &api.requests.memory,
        wants: Wants {
            arch: Some(api.arch.value),
            ..shared
        },
    }
}

fn pool<'a>(environment: &'a Environment, name: &'a Name, worker: &'a Worker) -> Asking<'a> {
    let placement = placement::of_pool(&environment.nodes, name, worker.capacity.value);
    Asking {
        who: format!("worker.{name}"),
        pods: worker.peak(),
        cpu: &worker.workload.requests.cpu,
        memory: &worker.workload.requests.memory,
        wants: Wants {
            pool: Some(name),
            placement,
            arch: Some(worker.workload.arch.value),
        },
    }
}

fn pgbouncer<'a>(pgbouncer: &'a Pgbouncer, shared: Wants<'a>) -> Asking<'a> {
    // Only a single instance surges: two or more are replaced in place.
    let instances = pgbouncer.instances.value;
    Asking {
        who: "pgbouncer".into(),
        pods: instances.saturating_add(u32::from(instances == 1)),
        cpu: &pgbouncer.requests.cpu,
        memory: &pgbouncer.requests.memory,
        wants: shared,
    }
}

/// The groups that can run a workload: its placement allows them, and they have its architecture.
#[must_use]
pub fn groups_for(
    environment: &Environment,
    catalogue: &Catalogue,
    wants: &Wants<'_>,
) -> BTreeSet<Name> {
    let fits = |group: &NodeGroup| {
        let arch = super::arch(group, catalogue);
        wants.arch.is_none() || arch.is_none() || arch == wants.arch
    };
    let among = wants.placement.among(&environment.nodes).into_iter();
    among
        .filter(|(_, group)| fits(group))
        .map(|(name, _)| name.clone())
        .collect()
}

/// The groups that name a pool. If no group does, and for other workloads: the groups that name no
/// pool.
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
