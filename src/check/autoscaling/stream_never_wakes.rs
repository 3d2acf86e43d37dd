//! A pool at zero that waits for entries which only its own pods make pending.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, Queue, RedisStream, StreamCount, Worker};

/// The rule `stream-never-wakes`.
pub(super) static RULE: Rule = Rule {
    code: Code("stream-never-wakes"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/stream-never-wakes.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (pool, worker) in &context.environment.worker {
        if worker.workload.bounds().0 > 0 || worker.pause.is_some() {
            continue;
        }
        for queue in &worker.queue {
            if let Queue::RedisStream(queue) = queue {
                findings.extend(one(pool, worker, queue));
            }
        }
    }
}

fn one(pool: &Name, worker: &Worker, queue: &RedisStream) -> Option<Finding> {
    let (count, min) = (&queue.count, &worker.workload.replicas.min);
    if count.value != StreamCount::Pending {
        return None;
    }
    let stream = &queue.stream.value;
    let message = format!("entries of `{stream}` never wake `worker.{pool}` from zero");
    let of_count = format!("worker.{pool}.queue.{stream}.count");
    let of_min = format!("worker.{pool}.replicas.min");
    Some(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(count, &of_count, "entries that were delivered")
            .operand(min, &of_min, "the pool may be at zero")
            .note("an entry is pending after a pod has read it, so nothing is pending while there is no pod")
            .repair(
                count,
                &of_count,
                "count what was not delivered yet; this needs Redis 7",
                "\"lag\"",
            )
            .repair(min, &of_min, "or keep at least one pod", "1"),
    )
}
