//! A queue that several pools drain.

use std::collections::BTreeMap;

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity, suggest};
use crate::model::{Name, Queue, QueueIdentity};

/// The rule `queue-shared`.
pub(super) static RULE: Rule = Rule {
    code: Code("queue-shared"),
    severity: Severity::Error,
    waivable: true,
    // When a pool replaces another, both read the same lists for a while.
    steady: false,
    reads: &[TopPart::Worker],
    explanation: include_str!("../../diagnostic/explain/queue-shared.md"),
    check,
};

/// A pool that drains a queue.
type Draining<'a> = (&'a Name, &'a Queue);

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut queues: BTreeMap<QueueIdentity<'_>, Vec<Draining<'_>>> = BTreeMap::new();
    for (name, pool) in &context.environment.worker {
        for queue in &pool.queue {
            let identity = queue.identity();
            queues.entry(identity).or_default().push((name, queue));
        }
    }
    for pools in queues.into_values().filter(|pools| pools.len() > 1) {
        findings.extend(finding(&pools));
    }
}

fn finding(pools: &[Draining<'_>]) -> Option<Finding> {
    let (_, first) = pools.first()?;
    let list = &first.name().value;
    let is_list = first.as_redis_list().is_some();
    let (whole, own, one) = if is_list {
        ("list", "lists", "list")
    } else {
        ("queue", "queues", "queue")
    };
    let names: Vec<String> = pools
        .iter()
        .map(|(name, _)| format!("worker.{name}"))
        .collect();
    let message = format!(
        "{} pools take jobs from `{list}`, and each is sized for the whole {whole}",
        pools.len()
    );
    let mut finding = Finding::new(RULE.code, Severity::Error, message);
    for (name, queue) in pools {
        finding = finding.written(queue.name(), format!("a queue of `{name}`"));
    }
    let finding = finding
        .note(format!(
            "KEDA sizes {} by the items of the whole {whole}",
            suggest::list(names.iter().map(String::as_str))
        ))
        .help(format!(
            "give each pool its own {own}, or use one pool for the {one}"
        ));
    Some(finding)
}
