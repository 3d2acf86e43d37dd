//! Whether the pods fit the nodes: every Deployment at its maximum and surging at once, every node
//! group at its maximum.
//!
//! A node offers the catalogue's allocatable amounts minus its daemons. The sums are exact bounds,
//! and so is the whole number of pods that a node holds: if one fails, no scheduler can place the
//! pods. First-fit-decreasing is a heuristic: if it fails, a scheduler may still succeed.

mod crowd;
mod landing;
mod needed;
mod node;
mod sets;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::Catalogue;
use crate::model::{Environment, Name};

pub use crowd::{Crowd, places};
pub use landing::{Asking, Wants, asking, groups_for, open_to};
pub use needed::{AtBound, group_to_grow, needed};
pub use node::{DaemonTotals, addressed_pods, arch, daemons, kubelet_pods, room};
use sets::{Numbered, Set};

/// Bytes of a MiB.
const MEBIBYTE: u64 = 1_048_576;

/// The most pods that are placed one by one. Above it, only the sums are checked.
const MOST_PODS: u64 = 50_000;

/// The most nodes beyond the sums that are tried.
const TRIES: u32 = 64;

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
    /// The most nodes.
    pub nodes: u32,
    /// Millicores of one node, without its daemons.
    pub cpu: u64,
    /// Bytes of one node, without its daemons.
    pub memory: u64,
    /// Pods of one node, without its daemons.
    pub pods: u64,
}

impl Room {
    /// Whether one pod of `load` fits an empty node.
    #[must_use]
    pub fn takes(&self, load: &Load) -> bool {
        load.cpu <= self.cpu && load.memory <= self.memory && self.pods > 0
    }

    /// Takes as many of `pods` pods of `load` as fit, and returns their number.
    fn take(&mut self, load: &Load, pods: u64) -> u64 {
        let most = |room: u64, each: u64| room.checked_div(each).unwrap_or(u64::MAX);
        let taken = pods
            .min(most(self.cpu, load.cpu))
            .min(most(self.memory, load.memory))
            .min(self.pods);
        self.cpu -= taken * load.cpu;
        self.memory -= taken * load.memory;
        self.pods -= taken;
        taken
    }
}

/// Node groups, each with its room.
pub type Rooms = BTreeMap<Name, Room>;

/// What can run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// CPU, in millicores.
    Cpu,
    /// Memory, in bytes.
    Memory,
    /// Addresses of pods.
    Pods,
}

impl Resource {
    const ALL: [Self; 3] = [Self::Cpu, Self::Memory, Self::Pods];

    /// What one pod asks for.
    #[must_use]
    pub fn asked(self, load: &Load) -> u64 {
        match self {
            Self::Cpu => load.cpu,
            Self::Memory => load.memory,
            Self::Pods => 1,
        }
    }

    /// What one node has.
    #[must_use]
    pub fn has(self, room: &Room) -> u64 {
        match self {
            Self::Cpu => room.cpu,
            Self::Memory => room.memory,
            Self::Pods => room.pods,
        }
    }

    /// An amount in the unit of manifests; memory in whole MiB.
    #[must_use]
    pub fn shown(self, amount: u128) -> String {
        match self {
            Self::Cpu => format!("{amount}m"),
            Self::Memory => format!("{}Mi", amount.div_ceil(u128::from(MEBIBYTE))),
            Self::Pods => amount.to_string(),
        }
    }

    /// An amount, in a sentence.
    #[must_use]
    pub fn told(self, amount: u128) -> String {
        let shown = self.shown(amount);
        match self {
            Self::Cpu => format!("{shown} of CPU"),
            Self::Memory => format!("{shown} of memory"),
            Self::Pods => format!("{shown} addresses"),
        }
    }
}

/// A sum that exceeds what the nodes offer.
#[derive(Clone, Copy, Debug)]
pub struct PackedSum {
    /// Of what.
    pub resource: Resource,
    /// The demand.
    pub asked: u128,
    /// What is there.
    pub has: u128,
}

/// Node groups that lack something for the pods that must run on them.
#[derive(Clone, Debug)]
pub struct Shortage {
    /// The groups.
    pub groups: BTreeSet<Name>,
    /// The sums that fail.
    pub sums: Vec<PackedSum>,
    /// If every sum fits: pods for which the nodes have too few places.
    pub crowd: Option<Crowd>,
}

/// The groups of `environment`; `None` if the catalogue lacks one of their instance types.
#[must_use]
pub fn rooms(environment: &Environment, catalogue: &Catalogue) -> Option<Rooms> {
    let groups = environment.nodes.iter();
    groups
        .map(|(name, group)| {
            let room = room(group, catalogue)?;
            Some((name.clone(), room))
        })
        .collect()
}

/// Everything that needs room, and the groups that may run it.
#[must_use]
pub fn loads(environment: &Environment, catalogue: &Catalogue) -> Vec<Load> {
    asking(environment)
        .into_iter()
        .map(|asking| Load {
            groups: groups_for(environment, catalogue, &asking.wants),
            cpu: asking.cpu.value.milli(),
            memory: asking.memory.value.units(),
            pods: asking.pods,
            who: asking.who,
        })
        .collect()
}

/// The loads whose pod is larger than an empty node of every group that takes it.
pub fn too_large<'a>(loads: &'a [Load], rooms: &'a Rooms) -> impl Iterator<Item = &'a Load> {
    loads.iter().filter(|load| {
        let mut takes = load.groups.iter().filter_map(|name| rooms.get(name));
        load.pods > 0 && !load.groups.is_empty() && !takes.any(|room| room.takes(load))
    })
}

/// The loads that no group outside of `groups` takes.
pub fn bound_to<'a>(
    loads: &'a [Load],
    groups: &'a BTreeSet<Name>,
) -> impl Iterator<Item = &'a Load> {
    loads
        .iter()
        .filter(move |load| !load.groups.is_empty() && load.groups.is_subset(groups))
}

/// The exact bounds that fail. For each set of groups, the sums cover every load that must run on
/// them. A set is left out if it only fails because a subset does.
#[must_use]
pub fn shortages(loads: &[Load], rooms: &Rooms) -> Vec<Shortage> {
    let numbered = Numbered::of(loads, rooms);
    let mut found: Vec<(Set, Shortage)> = Vec::new();
    for set in numbered.unions() {
        if found.iter().any(|(smaller, _)| smaller.is_subset(&set)) {
            continue;
        }
        if let Some((sums, crowd)) = numbered.short(&set) {
            let groups = numbered.names(&set);
            let short = Shortage {
                groups,
                sums,
                crowd,
            };
            found.push((set, short));
        }
    }
    found.into_iter().map(|(_, short)| short).collect()
}

/// The smallest node count of `group` at which nothing is short and everything is placed; `None` if
/// more nodes of this group do not help.
#[must_use]
pub fn fewest_nodes(loads: &[Load], rooms: &Rooms, group: &Name) -> Option<u32> {
    let room = rooms.get(group)?;
    let missing = |sum: &PackedSum| {
        let each = u128::from(sum.resource.has(room));
        let lacking = sum.asked.saturating_sub(sum.has);
        (each > 0).then(|| lacking.div_ceil(each))
    };
    let unplaceable = |crowd: &Crowd| {
        let each = u128::from(places(room, crowd.cpu, crowd.memory));
        let lacking = u128::from(crowd.pods - crowd.places);
        (each > 0).then(|| lacking.div_ceil(each))
    };
    let shortages = shortages(loads, rooms);
    // More nodes of this group do not help other groups.
    if shortages.iter().any(|short| !short.groups.contains(group)) {
        return None;
    }
    let own = shortages.iter();
    let more: Option<Vec<u128>> = own
        .flat_map(|short| {
            let sums = short.sums.iter().map(missing);
            sums.chain(short.crowd.iter().map(unplaceable))
        })
        .collect();
    let more = u32::try_from(more?.into_iter().max().unwrap_or(0)).ok()?;
    let least = room.nodes.checked_add(more)?;
    (least..=least.saturating_add(TRIES)).find(|nodes| {
        let mut grown = rooms.clone();
        if let Some(room) = grown.get_mut(group) {
            room.nodes = *nodes;
        }
        self::shortages(loads, &grown).is_empty() && unplaced(loads, &grown).is_none()
    })
}

/// The first load that first-fit-decreasing cannot place; `None` if everything is placed, or if
/// there are too many pods to try. Loads without a group are left out.
#[must_use]
pub fn unplaced<'a>(loads: &'a [Load], rooms: &Rooms) -> Option<&'a Load> {
    let placed = |load: &&Load| !load.groups.is_empty();
    let pods: u64 = loads
        .iter()
        .filter(placed)
        .map(|load| u64::from(load.pods))
        .sum();
    if pods > MOST_PODS {
        return None;
    }
    // No more nodes than pods can be in use.
    let count = |room: &Room| usize::try_from(u64::from(room.nodes).min(pods)).unwrap_or_default();
    let nodes = rooms
        .iter()
        .map(|(name, room)| (name, vec![*room; count(room)]));
    let mut nodes: BTreeMap<&Name, Vec<Room>> = nodes.collect();
    alike(loads).into_iter().find_map(|(load, pods)| {
        let mut left = pods;
        // The pods of one load are alike: the first node takes as many as fit, then the next.
        for name in &load.groups {
            let own = nodes.get_mut(name).into_iter().flatten();
            left = own.fold(left, |left, room| match left {
                0 => 0,
                left => left - room.take(load, left),
            });
            if left == 0 {
                break;
            }
        }
        (left > 0).then_some(load)
    })
}

/// The loads that have a group, largest first, with their pods. Loads with the same requests and
/// groups are merged under the first one's name.
fn alike(loads: &[Load]) -> Vec<(&Load, u64)> {
    let mut kinds: Vec<(&Load, u64)> = Vec::new();
    let mut known: BTreeMap<(u64, u64, &BTreeSet<Name>), usize> = BTreeMap::new();
    for load in loads.iter().filter(|load| !load.groups.is_empty()) {
        let next = kinds.len();
        let at = *known
            .entry((load.cpu, load.memory, &load.groups))
            .or_insert(next);
        match kinds.get_mut(at) {
            Some((_, pods)) => *pods += u64::from(load.pods),
            None => kinds.push((load, u64::from(load.pods))),
        }
    }
    kinds.sort_by_key(|(load, _)| std::cmp::Reverse((load.cpu, load.memory)));
    kinds
}
