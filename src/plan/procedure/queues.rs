//! The lists that pools read. After a step, a list may have no reader, because its pool was deleted or
//! reads another list.

use std::collections::BTreeSet;

use super::{Procedure, State};
use crate::action::shell::word;
use crate::model::{Environment, Use};
use crate::pair::Pair;

/// Notes about lists that lose their last reader, with the commands that count what is left in them.
#[must_use]
pub(in crate::plan) fn unread(states: Pair<State<'_>>) -> Procedure {
    let read = states.map(|state| lists(state.environment));
    let unread: Vec<&str> = read.before.difference(&read.after).copied().collect();
    if unread.is_empty() {
        return Procedure::default();
    }
    let names: Vec<String> = unread.iter().map(|list| format!("`{list}`")).collect();
    let left: Vec<String> = unread
        .iter()
        .map(|list| format!("`redis-cli -u \"$REDIS_URL\" LLEN {}`", word(list)))
        .collect();
    let group = states.before.environment.redis_for(Use::Queue);
    let group = group.map_or_else(String::new, |(name, _)| format!(" of Redis group `{name}`"));
    let (are_empty, them) = match unread.as_slice() {
        [list] => (format!("queue `{list}` is empty"), "it"),
        _ => (format!("queues {} are empty", names.join(", ")), "them"),
    };
    Procedure::default()
        .require(format!("{are_empty}, or other consumers read {them}"))
        .note(format!(
            "no pool reads {} from this step on: jobs wait there until one does",
            names.join(", ")
        ))
        .note(format!(
            "to count the jobs left in {them}, run {}; `REDIS_URL` is the address{group}",
            left.join(", ")
        ))
}

/// Every list that a pool reads.
fn lists(environment: &Environment) -> BTreeSet<&str> {
    let pools = environment.worker.values();
    let queues = pools.flat_map(|pool| &pool.queue);
    queues.map(|queue| queue.list.value.as_str()).collect()
}
