//! A database or a user that cannot have its name, or has somebody else's.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{ADMIN_USER, Database, STATS_USER, Via};

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

/// What RDS for PostgreSQL keeps for itself.
const OF_RDS: [&str; 2] = ["rdsadmin", "admin"];

/// What PostgreSQL keeps for itself.
const OF_POSTGRES: &str = "pg_";

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
    if let Some(message) = wrong_user(&database.user.value) {
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(&database.user, "database.user", "the user")
                .help("state another, such as `database { user \"app\" }`"),
        );
    }
}

/// Who else goes by the name of the application's user.
fn wrong_user(name: &str) -> Option<String> {
    if name == ADMIN_USER {
        Some(format!(
            "`{name}` is PgBouncer's administrator: the application could do there what it wants"
        ))
    } else if name == STATS_USER {
        Some(format!(
            "`{name}` is who reads PgBouncer's statistics: the application could do so, too"
        ))
    } else if OF_RDS.contains(&name) {
        Some(format!(
            "`{name}` is a name that RDS for PostgreSQL keeps for itself"
        ))
    } else if name.starts_with(OF_POSTGRES) {
        Some(format!(
            "`{name}` begins with `{OF_POSTGRES}`, as only names of PostgreSQL's own do"
        ))
    } else {
        None
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
