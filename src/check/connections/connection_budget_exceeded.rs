//! More server connections can be open than PostgreSQL has slots.

use crate::ast::Part;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Via;
use crate::source::Sourced;

/// The rule `connection-budget-exceeded`.
pub(super) static RULE: Rule = Rule {
    code: Code("connection-budget-exceeded"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[
        Part::Api,
        Part::Worker,
        Part::Service,
        Part::Pgbouncer,
        Part::Database,
    ],
    explanation: include_str!("../../diagnostic/explain/connection-budget-exceeded.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let primary = budget::primary(context.environment);
    if !primary.holds() {
        let path = "database.max-connections";
        findings.report(finding(
            context,
            &primary,
            "the primary",
            path,
            &database.max_connections,
            true,
        ));
    }
    let replica = budget::replica(context.environment);
    if database.replicas.count.value > 0 && !replica.holds() {
        let replicas = &database.replicas;
        let pooled = replicas.via.value == Via::Pgbouncer;
        let path = "database.replicas.max-connections";
        let finding = finding(
            context,
            &replica,
            "a read replica",
            path,
            &replicas.max_connections,
            pooled,
        );
        findings.report(finding.given(&replicas.count).given(&replicas.via));
    }
}

fn finding(
    context: &Context<'_>,
    server: &budget::ServerBudget,
    who: &str,
    path: &str,
    limit: &Sourced<u32>,
    pooled: bool,
) -> Finding {
    let environment = context.environment;
    let pgbouncer = &environment.pgbouncer;
    let (total, usable) = (server.total(), server.usable);
    let message = format!("{who} can be asked for {total} connections and has {usable}");
    let mut finding = Finding::new(RULE.code, Severity::Error, message);
    let mut sum = Vec::new();
    if pooled {
        let (instances, max_db) = (&pgbouncer.instances, &pgbouncer.pool.max_db);
        finding = finding
            .operand(
                max_db,
                "pgbouncer.pool.max-db",
                "connections of each PgBouncer pod",
            )
            .operand(instances, "pgbouncer.instances", "PgBouncer pods");
        sum.push(format!(
            "({} + {} draining) x {}",
            instances.value,
            budget::DRAINING,
            max_db.value
        ));
    }
    sum.extend(
        server
            .terms
            .iter()
            .map(|t| format!("{} x {} ({})", t.pods, t.per_pod, t.who)),
    );
    sum.push(format!("{} direct", server.direct));
    finding = direct(
        finding.operand(limit, path, "`max-connections` of the server"),
        context,
    )
    .note(format!(
        "{} = {total} > {usable} = {} - {}",
        sum.join(" + "),
        limit.value,
        budget::RESERVED
    ));
    let finding = super::given_clients(finding, environment);
    repairs(finding, context, server, limit, pooled)
}

fn direct(finding: Finding, context: &Context<'_>) -> Finding {
    let direct = &context.environment.database.direct;
    finding
        .operand(
            &direct.monitoring,
            "database.direct.monitoring",
            "direct: monitoring",
        )
        .operand(
            &direct.replication,
            "database.direct.replication",
            "direct: replication",
        )
        .operand(&direct.admin, "database.direct.admin", "direct: admin")
        .operand(
            &direct.migrations,
            "database.direct.migrations",
            "direct: migrations",
        )
}

fn repairs(
    mut finding: Finding,
    context: &Context<'_>,
    server: &budget::ServerBudget,
    limit: &Sourced<u32>,
    pooled: bool,
) -> Finding {
    let pgbouncer = &context.environment.pgbouncer;
    let pods = u64::from(pgbouncer.instances.value) + u64::from(budget::DRAINING);
    let rest = server.total() - server.pooled;
    let fits = server.usable.saturating_sub(rest) / pods;
    if pooled && fits > 0 {
        let message = format!("the largest `max-db` that fits is {fits}");
        finding = finding.repair(&pgbouncer.pool.max_db, message, fits.to_string());
    }
    let fewest = server.total() + u64::from(budget::RESERVED);
    let message = format!("the fewest `max-connections` that hold this are {fewest}");
    finding.repair(limit, message, fewest.to_string())
}
