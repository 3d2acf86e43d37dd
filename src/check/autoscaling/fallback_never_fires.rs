//! A fallback that waits for failures which KEDA does not count.

use std::collections::BTreeSet;

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Fallback, Name, Queue, Worker};

/// The rule `fallback-never-fires`.
pub(super) static RULE: Rule = Rule {
    code: Code("fallback-never-fires"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/fallback-never-fires.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    for (name, pool) in &environment.worker {
        let waits = |fallback: &&Fallback| fallback.failures.value > 0;
        let connects = |queue: &&Queue| environment.serves(queue) && queue.connects_first();
        let sources: BTreeSet<&str> = pool
            .queue
            .iter()
            .filter(connects)
            .map(Queue::source)
            .collect();
        let fallback = pool.fallback.as_ref().filter(waits);
        if let Some(fallback) = fallback.filter(|_| !sources.is_empty()) {
            let sources: Vec<&str> = sources.into_iter().collect();
            let finding = one(name, pool, fallback, &sources.join(" or "));
            let written = context.file.stated.worker.get(name);
            findings.report(match written {
                Some(written) => finding.optional(&written.queue),
                None => finding,
            });
        }
    }
}

fn one(name: &Name, pool: &Worker, fallback: &Fallback, sources: &str) -> Finding {
    let failures = &fallback.failures;
    let path = format!("worker.{name}.fallback");
    let message = format!(
        "the fallback of `worker.{name}` never starts while {sources} is down: KEDA never counts {} failures",
        u64::from(failures.value) + 1
    );
    Finding::new(RULE.code, Severity::Warning, message)
        .operand(
            failures,
            &format!("{path}.failures"),
            "failures before the fallback",
        )
        .operand(
            &fallback.replicas,
            &format!("{path}.replicas"),
            "pods during a fallback",
        )
        .given(&pool.workload.replicas.min)
        .note("after the first failed read KEDA reconnects, and that failure is not counted; the replica count stays as it is, and cron triggers stop too")
        .repair(
            failures,
            &format!("{path}.failures"),
            "fall back at the first failed read; this needs KEDA 2.19 or later",
            "0",
        )
        .help(format!(
            "without {sources} only the minimum applies: raise `replicas min=` above {} to keep more pods",
            pool.workload.replicas.min.value
        ))
}
