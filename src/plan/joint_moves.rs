//! A pool that changes its capacity type, together with the node group that is created, replaced or
//! deleted for it.
//!
//! If a group names a pool, no other group takes it. If both change their capacity type, neither
//! can come first: the pool would find no nodes, or the group would have no pods. So one step does
//! both: Terraform creates the nodes and the pool rolls onto them, or the pool leaves before its
//! nodes are deleted.

use std::collections::BTreeMap;

use super::move_kind::{MoveKind, NodesMove, PoolMove};
use crate::model::{Environment, Name};
use crate::pair::Pair;

/// What each kind of move changes.
pub(super) type Paths = BTreeMap<MoveKind, Vec<String>>;

/// The pools whose capacity type changes with a node group, by the group's move.
pub(super) type Taken = BTreeMap<MoveKind, Vec<Name>>;

/// Moves the capacity change of pools to the moves of the groups that name them.
pub(super) fn together(paths: &mut Paths, sides: Pair<&Environment>) -> Taken {
    let mut taken = Taken::new();
    for name in bought_otherwise(sides) {
        let Some(group) = paths.keys().find(|kind| names(kind, &name, sides)).cloned() else {
            continue;
        };
        let path = format!("worker.{name}.capacity");
        let pods = MoveKind::Pool(name.clone(), PoolMove::Pods);
        let Some(rolled) = paths.get_mut(&pods) else {
            continue;
        };
        rolled.retain(|it| *it != path);
        if rolled.is_empty() {
            paths.remove(&pods);
        }
        paths.entry(group.clone()).or_default().push(path);
        taken.entry(group).or_default().push(name);
    }
    taken
}

/// The pools that exist on both sides and change their capacity type.
fn bought_otherwise(sides: Pair<&Environment>) -> Vec<Name> {
    let pools = sides.before.worker.iter();
    let otherwise = pools.filter(|(name, before)| {
        let after = sides.after.worker.get(*name);
        after.is_some_and(|after| after.capacity.value != before.capacity.value)
    });
    otherwise.map(|(name, _)| name.clone()).collect()
}

/// Whether a move belongs to a group that names the pool.
fn names(kind: &MoveKind, pool: &Name, sides: Pair<&Environment>) -> bool {
    let MoveKind::Nodes(group, NodesMove::Added | NodesMove::Removed | NodesMove::Type) = kind
    else {
        return false;
    };
    let runs = |side: &Environment| {
        let group = side.nodes.get(group);
        group.is_some_and(|it| it.runs.iter().any(|runs| runs.value == *pool))
    };
    runs(sides.before) || runs(sides.after)
}

/// The headline of such a move: `create node group `spot`, and move pool `worker` to spot nodes`.
pub(super) fn headline(title: String, pools: &[Name], after: &Environment) -> String {
    pools.iter().fold(title, |title, name| {
        let capacity = after.worker.get(name).map(|pool| pool.capacity.value);
        let nodes = capacity.map_or_else(String::new, |capacity| format!(" to {capacity} nodes"));
        format!("{title}, and move pool `{name}`{nodes}")
    })
}
