//! A Redis queue that no Redis group serves.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::edit::Edit;
use crate::model::{EvictionPolicy, Name, Queue, RedisGroup, Use};

/// The rule `use-unserved`.
pub(super) static RULE: Rule = Rule {
    code: Code("use-unserved"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Redis],
    explanation: include_str!("../../diagnostic/explain/use-unserved.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let groups = &context.environment.redis;
    let mut uses = groups.values().flat_map(|group| &group.uses);
    if uses.any(|used| used.value == Use::Queue) {
        return;
    }
    let pools = context.environment.worker.iter();
    let queues = pools.flat_map(|(pool, worker)| {
        let of_redis = worker.queue.iter().filter(|queue| is_of_redis(queue));
        of_redis.map(move |queue| (pool, queue))
    });
    let queues: Vec<(&Name, &Queue)> = queues.collect();
    if groups.is_empty() {
        findings.extend(
            queues
                .into_iter()
                .map(|queue| without_redis(context, queue)),
        );
    } else if !queues.is_empty() {
        findings.report(unserved(context, &queues));
    }
}

fn is_of_redis(queue: &Queue) -> bool {
    match queue {
        Queue::RedisList(_) | Queue::RedisStream(_) => true,
        Queue::PostgresqlQueue(_)
        | Queue::SqsQueue(_)
        | Queue::KafkaTopic(_)
        | Queue::RabbitmqQueue(_)
        | Queue::PrometheusQueue(_) => false,
    }
}

/// A queue of an environment that has no Redis at all.
fn without_redis(context: &Context<'_>, (pool, queue): (&Name, &Queue)) -> Finding {
    let name = queue.name();
    let message = format!(
        "the pool `{pool}` takes jobs from `{}` in Redis, but the environment has no Redis",
        name.value
    );
    let mut finding = Finding::new(RULE.code, Severity::Error, message);
    let off = context.file.redis_off.all.or(context.tier.redis_off.all);
    // A queue of the tier is in no file of the user, but `redis #false` is.
    let tag = if matches!(queue, Queue::RedisStream(_)) {
        "a stream of Redis"
    } else {
        "a list of Redis"
    };
    if name.is_declared() {
        finding = finding.written(name, tag);
    }
    if let Some(off) = off {
        finding = finding.at(off, "no Redis");
    }
    if !name.is_declared() {
        finding = finding.written(name, tag);
    }
    finding.help(format!(
        "state in `worker \"{pool}\"` what scales it without Redis: a queue of another `type`, `target cpu=70`, or a fixed number such as `replicas 2`"
    ))
}

/// Queues of an environment whose groups serve other uses only.
fn unserved(context: &Context<'_>, queues: &[(&Name, &Queue)]) -> Finding {
    let groups = &context.environment.redis;
    let message = "no Redis group serves `queue`";
    let mut finding = Finding::new(RULE.code, Severity::Error, message);
    for (name, group) in groups {
        for used in &group.uses {
            let text = format!("`{name}` serves `{}`", used.value);
            finding = finding.operand(used, &format!("redis.{name}.uses"), text);
        }
    }
    for (pool, queue) in queues {
        let text = format!("the pool `{pool}` takes jobs from here");
        finding = finding.written(queue.name(), text);
    }
    // Other groups may lose jobs.
    let keeps = |group: &RedisGroup| group.policy.value == EvictionPolicy::Noeviction;
    match groups.iter().find(|(_, group)| keeps(group)) {
        Some((name, group)) => repair(finding, name, group),
        None => finding.help("add a Redis group with `uses \"queue\"` and `policy \"noeviction\"`"),
    }
}

fn repair(finding: Finding, name: &Name, group: &RedisGroup) -> Finding {
    let message = format!("let the group `{name}` serve `queue`");
    let path = format!("redis.{name}.uses");
    let text = "\"queue\"";
    let Some(last) = group.uses.last() else {
        let advice = format!("{message}: state `uses \"queue\"` in it");
        return finding.help_by(advice, [Edit::set(path, text)]);
    };
    if let Some(span) = last.origin.span().filter(|_| last.is_declared()) {
        let edit = Edit::insert(path, text);
        return finding.insert_behind(span, message, format!(" {text}"), edit);
    }
    let served = group.uses.iter().map(|used| used.value.to_string());
    let uses: Vec<String> = served
        .chain(["queue".to_owned()])
        .map(|word| format!("\"{word}\""))
        .collect();
    finding.repair(last, &path, message, uses.join(" "))
}
