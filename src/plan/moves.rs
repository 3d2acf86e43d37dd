//! A change, cut into moves: what one apply changes, and which moves must come before it.

use std::collections::BTreeMap;

use super::beside;
use super::joint_moves::{self, Paths, Taken};
use super::move_edit::{Move, MoveEdit};
use super::move_kind::{ApiMove, MoveKind, NodesMove, PoolMove, kind};
use super::rank::rank;
use super::redis;
use super::title::{Changed, title};
use crate::catalogue::Catalogue;
use crate::model::{Attribute, Environment};
use crate::pair::Pair;

/// The moves of a change, in no particular order.
#[must_use]
pub fn moves(sides: Pair<&Environment>, catalogue: &Catalogue) -> Vec<Move> {
    of_paths(by_kind(sides), &Taken::new(), sides, catalogue)
}

/// The same, with pools and the node groups that name them in one step. `None` if no pool needs that.
#[must_use]
pub fn joined(sides: Pair<&Environment>, catalogue: &Catalogue) -> Option<Vec<Move>> {
    let mut paths = by_kind(sides);
    let taken = joint_moves::together(&mut paths, sides);
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
        paths.entry(MoveKind::RedisUses).or_default();
    }
    let values = values(sides);
    let replaced = beside::take(&mut paths, sides);
    let mut moves = Vec::new();
    for (kind, paths) in paths {
        let changed = own(&values, &kind, &paths);
        match redis::staged(&kind, sides, &changed) {
            Some(stages) => push_stages(&mut moves, &kind, stages),
            None => moves.push(Move {
                title: joint_moves::headline(
                    title(&kind, sides, &changed),
                    taken.get(&kind).map_or(&[], Vec::as_slice),
                    sides.after,
                ),
                rank: rank(&kind, sides, catalogue),
                needs: Vec::new(),
                edit: MoveEdit::Adopt(paths.into_iter().collect()),
                kind,
            }),
        }
    }
    beside::push(&mut moves, replaced, taken, sides, catalogue);
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

/// The attributes of a move, without those that change along with it and have titles of their own.
fn own(values: &BTreeMap<String, Changed>, kind: &MoveKind, paths: &[String]) -> Vec<Changed> {
    let taken_along =
        |path: &&String| matches!(kind, MoveKind::Nodes(..)) && path.starts_with("worker.");
    let own = paths.iter().filter(|path| !taken_along(path));
    own.filter_map(|path| values.get(path).cloned()).collect()
}

/// Stages of one kind follow each other.
fn push_stages(moves: &mut Vec<Move>, kind: &MoveKind, stages: Vec<redis::RedisStage>) {
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

/// Finer moves: one for each attribute that an apply can change by itself. They may have a safe order if
/// whole moves have none.
#[must_use]
pub fn finer(moves: &[Move], sides: Pair<&Environment>) -> Vec<Move> {
    let mut cut: Vec<Move> = Vec::new();
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for whole in moves {
        let first = cut.len();
        match &whole.edit {
            MoveEdit::Adopt(chosen) if divides(&whole.kind) && !exchanges(&whole.kind, sides) => {
                cut.extend(apart(chosen.paths()).into_iter().map(|paths| Move {
                    title: format!("set {}", paths.join(", ")),
                    edit: MoveEdit::Adopt(paths.into_iter().collect()),
                    ..whole.clone()
                }));
            }
            MoveEdit::Adopt(_)
            | MoveEdit::Tls(..)
            | MoveEdit::Cluster(..)
            | MoveEdit::IdleGroup(_)
            | MoveEdit::Uses
            | MoveEdit::NodesBeside(..)
            | MoveEdit::NodesGone(_)
            | MoveEdit::Pools(_) => cut.push(whole.clone()),
        }
        parts.push((first..cut.len()).collect());
    }
    for next in &mut cut {
        let needs = next.needs.iter().filter_map(|need| parts.get(*need));
        next.needs = needs.flatten().copied().collect();
    }
    cut
}

/// The attributes that an apply can change by themselves. The factors of a pod's connections change with
/// their product.
fn apart<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    let mut connections = Vec::new();
    for path in paths {
        let step = path.rsplit_once(".connections.").map(|(_, step)| step);
        let factors = ["per-pod", "threads", "concurrency", "factor", "processes"];
        if step.is_some_and(|step| factors.contains(&step)) {
            connections.push(path.to_owned());
        } else {
            all.push(vec![path.to_owned()]);
        }
    }
    if !connections.is_empty() {
        all.push(connections);
    }
    all
}

/// Whether the move exchanges what scales a workload: half an autoscaler is none.
fn exchanges(kind: &MoveKind, sides: Pair<&Environment>) -> bool {
    let of = |side: &Environment| match kind {
        MoveKind::Api(name, _) => {
            let api = side.api.get(name)?;
            Some((api.scaler(), api.workload.is_singleton()))
        }
        MoveKind::Pool(name, _) => {
            let pool = side.worker.get(name)?;
            Some((pool.scaler(), pool.workload.is_singleton()))
        }
        MoveKind::Identity
        | MoveKind::Network
        | MoveKind::Delivery
        | MoveKind::Schedules
        | MoveKind::Alerts
        | MoveKind::Service(_)
        | MoveKind::PoolSizes
        | MoveKind::Pooler
        | MoveKind::PoolerPace
        | MoveKind::Database(_)
        | MoveKind::Redis(..)
        | MoveKind::RedisUses
        | MoveKind::Nodes(..) => None,
    };
    let sides = sides.map(of);
    sides.before != sides.after
}

/// Whether the attributes of a move can be applied one after the other. Not those of a server, which
/// restarts once for all, of a volume, which accepts one change in 6 h, and of a node that is created
/// or deleted.
fn divides(kind: &MoveKind) -> bool {
    matches!(
        kind,
        MoveKind::PoolSizes
            | MoveKind::Pooler
            | MoveKind::Api(_, ApiMove::Autoscaler | ApiMove::Pods)
            | MoveKind::Pool(_, PoolMove::Autoscaler | PoolMove::Pods)
            | MoveKind::Nodes(_, NodesMove::Count)
    )
}
