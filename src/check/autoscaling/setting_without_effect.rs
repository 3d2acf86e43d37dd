//! A setting that KEDA does not read.

use std::fmt::Display;

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::source::Sourced;

/// The rule `setting-without-effect`.
pub(super) static RULE: Rule = Rule {
    code: Code("setting-without-effect"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[Part::Worker],
    explanation: include_str!("../../diagnostic/explain/setting-without-effect.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, worker) in &context.environment.worker {
        let min = &worker.workload.replicas.min;
        if min.value > 0 {
            let who = format!("worker.{name}");
            findings.extend(unread(&who, "polling", &worker.polling, min));
            findings.extend(unread(&who, "activation", &worker.activation, min));
        }
    }
}

/// A setting that the file states for itself: what a scenario or the tier brings is nobody's line.
fn unread<T: Display>(
    who: &str,
    setting: &str,
    value: &Sourced<T>,
    min: &Sourced<u32>,
) -> Option<Finding> {
    if !value.is_declared() {
        return None;
    }
    let message = format!(
        "`{setting}` of `{who}` has no effect: the pool never goes to zero, its minimum is {}",
        min.value
    );
    Some(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(value, &format!("{who}.{setting}"), "nobody reads this")
            .operand(min, &format!("{who}.replicas.min"), "1 or more")
            .help(format!(
                "remove the line `{setting}`, or let the pool go to zero with `replicas min=0`"
            )),
    )
}
