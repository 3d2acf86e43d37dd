//! A pod asks for more than it may use.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Quantity;
use crate::source::Sourced;

/// The rule `request-above-limit`.
pub(super) static RULE: Rule = Rule {
    code: Code("request-above-limit"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/request-above-limit.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    for (who, most_cpu, most_memory) in super::limits(environment) {
        if let Some((cpu, memory)) = super::amounts(environment, &who) {
            findings.extend(one(&who, "cpu", cpu, most_cpu));
            findings.extend(one(&who, "memory", memory, most_memory));
        }
    }
}

fn one(
    who: &str,
    what: &str,
    request: &Sourced<Quantity>,
    limit: &Sourced<Quantity>,
) -> Option<Finding> {
    let (asked, allowed) = (request.value, limit.value);
    if asked <= allowed {
        return None;
    }
    let message = format!("the {what} request of `{who}` is {asked}, above its limit of {allowed}");
    let (requests, limits) = (
        format!("{who}.requests.{what}"),
        format!("{who}.limits.{what}"),
    );
    Some(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(request, &requests, "the request")
            .operand(limit, &limits, "the limit")
            .note(format!("{asked} > {allowed}"))
            .repair(
                request,
                &requests,
                format!("lower the request to {allowed}"),
                format!("\"{allowed}\""),
            )
            .repair(
                limit,
                &limits,
                format!("raise the limit to {asked}"),
                format!("\"{asked}\""),
            ),
    )
}
