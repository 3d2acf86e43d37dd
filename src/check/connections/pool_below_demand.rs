//! Transactions queue at the maxima.

use crate::ast::Part;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `pool-below-demand`.
pub(super) static RULE: Rule = Rule {
    code: Code("pool-below-demand"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[Part::Api, Part::Worker, Part::Service, Part::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/pool-below-demand.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let (instances, default) = (
        &environment.pgbouncer.instances,
        &environment.pgbouncer.pool.default,
    );
    let terms = budget::demand(environment);
    let wanted = budget::total(&terms);
    let pool = u64::from(instances.value) * u64::from(default.value);
    if wanted <= pool || instances.value == 0 {
        return;
    }
    let percent = wanted
        .saturating_mul(100)
        .checked_div(pool)
        .unwrap_or_default();
    let fits = wanted.div_ceil(u64::from(instances.value));
    let message =
        format!("{wanted} transactions can want a connection at once, and the pools hold {pool}");
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(default, "pgbouncer.pool.default", "pool of one pod")
        .operand(instances, "pgbouncer.instances", "PgBouncer pods")
        .note(format!(
            "{} > {pool} = {} x {}: {percent}% used",
            budget::arithmetic(&terms),
            instances.value,
            default.value
        ))
        .repair(
            default,
            format!("the smallest `default` that serves all is {fits}"),
            fits.to_string(),
        );
    findings.report(super::given_clients(finding, environment));
}
