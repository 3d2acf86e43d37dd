//! A Redis list that several pools drain.

use std::collections::BTreeMap;

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity, suggest};
use crate::model::{Name, Queue};

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

/// A pool that drains a list.
type Draining<'a> = (&'a Name, &'a Queue);

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut lists: BTreeMap<&str, Vec<Draining<'_>>> = BTreeMap::new();
    for (name, pool) in &context.environment.worker {
        for queue in &pool.queue {
            let list = queue.list.value.as_str();
            lists.entry(list).or_default().push((name, queue));
        }
    }
    for (list, pools) in lists.into_iter().filter(|(_, pools)| pools.len() > 1) {
        findings.report(finding(list, &pools));
    }
}

fn finding(list: &str, pools: &[Draining<'_>]) -> Finding {
    let names: Vec<String> = pools
        .iter()
        .map(|(name, _)| format!("worker.{name}"))
        .collect();
    let message = format!(
        "{} pools take jobs from `{list}`, and each is sized for the whole list",
        pools.len()
    );
    let mut finding = Finding::new(RULE.code, Severity::Error, message);
    for (name, queue) in pools {
        finding = finding.written(&queue.list, format!("a queue of `{name}`"));
    }
    finding
        .note(format!(
            "KEDA sizes {} by the items of the whole list",
            suggest::list(names.iter().map(String::as_str))
        ))
        .help("give each pool its own lists, or use one pool for the list")
}
