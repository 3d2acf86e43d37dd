//! A workload that connects to a database which PgBouncer does not have.

use crate::ast::TopPart;
use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity, suggest};
use crate::edit::quoted;
use crate::source::Sourced;

/// The rule `pgbouncer-database-unknown`.
pub(super) static RULE: Rule = Rule {
    code: Code("pgbouncer-database-unknown"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/pgbouncer-database-unknown.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    for (who, workload) in workloads(environment) {
        for further in &workload.connections.database {
            let name = &further.database;
            let path = format!("{who}.connections.database.{}.database", name.value);
            findings.extend(unknown(context, &who, name, &path));
        }
    }
    for (service, stated) in &environment.service {
        let who = format!("service.{service}");
        if let Some(name) = &stated.database {
            let path = format!("{who}.connections.database");
            findings.extend(unknown(context, &who, name, &path));
        }
    }
}

fn unknown(
    context: &Context<'_>,
    who: &str,
    name: &Sourced<String>,
    path: &str,
) -> Option<Finding> {
    let pooler = &context.environment.pgbouncer;
    let mut known = pooler.database.iter().map(|it| it.name.value.as_str());
    if known.clone().any(|it| it == name.value) {
        return None;
    }
    let message = format!(
        "`{who}` connects to `{}`, which is no further database of PgBouncer",
        name.value
    );
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(name, path, "PgBouncer refuses connections to it")
        .optional(&context.file.stated.pgbouncer.database);
    Some(
        match (suggest::nearest(&name.value, known.clone()), known.next()) {
            (Some(meant), _) => {
                let message = format!("write `{meant}`, a database that PgBouncer has");
                finding.repair(name, path, message, quoted(meant))
            }
            (None, Some(first)) => {
                let all = std::iter::once(first).chain(known);
                finding.help(format!(
                    "use a database that PgBouncer has: {}",
                    suggest::list(all)
                ))
            }
            (None, None) => finding.help(format!(
                "add it, such as `pgbouncer {{ database \"{0}\" dbname=\"{0}\" }}`",
                name.value
            )),
        },
    )
}
