//! A move, and what it does to a state.

use std::collections::BTreeMap;

use super::move_kind::{ApiMove, MoveKind, PoolMove};
use crate::model::{ByApi, ClusterMode, Environment, Name, RedisGroup, RedisTls, Selection};
use crate::schedule::ScheduleSubject;
use crate::source::Sourced;

/// One move.
#[derive(Clone, Debug)]
pub struct Move {
    /// What it is.
    pub kind: MoveKind,
    /// What it does, as a headline.
    pub title: String,
    /// Its rank in the preferred order.
    pub rank: u8,
    /// Indices of the moves that come before it whatever the order.
    pub needs: Vec<usize>,
    /// What it does to a state.
    pub edit: MoveEdit,
}

/// What a move does to a state.
#[derive(Clone, Debug)]
pub enum MoveEdit {
    /// Adopts these attributes from AFTER.
    Adopt(Selection),
    /// Sets a group's encryption in transit to an intermediate value.
    Tls(Name, RedisTls),
    /// Sets a group's shards and cluster mode to intermediate values.
    Cluster(Name, u32, ClusterMode),
    /// Creates AFTER's group, which serves nothing yet.
    IdleGroup(Name),
    /// Gives every group AFTER's uses and variables at once. A group that AFTER lacks serves nothing
    /// from then on.
    Uses,
    /// Creates a node group under the second name, as a copy of AFTER's group of the first name, and
    /// adopts the attributes of pools that change in the same step.
    NodesBeside(Name, Name, Selection),
    /// Deletes a node group, temporarily or for good.
    NodesGone(Name),
    /// Limits the pools of PgBouncer's pods to this number of connections temporarily.
    Pools(u32),
}

impl Move {
    /// A state after this move.
    pub fn apply(&self, state: &mut Environment, after: &Environment) {
        match &self.edit {
            MoveEdit::Adopt(chosen) => {
                state.adopt(after, chosen);
                if let MoveKind::Api(name, ApiMove::Removed) = &self.kind {
                    unscheduled(state, &ScheduleSubject::Api(name.clone()));
                }
                if let MoveKind::Pool(name, PoolMove::Removed) = &self.kind {
                    unscheduled(state, &ScheduleSubject::Pool(name.clone()));
                }
            }
            MoveEdit::Tls(name, tls) => {
                if let Some(group) = state.redis.get_mut(name) {
                    group.tls = bridge(*tls);
                }
            }
            MoveEdit::Cluster(name, shards, mode) => {
                if let Some(group) = state.redis.get_mut(name) {
                    group.cluster.shards = bridge(*shards);
                    group.cluster.mode = bridge(*mode);
                }
            }
            MoveEdit::IdleGroup(name) => add_idle(state, after, name),
            MoveEdit::Uses => switch(state, after),
            MoveEdit::NodesBeside(name, beside, chosen) => {
                if let Some(group) = after.nodes.get(name) {
                    state.nodes.insert(beside.clone(), group.clone());
                }
                state.adopt(after, chosen);
            }
            MoveEdit::NodesGone(name) => {
                state.nodes.remove(name);
            }
            MoveEdit::Pools(max_db) => lower(state, *max_db),
        }
    }
}

/// Removes an API or a pool from off-hours and events. A window or event that then names nothing is removed,
/// too.
fn unscheduled(state: &mut Environment, subject: &ScheduleSubject) {
    let remove = |apis: &mut ByApi<Sourced<u32>>, pools: &mut BTreeMap<Name, Sourced<u32>>| {
        let removed = match subject {
            ScheduleSubject::Api(name) => apis.remove(name),
            ScheduleSubject::Pool(name) => pools.remove(name),
        };
        removed.is_none() || !apis.is_empty() || !pools.is_empty()
    };
    let windows = &mut state.off_hours;
    windows.retain(|_, window| remove(&mut window.api, &mut window.worker));
    let events = &mut state.event;
    events.retain(|_, event| remove(&mut event.api, &mut event.worker));
}

/// A value of an intermediate state only.
fn bridge<T>(value: T) -> Sourced<T> {
    Sourced::unless_stated(value, "bridge", "an intermediate state that the plan needs")
}

/// Creates AFTER's group, which serves nothing yet. A variable that another group still has stays with
/// that group: pods must not reach the new group before the uses move.
fn add_idle(state: &mut Environment, after: &Environment, name: &Name) {
    let Some(group) = after.redis.get(name) else {
        return;
    };
    let mut idle = group.clone();
    idle.uses.clear();
    idle.database.clear();
    give_way(name, &mut idle, state.redis.values());
    state.redis.insert(name.clone(), idle);
}

/// Gives every group AFTER's uses and variables at once, so that a variable never points at a group
/// that does not serve its use. A group that AFTER lacks gives up a variable that another group gets.
fn switch(state: &mut Environment, after: &Environment) {
    for (name, group) in &mut state.redis {
        if let Some(wanted) = after.redis.get(name) {
            group.uses.clone_from(&wanted.uses);
            group.env_url.clone_from(&wanted.env_url);
            group.env_cluster.clone_from(&wanted.env_cluster);
            group.database.clone_from(&wanted.database);
        } else {
            group.uses.clear();
            group.database.clear();
            give_way(name, group, after.redis.values());
        }
    }
}

/// Names the variables of a group after the group if one of the `others` has them.
fn give_way<'a>(
    name: &Name,
    group: &mut RedisGroup,
    mut others: impl Iterator<Item = &'a RedisGroup>,
) {
    let taken = others.any(|other| {
        other.env_url.value == group.env_url.value
            || other.env_cluster.value == group.env_cluster.value
    });
    if taken {
        let name = name.as_str().to_uppercase().replace('-', "_");
        group.env_url = bridge(format!("REDIS_{name}_URL"));
        group.env_cluster = bridge(format!("REDIS_{name}_CLUSTER_MODE"));
    }
}

/// Pools of at most `max_db` connections.
fn lower(state: &mut Environment, max_db: u32) {
    let pool = &mut state.pgbouncer.pool;
    let most = pool.max_db.value.min(max_db);
    let default = pool.default.value.min(most);
    let reserve = pool.reserve.value.min(most - default);
    pool.max_db = bridge(most);
    pool.default = bridge(default);
    pool.reserve = bridge(reserve);
}
