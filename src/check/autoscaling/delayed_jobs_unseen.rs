//! A pool at zero whose delayed jobs stay where they are.

use crate::ast::TopPart;
use crate::check::queue_keys;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity, suggest};
use crate::model::{Framework, Name, Queue, Use, Worker};
use crate::source::Sourced;

/// The rule `delayed-jobs-unseen`.
pub(super) static RULE: Rule = Rule {
    code: Code("delayed-jobs-unseen"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[TopPart::Worker, TopPart::Other],
    explanation: include_str!("../../diagnostic/explain/delayed-jobs-unseen.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let Some(framework) = &environment.framework else {
        return;
    };
    if environment.redis_for(Use::Queue).is_none() {
        return;
    }
    for (name, pool) in &environment.worker {
        let (fewest, _) = pool.workload.bounds();
        if fewest == 0 && pool.pause.is_none() {
            findings.extend(one(framework, name, pool));
        }
    }
}

fn one(framework: &Sourced<Framework>, name: &Name, pool: &Worker) -> Option<Finding> {
    let redis = pool.queue.iter().filter_map(Queue::as_redis_list);
    let lists = redis.clone().map(|queue| queue.list.value.as_str());
    let known = |list: &&str| queue_keys::holds_jobs(framework.value, list);
    let delayed = lists.clone().filter(known);
    let delayed = delayed.filter_map(|list| queue_keys::delayed(framework.value, list));
    let mut unseen: Vec<String> = delayed
        .filter(|key| !lists.clone().any(|list| list == key))
        .collect();
    unseen.sort_unstable();
    unseen.dedup();
    if unseen.is_empty() {
        return None;
    }
    let min = &pool.workload.replicas.min;
    let who = format!("worker.{name}");
    let message =
        format!("while `{who}` is at zero, its delayed jobs do not run when they are due");
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(
            min,
            &format!("{who}.replicas.min"),
            "the pool may be at zero",
        )
        .operand(framework, "framework", "the queue library");
    let finding = redis.fold(finding, |it, queue| it.given(&queue.list));
    Some(
        finding
            .note(format!(
                "`{}` keeps delayed jobs in {}, and only a running worker moves them to the lists that KEDA counts",
                framework.value,
                suggest::list(unseen.iter().map(String::as_str))
            ))
            .repair(
                min,
                &format!("{who}.replicas.min"),
                "keep at least one pod, which moves the delayed jobs",
                "1",
            ),
    )
}
