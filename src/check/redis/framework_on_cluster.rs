//! A queue library that does not support cluster mode, or not with these keys.

use crate::ast::TopPart;
use crate::check::queue_keys;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity, suggest};
use crate::edit::Edit;
use crate::model::{Framework, Name, Queue, RedisGroup, RedisList, Use, Worker};
use crate::source::Sourced;

/// The rule `framework-on-cluster`.
pub(super) static RULE: Rule = Rule {
    code: Code("framework-on-cluster"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Worker, TopPart::Redis, TopPart::Other],
    explanation: include_str!("../../diagnostic/explain/framework-on-cluster.md"),
    check,
};

/// The framework, and the group in cluster mode that serves its queues.
struct On<'a> {
    framework: &'a Sourced<Framework>,
    name: &'a Name,
    group: &'a RedisGroup,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let serving = environment.redis_for(Use::Queue);
    let Some((name, group)) = serving.filter(|(_, group)| group.is_cluster()) else {
        return;
    };
    let Some(framework) = &environment.framework else {
        for (pool, worker) in &environment.worker {
            let lists = worker.queue.iter().filter_map(Queue::as_redis_list);
            let found = lists.filter_map(|it| recognised(context, (name, group), pool, &it.list));
            findings.extend(found);
        }
        return;
    };
    let on = On {
        framework,
        name,
        group,
    };
    match framework.value {
        Framework::Sidekiq | Framework::Resque | Framework::Rq | Framework::Celery => {
            findings.report(never(&on));
        }
        Framework::Bullmq | Framework::Bull => {
            for (name, pool) in &environment.worker {
                findings.extend(untagged(&on, name, pool));
            }
        }
    }
}

/// A list with the prefix of a queue library, in a file that states no framework. It is a warning,
/// because another program can use the same prefix.
fn recognised(
    context: &Context<'_>,
    (name, group): (&Name, &RedisGroup),
    pool: &Name,
    list: &Sourced<String>,
) -> Option<Finding> {
    let (prefix, framework) = queue_keys::recognised(&list.value)?;
    let tags = matches!(framework, Framework::Bullmq | Framework::Bull);
    if tags && (queue_keys::has_tag(&list.value) || !queue_keys::holds_jobs(framework, &list.value))
    {
        return None;
    }
    let why = if tags {
        "which needs a hash tag in its keys on Redis in cluster mode"
    } else {
        "which does not run on Redis in cluster mode"
    };
    let message = format!("`{}` looks like a key of `{framework}`, {why}", list.value);
    let path = format!("redis.{name}.cluster.shards");
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .written(list, "a list that the pool scales on")
        .operand(&group.cluster.shards, &path, "cluster mode")
        .optional(&context.file.stated.framework)
        .note(format!(
            "`{prefix}` is the default prefix of the framework `{framework}`"
        ));
    let finding = match queue_keys::tagged(&list.value) {
        Some(tagged) if tags => {
            let path = format!("worker.{pool}.queue.{}.list", list.value);
            let message =
                "set the prefix in the application to `{bull}`, and name the list accordingly";
            if list.is_declared() {
                finding.repair(list, &path, message, format!("\"{tagged}\""))
            } else {
                finding.help(message)
            }
        }
        _ => finding.help("give the queues a group without `cluster`"),
    };
    Some(finding.help(
        "if another library fills this list, state it with `framework`; if your own code does, waive this finding",
    ))
}

impl On<'_> {
    fn finding(&self, message: String) -> Finding {
        let path = format!("redis.{}.cluster.shards", self.name);
        Finding::new(RULE.code, Severity::Error, message)
            .operand(self.framework, "framework", "the queue library")
            .operand(&self.group.cluster.shards, &path, "cluster mode")
    }
}

fn never(on: &On<'_>) -> Finding {
    let message = format!(
        "`{}` does not run on Redis in cluster mode, but the group `{}` is in cluster mode",
        on.framework.value, on.name
    );
    let path = format!("redis.{}.cluster.shards", on.name);
    let shards = &on.group.cluster.shards;
    let finding = on
        .finding(message)
        .given(&on.group.cluster.mode)
        .note("the library uses several keys in one command, and Redis refuses a command whose keys are in different slots");
    // A stated mode contradicts removed shards.
    if on.group.cluster.mode.is_declared() {
        return finding.help("give the queues a group without `cluster`");
    }
    finding.repair(shards, &path, "turn cluster mode off", "0")
}

/// Lists of a pool that are in different slots. If the file states the list, the repair changes it
/// in place; else it states all of the tier's lists.
fn untagged(on: &On<'_>, name: &Name, pool: &Worker) -> Vec<Finding> {
    let framework = on.framework.value;
    let untagged = |queue: &&RedisList| {
        let list = &queue.list.value;
        queue_keys::holds_jobs(framework, list) && !queue_keys::has_tag(list)
    };
    let lists = pool.queue.iter().filter_map(Queue::as_redis_list);
    let queues: Vec<&RedisList> = lists.filter(untagged).collect();
    let declared = queues.iter().any(|queue| queue.list.is_declared());
    let each = if declared { 1 } else { queues.len().max(1) };
    let chunks = queues.chunks(each);
    chunks.map(|queues| one(on, name, pool, queues)).collect()
}

fn one(on: &On<'_>, name: &Name, pool: &Worker, queues: &[&RedisList]) -> Finding {
    let lists = queues.iter().map(|queue| queue.list.value.as_str());
    let message = format!(
        "`{}` fails on Redis in cluster mode with keys such as {}: they have no hash tag",
        on.framework.value,
        suggest::list(lists)
    );
    let mut finding = on.finding(message);
    for queue in queues {
        finding = finding.written(&queue.list, "no part of it is in `{}`");
    }
    finding = finding.note(
        "the library's scripts use several keys of a queue at once: if the keys are not in one slot, Redis answers CROSSSLOT",
    );
    let message =
        "set the prefix in the application to `{<prefix>}`, and name the list accordingly";
    if let [queue] = queues
        && queue.list.is_declared()
        && let Some(tagged) = queue_keys::tagged(&queue.list.value)
    {
        let path = format!("worker.{name}.queue.{}.list", queue.list.value);
        return finding.repair(&queue.list, &path, message, format!("\"{tagged}\""));
    }
    let queues = pool.queue.iter().map(|queue| {
        let mut queue = queue.clone();
        if let Queue::RedisList(RedisList { list, .. }) = &mut queue {
            list.value = queue_keys::tagged(&list.value).unwrap_or_else(|| list.value.clone());
        }
        queue.statement()
    });
    let queues: Vec<String> = queues.collect();
    let edit = Edit::insert(format!("worker.{name}"), queues.join("; "));
    finding.offer(message, edit)
}
