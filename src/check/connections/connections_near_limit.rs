//! More than 70% of the slots are in use at the maxima.

use crate::ast::Part;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `connections-near-limit`.
pub(super) static RULE: Rule = Rule {
    code: Code("connections-near-limit"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[
        Part::Api,
        Part::Worker,
        Part::Service,
        Part::Pgbouncer,
        Part::Database,
    ],
    explanation: include_str!("../../diagnostic/explain/connections-near-limit.md"),
    check,
};

/// Percent of `max-connections` above which the guide wants action.
const NEAR: u64 = 70;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let pgbouncer = &environment.pgbouncer;
    let (limit, direct) = (
        &environment.database.max_connections,
        budget::direct(environment),
    );
    let demand = budget::total(&budget::demand(environment));
    let pools = u64::from(pgbouncer.instances.value) * u64::from(pgbouncer.pool.default.value);
    let (used, most) = (demand.min(pools) + direct, u64::from(limit.value));
    if used * 100 <= most * NEAR {
        return;
    }
    let least = (used * 100).div_ceil(NEAR);
    let message = format!("{used} of {most} connections are in use at the maxima, above {NEAR}%");
    let paths = &environment.database.direct;
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(
            limit,
            "database.max-connections",
            "connections of the server",
        )
        .operand(
            &pgbouncer.instances,
            "pgbouncer.instances",
            "PgBouncer pods",
        )
        .operand(
            &pgbouncer.pool.default,
            "pgbouncer.pool.default",
            "pool of one pod",
        )
        .given(&paths.monitoring)
        .given(&paths.replication)
        .given(&paths.admin)
        .given(&paths.migrations)
        .note(format!(
            "min({demand} wanted, {pools} pooled) + {direct} direct = {used} > {NEAR}% of {most}"
        ))
        .repair(
            limit,
            format!("the fewest `max-connections` that leave room are {least}"),
            least.to_string(),
        );
    findings.report(super::given_clients(finding, environment));
}
