//! A pod asks for more than it may use.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Quantity, Resources};
use crate::source::Sourced;

/// The rule `request-above-limit`.
pub(super) static RULE: Rule = Rule {
    code: Code("request-above-limit"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Api, Part::Worker, Part::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/request-above-limit.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let api = &environment.api.workload;
    compare("api", &api.requests, &api.limits, findings);
    for (name, worker) in &environment.worker {
        let workload = &worker.workload;
        compare(
            &format!("worker.{name}"),
            &workload.requests,
            &workload.limits,
            findings,
        );
    }
    let pgbouncer = &environment.pgbouncer;
    compare(
        "pgbouncer",
        &pgbouncer.requests,
        &pgbouncer.limits,
        findings,
    );
}

fn compare(who: &str, requests: &Resources, limits: &Resources, findings: &mut Findings) {
    one(who, "cpu", &requests.cpu, &limits.cpu, findings);
    one(who, "memory", &requests.memory, &limits.memory, findings);
}

fn one(
    who: &str,
    what: &str,
    request: &Sourced<Quantity>,
    limit: &Sourced<Quantity>,
    findings: &mut Findings,
) {
    if request.value <= limit.value {
        return;
    }
    let (asked, allowed) = (request.value, limit.value);
    let message = format!("a pod of `{who}` asks for {asked} of {what} and may use {allowed}");
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(request, &format!("{who}.requests.{what}"), "the request")
            .operand(limit, &format!("{who}.limits.{what}"), "the limit")
            .repair(
                request,
                format!("the largest request is {allowed}"),
                format!("\"{allowed}\""),
            )
            .repair(
                limit,
                format!("the smallest limit is {asked}"),
                format!("\"{asked}\""),
            ),
    );
}
