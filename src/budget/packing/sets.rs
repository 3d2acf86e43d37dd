//! Sets of node groups as numbers. A large environment has hundreds of sets, and each is compared
//! with every other.

use std::collections::{BTreeMap, BTreeSet};

use super::{Crowd, Load, PackedSum, Resource, Room, Rooms, crowd};
use crate::model::Name;

/// The most unions to look at. Few groups overlap in practice; the bound protects against files
/// with many.
const MOST_UNIONS: usize = 256;

/// A set of groups as numbers, in order of their names.
#[derive(Clone, Debug)]
pub(super) struct Set {
    members: Vec<usize>,
    /// The same, a bit for each group.
    bits: Vec<u64>,
}

impl Set {
    fn of(mut members: Vec<usize>, groups: usize) -> Self {
        members.sort_unstable();
        members.dedup();
        let mut bits = vec![0; groups.div_ceil(64)];
        for member in &members {
            if let Some(word) = bits.get_mut(member / 64) {
                *word |= 1 << (member % 64);
            }
        }
        Self { members, bits }
    }

    pub(super) fn is_subset(&self, other: &Self) -> bool {
        let mut words = self.bits.iter().zip(&other.bits);
        words.all(|(own, others)| own & !others == 0)
    }

    fn overlaps(&self, other: &Self) -> bool {
        let mut words = self.bits.iter().zip(&other.bits);
        words.any(|(own, others)| own & others != 0)
    }

    fn union(&self, other: &Self) -> Self {
        let all = self.members.iter().chain(&other.members).copied();
        Self::of(all.collect(), self.bits.len() * 64)
    }
}

/// As sets of the names would be ordered.
impl Ord for Set {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.members.cmp(&other.members)
    }
}

impl PartialOrd for Set {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Set {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members
    }
}

impl Eq for Set {}

/// Loads by the groups that take them.
pub(super) struct Numbered<'a> {
    names: Vec<&'a Name>,
    rooms: Vec<Option<&'a Room>>,
    loads: &'a [Load],
    kinds: Vec<Bound>,
}

/// The loads that are bound to one set.
struct Bound {
    set: Set,
    /// What they ask for together.
    asked: [u128; 3],
    /// Their indices among all.
    loads: Vec<usize>,
}

impl<'a> Numbered<'a> {
    /// Loads that go nowhere are left out.
    pub(super) fn of(loads: &'a [Load], rooms: &'a Rooms) -> Self {
        let wanted = loads.iter().flat_map(|load| &load.groups);
        let names: BTreeSet<&Name> = wanted.chain(rooms.keys()).collect();
        let numbers: BTreeMap<&Name, usize> = names.iter().copied().zip(0..).collect();
        let mut kinds: BTreeMap<Set, ([u128; 3], Vec<usize>)> = BTreeMap::new();
        let placed = loads.iter().enumerate();
        for (at, load) in placed.filter(|(_, load)| !load.groups.is_empty()) {
            let members = load.groups.iter().filter_map(|name| numbers.get(name));
            let set = Set::of(members.copied().collect(), names.len());
            let (asked, bound) = kinds.entry(set).or_default();
            for (asked, resource) in asked.iter_mut().zip(Resource::ALL) {
                *asked += u128::from(load.pods) * u128::from(resource.asked(load));
            }
            bound.push(at);
        }
        let kinds = kinds
            .into_iter()
            .map(|(set, (asked, loads))| Bound { set, asked, loads });
        Self {
            rooms: names.iter().map(|name| rooms.get(*name)).collect(),
            names: names.into_iter().collect(),
            kinds: kinds.collect(),
            loads,
        }
    }

    /// The names of a set's groups.
    pub(super) fn names(&self, set: &Set) -> BTreeSet<Name> {
        let names = set.members.iter().filter_map(|it| self.names.get(*it));
        names.map(|name| (*name).clone()).collect()
    }

    /// The sets of groups that loads must run on, and the unions of overlapping sets, smallest
    /// first.
    pub(super) fn unions(&self) -> Vec<Set> {
        let own = self.kinds.iter().map(|kind| kind.set.clone());
        let mut sets: BTreeSet<Set> = own.collect();
        let mut looking: Vec<Set> = sets.iter().cloned().collect();
        while let Some(set) = looking.pop().filter(|_| sets.len() < MOST_UNIONS) {
            let overlapping = sets.iter().filter(|other| other.overlaps(&set));
            let joined: Vec<Set> = overlapping.map(|other| other.union(&set)).collect();
            for union in joined {
                if sets.insert(union.clone()) {
                    looking.push(union);
                }
            }
        }
        let mut sets: Vec<Set> = sets.into_iter().collect();
        sets.sort_by_key(|set| set.members.len());
        sets
    }

    /// The failing bound of this set, if any: sums first, then a crowd.
    pub(super) fn short(&self, groups: &Set) -> Option<(Vec<PackedSum>, Option<Crowd>)> {
        let sums = self.failing(groups);
        if !sums.is_empty() {
            return Some((sums, None));
        }
        let crowd = self.crowded(groups)?;
        Some((sums, Some(crowd)))
    }

    /// The kinds of pods that no group outside of a set takes.
    fn bound(&self, groups: &Set) -> impl Iterator<Item = &Bound> {
        let kinds = self.kinds.iter();
        kinds.filter(|kind| kind.set.is_subset(groups))
    }

    fn rooms_of(&self, groups: &Set) -> impl Iterator<Item = &'a Room> {
        let rooms = groups.members.iter();
        rooms.filter_map(|it| *self.rooms.get(*it)?)
    }

    fn failing(&self, groups: &Set) -> Vec<PackedSum> {
        let mut all = [0; 3];
        for kind in self.bound(groups) {
            for (all, asked) in all.iter_mut().zip(kind.asked) {
                *all += asked;
            }
        }
        let sums = Resource::ALL.into_iter().zip(all).map(|(resource, asked)| {
            let rooms = self.rooms_of(groups);
            let has = rooms.map(|room| u128::from(room.nodes) * u128::from(resource.has(room)));
            PackedSum {
                resource,
                asked,
                has: has.sum(),
            }
        });
        sums.filter(|sum| sum.asked > sum.has).collect()
    }

    fn crowded(&self, groups: &Set) -> Option<Crowd> {
        // Groups with the same nodes are merged.
        let mut alike: BTreeMap<(u64, u64, u64), Room> = BTreeMap::new();
        for room in self.rooms_of(groups) {
            let known = alike.entry((room.cpu, room.memory, room.pods));
            known
                .and_modify(|known| known.nodes = known.nodes.saturating_add(room.nodes))
                .or_insert(*room);
        }
        let rooms: Vec<&Room> = alike.values().collect();
        // A pod larger than a node does not fit, however many nodes there are.
        let fits = |load: &&Load| rooms.iter().any(|room| room.takes(load));
        let bound = self.bound(groups).flat_map(|kind| &kind.loads);
        let mut bound: Vec<usize> = bound.copied().collect();
        bound.sort_unstable();
        let bound = bound.into_iter().filter_map(|at| self.loads.get(at));
        crowd::worst(&bound.filter(fits).collect::<Vec<_>>(), &rooms)
    }
}
