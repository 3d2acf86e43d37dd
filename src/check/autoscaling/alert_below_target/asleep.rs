//! A pool that KEDA leaves at zero while the alert on its lists fires.

use super::{Context, Finding, Findings, RULE, Severity};
use crate::metric;
use crate::model::count::counted;
use crate::model::{Alerts, Name, Worker};

pub(super) fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    for (name, pool) in &environment.worker {
        // Without a Redis group for queues, there is no query for their items.
        if !pool.queue.iter().all(|queue| environment.serves(queue)) {
            continue;
        }
        // A pause silences the alert, and a held count ignores `activation`.
        let scales = pool.pause.is_none() && pool.workload.hold.is_none();
        if scales && pool.workload.replicas.min.value == 0 {
            findings.extend(one(context, name, pool));
        }
    }
}

/// Without waking the pool, the list with the largest `length` may grow to `activation`, with or
/// without a formula. The alert watches the longest list.
fn one(context: &Context<'_>, name: &Name, pool: &Worker) -> Option<Finding> {
    let each = metric::queue_depth(context.environment, pool);
    let (activation, max) = (&pool.activation, &pool.workload.replicas.max);
    let pods = max.value.max(1);
    let most = u64::from(each) * u64::from(pods);
    if pool.queue.is_empty() || u64::from(activation.value) <= most {
        return None;
    }
    let path = format!("worker.{name}");
    let message = format!(
        "the queue alert of `{path}` fires above {most} items, but the pool stays at zero up to {} items",
        activation.value
    );
    let finding = Finding::new(RULE.code, Severity::Warning, message).operand(
        activation,
        &format!("{path}.activation"),
        "the pool stays at zero up to this number of items",
    );
    let finding = threshold(&context.environment.alerts, name, pool, finding);
    Some(
        finding
            .operand(
                max,
                &format!("{path}.replicas.max"),
                "times this number of pods",
            )
            .written(&pool.workload.replicas.min, "the pool may be at zero")
            .note(format!(
                "the alert fires above {each} items x {} = {most} items; the pool stays at zero up to {} items",
                counted(pods, "pod"),
                activation.value
            ))
            .repair(
                activation,
                &format!("{path}.activation"),
                "use the largest activation at which the pool wakes before the alert",
                most.to_string(),
            ),
    )
}

/// The source of the items per pod: the alert, or the longest `length` if that is larger.
fn threshold(alerts: &Alerts, name: &Name, pool: &Worker, finding: Finding) -> Finding {
    let alert = &alerts.queue_depth;
    let finding = pool
        .queue
        .iter()
        .fold(finding, |it, queue| it.given(queue.length()));
    let longest = pool.queue.iter().max_by_key(|queue| queue.length().value);
    match longest.filter(|queue| queue.length().value > alert.value) {
        Some(queue) => finding.given(alert).operand(
            queue.length(),
            &format!("worker.{name}.queue.{}.length", queue.name().value),
            "the alert counts at least this number of items per pod",
        ),
        None => finding.operand(
            alert,
            "alerts.queue-depth",
            "the alert counts this number of items per pod",
        ),
    }
}
