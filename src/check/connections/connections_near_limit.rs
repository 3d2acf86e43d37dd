//! Clients can ask for more than 70% of the server's connections. What PgBouncer grants is another rule:
//! `connection-budget-exceeded`.

use super::Surge;
use crate::ast::TopPart;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Via;

/// The rule `connections-near-limit`.
pub(super) static RULE: Rule = Rule {
    code: Code("connections-near-limit"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[
        TopPart::Api,
        TopPart::Worker,
        TopPart::Service,
        TopPart::Pgbouncer,
        TopPart::Database,
    ],
    explanation: include_str!("../../diagnostic/explain/connections-near-limit.md"),
    check,
};

/// Percent of `max-connections` above which the guide wants action.
const NEAR: u64 = 70;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let (pgbouncer, database) = (&environment.pgbouncer, &environment.database);
    let (instances, default) = (&pgbouncer.instances, &pgbouncer.pool.default);
    let (limit, path) = (&database.max_connections, "database.max-connections");
    let direct = budget::primary(environment).outside();
    let terms = budget::demand(environment);
    let demand = budget::total(&terms);
    let pools = u64::from(instances.value) * u64::from(default.value);
    let (used, most) = (
        demand.min(pools).saturating_add(direct),
        u64::from(limit.value),
    );
    if used.saturating_mul(100) <= most * NEAR {
        return;
    }
    let message = format!(
        "with all autoscalers at their maxima, clients can ask for {used} connections, more than {NEAR}% of {most}"
    );
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(limit, path, "connections that the server allows")
        .operand(instances, "pgbouncer.instances", "PgBouncer pods")
        .operand(
            default,
            "pgbouncer.pool.default",
            "pool size of each PgBouncer pod",
        );
    let finding = super::clients(finding, environment, Surge::Left);
    let finding = super::services(finding, environment, Via::Direct);
    let finding = super::keda(finding, context);
    let finding = super::direct(finding, environment)
        .note(format!("clients can ask for {} connections", budget::arithmetic(&terms)))
        .note(format!(
            "the smaller of {demand} (asked for) and {pools} (in the pools), + {direct} direct = {used} > {} = {NEAR}% of {most}",
            most * NEAR / 100
        ));
    let least = used.saturating_mul(100).div_ceil(NEAR);
    let message =
        format!("raise `max-connections` to {least}, the smallest value with enough room");
    findings.report(finding.repair(limit, path, message, least.to_string()));
}
