//! Values that hold only on the way: where a step asks for too many connections while it runs,
//! PgBouncer's pools are smaller meanwhile.

use super::move_edit::{Move, MoveEdit};
use super::move_kind::MoveKind;
use super::{PlanRequest, RefusedMove, transition};

/// The place of smaller pools: once the server has all that it gets, before a read path moves.
const LOWERED: u8 = 43;

/// The index of the move that restores the pools.
const GIVEN_BACK: u8 = 46;

/// The attributes of the pools.
const POOLS: [&str; 3] = [
    "pgbouncer.pool.default",
    "pgbouncer.pool.max-db",
    "pgbouncer.pool.reserve",
];

/// The moves with smaller pools before those that were refused, and AFTER's pools behind them; none
/// where smaller pools do not help.
pub(super) fn lower_pools(
    request: &PlanRequest<'_>,
    moves: &[Move],
    refused: &[RefusedMove],
) -> Option<Vec<Move>> {
    let refused = refused
        .iter()
        .filter(|(kind, _)| !matches!(kind, MoveKind::PoolSizes));
    let fitting = refused.filter_map(|(kind, sides)| {
        let max_db = transition::largest_max_db(request, sides.as_ref())?;
        Some((kind, max_db))
    });
    let fitting: Vec<(&MoveKind, u32)> = fitting.collect();
    let max_db = fitting.iter().map(|(_, max_db)| *max_db).min()?;
    let mut moves = moves.to_vec();
    let behind: Vec<usize> = indices(&moves, |kind| {
        fitting.iter().any(|(refused, _)| *refused == kind)
    });
    let first = moves.len();
    moves.push(Move {
        kind: MoveKind::PoolSizes,
        title: format!("lower PgBouncer's pools temporarily: max {max_db}"),
        rank: LOWERED,
        needs: Vec::new(),
        edit: MoveEdit::Pools(max_db),
    });
    let mut sizes = indices(&moves, |kind| *kind == MoveKind::PoolSizes);
    sizes.retain(|index| *index != first);
    for index in &behind {
        if let Some(next) = moves.get_mut(*index) {
            next.needs.push(first);
        }
    }
    // AFTER's own pools come behind, if they are others.
    for index in &sizes {
        if let Some(next) = moves.get_mut(*index) {
            next.needs.push(first);
            next.needs.extend(&behind);
            next.rank = GIVEN_BACK;
        }
    }
    let mut needs = behind;
    needs.push(first);
    needs.extend(sizes);
    let after = &request.environments.after.pgbouncer.pool;
    moves.push(Move {
        kind: MoveKind::PoolSizes,
        title: format!(
            "restore PgBouncer's pools: {} (max {})",
            after.default.value, after.max_db.value
        ),
        rank: GIVEN_BACK,
        needs,
        edit: MoveEdit::Adopt(POOLS.iter().map(|path| (*path).to_owned()).collect()),
    });
    Some(moves)
}

fn indices(moves: &[Move], is: impl Fn(&MoveKind) -> bool) -> Vec<usize> {
    let all = moves.iter().enumerate();
    all.filter(|(_, next)| is(&next.kind))
        .map(|(index, _)| index)
        .collect()
}
