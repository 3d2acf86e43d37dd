//! More pods than partitions: a partition has one consumer of a group.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::count::counted;
use crate::model::{Name, Queue, Worker};
use crate::source::Sourced;

/// The rule `kafka-pods-idle`.
pub(super) static RULE: Rule = Rule {
    code: Code("kafka-pods-idle"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/kafka-pods-idle.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, worker) in &context.environment.worker {
        findings.extend(one(name, worker));
    }
}

/// A topic of a pool, and its partitions.
type Topic<'a> = (&'a str, &'a Sourced<u32>);

/// A queue, if it is a topic that states its partitions.
fn topic(queue: &Queue) -> Option<Topic<'_>> {
    if let Queue::KafkaTopic(topic) = queue {
        Some((&topic.topic.value, topic.partitions.as_ref()?))
    } else {
        None
    }
}

fn one(name: &Name, worker: &Worker) -> Option<Finding> {
    // Pods of a pool with another queue have work there.
    let topics: Vec<Topic<'_>> = worker.queue.iter().map(topic).collect::<Option<_>>()?;
    let partitions = |(_, partitions): &Topic<'_>| u64::from(partitions.value);
    let all: u64 = topics.iter().map(partitions).sum();
    let max = &worker.workload.replicas.max;
    if topics.is_empty() || u64::from(max.value) <= all {
        return None;
    }
    let message = format!(
        "`worker.{name}` may have {}, but its topics have only {}",
        counted(max.value, "pod"),
        counted(u32::try_from(all).unwrap_or(u32::MAX), "partition")
    );
    let path = format!("worker.{name}.replicas.max");
    let finding = Finding::new(RULE.code, Severity::Warning, message).operand(
        max,
        &path,
        "the most pods of the pool",
    );
    let finding = topics.iter().fold(finding, |finding, (topic, partitions)| {
        let of = format!("worker.{name}.queue.{topic}.partitions");
        finding.operand(partitions, &of, format!("the partitions of `{topic}`"))
    });
    Some(
        finding
            .note("a partition has one consumer of each group, so the other pods get nothing")
            .repair(
                max,
                &path,
                "use as many pods as there are partitions",
                all.to_string(),
            )
            .help("or add partitions to the topics, and state them here"),
    )
}
