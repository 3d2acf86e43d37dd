//! A pool mode that does not share connections.

use super::Surge;
use crate::ast::TopPart;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Environment, PoolMode};

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
    let environment = context.environment;
    let mode = &environment.pgbouncer.mode;
    if mode.value != PoolMode::Session || !scales(environment) {
        return;
    }
    let terms = budget::demand(environment);
    let message =
        "in `session` mode every client keeps a server connection, but autoscalers add clients";
    let finding = Finding::new(RULE.code, Severity::Warning, message).operand(
        mode,
        "pgbouncer.mode",
        "no connection is shared",
    );
    let finding = super::clients(finding, environment, Surge::Left).note(format!(
        "{} clients at the maxima, each with a server connection",
        budget::arithmetic(&terms)
    ));
    findings.report(finding.repair(
        mode,
        "pgbouncer.mode",
        "use `transaction` mode, which shares server connections between clients",
        "\"transaction\"",
    ));
}

/// Whether an autoscaler decides any count of pods.
fn scales(environment: &Environment) -> bool {
    let pools = environment.worker.values().map(|pool| &pool.workload);
    pools
        .chain(environment.apis().map(|(_, api)| api))
        .any(|workload| workload.replicas.min.value < workload.replicas.max.value)
}
