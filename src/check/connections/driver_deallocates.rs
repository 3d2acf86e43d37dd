//! A driver whose deallocation of prepared statements fails behind PgBouncer.

use super::{driver, drivers, entries_of};
use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Driver, Entry, PoolMode};

/// The rule `driver-deallocates`.
pub(super) static RULE: Rule = Rule {
    code: Code("driver-deallocates"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/driver-deallocates.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (who, stated) in drivers(context.environment) {
        let entries = entries_of(context.environment, &who);
        let shared = |entry: &Entry<'_>| entry.mode.value != PoolMode::Session;
        let Some(entry) = entries.into_iter().find(shared) else {
            continue;
        };
        let mode = entry.mode;
        let title = stated.title();
        let (severity, message) = match stated.deallocates() {
            Some(false) => continue,
            Some(true) => (
                Severity::Error,
                format!(
                    "queries of `{who}` fail in `{}` mode: {title} frees prepared statements with `DEALLOCATE`, which PgBouncer does not track",
                    mode.value
                ),
            ),
            None => (
                Severity::Note,
                format!(
                    "`{who}` needs libpq 17 or later in `{}` mode, but the file does not say which libpq {title} uses",
                    mode.value
                ),
            ),
        };
        let finding = driver(
            Finding::new(RULE.code, severity, message),
            &who,
            &stated,
            "the driver",
        )
        .operand(mode, &entry.mode_path(), "clients share server connections")
        .note("PgBouncer renames prepared statements, so the server does not know the driver's name; drivers on libpq 17 or later send the protocol's Close, which works");
        findings.report(match stated.driver.value {
            Driver::Rails => finding
                .help("build the gem `pg`, 1.6 or later, on libpq 17 or later, and state it: `driver \"rails\" libpq=\"17\"`")
                .help("turn prepared statements off in `database.yml` with `prepared_statements: false`, and waive this finding"),
            Driver::Asyncpg | Driver::LibPq | Driver::Libpq | Driver::NodePostgres
            | Driver::Npgsql | Driver::Pg8000 | Driver::Pgjdbc | Driver::Pgx
            | Driver::PostgresJs | Driver::Prisma | Driver::Psycopg | Driver::Psycopg2
            | Driver::Sqlx | Driver::TokioPostgres => finding
                .help("use psycopg 3.2 or later with libpq 17 or later, and state both: `driver \"psycopg\" version=\"3.2\" libpq=\"17\"`")
                .help("turn prepared statements off with `prepare_threshold=None`, and waive this finding"),
        });
    }
}
