//! The number of nodes that the pods need, if a node autoscaler removes every empty node.

use std::collections::{BTreeMap, BTreeSet};

use super::{Load, MOST_PODS, Room, Rooms, alike, loads, rooms};
use crate::catalogue::Catalogue;
use crate::model::{Environment, Name, NodeGroup};

/// The bounds that all autoscalers are at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtBound {
    /// The fewest pods that the autoscalers may leave.
    Minima,
    /// As many as they may ask for.
    Maxima,
}

/// The group that gets more nodes if some are missing: the one whose maximum the file states, else
/// the first.
#[must_use]
pub fn group_to_grow<'a>(
    environment: &'a Environment,
    names: &'a BTreeSet<Name>,
) -> Option<(&'a Name, &'a NodeGroup)> {
    let groups = || {
        let groups = names.iter();
        groups.filter_map(|name| Some((name, environment.nodes.get(name)?)))
    };
    let stated = groups().find(|(_, group)| group.count.max.is_declared());
    stated.or_else(|| groups().next())
}

/// Nodes by group, at least each group's minimum, that the pods need at one of their bounds,
/// without rollouts. `pods` overrides the count of a Deployment by its path. `None` if a pod fits
/// nowhere, or if the catalogue lacks an instance type.
#[must_use]
pub fn needed(
    environment: &Environment,
    catalogue: &Catalogue,
    at: AtBound,
    pods: impl Fn(&str, u32) -> u32,
) -> Option<BTreeMap<Name, u32>> {
    let rooms = rooms(environment, catalogue)?;
    let mut loads = loads(environment, catalogue);
    for load in &mut loads {
        load.pods = pods(&load.who, own(environment, &load.who, at, load.pods));
    }
    let count: u64 = loads.iter().map(|load| u64::from(load.pods)).sum();
    let homeless = |load: &Load| load.pods > 0 && load.groups.is_empty();
    if count > MOST_PODS || loads.iter().any(homeless) {
        return None;
    }
    let least = |name: &Name| {
        let group = environment.nodes.get(name);
        group.map_or(0, |group| group.count.min.value)
    };
    let at_least = rooms.keys().map(|name| (name.clone(), least(name)));
    let mut used: BTreeMap<Name, u32> = at_least.collect();
    let mut nodes = in_order(&rooms, least, count);
    for (load, mut left) in alike(&loads) {
        for (name, index, room) in &mut nodes {
            if left > 0 && load.groups.contains(*name) {
                let taken = room.take(load, left);
                left -= taken;
                if let Some(used) = used.get_mut(*name).filter(|_| taken > 0) {
                    *used = (*used).max(*index + 1);
                }
            }
        }
        if left > 0 {
            return None;
        }
    }
    Some(used)
}

/// Every possible node, with its group and its number in it: the ones at the minima first, then the
/// others, group by group by name.
fn in_order(rooms: &Rooms, least: impl Fn(&Name) -> u32, pods: u64) -> Vec<(&Name, u32, Room)> {
    // No more nodes than pods can be in use.
    let pods = u32::try_from(pods).unwrap_or(u32::MAX);
    let mut nodes = Vec::new();
    for anyway in [true, false] {
        for (name, room) in rooms {
            let split = least(name).min(room.nodes);
            let (from, to) = if anyway {
                (0, split)
            } else {
                (split, room.nodes)
            };
            let to = to.min(from.saturating_add(pods));
            nodes.extend((from..to).map(|index| (name, index, *room)));
        }
    }
    nodes
}

/// The pods of a Deployment at one of its bounds, without a surge; `peak` includes it.
fn own(environment: &Environment, who: &str, at: AtBound, peak: u32) -> u32 {
    let (least, most) = if let Some(api) = environment.api_at(who) {
        (api.workload.bounds().0, api.workload.most())
    } else if let Some(worker) = who
        .strip_prefix("worker.")
        .and_then(|name| environment.worker.get(name))
    {
        let paused = worker.pause.as_ref().map(|pause| pause.value);
        (
            paused.unwrap_or(worker.workload.bounds().0),
            paused.unwrap_or(worker.workload.most()),
        )
    } else if who == "pgbouncer" {
        let instances = environment.pgbouncer.instances.value;
        (instances, instances)
    } else {
        (peak, peak)
    };
    match at {
        AtBound::Minima => least,
        AtBound::Maxima => most,
    }
}
