//! An activation that stands for a different number of items in each queue.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Combine, Name, Worker};

/// The rule `activation-differs-by-queue`.
pub(super) static RULE: Rule = Rule {
    code: Code("activation-differs-by-queue"),
    severity: Severity::Note,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/activation-differs-by-queue.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, worker) in &context.environment.worker {
        let summed = worker.combine.value == Combine::Sum && worker.workload.bounds().0 == 0;
        if summed && worker.activation.is_declared() {
            findings.extend(one(name, worker));
        }
    }
}

fn one(name: &Name, worker: &Worker) -> Option<Finding> {
    let activation = &worker.activation;
    let lengths = || worker.queue.iter().map(|queue| queue.length().value);
    let longest = lengths().max()?;
    // A list wakes the pool by itself at more than `activation x length / longest` items.
    let items = |length: u32| {
        u64::from(activation.value) * u64::from(length) / u64::from(longest.max(1)) + 1
    };
    let asked = u64::from(activation.value) + 1;
    if lengths().all(|length| items(length) == asked) {
        return None;
    }
    let finding = asked_for(name, worker);
    let path = format!("worker.{name}");
    let finding = worker.queue.iter().fold(finding, |finding, queue| {
        let (list, length) = (queue.name(), queue.length());
        let text = format!("the pool wakes at {}", counted_items(items(length.value)));
        let of = format!("{path}.queue.{}.length", list.value);
        finding
            .written(list, text)
            .operand(length, &of, "its items per replica")
    });
    Some(finding.note(format!(
        "KEDA compares replicas, not items: `activation` is converted to {} / {longest} replicas, and a queue with a smaller `length` reaches that with fewer items",
        activation.value
    )).help("move a queue that should not wake the pool this early into a pool of its own"))
}

/// The finding, with the stated activation.
fn asked_for(name: &Name, worker: &Worker) -> Finding {
    let activation = &worker.activation;
    let message = format!(
        "`activation {}` of `worker.{name}` is exact only for the queue with the largest `length`; other queues wake the pool earlier",
        activation.value
    );
    let path = format!("worker.{name}");
    Finding::new(RULE.code, Severity::Note, message)
        .operand(
            activation,
            &format!("{path}.activation"),
            "the stated number of items",
        )
        .operand(
            &worker.combine,
            &format!("{path}.combine"),
            "one formula covers all queues",
        )
        .given(&worker.workload.replicas.min)
}

fn counted_items(items: u64) -> String {
    let plural = if items == 1 { "" } else { "s" };
    format!("{items} item{plural}")
}
