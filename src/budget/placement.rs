//! The nodes that a workload's own manifest allows. Counting and emission share it, so they cannot
//! differ.

use std::collections::BTreeMap;

use crate::model::{Capacity, Name, NodeGroup};

/// Node groups, by name.
pub type Groups = BTreeMap<Name, NodeGroup>;

/// The nodes that a workload asks for, apart from the architecture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement<'a> {
    /// The nodes of these groups, which name the pool.
    Named(Vec<&'a Name>),
    /// The groups with this capacity type that name no pool.
    Bought(Capacity),
    /// Any group that names no pool.
    Anywhere,
}

/// Where a pool runs: on the groups that name it and have its capacity type; on all that name it if
/// none of them has; by its capacity type if no group names it.
#[must_use]
pub fn of_pool<'a>(groups: &'a Groups, pool: &Name, capacity: Capacity) -> Placement<'a> {
    let names_it = |group: &NodeGroup| group.runs.iter().any(|runs| runs.value == *pool);
    let named: Vec<_> = groups.iter().filter(|(_, group)| names_it(group)).collect();
    if named.is_empty() {
        return Placement::Bought(capacity);
    }
    let asked = |(_, group): &&(&Name, &NodeGroup)| group.capacity.value == capacity;
    let label = |(name, _): &(&'a Name, &NodeGroup)| *name;
    let bought: Vec<&Name> = named.iter().filter(asked).map(label).collect();
    Placement::Named(if bought.is_empty() {
        named.iter().map(label).collect()
    } else {
        bought
    })
}

/// Where everything else runs: on demand, unless every open group is spot.
#[must_use]
pub fn of_the_rest(groups: &Groups) -> Placement<'static> {
    let mut open = open(groups).peekable();
    let stays = |(_, group): (&Name, &NodeGroup)| group.capacity.value == Capacity::OnDemand;
    if open.peek().is_none() || open.any(stays) {
        Placement::Bought(Capacity::OnDemand)
    } else {
        Placement::Anywhere
    }
}

/// The groups that name no pool.
pub fn open(groups: &Groups) -> impl Iterator<Item = (&Name, &NodeGroup)> {
    groups.iter().filter(|(_, group)| group.runs.is_empty())
}

impl Placement<'_> {
    /// The groups that it allows, by name.
    #[must_use]
    pub fn among<'a>(&self, groups: &'a Groups) -> Vec<(&'a Name, &'a NodeGroup)> {
        match self {
            Self::Named(names) => groups
                .iter()
                .filter(|(name, _)| names.contains(name))
                .collect(),
            Self::Bought(capacity) => open(groups)
                .filter(|(_, group)| group.capacity.value == *capacity)
                .collect(),
            Self::Anywhere => open(groups).collect(),
        }
    }
}
