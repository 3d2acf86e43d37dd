//! More replicas of a group, and fewer.

use super::{Procedure, modify_now, reached, unless_counted};
use crate::action::Argument;
use crate::action::elasticache::{NODES, replicas_set};
use crate::model::RedisGroup;
use crate::pair::Pair;

/// Failover into another zone needs a replica: it is turned on after the first replica exists, and off
/// before the last one is removed. ElastiCache makes these changes at once, never in the window.
pub(super) fn replicas(sides: Pair<&RedisGroup>) -> Procedure {
    let group = sides.after;
    let (before, after) = (sides.before.replicas.value, group.replicas.value);
    let count = |operation| {
        let call = replicas_set(operation, &group.name.value, after);
        unless_counted(group, NODES, after.saturating_add(1), call)
    };
    let nodes = (NODES, after.saturating_add(1).to_string());
    if after == 0 {
        let off = failover(group, false);
        let gone = reached(group, &off.1);
        let none = modify_now(group, off.0).apply(gone);
        return none
            .then(count("decrease-replica-count"))
            .verify(reached(group, &[nodes]));
    }
    if before == 0 {
        let (flags, mut values) = failover(group, true);
        let more =
            count("increase-replica-count").apply(reached(group, std::slice::from_ref(&nodes)));
        values.push(nodes);
        return more
            .then(modify_now(group, flags))
            .verify(reached(group, &values));
    }
    let verb = if after > before {
        "increase-replica-count"
    } else {
        "decrease-replica-count"
    };
    count(verb).verify(reached(group, &[nodes]))
}

/// The arguments that turn failover on or off, and what ElastiCache reports afterwards. A group in cluster
/// mode always has failover; only the zones of its nodes can be chosen.
fn failover(group: &RedisGroup, on: bool) -> (Vec<Argument>, Vec<(&'static str, String)>) {
    let word = if on { "enabled" } else { "disabled" };
    let zones = ("MultiAZ", word.to_owned());
    let several_zones = Argument::switch("multi-az-enabled", on);
    if group.is_cluster() {
        return (vec![several_zones], vec![zones]);
    }
    let automatic = Argument::switch("automatic-failover-enabled", on);
    let arguments = if on {
        vec![automatic, several_zones]
    } else {
        vec![several_zones, automatic]
    };
    (
        arguments,
        vec![("AutomaticFailover", word.to_owned()), zones],
    )
}
