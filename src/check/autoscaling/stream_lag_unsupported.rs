//! The lag of a stream on an engine that does not know it.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::version::Version;
use crate::model::{Name, Queue, RedisGroup, RedisStream, StreamCount, Use};

/// The rule `stream-lag-unsupported`.
pub(super) static RULE: Rule = Rule {
    code: Code("stream-lag-unsupported"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Worker, TopPart::Redis],
    explanation: include_str!("../../diagnostic/explain/stream-lag-unsupported.md"),
    check,
};

/// The first version whose `XINFO GROUPS` has a lag.
const LEAST: Version = Version::of(7, 0);

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let serving = environment.redis_for(Use::Queue);
    let Some(group) = serving.filter(|(_, group)| !group.is_at_least(&LEAST)) else {
        return;
    };
    for (pool, worker) in &environment.worker {
        for queue in &worker.queue {
            if let Queue::RedisStream(queue) = queue {
                findings.extend(one(pool, queue, group));
            }
        }
    }
}

fn one(pool: &Name, queue: &RedisStream, (name, group): (&Name, &RedisGroup)) -> Option<Finding> {
    let (stream, count) = (&queue.stream.value, &queue.count);
    if count.value != StreamCount::Lag {
        return None;
    }
    let version = &group.version;
    let message = format!(
        "KEDA cannot read the lag of `{stream}`: `redis.{name}` has version {}, and the lag needs 7",
        version.value
    );
    Some(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(
                version,
                &format!("redis.{name}.engine.version"),
                "the version of the engine",
            )
            .written(&queue.stream, "a stream of a pool")
            .operand(
                count,
                &format!("worker.{pool}.queue.{stream}.count"),
                "counts the lag",
            )
            .help("upgrade the engine to 7 or later, or state `count=\"pending\"` and keep at least one pod"),
    )
}
