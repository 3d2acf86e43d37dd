//! Connections that live longer than a PgBouncer pod waits for them.

use super::pooled_services;
use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Duration, Environment};
use crate::source::Sourced;

/// The rule `connections-outlive-drain`.
pub(super) static RULE: Rule = Rule {
    code: Code("connections-outlive-drain"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/connections-outlive-drain.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let drain = &context.environment.pgbouncer.drain;
    for (who, lifetime) in lifetimes(context.environment) {
        if lifetime.value < drain.value {
            continue;
        }
        let path = format!("{who}.connections.lifetime");
        let message = format!(
            "`{who}` keeps connections for {}, but a terminating PgBouncer pod is killed after {}",
            lifetime.value, drain.value
        );
        let finding = Finding::new(RULE.code, Severity::Error, message)
            .operand(lifetime, &path, "how long a connection is kept")
            .operand(drain, "pgbouncer.drain", "the pod is killed after this")
            .note("connections that are still open then are cut off, even within a transaction");
        let half = drain.value.secs() / 2;
        findings.report(if half == 0 {
            finding.help("raise `drain`, so that PgBouncer pods wait longer")
        } else {
            let message = "use half of `drain`: the other half is left for running transactions";
            let text = format!("\"{}\"", Duration::from_secs(half));
            finding.repair(lifetime, &path, message, text)
        });
    }
}

/// The stated lifetimes of connections through PgBouncer.
fn lifetimes(environment: &Environment) -> Vec<(String, &Sourced<Duration>)> {
    let apis = environment.apis();
    let apis = apis.map(|(who, api)| (who, &api.connections.lifetime));
    let mut stated: Vec<(String, &Option<Sourced<Duration>>)> = apis.collect();
    for (name, pool) in &environment.worker {
        let lifetime = &pool.workload.connections.lifetime;
        stated.push((format!("worker.{name}"), lifetime));
    }
    // A route that could not be read may be direct.
    let services = pooled_services(environment).filter(|(_, service)| service.via.sound);
    for (name, service) in services {
        stated.push((format!("service.{name}"), &service.lifetime));
    }
    let named = stated.into_iter();
    named
        .filter_map(|(who, lifetime)| Some((who, lifetime.as_ref()?)))
        .collect()
}
