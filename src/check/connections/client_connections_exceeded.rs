//! More clients than PgBouncer accepts.

use super::Surge;
use crate::ast::TopPart;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Environment;

/// The rule `client-connections-exceeded`.
pub(super) static RULE: Rule = Rule {
    code: Code("client-connections-exceeded"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[
        TopPart::Api,
        TopPart::Worker,
        TopPart::Service,
        TopPart::Pgbouncer,
        TopPart::Database,
    ],
    explanation: include_str!("../../diagnostic/explain/client-connections-exceeded.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let pgbouncer = &environment.pgbouncer;
    let (instances, clients) = (&pgbouncer.instances, &pgbouncer.clients.max);
    let terms = budget::client_connections(environment);
    let wanted = budget::total(&terms);
    let (pods, each) = (u64::from(instances.value), u64::from(clients.value));
    // Two or more pods are replaced in place, and any of them can fail: the others must suffice.
    let spared = if pods >= 2 { pods - 1 } else { pods };
    let (severity, up) = if wanted > pods * each {
        (Severity::Error, pods)
    } else if wanted > spared * each {
        (Severity::Warning, spared)
    } else {
        return;
    };
    let accepted = up * each;
    let message = if severity == Severity::Error {
        format!("clients can open {wanted} connections, but PgBouncer accepts only {accepted}")
    } else {
        format!(
            "clients can open {wanted} connections, but with one of {pods} PgBouncer pods down the others accept only {accepted}"
        )
    };
    let finding = Finding::new(RULE.code, severity, message)
        .operand(
            clients,
            "pgbouncer.clients.max",
            "client connections that each PgBouncer pod accepts",
        )
        .operand(instances, "pgbouncer.instances", "PgBouncer pods")
        .note(format!(
            "{} > {accepted} = {up} x {each}",
            budget::arithmetic(&terms)
        ));
    let finding = super::clients(finding, environment, Surge::Counted);
    let finding = slow_ends(finding, environment);
    let finding = second_pool(finding, environment);
    let fits = wanted.div_ceil(spared.max(1));
    let down = if pods >= 2 { " with one pod down" } else { "" };
    let message =
        format!("raise `clients max` to {fits}, the smallest value that accepts them{down}");
    findings.report(finding.repair(clients, "pgbouncer.clients.max", message, fits.to_string()));
}

/// The finding, with the values that open a second pool in each API pod.
fn second_pool(finding: Finding, environment: &Environment) -> Finding {
    let replicas = &environment.database.replicas;
    let finding = finding.given(&replicas.count).given(&replicas.via);
    if budget::reads_through_pgbouncer(environment) {
        let text = "read replicas: each pod of `api` opens a second pool for them";
        return finding.operand(&replicas.count, "database.replicas.count", text);
    }
    finding
}

/// The finding, with the values that keep old pods beside their replacements.
fn slow_ends(finding: Finding, environment: &Environment) -> Finding {
    let pools = environment.worker.iter();
    pools.fold(finding, |finding, (name, pool)| {
        let finding = finding.given(&pool.grace);
        if !pool.finishes_long() {
            return finding;
        }
        let path = format!("worker.{name}.grace");
        let text = format!(
            "terminating pods of `worker.{name}` keep their connections while new pods open theirs"
        );
        finding.operand(&pool.grace, &path, text)
    })
}
