//! More clients can come than PgBouncer accepts.

use crate::ast::Part;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `client-connections-exceeded`.
pub(super) static RULE: Rule = Rule {
    code: Code("client-connections-exceeded"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Api, Part::Worker, Part::Service, Part::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/client-connections-exceeded.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let (instances, clients) = (
        &environment.pgbouncer.instances,
        &environment.pgbouncer.clients.max,
    );
    let terms = budget::client_connections(environment);
    let wanted = budget::total(&terms);
    let (pods, each) = (u64::from(instances.value), u64::from(clients.value));
    let (severity, up) = if wanted > pods * each {
        (Severity::Error, pods)
    } else if pods >= 2 && wanted > (pods - 1) * each {
        (Severity::Warning, pods - 1)
    } else {
        return;
    };
    let accepted = up * each;
    let message = format!(
        "{wanted} client connections can come, and {up} of {pods} PgBouncer pods accept {accepted}"
    );
    let mut finding = Finding::new(RULE.code, severity, message)
        .operand(clients, "pgbouncer.clients.max", "clients of one pod")
        .operand(instances, "pgbouncer.instances", "PgBouncer pods")
        .note(format!(
            "{} > {accepted} = {up} x {each}",
            budget::arithmetic(&terms)
        ));
    let up = if pods >= 2 { pods - 1 } else { pods };
    if let Some(fits) = wanted
        .checked_div(up)
        .map(|n| n + u64::from(!wanted.is_multiple_of(up)))
    {
        let message = format!("the fewest `clients max` that hold with {up} up are {fits}");
        finding = finding.repair(clients, message, fits.to_string());
    }
    findings.report(super::given_clients(finding, environment));
}
