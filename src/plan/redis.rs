//! Replication groups on the way: the states between that ElastiCache itself asks for.

use super::move_edit::{Move, MoveEdit};
use super::move_kind::{GroupMove, MoveKind};
use super::title::{Changed, title};
use crate::model::{ClusterMode, Environment, Name, RedisTls};
use crate::pair::Pair;

/// One of several moves that a kind of change takes.
pub(super) struct RedisStage {
    pub(super) title: String,
    pub(super) rank: u8,
    pub(super) edit: MoveEdit,
}

/// Whether a change of this kind moves what the groups serve.
pub(super) fn moves_uses(kind: &MoveKind) -> bool {
    matches!(
        kind,
        MoveKind::Redis(_, GroupMove::Added | GroupMove::Removed) | MoveKind::RedisUses
    )
}

/// The stages of a change that one apply cannot make; empty if one can.
pub(super) fn staged(
    kind: &MoveKind,
    sides: Pair<&Environment>,
    changed: &[Changed],
) -> Option<Vec<RedisStage>> {
    let one = |rank, edit| {
        let title = title(kind, sides, changed);
        Some(vec![RedisStage { title, rank, edit }])
    };
    if let MoveKind::Redis(name, GroupMove::Tls) = kind {
        encryption(name, sides)
    } else if let MoveKind::Redis(name, GroupMove::Cluster) = kind {
        sharding(name, sides)
    } else if let MoveKind::Redis(name, GroupMove::Added) = kind {
        one(37, MoveEdit::IdleGroup(name.clone()))
    } else if *kind == MoveKind::RedisUses {
        one(57, MoveEdit::Uses)
    } else {
        None
    }
}

/// Encryption is never switched at once: clients of both kinds are served for a while.
fn encryption(name: &Name, sides: Pair<&Environment>) -> Option<Vec<RedisStage>> {
    let before = sides.before.redis.get(name)?.tls.value;
    let after = sides.after.redis.get(name)?.tls.value;
    let stage = |tls: RedisTls, what: &str| RedisStage {
        title: format!("{what} on Redis group `{name}`"),
        rank: 38,
        edit: MoveEdit::Tls(name.clone(), tls),
    };
    let middle = stage(RedisTls::Preferred, "offer TLS beside plain text");
    let last = match after {
        RedisTls::Off => stage(after, "stop TLS"),
        RedisTls::Required => stage(after, "require TLS"),
        RedisTls::Preferred => return Some(vec![middle]),
    };
    if before == RedisTls::Preferred {
        Some(vec![last])
    } else {
        Some(vec![middle, last])
    }
}

/// Into cluster mode over `compatible` and one shard, then to the shards; never back.
fn sharding(name: &Name, sides: Pair<&Environment>) -> Option<Vec<RedisStage>> {
    let before = &sides.before.redis.get(name)?.cluster;
    let after = &sides.after.redis.get(name)?.cluster;
    if after.mode.value != ClusterMode::Enabled || before.mode.value == ClusterMode::Enabled {
        return None;
    }
    let stage = |title: String, shards: u32, mode: ClusterMode| RedisStage {
        title,
        rank: 39,
        edit: MoveEdit::Cluster(name.clone(), shards, mode),
    };
    let mut stages = Vec::new();
    if before.mode.value == ClusterMode::Disabled {
        let title = format!("allow cluster clients in Redis group `{name}`");
        stages.push(stage(title, 0, ClusterMode::Compatible));
    }
    let title = format!("switch Redis group `{name}` to cluster mode");
    stages.push(stage(title, 1, ClusterMode::Enabled));
    let shards = after.shards.value;
    if shards > 1 {
        let title = format!("spread Redis group `{name}` over {shards} shards");
        stages.push(stage(title, shards, ClusterMode::Enabled));
    }
    Some(stages)
}

/// A group is created before it serves, and serves nothing before it is deleted. Sharding needs a
/// replica to fail over to.
pub(super) fn bind(moves: &mut [Move]) {
    let find = |wanted: &dyn Fn(&MoveKind) -> bool| -> Vec<usize> {
        let all = moves.iter().enumerate();
        all.filter(|(_, next)| wanted(&next.kind))
            .map(|(index, _)| index)
            .collect()
    };
    let added = find(&|kind| matches!(kind, MoveKind::Redis(_, GroupMove::Added)));
    let uses = find(&|kind| *kind == MoveKind::RedisUses);
    let removed = find(&|kind| matches!(kind, MoveKind::Redis(_, GroupMove::Removed)));
    for index in uses.iter().copied() {
        if let Some(next) = moves.get_mut(index) {
            next.needs.extend(&added);
        }
    }
    for index in removed {
        if let Some(next) = moves.get_mut(index) {
            next.needs.extend(&uses);
        }
    }
}
