//! A fallback that KEDA takes for an idle pool.

use crate::budget::scaling::asked_for;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::count::counted;
use crate::model::{Fallback, Name, Queue, Worker};

/// The rule `fallback-below-activation`.
pub(super) static RULE: Rule = Rule {
    code: Code("fallback-below-activation"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/fallback-below-activation.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    for (name, pool) in &environment.worker {
        if !pool.queue.iter().all(|queue| environment.serves(queue)) {
            continue;
        }
        let (fewest, _) = pool.workload.bounds();
        let (Some(fallback), Some(longest)) = (&pool.fallback, longest(pool)) else {
            continue;
        };
        // Zero pods may be intended. A trigger without a formula stays active during a fallback.
        if pool.is_summed() && fewest == 0 && fallback.replicas.value > 0 {
            findings.extend(one(name, pool, fallback, longest));
        }
    }
}

/// The queue with the largest `length`, which the activation refers to.
fn longest(pool: &Worker) -> Option<&Queue> {
    pool.queue.iter().max_by_key(|queue| queue.length().value)
}

fn one(name: &Name, pool: &Worker, fallback: &Fallback, longest: &Queue) -> Option<Finding> {
    let (count, activation) = (&fallback.replicas, &pool.activation);
    let (each, max) = (longest.length().value, &pool.workload.replicas.max);
    let asked = asked_for(count.value);
    let items = u64::from(asked) * u64::from(each);
    if items > u64::from(activation.value) {
        return None;
    }
    let who = format!("worker.{name}");
    let pods = counted(count.value, "pod");
    let message = format!(
        "the fallback of `{who}` to {pods} counts as {items} items, not above its activation of {}: the pool scales to zero",
        activation.value
    );
    let (of_count, of_activation) = (
        format!("{who}.fallback.replicas"),
        format!("{who}.activation"),
    );
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(count, &of_count, "pods during a fallback")
        .operand(activation, &of_activation, "the pool is idle up to this number of items")
        .operand(
            longest.length(),
            &format!("{who}.queue.{}.length", longest.name().value),
            "items per pod",
        )
        .operand(
            &pool.workload.replicas.min,
            &format!("{who}.replicas.min"),
            "the pool may be at zero",
        )
        .given(&pool.combine)
        .given(max)
        .note(format!(
            "{} x {each} items = {items} <= {}: KEDA treats the pool as idle and stops its pods after `cooldown`",
            counted(asked, "pod"),
            activation.value
        ));
    let fewest = u64::from(activation.value) / u64::from(each.max(1)) + 1;
    let finding = if fewest <= u64::from(max.value) {
        let message = "use the smallest fallback above the activation";
        finding.repair(count, &of_count, message, fewest.to_string())
    } else {
        finding
    };
    let most = items.saturating_sub(1);
    let message = "use the largest activation below the fallback";
    Some(finding.repair(activation, &of_activation, message, most.to_string()))
}
