//! Whether pods fit the nodes: every Deployment at its maximum and surging at once, on node
//! groups at their maximum.
//!
//! A node offers what the catalogue measures as allocatable, without the daemons that run on each.
//! The sums are exact bounds: where one fails, nothing fits. First-fit-decreasing is a heuristic:
//! where it fails, a scheduler may still succeed, but nothing says that it will.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::Catalogue;
use crate::model::{Arch, Capacity, Environment, Name, Quantity};

/// Millicores of a node that daemons take.
pub const DAEMON_MILLICORES: u64 = 300;

/// MiB of a node that daemons take.
pub const DAEMON_MEBIBYTES: u64 = 500;

/// The most pods that are packed one by one; above it only the sums are looked at.
const MOST_PODS: u64 = 5_000;

/// Pods of one Deployment.
#[derive(Clone, Debug)]
pub struct Load {
    /// Whose, such as `worker.decisions`.
    pub who: String,
    /// How many at once, the surge included.
    pub pods: u32,
    /// Millicores that one asks for.
    pub cpu: u64,
    /// Bytes that one asks for.
    pub memory: u64,
    /// The node groups that take them.
    pub groups: BTreeSet<Name>,
}

/// What a node group offers to pods.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Nodes at the most.
    pub nodes: u32,
    /// Millicores of one node, without its daemons.
    pub cpu: u64,
    /// Bytes of one node, without its daemons.
    pub memory: u64,
    /// Pods of one node.
    pub pods: u64,
}

impl Room {
    /// Whether one pod of `load` fits an empty node.
    #[must_use]
    pub fn takes(&self, load: &Load) -> bool {
        load.cpu <= self.cpu && load.memory <= self.memory && self.pods > 0
    }
}

/// An exact bound that fails.
#[derive(Clone, Debug)]
pub struct Shortage {
    /// `millicores of CPU`, `MiB of memory` or `pods`.
    pub what: &'static str,
    /// The groups whose sum it is.
    pub groups: BTreeSet<Name>,
    /// What is asked for.
    pub asked: u64,
    /// What is there.
    pub has: u64,
}

/// The groups of `environment`; none when the catalogue lacks one of their instance types.
#[must_use]
pub fn rooms(environment: &Environment, catalogue: &Catalogue) -> Option<BTreeMap<Name, Room>> {
    let daemons = Quantity::from_mebibytes(DAEMON_MEBIBYTES).units();
    environment
        .nodes
        .iter()
        .map(|(name, group)| {
            let node = catalogue.node_types.get(&group.instance.value)?;
            let room = Room {
                nodes: group.count.max.value,
                cpu: node
                    .allocatable_cpu
                    .milli()
                    .saturating_sub(DAEMON_MILLICORES),
                memory: node.allocatable_memory.units().saturating_sub(daemons),
                pods: u64::from(node.pods),
            };
            Some((name.clone(), room))
        })
        .collect()
}

/// The groups that take a workload: those that name the pool, else those that name nobody, are
/// bought the same way and have its architecture (any, where `arch` is none).
#[must_use]
pub fn groups_for(
    environment: &Environment,
    catalogue: &Catalogue,
    pool: Option<&Name>,
    capacity: Capacity,
    arch: Option<Arch>,
) -> BTreeSet<Name> {
    let of_arch = |instance: &str| {
        let node = catalogue.node_types.get(instance);
        arch.is_none() || node.is_none_or(|node| Some(node.arch) == arch)
    };
    let named: Vec<_> = environment
        .nodes
        .iter()
        .filter(|(_, group)| group.runs.iter().any(|runs| Some(&runs.value) == pool))
        .collect();
    let open = environment
        .nodes
        .iter()
        .filter(|(_, group)| group.runs.is_empty() && group.capacity.value == capacity);
    let candidates: Vec<_> = if named.is_empty() {
        open.collect()
    } else {
        named
    };
    candidates
        .into_iter()
        .filter(|(_, group)| of_arch(&group.instance.value))
        .map(|(name, _)| name.clone())
        .collect()
}

/// Everything that asks for room, and where it may go.
#[must_use]
pub fn loads(environment: &Environment, catalogue: &Catalogue) -> Vec<Load> {
    let on_demand = Capacity::OnDemand;
    let load = |who: String, pods: u32, cpu: Quantity, memory: Quantity, groups| Load {
        who,
        pods,
        cpu: cpu.milli(),
        memory: memory.units(),
        groups,
    };
    let of = |pool, capacity, arch| groups_for(environment, catalogue, pool, capacity, arch);
    let api = &environment.api.workload;
    let ask = &api.requests;
    let groups = of(None, on_demand, Some(api.arch.value));
    let mut all = vec![load(
        "api".into(),
        api.peak(),
        ask.cpu.value,
        ask.memory.value,
        groups,
    )];
    for (name, worker) in &environment.worker {
        let ask = &worker.workload.requests;
        let arch = Some(worker.workload.arch.value);
        let groups = of(Some(name), worker.capacity.value, arch);
        let who = format!("worker.{name}");
        all.push(load(
            who,
            worker.peak(),
            ask.cpu.value,
            ask.memory.value,
            groups,
        ));
    }
    let anywhere = of(None, on_demand, None);
    for (name, service) in &environment.service {
        let (who, pods) = (format!("service.{name}"), service.replicas.value);
        let (cpu, memory) = (service.cpu.value, service.memory.value);
        all.push(load(who, pods, cpu, memory, anywhere.clone()));
    }
    let pgbouncer = &environment.pgbouncer;
    // Only a single instance surges: two or more roll in place.
    let instances = pgbouncer.instances.value;
    let pods = instances.saturating_add(u32::from(instances == 1));
    let ask = &pgbouncer.requests;
    all.push(load(
        "pgbouncer".into(),
        pods,
        ask.cpu.value,
        ask.memory.value,
        anywhere,
    ));
    all
}

/// The loads of which one pod is larger than an empty node of every group that takes it.
pub fn too_large<'a>(
    loads: &'a [Load],
    rooms: &'a BTreeMap<Name, Room>,
) -> impl Iterator<Item = &'a Load> {
    loads.iter().filter(|load| {
        let mut takes = load.groups.iter().filter_map(|name| rooms.get(name));
        load.pods > 0 && !load.groups.is_empty() && !takes.any(|room| room.takes(load))
    })
}

/// The exact bounds that fail: for each set of groups that some load is bound to, the sums over
/// every load that can go nowhere else.
#[must_use]
pub fn shortages(loads: &[Load], rooms: &BTreeMap<Name, Room>) -> Vec<Shortage> {
    let sets: BTreeSet<&BTreeSet<Name>> = loads.iter().map(|load| &load.groups).collect();
    let mut found = Vec::new();
    for groups in sets.into_iter().filter(|groups| !groups.is_empty()) {
        let bound = |load: &&Load| !load.groups.is_empty() && load.groups.is_subset(groups);
        let asked = |each: &dyn Fn(&Load) -> u64| -> u128 {
            let each = |load: &Load| u128::from(load.pods) * u128::from(each(load));
            loads.iter().filter(bound).map(each).sum()
        };
        let has = |each: &dyn Fn(&Room) -> u64| -> u128 {
            let rooms = groups.iter().filter_map(|name| rooms.get(name));
            rooms
                .map(|room| u128::from(room.nodes) * u128::from(each(room)))
                .sum()
        };
        let sums = [
            (
                "millicores of CPU",
                asked(&|load| load.cpu),
                has(&|room| room.cpu),
                1,
            ),
            (
                "MiB of memory",
                asked(&|load| load.memory),
                has(&|room| room.memory),
                1_048_576,
            ),
            ("pods", asked(&|_| 1), has(&|room| room.pods), 1),
        ];
        for (what, asked, has, unit) in sums {
            if asked > has {
                let shown = |sum: u128| u64::try_from(sum).unwrap_or(u64::MAX);
                let (asked, has) = (shown(asked.div_ceil(unit)), shown(has / unit));
                let groups = groups.clone();
                found.push(Shortage {
                    what,
                    groups,
                    asked,
                    has,
                });
            }
        }
    }
    found
}

/// The first load that first-fit-decreasing cannot place; none when everything is placed, or when
/// there are more pods than are packed one by one. Loads without a group are left out.
#[must_use]
pub fn unplaced<'a>(loads: &'a [Load], rooms: &BTreeMap<Name, Room>) -> Option<&'a Load> {
    let placed = |load: &&Load| !load.groups.is_empty();
    let pods: u64 = loads
        .iter()
        .filter(placed)
        .map(|load| u64::from(load.pods))
        .sum();
    if pods > MOST_PODS {
        return None;
    }
    let mut nodes: Vec<(&Name, Room)> = Vec::new();
    for (name, room) in rooms {
        // No more nodes than pods can be in use.
        let count = u64::from(room.nodes).min(pods);
        nodes.extend((0..count).map(|_| (name, *room)));
    }
    let mut order: Vec<&Load> = loads.iter().filter(placed).collect();
    order.sort_by_key(|load| std::cmp::Reverse((load.cpu, load.memory)));
    for load in order {
        for _ in 0..load.pods {
            let mut fitting = nodes
                .iter_mut()
                .filter(|(name, _)| load.groups.contains(*name));
            let Some((_, room)) = fitting.find(|(_, room)| room.takes(load)) else {
                return Some(load);
            };
            room.cpu -= load.cpu;
            room.memory -= load.memory;
            room.pods -= 1;
        }
    }
    None
}
