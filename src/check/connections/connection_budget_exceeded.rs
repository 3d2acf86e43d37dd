//! More server connections than PostgreSQL has slots.

use super::Surge;
use crate::ast::TopPart;
use crate::budget::connections::{self as budget, RESERVED, ServerBudget};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Entry, Via};
use crate::source::Sourced;

/// The rule `connection-budget-exceeded`.
pub(super) static RULE: Rule = Rule {
    code: Code("connection-budget-exceeded"),
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
    explanation: include_str!("../../diagnostic/explain/connection-budget-exceeded.md"),
    check,
};

/// A server that may get more connections than it has.
struct Overdrawn<'a> {
    who: &'static str,
    budget: ServerBudget,
    limit: &'a Sourced<u32>,
    path: &'static str,
    class: &'a Sourced<String>,
    /// Whether PgBouncer's further databases are on it.
    shared: bool,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let (environment, database) = (context.environment, &context.environment.database);
    let primary = Overdrawn {
        who: "the primary",
        budget: budget::primary(environment),
        limit: &database.max_connections,
        path: "database.max-connections",
        class: &database.instance,
        shared: true,
    };
    if !primary.budget.holds() {
        let finding = primary.finding(context);
        let finding = super::services(finding, environment, Via::Direct);
        let finding = super::keda(finding, context);
        findings.report(primary.repairs(context, finding));
    }
    let replicas = &database.replicas;
    let pooled = replicas.via.value == Via::Pgbouncer;
    let replica = Overdrawn {
        who: "a read replica",
        budget: budget::replica(environment),
        limit: &replicas.max_connections,
        path: "database.replicas.max-connections",
        class: &replicas.instance,
        shared: false,
    };
    // A replica with the primary's values and no more connections needs no second finding.
    let said = !primary.budget.holds() && pooled && replicas.max_connections.follows(primary.limit);
    if replicas.count.value > 0 && !replica.budget.holds() && !said {
        let mut finding = replica
            .finding(context)
            .written(&replicas.count, "read replicas")
            .written(&replicas.via, "how the API reaches the replicas");
        if !pooled {
            for (who, api) in environment.apis() {
                finding = super::pods(finding, &who, api, Surge::Counted);
                finding = super::per_pod(finding, &who, api);
            }
        }
        findings.report(replica.repairs(context, finding));
    }
}

impl Overdrawn<'_> {
    /// Whether a database of PgBouncer is on this server.
    fn has(&self, entry: &Entry<'_>) -> bool {
        self.shared || entry.name.is_none()
    }

    fn finding(&self, context: &Context<'_>) -> Finding {
        let pgbouncer = &context.environment.pgbouncer;
        let (total, usable) = (self.budget.total(), self.budget.usable);
        let message = format!(
            "{} can get {total} connections, but accepts only {usable}",
            self.who
        );
        let mut finding = Finding::new(RULE.code, Severity::Error, message);
        let mut sum = Vec::new();
        if self.budget.pooled > 0 {
            let instances = &pgbouncer.instances;
            for entry in pgbouncer.entries().filter(|it| self.has(it)) {
                let text = format!("server connections of each PgBouncer pod{}", entry.told());
                finding = finding.operand(entry.max_db, &entry.max_db_path(), text);
            }
            finding = finding.operand(instances, "pgbouncer.instances", "PgBouncer pods");
            let each = if self.shared {
                pgbouncer.each_pod()
            } else {
                pgbouncer.pool.max_db.value.to_string()
            };
            sum.push(format!(
                "({} + {} draining) x {each}",
                instances.value,
                pgbouncer.draining(),
            ));
            finding = finding.given(&pgbouncer.drain).given(&pgbouncer.min_ready);
            if pgbouncer.draining() > 1 {
                finding = finding
                    .operand(
                        &pgbouncer.min_ready,
                        "pgbouncer.min-ready",
                        "a rollout ends one pod in this time",
                    )
                    .operand(
                        &pgbouncer.drain,
                        "pgbouncer.drain",
                        "each terminating pod drains for this long",
                    );
            }
        }
        let terms = self.budget.terms.iter();
        sum.extend(terms.map(|term| format!("{} x {} ({})", term.pods, term.per_pod, term.who)));
        sum.push(format!("{} direct", self.budget.direct));
        finding = finding.operand(self.limit, self.path, "connections that the server allows");
        super::direct(finding, context.environment).note(format!(
            "{} = {total} > {usable} = {} - {RESERVED}",
            sum.join(" + "),
            self.limit.value
        ))
    }

    fn repairs(&self, context: &Context<'_>, mut finding: Finding) -> Finding {
        let pgbouncer = &context.environment.pgbouncer;
        let pods = budget::pooler_pods(context.environment);
        let (total, pooled) = (self.budget.total(), self.budget.pooled);
        let others = if self.shared {
            pgbouncer.max_db_of_others()
        } else {
            0
        };
        let each = self.budget.usable.saturating_sub(total - pooled) / pods;
        let fits = each.saturating_sub(others);
        if pooled > 0 && fits > 0 {
            let (max_db, path) = (&pgbouncer.pool.max_db, "pgbouncer.pool.max-db");
            let message = format!("lower `max-db` to {fits}, the largest value that fits");
            finding = finding.repair(max_db, path, message, fits.to_string());
        }
        let fewest = total.saturating_add(u64::from(RESERVED));
        let class = context.catalogue.db_classes.get(&self.class.value);
        let limit = class.map(|class| budget::without_doubt(class.memory));
        if let Some(limit) = limit.filter(|limit| *limit < fewest) {
            return finding.help(format!(
                "choose a class with more memory: `max-connections` would have to be {fewest}, and the memory of `{}` allows {limit}",
                self.class.value
            ));
        }
        let message =
            format!("raise `max-connections` to {fewest}, the smallest value that is enough");
        finding.repair(self.limit, self.path, message, fewest.to_string())
    }
}
