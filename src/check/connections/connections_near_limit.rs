//! Clients can ask for more than 70% of the server's connections. What PgBouncer grants is another rule:
//! `connection-budget-exceeded`.

use super::Surge;
use crate::ast::TopPart;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Entry, Environment, Via};

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

/// What clients ask of a database of PgBouncer, and what its pools hold.
struct EntryDemand<'a> {
    entry: Entry<'a>,
    terms: Vec<budget::Term>,
    pools: u64,
}

impl<'a> EntryDemand<'a> {
    fn of(entry: Entry<'a>, environment: &Environment) -> Self {
        let instances = u64::from(environment.pgbouncer.instances.value);
        Self {
            entry,
            terms: budget::demand_for(environment, entry.name),
            pools: instances * u64::from(entry.size.value),
        }
    }

    fn granted(&self) -> u64 {
        budget::total(&self.terms).min(self.pools)
    }

    fn told(&self) -> String {
        let database = self.entry.name;
        let database = database.map(|name| format!(" of `{name}`"));
        format!(
            "the smaller of {} (asked for) and {} (in the pools{})",
            budget::total(&self.terms),
            self.pools,
            database.unwrap_or_default()
        )
    }
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let (pgbouncer, database) = (&environment.pgbouncer, &environment.database);
    let instances = &pgbouncer.instances;
    let (limit, path) = (&database.max_connections, "database.max-connections");
    let direct = budget::primary(environment).outside();
    let most = u64::from(limit.value);
    let asked: Vec<EntryDemand<'_>> = pgbouncer
        .entries()
        .map(|entry| EntryDemand::of(entry, environment))
        .collect();
    let used = asked.iter().map(EntryDemand::granted);
    let used = used.fold(direct, u64::saturating_add);
    if used.saturating_mul(100) <= most * NEAR {
        return;
    }
    let message = format!(
        "with all autoscalers at their maxima, clients can ask for {used} connections, more than {NEAR}% of {most}"
    );
    let mut finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(limit, path, "connections that the server allows")
        .operand(instances, "pgbouncer.instances", "PgBouncer pods");
    for it in &asked {
        let text = format!("pool size of each PgBouncer pod{}", it.entry.told());
        finding = finding.operand(it.entry.size, &it.entry.size_path(), text);
    }
    let finding = super::clients(finding, environment, Surge::Left);
    let finding = super::services(finding, environment, Via::Direct);
    let finding = super::keda(finding, context);
    let mut finding = super::direct(finding, environment);
    for it in &asked {
        let terms = budget::arithmetic(&it.terms);
        finding = finding.note(match it.entry.name {
            None => format!("clients can ask for {terms} connections"),
            Some(name) => format!("clients can ask for {terms} connections to `{name}`"),
        });
    }
    let sums: Vec<String> = asked.iter().map(EntryDemand::told).collect();
    let finding = finding.note(format!(
        "{}, + {direct} direct = {used} > {} = {NEAR}% of {most}",
        sums.join(", + "),
        most * NEAR / 100
    ));
    let least = used.saturating_mul(100).div_ceil(NEAR);
    let message =
        format!("raise `max-connections` to {least}, the smallest value with enough room");
    findings.report(finding.repair(limit, path, message, least.to_string()));
}
