//! A database that PgBouncer cannot have under its name.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Database, Via};

/// The rule `database-name-reserved`.
pub(super) static RULE: Rule = Rule {
    code: Code("database-name-reserved"),
    severity: Severity::Error,
    waivable: false,
    steady: true,
    reads: &[Part::Database, Part::Other],
    explanation: include_str!("../../diagnostic/explain/database-name-reserved.md"),
    check,
};

/// PgBouncer's own console.
const CONSOLE: &str = "pgbouncer";

/// The longest name of a database in PgBouncer.
const LONGEST: usize = 63;

/// What the entry for read replicas adds.
const READ: &str = "_read";

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    if let Some((message, help)) = wrong(database) {
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(&database.dbname, "database.dbname", "the database")
                .given(&database.replicas.count)
                .help(help),
        );
    }
}

fn wrong(database: &Database) -> Option<(String, String)> {
    let name = &database.dbname.value;
    if name == CONSOLE {
        let message = format!("`{CONSOLE}` is the name of PgBouncer's own console");
        let help = "state another, such as `database { dbname \"app\" }`";
        return Some((message, help.to_owned()));
    }
    let replicas = &database.replicas;
    let pooled = replicas.count.value > 0 && replicas.via.value == Via::Pgbouncer;
    let length = name.len() + READ.len();
    (pooled && length > LONGEST).then(|| {
        let message = format!(
            "the entry for read replicas, `{name}{READ}`, has {length} characters, and a database of PgBouncer at most {LONGEST}"
        );
        let most = LONGEST - READ.len();
        (message, format!("state a `dbname` of at most {most} characters"))
    })
}
