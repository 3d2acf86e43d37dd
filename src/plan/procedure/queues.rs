//! The queues that pools read. After a step, a queue may have no reader, because its pool was deleted or
//! reads another queue.

use std::collections::BTreeMap;

use super::{Procedure, State};
use crate::action::shell::queue;
use crate::model::{Environment, Queue, QueueIdentity, Use};
use crate::pair::Pair;

/// Notes about queues that lose their last reader, with the commands that count what is left in them.
#[must_use]
pub(in crate::plan) fn unread(states: Pair<State<'_>>) -> Procedure {
    let Pair { mut before, after } = states.map(|state| queues(state.environment));
    before.retain(|identity, _| !after.contains_key(identity));
    let unread: Vec<&Queue> = before.into_values().collect();
    if unread.is_empty() {
        return Procedure::default();
    }
    let names: Vec<String> = unread
        .iter()
        .map(|queue| format!("`{}`", queue.name().value))
        .collect();
    let left: Vec<String> = unread
        .iter()
        .map(|unread| format!("`{}`", queue::items(unread)))
        .collect();
    let (are_empty, them) = match names.as_slice() {
        [queue] => (format!("queue {queue} is empty"), "it"),
        _ => (format!("queues {} are empty", names.join(", ")), "them"),
    };
    Procedure::default()
        .require(format!("{are_empty}, or other consumers read {them}"))
        .note(format!(
            "no pool reads {} from this step on: jobs wait there until one does",
            names.join(", ")
        ))
        .note(format!(
            "to count the jobs left in {them}, run {}{}",
            left.join(", "),
            variables(states.before.environment, &unread)
        ))
}

/// What the variables in the commands are, as the end of a sentence.
fn variables(environment: &Environment, unread: &[&Queue]) -> String {
    let reads = |wanted: &str| {
        let mut variables = unread.iter().filter_map(|unread| queue::variable(unread));
        variables.any(|variable| variable == wanted)
    };
    let mut text = String::new();
    if reads("REDIS_URL") {
        let group = environment.redis_for(Use::Queue);
        let group = group.map_or_else(String::new, |(name, group)| {
            match group.index_of(Use::Queue) {
                0 => format!(" of Redis group `{name}`"),
                index => format!(" of database {index} of Redis group `{name}`"),
            }
        });
        text += &format!("; `REDIS_URL` is the address{group}");
    }
    if reads("DATABASE_URL") {
        text += "; `DATABASE_URL` is the address of the database";
    }
    text
}

/// Every queue that a pool reads.
fn queues(environment: &Environment) -> BTreeMap<QueueIdentity<'_>, &Queue> {
    let pools = environment.worker.values();
    let queues = pools.flat_map(|pool| &pool.queue);
    queues.map(|queue| (queue.identity(), queue)).collect()
}
