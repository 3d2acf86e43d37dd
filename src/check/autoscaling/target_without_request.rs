//! A utilisation of nothing.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Quantity, Workload};
use crate::source::Sourced;

/// The rule `target-without-request`.
pub(super) static RULE: Rule = Rule {
    code: Code("target-without-request"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Api, Part::Worker],
    explanation: include_str!("../../diagnostic/explain/target-without-request.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    both("api", &context.environment.api.workload, findings);
    for (name, worker) in &context.environment.worker {
        both(&format!("worker.{name}"), &worker.workload, findings);
    }
}

fn both(who: &str, workload: &Workload, findings: &mut Findings) {
    let (target, requests) = (&workload.target, &workload.requests);
    one(who, "cpu", target.cpu.as_ref(), &requests.cpu, findings);
    one(
        who,
        "memory",
        target.memory.as_ref(),
        &requests.memory,
        findings,
    );
}

fn one(
    who: &str,
    what: &str,
    target: Option<&Sourced<u32>>,
    request: &Sourced<Quantity>,
    findings: &mut Findings,
) {
    let Some(target) = target.filter(|_| request.value.is_zero()) else {
        return;
    };
    findings.report(
        Finding::new(
            RULE.code,
            Severity::Error,
            format!(
                "`{who}` aims at {}% of a {what} request of zero",
                target.value
            ),
        )
        .operand(
            request,
            &format!("{who}.requests.{what}"),
            "nothing is asked for",
        )
        .operand(
            target,
            &format!("{who}.target.{what}"),
            "percent of the request",
        )
        .help(format!("state a {what} request above zero")),
    );
}
