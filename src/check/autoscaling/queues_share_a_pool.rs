//! Queues of one pool that are combined with `max`.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Combine, Name, Worker};

/// The rule `queues-share-a-pool`.
pub(super) static RULE: Rule = Rule {
    code: Code("queues-share-a-pool"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/queues-share-a-pool.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, worker) in &context.environment.worker {
        let shared = worker.queue.len() > 1 && worker.combine.value == Combine::Max;
        findings.extend(shared.then(|| finding(name, worker)));
    }
}

fn finding(name: &Name, worker: &Worker) -> Finding {
    let (queues, combine) = (&worker.queue, &worker.combine);
    let message = format!(
        "`worker.{name}` has {} queues but is sized only for the fullest one",
        queues.len()
    );
    let path = format!("worker.{name}.combine");
    let text = "the fullest queue decides";
    let mut finding =
        Finding::new(RULE.code, Severity::Warning, message).operand(combine, &path, text);
    let mut replicas = Vec::new();
    for queue in queues {
        let (list, length) = (&queue.name().value, queue.length());
        let of = format!("worker.{name}.queue.{list}.length");
        finding = finding.written(queue.name(), "one of the queues").operand(
            length,
            &of,
            "its items per replica",
        );
        replicas.push(format!("items of `{list}` / {}", length.value));
    }
    finding
        .note(format!(
            "replicas = the largest of {}, not their sum",
            replicas.join(", ")
        ))
        .repair(
            combine,
            &path,
            "size the pool for the sum of the queues",
            "\"sum\"",
        )
}
