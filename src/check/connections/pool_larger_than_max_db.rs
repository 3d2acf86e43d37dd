//! A pool that can never fill.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `pool-larger-than-max-db`.
pub(super) static RULE: Rule = Rule {
    code: Code("pool-larger-than-max-db"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[Part::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/pool-larger-than-max-db.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let pool = &context.environment.pgbouncer.pool;
    if pool.default.value <= pool.max_db.value {
        return;
    }
    let (default, max_db) = (pool.default.value, pool.max_db.value);
    findings.report(
        Finding::new(
            RULE.code,
            Severity::Warning,
            format!("the pool of {default} is larger than `max-db` of {max_db}, which ends it"),
        )
        .operand(&pool.default, "pgbouncer.pool.default", "the pool")
        .operand(
            &pool.max_db,
            "pgbouncer.pool.max-db",
            "all pools of a database",
        )
        .repair(
            &pool.default,
            format!("the largest `default` that can fill is {max_db}"),
            max_db.to_string(),
        ),
    );
}
