//! A pool that can never fill.

use crate::ast::TopPart;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Entry;

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
    for entry in context.environment.pgbouncer.entries() {
        findings.extend(too_large(&entry, context));
    }
}

fn too_large(entry: &Entry<'_>, context: &Context<'_>) -> Option<Finding> {
    let (size, max_db) = (entry.size.value, entry.max_db.value);
    if size <= max_db {
        return None;
    }
    let (size_path, max_db_path) = (entry.size_path(), entry.max_db_path());
    let (message, step) = match entry.name {
        None => (
            format!(
                "`pool default` is {size}, but `max-db` limits the pool to {max_db} connections"
            ),
            "default",
        ),
        Some(name) => (
            format!(
                "`pool-size` of `{name}` is {size}, but `max-db` limits the pool to {max_db} connections"
            ),
            "pool-size",
        ),
    };
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(entry.size, &size_path, "pool size of each PgBouncer pod")
        .operand(
            entry.max_db,
            &max_db_path,
            "limits all pools of a database together",
        )
        .note(format!("{size} > {max_db} connections"))
        .repair(
            entry.size,
            &size_path,
            format!("lower `{step}` to {max_db}, the largest useful size"),
            max_db.to_string(),
        )
        .safely();
    Some(match entry.name {
        None => more_connections(finding, context),
        Some(_) => finding,
    })
}

/// If `max-db` is derived from the server's connections, the server can have more of them.
fn more_connections(finding: Finding, context: &Context<'_>) -> Finding {
    let environment = context.environment;
    let (pgbouncer, database) = (&environment.pgbouncer, &environment.database);
    let pool = &pgbouncer.pool;
    let enough = budget::connections_for(
        u64::from(pool.default.value),
        budget::pooler_pods(environment),
        budget::beside_the_first(environment),
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
