//! A change, cut into moves: what one apply brings about, and what must come before it.

use std::collections::BTreeMap;

use super::kind::{ApiMove, Kind, NodesMove, PoolMove, kind};
use super::rank::rank;
use super::redis;
use super::title::{Changed, title};
use super::together::{self, Paths, Taken};
use crate::catalogue::Catalogue;
use crate::model::{Arch, Attribute, ClusterMode, Environment, Name, RedisTls, Selection};
use crate::pair::Pair;
use crate::source::Sourced;

/// One move.
#[derive(Clone, Debug)]
pub struct Move {
    /// What it is.
    pub kind: Kind,
    /// What it does, as a headline.
    pub title: String,
    /// Where it stands in the preferred order.
    pub rank: u8,
    /// Indices of the moves that come before it whatever the order.
    pub needs: Vec<usize>,
    /// What it does to a state.
    pub edit: Edit,
}

/// What a move does to a state.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Takes these attributes over from AFTER.
    Adopt(Selection),
    /// Gives a group another encryption in transit on the way.
    Tls(Name, RedisTls),
    /// Gives a group so many shards and this mode on the way.
    Cluster(Name, u32, ClusterMode),
    /// Creates AFTER's group, which serves nothing yet.
    IdleGroup(Name),
    /// Gives every group AFTER's uses and variables at once; one that goes serves nothing from then
    /// on.
    Uses,
    /// Creates a node group under the second name, of what AFTER's group of the first name is.
    NodesBeside(Name, Name),
    /// Deletes a node group that was only there on the way.
    NodesGone(Name),
}

impl Move {
    /// A state after this move.
    pub fn apply(&self, state: &mut Environment, after: &Environment) {
        match &self.edit {
            Edit::Adopt(chosen) => state.adopt(after, chosen),
            Edit::Tls(name, tls) => {
                if let Some(group) = state.redis.get_mut(name) {
                    group.tls = bridge(*tls);
                }
            }
            Edit::Cluster(name, shards, mode) => {
                if let Some(group) = state.redis.get_mut(name) {
                    group.cluster.shards = bridge(*shards);
                    group.cluster.mode = bridge(*mode);
                }
            }
            Edit::IdleGroup(name) => redis::add_idle(state, after, name),
            Edit::Uses => redis::switch(state, after),
            Edit::NodesBeside(name, beside) => {
                if let Some(group) = after.nodes.get(name) {
                    state.nodes.insert(beside.clone(), group.clone());
                }
            }
            Edit::NodesGone(name) => {
                state.nodes.remove(name);
            }
        }
    }
}

/// A value that holds only on the way.
pub(super) fn bridge<T>(value: T) -> Sourced<T> {
    let arithmetic = "a state on the way, which the plan itself needs".to_owned();
    Sourced::derived(value, "bridge", Vec::new(), arithmetic, true)
}

/// The moves of a change, in no particular order.
#[must_use]
pub fn moves(sides: Pair<&Environment>, catalogue: &Catalogue) -> Vec<Move> {
    of_paths(by_kind(sides), &Taken::new(), sides, catalogue)
}

/// The same where pools and the node groups that name them move in one step; none where no pool
/// has to.
#[must_use]
pub fn joined(sides: Pair<&Environment>, catalogue: &Catalogue) -> Option<Vec<Move>> {
    let mut paths = by_kind(sides);
    let taken = together::together(&mut paths, sides);
    (!taken.is_empty()).then(|| of_paths(paths, &taken, sides, catalogue))
}

fn by_kind(sides: Pair<&Environment>) -> Paths {
    let mut paths = Paths::new();
    for difference in sides.before.compare(sides.after) {
        let kind = kind(&difference, sides);
        paths.entry(kind).or_default().push(difference.path);
    }
    paths
}

fn of_paths(
    mut paths: Paths,
    taken: &Taken,
    sides: Pair<&Environment>,
    catalogue: &Catalogue,
) -> Vec<Move> {
    if paths.keys().any(redis::moves_uses) {
        paths.entry(Kind::RedisUses).or_default();
    }
    let values = values(sides);
    let mut moves = Vec::new();
    for (kind, paths) in paths {
        match redis::staged(&kind, sides) {
            Some(stages) => push_stages(&mut moves, &kind, stages),
            None => moves.push(Move {
                title: together::headline(
                    title(&kind, sides, &own(&values, &kind, &paths)),
                    taken.get(&kind).map_or(&[], Vec::as_slice),
                    sides.after,
                ),
                rank: rank(&kind, sides, catalogue),
                needs: Vec::new(),
                edit: Edit::Adopt(paths.into_iter().collect()),
                kind,
            }),
        }
    }
    nodes_beside(&mut moves, sides, catalogue);
    redis::bind(&mut moves);
    moves
}

/// Every attribute that changes, by path.
fn values(sides: Pair<&Environment>) -> BTreeMap<String, Changed> {
    let differences = sides.before.compare(sides.after).into_iter();
    let text = |attribute: Option<Attribute>| attribute.map(|attribute| attribute.value);
    differences
        .map(|difference| {
            let Pair { before, after } = difference.values;
            let changed = Changed {
                path: difference.path.clone(),
                values: Pair::new(text(before), text(after)),
            };
            (difference.path, changed)
        })
        .collect()
}

/// The attributes of a move; what moves along with it has words of its own.
fn own(values: &BTreeMap<String, Changed>, kind: &Kind, paths: &[String]) -> Vec<Changed> {
    let taken_along =
        |path: &&String| matches!(kind, Kind::Nodes(..)) && path.starts_with("worker.");
    let own = paths.iter().filter(|path| !taken_along(path));
    own.filter_map(|path| values.get(path).cloned()).collect()
}

/// Stages of one kind follow each other.
fn push_stages(moves: &mut Vec<Move>, kind: &Kind, stages: Vec<redis::Stage>) {
    for (number, stage) in stages.into_iter().enumerate() {
        let needs = if number == 0 {
            Vec::new()
        } else {
            vec![moves.len() - 1]
        };
        moves.push(Move {
            kind: kind.clone(),
            title: stage.title,
            rank: stage.rank,
            needs,
            edit: stage.edit,
        });
    }
}

/// The same moves cut finer: one for each attribute that an apply can bring about by itself. A way
/// that is closed to whole moves can be open to these.
#[must_use]
pub fn finer(moves: &[Move]) -> Vec<Move> {
    let mut cut: Vec<Move> = Vec::new();
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for whole in moves {
        let first = cut.len();
        match &whole.edit {
            Edit::Adopt(chosen) if divides(&whole.kind) => {
                cut.extend(chosen.paths().map(|path| Move {
                    title: format!("set {path}"),
                    edit: Edit::Adopt([path.to_owned()].into_iter().collect()),
                    ..whole.clone()
                }));
            }
            Edit::Adopt(_)
            | Edit::Tls(..)
            | Edit::Cluster(..)
            | Edit::IdleGroup(_)
            | Edit::Uses
            | Edit::NodesBeside(..)
            | Edit::NodesGone(_) => cut.push(whole.clone()),
        }
        parts.push((first..cut.len()).collect());
    }
    for next in &mut cut {
        let needs = next.needs.iter().filter_map(|need| parts.get(*need));
        next.needs = needs.flatten().copied().collect();
    }
    cut
}

/// Whether the attributes of a move can be applied one after the other. A server's restart is one,
/// a volume takes one change in 6 h, and what is created or deleted is so as a whole.
fn divides(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::PoolSizes
            | Kind::Pooler
            | Kind::Api(_)
            | Kind::Pool(_, PoolMove::Autoscaler | PoolMove::Pods)
            | Kind::Nodes(_, NodesMove::Count)
    )
}

/// Where nodes change their architecture, pods cannot follow in the same moment: a group of the
/// new kind stands beside the old one until they have.
fn nodes_beside(moves: &mut Vec<Move>, sides: Pair<&Environment>, catalogue: &Catalogue) {
    let pods: Vec<usize> = indices(moves, |kind| {
        matches!(
            kind,
            Kind::Api(ApiMove::Pods) | Kind::Pool(_, PoolMove::Pods)
        )
    });
    for (index, name) in turning(moves, sides, catalogue) {
        let beside = Name::composed(format!("{name}-next"));
        let first = moves.len();
        moves.push(Move {
            kind: Kind::Nodes(beside.clone(), NodesMove::Added),
            title: format!("create node group `{beside}` beside `{name}`"),
            rank: 29,
            needs: Vec::new(),
            edit: Edit::NodesBeside(name, beside.clone()),
        });
        if let Some(replaced) = moves.get_mut(index) {
            replaced.needs.push(first);
            replaced.needs.extend(&pods);
            replaced.rank = 67;
        }
        moves.push(Move {
            kind: Kind::Nodes(beside.clone(), NodesMove::Removed),
            title: format!("delete node group `{beside}`"),
            rank: 68,
            needs: vec![index],
            edit: Edit::NodesGone(beside),
        });
    }
}

/// Where the moves of these kinds stand.
fn indices(moves: &[Move], is: impl Fn(&Kind) -> bool) -> Vec<usize> {
    let all = moves.iter().enumerate();
    all.filter(|(_, next)| is(&next.kind))
        .map(|(index, _)| index)
        .collect()
}

/// The moves that change the architecture of a node group, each with the group.
fn turning(moves: &[Move], sides: Pair<&Environment>, catalogue: &Catalogue) -> Vec<(usize, Name)> {
    let arch = |side: &Environment, name: &Name| -> Option<Arch> {
        let group = side.nodes.get(name)?;
        Some(catalogue.node_types.get(&group.instance.value)?.arch)
    };
    let mut turning = Vec::new();
    for (index, next) in moves.iter().enumerate() {
        if let Kind::Nodes(name, NodesMove::Type) = &next.kind {
            let archs = sides.map(|side| arch(side, name));
            if archs.before != archs.after {
                turning.push((index, name.clone()));
            }
        }
    }
    turning
}
