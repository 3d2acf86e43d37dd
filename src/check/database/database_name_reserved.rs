//! A name for a database, a role or a master user that is reserved or already taken.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{ADMIN_USER, Database, STATS_USER, Via};

/// The rule `database-name-reserved`.
pub(super) static RULE: Rule = Rule {
    code: Code("database-name-reserved"),
    severity: Severity::Error,
    waivable: false,
    steady: true,
    reads: &[TopPart::Database, TopPart::Pgbouncer, TopPart::Other],
    explanation: include_str!("../../diagnostic/explain/database-name-reserved.md"),
    check,
};

/// PgBouncer's own console.
const CONSOLE: &str = "pgbouncer";

/// PgBouncer's longest database name.
const LONGEST: usize = 63;

/// What the entry for read replicas adds.
const READ: &str = "_read";

/// The names that RDS for PostgreSQL refuses for a master user and a database (RDS API errors,
/// cfn-lint E3709): `rdsadmin` is its own role and database.
const OF_RDS: [&str; 2] = ["rdsadmin", "admin"];

/// The template databases of every PostgreSQL server, which are not for applications.
const TEMPLATES: [&str; 2] = ["template0", "template1"];

/// The roles that RDS for PostgreSQL creates (RDS user guide, predefined roles).
const RDS_ROLES: [&str; 10] = [
    "rds_ad",
    "rds_iam",
    "rds_extension",
    "rds_password",
    "rds_replication",
    "rds_superuser",
    "rdsproxyadmin",
    "rdsrepladmin",
    "rdstopmgr",
    "rdswriteforwarduser",
];

/// The names that PostgreSQL refuses for a role although they are not keywords (`CREATE ROLE`).
const NO_ROLES: [&str; 2] = ["none", "public"];

/// The prefix of PostgreSQL's own roles.
const OF_POSTGRES: &str = "pg_";

/// The reserved words of PostgreSQL 18, sorted: categories `R` and `T` of `pg_get_keywords()`. They
/// include those of all earlier versions.
const KEYWORDS: [&str; 101] = [
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

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
    findings.extend(further(context));
    if let Some(message) = wrong_role(&database.user.value) {
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(&database.user, "database.user", "the application's role")
                .help("state another name, such as `database { user \"app\" }`"),
        );
    }
    if let Some(message) = wrong_role(&database.master.value) {
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(&database.master, "database.master", "the master user")
                .help(format!(
                    "state another name, such as `database {{ master \"{}\" }}`",
                    Database::MASTER
                )),
        );
    }
}

/// Further databases of PgBouncer with a name that another entry has, or that the server refuses.
fn further(context: &Context<'_>) -> Vec<Finding> {
    let environment = context.environment;
    let database = &environment.database;
    let first = &database.dbname.value;
    let reads = format!("{first}{READ}");
    let mut found = Vec::new();
    for entry in &environment.pgbouncer.database {
        let name = &entry.name.value;
        let path = format!("pgbouncer.database.{name}");
        let taken = if name == CONSOLE {
            Some(format!(
                "`{CONSOLE}` is the name of PgBouncer's own console"
            ))
        } else if name == first {
            Some(format!(
                "`{name}` is the entry that PgBouncer already has for `database.dbname`"
            ))
        } else if *name == reads {
            Some(format!(
                "`{name}` is the entry that PgBouncer has for the read replicas of `{first}`"
            ))
        } else {
            None
        };
        if let Some(message) = taken {
            let finding = Finding::new(RULE.code, Severity::Error, message)
                .operand(&entry.name, &format!("{path}.name"), "this entry")
                .given(&database.dbname);
            found
                .push(finding.help(
                    "give the entry another name; `dbname=` says which database it leads to",
                ));
        }
        let message = wrong_database(&entry.dbname.value);
        if let Some(message) = message {
            let finding = Finding::new(RULE.code, Severity::Error, message).operand(
                &entry.dbname,
                &format!("{path}.dbname"),
                "the database",
            );
            found.push(finding.help("state another `dbname=`"));
        }
    }
    found
}

/// The reason why the server refuses a database's name.
fn wrong_database(name: &str) -> Option<String> {
    let folded = name.to_ascii_lowercase();
    let folded = folded.as_str();
    if KEYWORDS.binary_search(&folded).is_ok() {
        Some(reserved(name))
    } else if OF_RDS.contains(&folded) || TEMPLATES.contains(&folded) {
        Some(format!(
            "`{name}` is a database name that RDS for PostgreSQL reserves"
        ))
    } else {
        None
    }
}

/// The owner of a reserved role name. RDS and PostgreSQL fold names to lower case.
fn wrong_role(name: &str) -> Option<String> {
    let folded = name.to_ascii_lowercase();
    let folded = folded.as_str();
    if folded == ADMIN_USER {
        Some(format!(
            "`{name}` is PgBouncer's administrator role, which may pause and shut down PgBouncer"
        ))
    } else if folded == STATS_USER {
        Some(format!(
            "`{name}` is the role that reads PgBouncer's statistics"
        ))
    } else if OF_RDS.contains(&folded) || RDS_ROLES.contains(&folded) {
        Some(format!(
            "`{name}` is a name that RDS for PostgreSQL reserves"
        ))
    } else if folded.starts_with(OF_POSTGRES) {
        Some(format!(
            "`{name}` starts with `{OF_POSTGRES}`, which PostgreSQL reserves for its own roles"
        ))
    } else if NO_ROLES.contains(&folded) || KEYWORDS.binary_search(&folded).is_ok() {
        Some(reserved(name))
    } else {
        None
    }
}

fn reserved(name: &str) -> String {
    format!("`{name}` is a reserved word of PostgreSQL, which RDS refuses as a name")
}

const ANOTHER: &str = "state another name, such as `database { dbname \"app\" }`";

fn wrong(database: &Database) -> Option<(String, String)> {
    let name = &database.dbname.value;
    if let Some(message) = wrong_database(name) {
        return Some((message, ANOTHER.to_owned()));
    }
    if name == CONSOLE {
        let message = format!("`{CONSOLE}` is the name of PgBouncer's own console");
        return Some((message, ANOTHER.to_owned()));
    }
    let replicas = &database.replicas;
    let pooled = replicas.count.value > 0 && replicas.via.value == Via::Pgbouncer;
    let length = name.len() + READ.len();
    (pooled && length > LONGEST).then(|| {
        let message = format!(
            "`{name}{READ}`, the entry for the read replicas, has {length} characters, but PgBouncer allows at most {LONGEST}"
        );
        let most = LONGEST - READ.len();
        (message, format!("state a `dbname` of at most {most} characters"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserved_words_are_sorted_so_that_they_can_be_searched() {
        assert!(KEYWORDS.is_sorted());
        for word in ["user", "table", "default", "system_user", "authorization"] {
            assert!(wrong_role(word).is_some(), "{word}");
            assert!(wrong_role(&word.to_ascii_uppercase()).is_some(), "{word}");
        }
        for word in ["users", "kaireon", "postgres", "app_admin", "database"] {
            assert_eq!(wrong_role(word), None);
        }
    }
}
