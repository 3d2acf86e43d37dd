//! Replaces the nodes of a group by nodes of other instance types, of another `capacity`, or with
//! another number of pods.
//!
//! EKS cannot change the types or the capacity of an existing group, and AWS recommends a new group for
//! another assignment of addresses. Terraform would create a new group and delete the old
//! one in the same run, and EKS would drain all old nodes at once. Instead, the plan creates a group
//! beside the old one and moves the pods there node by node. Then it recreates the old group under its
//! name, and moves the pods back in the same way.

use super::joint_moves::{self, Paths, Taken};
use super::move_edit::{Move, MoveEdit};
use super::move_kind::{ApiMove, MoveKind, NodesMove, PoolMove};
use super::rank::rank;
use crate::budget::packing;
use crate::catalogue::Catalogue;
use crate::model::{Arch, Environment, Name, NodeGroup, Selection};
use crate::pair::Pair;

/// The longest name, in characters, for which the EKS module can create an IAM role.
const LONGEST: usize = 22;

/// A group whose nodes are replaced.
pub(super) struct Replaced {
    name: Name,
    /// The attributes of pools that change in the same step, because neither change could come first.
    pools: Selection,
}

/// Whether a change of a group needs new nodes.
pub(super) fn is_replaced(name: &Name, sides: Pair<&Environment>) -> bool {
    let groups = sides.map(|side| side.nodes.get(name));
    match (groups.before, groups.after) {
        (Some(before), Some(after)) => {
            before.instance != after.instance
                || before.alternatives != after.alternatives
                || before.capacity != after.capacity
                || before.max_pods != after.max_pods
                || before.prefix_delegation != after.prefix_delegation
        }
        (None | Some(_), None) | (None, Some(_)) => false,
    }
}

/// Removes all changes of replaced groups from `paths`: the moves of the replacement make them.
pub(super) fn take(paths: &mut Paths, sides: Pair<&Environment>) -> Vec<Replaced> {
    let names: Vec<Name> = paths
        .keys()
        .filter_map(|kind| {
            let MoveKind::Nodes(name, NodesMove::Type) = kind else {
                return None;
            };
            is_replaced(name, sides).then(|| name.clone())
        })
        .collect();
    let mut replaced = Vec::new();
    for name in names {
        paths.remove(&MoveKind::Nodes(name.clone(), NodesMove::Count));
        let changed = paths.remove(&MoveKind::Nodes(name.clone(), NodesMove::Type));
        let of_pools = changed.into_iter().flatten();
        let pools = of_pools
            .filter(|path| path.starts_with("worker."))
            .collect();
        replaced.push(Replaced { name, pools });
    }
    replaced
}

/// The moves that replace the nodes of groups.
pub(super) fn push(
    moves: &mut Vec<Move>,
    replaced: Vec<Replaced>,
    taken: &Taken,
    sides: Pair<&Environment>,
    catalogue: &Catalogue,
) {
    let rolled: Vec<usize> = indices(moves, |kind| {
        matches!(
            kind,
            MoveKind::Api(_, ApiMove::Pods) | MoveKind::Pool(_, PoolMove::Pods)
        )
    });
    for Replaced { name, pools } in replaced {
        let kind = MoveKind::Nodes(name.clone(), NodesMove::Type);
        let place = rank(&kind, sides, catalogue);
        // Pods change their architecture one by one: both groups stay until every pod has moved.
        let turns = turns(&name, sides, catalogue);
        let (first, gone, last) = if turns {
            (29, 67, 68)
        } else {
            (place.saturating_sub(1), place, place)
        };
        let whose = taken.get(&kind).map_or(&[][..], Vec::as_slice);
        let stages = stages(&name, pools, whose, sides);
        for (stage, rank) in stages.into_iter().zip([first, gone, gone, last]) {
            let mut needs: Vec<usize> = Vec::new();
            if stage.follows {
                needs.push(moves.len().saturating_sub(1));
            }
            if stage.kind == MoveKind::Nodes(name.clone(), NodesMove::Removed) && turns {
                needs.extend(&rolled);
            }
            moves.push(Move {
                kind: stage.kind,
                title: stage.title,
                rank,
                needs,
                edit: stage.edit,
            });
        }
    }
}

/// One of the moves that replace a group.
struct BesideStage {
    kind: MoveKind,
    title: String,
    edit: MoveEdit,
    /// Whether it needs the stage before it.
    follows: bool,
}

fn stages(
    name: &Name,
    pools: Selection,
    whose: &[Name],
    sides: Pair<&Environment>,
) -> [BesideStage; 4] {
    let beside = beside(name, sides);
    let what = sides.map(|side| side.nodes.get(name).map(told).unwrap_or_default());
    let created = format!(
        "create node group `{beside}` beside `{name}`: {}",
        what.after
    );
    let stage = |kind, title, edit, follows| BesideStage {
        kind,
        title,
        edit,
        follows,
    };
    let of = |name: &Name, what| MoveKind::Nodes(name.clone(), what);
    let nothing = Selection::default();
    [
        stage(
            of(&beside, NodesMove::Added),
            joint_moves::headline(created, whose, sides.after),
            MoveEdit::NodesBeside(name.clone(), beside.clone(), pools),
            false,
        ),
        stage(
            of(name, NodesMove::Removed),
            format!(
                "move the pods of node group `{name}` to `{beside}`, then delete `{name}`: {}",
                what.before
            ),
            MoveEdit::NodesGone(name.clone()),
            true,
        ),
        stage(
            of(name, NodesMove::Added),
            format!("create node group `{name}` again: {}", what.after),
            MoveEdit::NodesBeside(name.clone(), name.clone(), nothing),
            true,
        ),
        stage(
            of(&beside, NodesMove::Removed),
            format!("move the pods back to node group `{name}`, then delete `{beside}`"),
            MoveEdit::NodesGone(beside),
            true,
        ),
    ]
}

fn told(group: &NodeGroup) -> String {
    let mut told = format!("{} {}", group.capacity.value, group.instances_in_words());
    if let Some(pods) = &group.max_pods {
        told.push_str(&format!(", {} pods a node", pods.value));
    }
    if group.assigns_prefixes() {
        told.push_str(", with prefixes of addresses");
    }
    told
}

/// An unused name. It is short enough for the EKS module if the group's own name is.
fn beside(name: &Name, sides: Pair<&Environment>) -> Name {
    let own = name.as_str();
    let called = |suffix: &str| {
        let room = LONGEST.saturating_sub(suffix.len());
        let fits = own.len() > LONGEST || own.len() <= room;
        let stem = if fits {
            own
        } else {
            own.get(..room).unwrap_or(own)
        };
        Name::composed(format!("{}{suffix}", stem.trim_end_matches('-')))
    };
    let is_free = |name: &Name| {
        !sides.before.nodes.contains_key(name) && !sides.after.nodes.contains_key(name)
    };
    let first = called("-next");
    let others = (2_u32..).map(|number| called(&format!("-next-{number}")));
    std::iter::once(first.clone())
        .chain(others)
        .find(is_free)
        .unwrap_or(first)
}

/// The indices of the moves of these kinds.
fn indices(moves: &[Move], is: impl Fn(&MoveKind) -> bool) -> Vec<usize> {
    let all = moves.iter().enumerate();
    all.filter(|(_, next)| is(&next.kind))
        .map(|(index, _)| index)
        .collect()
}

/// Whether the nodes of a group change their architecture.
fn turns(name: &Name, sides: Pair<&Environment>, catalogue: &Catalogue) -> bool {
    let archs: Pair<Option<Arch>> =
        sides.map(|side| packing::arch(side.nodes.get(name)?, catalogue));
    archs.before != archs.after
}
