//! A pool mode that does not share connections.

use super::Surge;
use crate::ast::TopPart;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Entry, Environment, PoolMode, Workload};

/// The rule `session-mode-with-autoscaling`.
pub(super) static RULE: Rule = Rule {
    code: Code("session-mode-with-autoscaling"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[
        TopPart::Api,
        TopPart::Worker,
        TopPart::Service,
        TopPart::Pgbouncer,
    ],
    explanation: include_str!("../../diagnostic/explain/session-mode-with-autoscaling.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for entry in context.environment.pgbouncer.entries() {
        findings.extend(unshared(&entry, context.environment));
    }
}

fn unshared(entry: &Entry<'_>, environment: &Environment) -> Option<Finding> {
    let (mode, path) = (entry.mode, entry.mode_path());
    if mode.value != PoolMode::Session || !scales(environment, entry.name) {
        return None;
    }
    let terms = budget::demand_for(environment, entry.name);
    let message = match entry.name {
        None => {
            "in `session` mode every client keeps a server connection, but autoscalers add clients"
                .to_owned()
        }
        Some(name) => format!(
            "in the `session` mode of `{name}` every client keeps a server connection, but autoscalers add clients"
        ),
    };
    let finding = Finding::new(RULE.code, Severity::Warning, message).operand(
        mode,
        &path,
        "no connection is shared",
    );
    let finding = super::clients_of(finding, environment, entry.name, Surge::Left).note(format!(
        "{} clients at the maxima, each with a server connection",
        budget::arithmetic(&terms)
    ));
    Some(finding.repair(
        mode,
        &path,
        "use `transaction` mode, which shares server connections between clients",
        "\"transaction\"",
    ))
}

/// Whether an autoscaler decides any count of pods that use the database.
fn scales(environment: &Environment, entry: Option<&str>) -> bool {
    let uses =
        |workload: &Workload| entry.is_none_or(|name| workload.connections.to(name).is_some());
    let pools = environment.worker.values().map(|pool| &pool.workload);
    pools
        .chain(environment.apis().map(|(_, api)| api))
        .filter(|workload| uses(workload))
        .any(|workload| workload.replicas.min.value < workload.replicas.max.value)
}
