//! A rate that AMQP does not know.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, Queue, RabbitmqMode, RabbitmqProtocol, RabbitmqQueue};

/// The rule `rabbitmq-rate-over-amqp`.
pub(super) static RULE: Rule = Rule {
    code: Code("rabbitmq-rate-over-amqp"),
    severity: Severity::Error,
    waivable: false,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/rabbitmq-rate-over-amqp.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (pool, worker) in &context.environment.worker {
        for queue in &worker.queue {
            if let Queue::RabbitmqQueue(queue) = queue {
                findings.extend(one(pool, queue));
            }
        }
    }
}

fn one(pool: &Name, queue: &RabbitmqQueue) -> Option<Finding> {
    let (mode, protocol) = (&queue.mode, &queue.protocol);
    if mode.value != RabbitmqMode::Rate || protocol.value != RabbitmqProtocol::Amqp {
        return None;
    }
    let name = &queue.name.value;
    let message =
        format!("KEDA refuses the queue `{name}` of `worker.{pool}`: AMQP does not know its rate");
    let path = format!("worker.{pool}.queue.{name}");
    let of_protocol = format!("{path}.protocol");
    Some(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(mode, &format!("{path}.mode"), "messages per second")
            .operand(protocol, &of_protocol, "the broker counts messages only")
            .repair(
                protocol,
                &of_protocol,
                "ask the management API, with `http-url` of the Secret",
                "\"http\"",
            ),
    )
}
