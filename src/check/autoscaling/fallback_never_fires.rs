//! A fallback that waits for failures which KEDA does not count.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Fallback, Name, Use, Worker};

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
    // Without a Redis group for queues, no trigger reads Redis.
    if context.environment.redis_for(Use::Queue).is_none() {
        return;
    }
    for (name, pool) in &context.environment.worker {
        let waits = |fallback: &&Fallback| fallback.failures.value > 0;
        if let Some(fallback) = pool.fallback.as_ref().filter(waits) {
            findings.report(one(name, pool, fallback));
        }
    }
}

fn one(name: &Name, pool: &Worker, fallback: &Fallback) -> Finding {
    let failures = &fallback.failures;
    let path = format!("worker.{name}.fallback");
    let message = format!(
        "the fallback of `worker.{name}` never starts while Redis is down: KEDA never counts {} failures",
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
            "without Redis only the minimum applies: raise `replicas min=` above {} to keep more pods",
            pool.workload.replicas.min.value
        ))
}
