//! An SQS queue in another region than the environment.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::edit::quoted;
use crate::model::{Name, Queue, SqsQueue};
use crate::source::Sourced;

/// The rule `sqs-region-differs`.
pub(super) static RULE: Rule = Rule {
    code: Code("sqs-region-differs"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/sqs-region-differs.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    for (pool, worker) in &environment.worker {
        for queue in &worker.queue {
            if let Queue::SqsQueue(queue) = queue {
                findings.extend(one(pool, queue, &environment.region));
            }
        }
    }
}

fn one(pool: &Name, queue: &SqsQueue, region: &Sourced<String>) -> Option<Finding> {
    let (name, url, own) = (&queue.name.value, &queue.url, queue.region());
    if own == region.value {
        return None;
    }
    let message = format!(
        "the queue `{name}` of `worker.{pool}` is in {own}, but the environment is in {}",
        region.value
    );
    let path = format!("worker.{pool}.queue.{name}.url");
    let here = url.value.replacen(own, &region.value, 1);
    Some(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(url, &path, "the region is in the host")
            .operand(region, "region", "the region of the environment")
            .repair(
                url,
                &path,
                "if the queue is in the region of the environment, correct its URL",
                quoted(&here),
            )
            .help("if the queue is meant to be in the other region, waive this finding"),
    )
}
