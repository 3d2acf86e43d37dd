//! Transactions queue at the maxima.

use super::Surge;
use crate::ast::TopPart;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::edit::Edit;
use crate::model::Pool;

/// The rule `pool-below-demand`.
pub(super) static RULE: Rule = Rule {
    code: Code("pool-below-demand"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[
        TopPart::Api,
        TopPart::Worker,
        TopPart::Service,
        TopPart::Pgbouncer,
    ],
    explanation: include_str!("../../diagnostic/explain/pool-below-demand.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let pgbouncer = &environment.pgbouncer;
    let (instances, pool) = (&pgbouncer.instances, &pgbouncer.pool);
    let (default, path) = (&pool.default, "pgbouncer.pool.default");
    let terms = budget::demand(environment);
    let wanted = budget::total(&terms);
    let pods = u64::from(instances.value);
    let held = pods * u64::from(default.value);
    let Some(percent) = wanted
        .saturating_mul(100)
        .checked_div(held)
        .filter(|_| wanted > held)
    else {
        return;
    };
    let message = format!(
        "{wanted} transactions can need a connection at once, but the pools hold only {held}"
    );
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(default, path, "pool size of each PgBouncer pod")
        .operand(instances, "pgbouncer.instances", "PgBouncer pods")
        .note(format!(
            "{} > {held} = {pods} x {}: demand is {percent}% of the pools",
            budget::arithmetic(&terms),
            default.value
        ));
    let finding = super::clients(finding, environment, Surge::Left).given(&pool.max_db);
    let fits = wanted.div_ceil(pods);
    findings.report(if fits > u64::from(pool.max_db.value) {
        both(finding, pool, fits)
    } else {
        let message = format!("raise `default` to {fits}, the smallest size that meets the demand");
        finding.repair(default, path, message, fits.to_string())
    });
}

/// A pool cannot have more connections than `max-db`, so a larger pool needs a larger `max-db`.
fn both(finding: Finding, pool: &Pool, fits: u64) -> Finding {
    let finding = finding
        .written(&pool.max_db, "limits all pools of a PgBouncer pod")
        .note(format!(
            "`max-db` limits the pools of a PgBouncer pod to {} connections",
            pool.max_db.value
        ));
    finding.help_by(
        format!(
            "raise both limits to {fits}, the smallest value that meets the demand: write `pgbouncer {{ pool default={fits} max-db={fits} }}`"
        ),
        ["default", "max-db"]
            .map(|name| Edit::set(format!("pgbouncer.pool.{name}"), fits.to_string())),
    )
}
