//! A pool that can never fill.

use crate::ast::TopPart;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `pool-larger-than-max-db`.
pub(super) static RULE: Rule = Rule {
    code: Code("pool-larger-than-max-db"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[TopPart::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/pool-larger-than-max-db.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let pool = &context.environment.pgbouncer.pool;
    let (default, max_db) = (pool.default.value, pool.max_db.value);
    if default <= max_db {
        return;
    }
    let message = format!(
        "`pool default` is {default}, but `max-db` limits the pool to {max_db} connections"
    );
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(
            &pool.default,
            "pgbouncer.pool.default",
            "pool size of each PgBouncer pod",
        )
        .operand(
            &pool.max_db,
            "pgbouncer.pool.max-db",
            "limits all pools of a database together",
        )
        .note(format!("{default} > {max_db} connections"))
        .repair(
            &pool.default,
            "pgbouncer.pool.default",
            format!("lower `default` to {max_db}, the largest useful size"),
            max_db.to_string(),
        )
        .safely();
    findings.report(more_connections(finding, context));
}

/// If `max-db` is derived from the server's connections, the server can have more of them.
fn more_connections(finding: Finding, context: &Context<'_>) -> Finding {
    let environment = context.environment;
    let (pgbouncer, database) = (&environment.pgbouncer, &environment.database);
    let pool = &pgbouncer.pool;
    let enough = budget::connections_for(
        u64::from(pool.default.value),
        budget::pooler_pods(environment),
        budget::primary(environment).outside(),
    );
    let class = context.catalogue.db_classes.get(&database.instance.value);
    let held = class.is_some_and(|class| enough <= budget::without_doubt(class.memory));
    if !pool.max_db.is_derived() || !held {
        return finding;
    }
    let message = format!(
        "raise `max-connections` to {enough}, the smallest value with which the pool can be full"
    );
    finding.repair(
        &database.max_connections,
        "database.max-connections",
        message,
        enough.to_string(),
    )
}
