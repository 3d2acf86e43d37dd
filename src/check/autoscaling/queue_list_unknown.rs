//! A queue in which no job of the framework can wait.

use crate::ast::TopPart;
use crate::check::queue_keys;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::suggest;
use crate::diagnostic::{Code, Severity};
use crate::edit::Edit;
use crate::model::{Framework, Name, Queue, RedisList, Use, Worker};
use crate::source::Sourced;

/// The rule `queue-list-unknown`.
pub(super) static RULE: Rule = Rule {
    code: Code("queue-list-unknown"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Worker, TopPart::Other],
    explanation: include_str!("../../diagnostic/explain/queue-list-unknown.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let group = environment.redis_for(Use::Queue);
    let cluster = group.is_some_and(|(_, group)| group.is_cluster());
    let Some(framework) = &environment.framework else {
        for (name, worker) in &environment.worker {
            let lists = worker.queue.iter().filter_map(Queue::as_redis_list);
            findings.extend(lists.filter_map(|it| recognised(context, cluster, name, &it.list)));
        }
        return;
    };
    let names = QueueNames {
        framework: framework.value,
        cluster,
    };
    for (name, worker) in &environment.worker {
        let other = |it: &&RedisList| !queue_keys::holds_jobs(framework.value, &it.list.value);
        let lists = worker.queue.iter().filter_map(Queue::as_redis_list);
        let others: Vec<&RedisList> = lists.filter(other).collect();
        // If the file states the list, the repair changes it in place; else it states all of the
        // tier's lists.
        let declared = others.iter().any(|queue| queue.list.is_declared());
        let each = if declared { 1 } else { others.len().max(1) };
        for queues in others.chunks(each) {
            findings.report(one(&names, framework, name, worker, queues));
        }
    }
}

/// A list with the prefix of a queue library, in a file that states no framework. It is a warning,
/// because another program can use the same prefix.
fn recognised(
    context: &Context<'_>,
    cluster: bool,
    pool: &Name,
    list: &Sourced<String>,
) -> Option<Finding> {
    let (prefix, framework) = queue_keys::recognised(&list.value)?;
    if queue_keys::holds_jobs(framework, &list.value) {
        return None;
    }
    let message = format!(
        "`{}` looks like a key of `{framework}`, but `{framework}` never puts a waiting job into it",
        list.value
    );
    let form = queue_keys::form(framework).unwrap_or_default();
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .written(list, "a list that the pool scales on")
        .optional(&context.file.stated.framework)
        .note(format!(
            "`{prefix}` is the default prefix of the framework `{framework}`, whose lists are named `{form}`"
        ));
    let names = QueueNames { framework, cluster };
    let finding = match names.meant(&list.value) {
        Some(meant) if list.is_declared() => {
            let path = format!("worker.{pool}.queue.{}.list", list.value);
            let message = format!("write the key that `{framework}` uses");
            finding.repair(list, &path, message, format!("\"{meant}\""))
        }
        Some(meant) => finding.help(format!("the key that `{framework}` uses is `{meant}`")),
        None => finding,
    };
    Some(finding.help(
        "if another library fills this list, state it with `framework`; if your own code does, waive this finding",
    ))
}

/// How the framework names its queues on the Redis group that serves them.
struct QueueNames {
    framework: Framework,
    cluster: bool,
}

impl QueueNames {
    /// The intended key, if it is recognisable.
    fn meant(&self, list: &str) -> Option<String> {
        let meant = queue_keys::meant(self.framework, list)?;
        match self.framework {
            Framework::Bullmq | Framework::Bull if self.cluster => queue_keys::tagged(&meant),
            Framework::Bullmq
            | Framework::Bull
            | Framework::Sidekiq
            | Framework::Resque
            | Framework::Rq
            | Framework::Celery => Some(meant),
        }
    }

    /// The intended keys of a pool, if all are recognisable.
    fn pool(&self, worker: &Worker) -> Option<Vec<String>> {
        let queues = worker.queue.iter();
        queues
            .map(|queue| {
                let mut queue = queue.clone();
                if let Queue::RedisList(RedisList { list, .. }) = &mut queue
                    && !queue_keys::holds_jobs(self.framework, &list.value)
                {
                    list.value = self.meant(&list.value)?;
                }
                Some(queue.statement())
            })
            .collect()
    }
}

fn one(
    names: &QueueNames,
    framework: &Sourced<Framework>,
    pool: &Name,
    worker: &Worker,
    queues: &[&RedisList],
) -> Finding {
    let lists = queues.iter().map(|queue| queue.list.value.as_str());
    let message = format!(
        "`{}` never puts a waiting job into {}",
        framework.value,
        suggest::list(lists)
    );
    let mut finding = Finding::new(RULE.code, Severity::Error, message);
    for queue in queues {
        finding = finding.written(&queue.list, "a list that the pool scales on");
    }
    finding = finding.operand(framework, "framework", "the queue library");
    let form = queue_keys::form(framework.value).unwrap_or_default();
    let message = format!("`{}` names its lists `{form}`", framework.value);
    if let [queue] = queues
        && queue.list.is_declared()
    {
        return match names.meant(&queue.list.value) {
            Some(meant) => {
                let path = format!("worker.{pool}.queue.{}.list", queue.list.value);
                finding.repair(&queue.list, &path, message, format!("\"{meant}\""))
            }
            None => finding.help(message),
        };
    }
    match names.pool(worker) {
        Some(queues) => {
            let edit = Edit::insert(format!("worker.{pool}"), queues.join("; "));
            finding.offer(message, edit)
        }
        None => finding.help(message),
    }
}
