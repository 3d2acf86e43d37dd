//! Messages that SQS delivers again while a pod still finishes them.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, Queue, SqsQueue, Worker};

/// The rule `sqs-visibility-below-grace`.
pub(super) static RULE: Rule = Rule {
    code: Code("sqs-visibility-below-grace"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/sqs-visibility-below-grace.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (pool, worker) in &context.environment.worker {
        for queue in &worker.queue {
            if let Queue::SqsQueue(queue) = queue {
                findings.extend(one(pool, worker, queue));
            }
        }
    }
}

fn one(pool: &Name, worker: &Worker, queue: &SqsQueue) -> Option<Finding> {
    let (visibility, grace) = (queue.visibility.as_ref()?, &worker.grace);
    if visibility.value >= grace.value {
        return None;
    }
    let name = &queue.name.value;
    let message = format!(
        "SQS delivers a message of `{name}` again after {}, while a terminating pod of `worker.{pool}` may still work on it",
        visibility.value
    );
    let of_grace = format!("worker.{pool}.grace");
    Some(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(
                visibility,
                &format!("worker.{pool}.queue.{name}.visibility"),
                "the visibility timeout of the queue",
            )
            .operand(grace, &of_grace, "how long a terminating pod may work")
            .note(format!(
                "{} < {}: another pod gets the message, and the job runs twice",
                visibility.value, grace.value
            ))
            .help(format!(
                "raise the visibility timeout of the queue to {} or more, and state it here",
                grace.value
            ))
            .repair(
                grace,
                &of_grace,
                "if jobs are shorter than that, use a `grace` of at most the visibility timeout",
                format!("\"{}\"", visibility.value),
            ),
    )
}
