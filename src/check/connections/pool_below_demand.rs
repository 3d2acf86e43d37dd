//! Transactions queue at the maxima.

use super::Surge;
use crate::ast::TopPart;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::edit::{Edit, quoted};
use crate::model::{Entry, Environment};

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
    for entry in context.environment.pgbouncer.entries() {
        findings.extend(too_small(&entry, context.environment));
    }
}

fn too_small(entry: &Entry<'_>, environment: &Environment) -> Option<Finding> {
    let instances = &environment.pgbouncer.instances;
    let (size, path) = (entry.size, entry.size_path());
    let terms = budget::demand_for(environment, entry.name);
    let wanted = budget::total(&terms);
    let pods = u64::from(instances.value);
    let held = pods * u64::from(size.value);
    let percent = wanted
        .saturating_mul(100)
        .checked_div(held)
        .filter(|_| wanted > held)?;
    let message = match entry.name {
        None => format!(
            "{wanted} transactions can need a connection at once, but the pools hold only {held}"
        ),
        Some(name) => format!(
            "{wanted} transactions can need a connection to `{name}` at once, but its pools hold only {held}"
        ),
    };
    let text = format!("pool size of each PgBouncer pod{}", entry.told());
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(size, &path, text)
        .operand(instances, "pgbouncer.instances", "PgBouncer pods")
        .note(format!(
            "{} > {held} = {pods} x {}: demand is {percent}% of the pools",
            budget::arithmetic(&terms),
            size.value
        ));
    let finding =
        super::clients_of(finding, environment, entry.name, Surge::Left).given(entry.max_db);
    let fits = wanted.div_ceil(pods);
    Some(if fits > u64::from(entry.max_db.value) {
        both(finding, entry, fits)
    } else {
        let step = step(&path);
        let message = format!("raise `{step}` to {fits}, the smallest size that meets the demand");
        finding.repair(size, &path, message, fits.to_string())
    })
}

/// The last step of a path.
fn step(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// A pool cannot have more connections than `max-db`, so a larger pool needs a larger `max-db`.
fn both(finding: Finding, entry: &Entry<'_>, fits: u64) -> Finding {
    let finding = finding
        .written(entry.max_db, "limits all pools of a PgBouncer pod")
        .note(format!(
            "`max-db` limits the pools of a PgBouncer pod{} to {} connections",
            entry.told(),
            entry.max_db.value
        ));
    let (size, max_db) = (entry.size_path(), entry.max_db_path());
    let node = match entry.name {
        None => "pool".to_owned(),
        Some(name) => format!("database {}", quoted(name)),
    };
    finding.help_by(
        format!(
            "raise both limits to {fits}, the smallest value that meets the demand: write `pgbouncer {{ {node} {}={fits} max-db={fits} }}`",
            step(&size)
        ),
        [size, max_db].map(|path| Edit::set(path, fits.to_string())),
    )
}
