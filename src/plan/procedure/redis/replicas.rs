//! More replicas of a group, and fewer.

use super::{Procedure, modify_now, reached};
use crate::model::RedisGroup;
use crate::pair::Pair;

/// Failover into another zone needs a replica: it comes after the first and goes before the last.
/// ElastiCache does all of it at once, and takes no order for the window.
pub(super) fn replicas(sides: Pair<&RedisGroup>) -> Procedure {
    let group = sides.after;
    let (before, after) = (sides.before.replicas.value, group.replicas.value);
    let count = |verb: &str| {
        Procedure::default().apply(format!(
            "aws elasticache {verb}-replica-count --replication-group-id {} --new-replica-count {after} --apply-immediately",
            group.name.value
        ))
    };
    let nodes = (
        "NodeGroups[0].NodeGroupMembers.length(@)",
        after.saturating_add(1).to_string(),
    );
    if after == 0 {
        let off = failover(group, false);
        let gone = reached(group, &off.1);
        let none = modify_now(group, off.0).apply(gone);
        return none
            .then(count("decrease"))
            .verify(reached(group, &[nodes]));
    }
    if before == 0 {
        let (flags, mut values) = failover(group, true);
        let more = count("increase").apply(reached(group, std::slice::from_ref(&nodes)));
        values.push(nodes);
        return more
            .then(modify_now(group, flags))
            .verify(reached(group, &values));
    }
    let verb = if after > before {
        "increase"
    } else {
        "decrease"
    };
    count(verb).verify(reached(group, &[nodes]))
}

/// The flags that turn failover on or off, and what is told of the group then. A group in cluster
/// mode always fails over; only the zones of its nodes are chosen.
fn failover(group: &RedisGroup, on: bool) -> (&'static str, Vec<(&'static str, String)>) {
    let word = if on { "enabled" } else { "disabled" };
    let zones = ("MultiAZ", word.to_owned());
    match (group.is_cluster(), on) {
        (true, true) => ("--multi-az-enabled", vec![zones]),
        (true, false) => ("--no-multi-az-enabled", vec![zones]),
        (false, _) => (
            if on {
                "--automatic-failover-enabled --multi-az-enabled"
            } else {
                "--no-multi-az-enabled --no-automatic-failover-enabled"
            },
            vec![("AutomaticFailover", word.to_owned()), zones],
        ),
    }
}
