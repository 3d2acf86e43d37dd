//! An environment variable of the file that tierc sets itself.

use super::variable_taken::{DATABASE, of_all, of_further};
use crate::ast::TopPart;
use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::edit::Edit;
use crate::model::Workload;
use crate::source::Sourced;

/// The rule `variable-reserved`.
pub(super) static RULE: Rule = Rule {
    code: Code("variable-reserved"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[
        TopPart::Redis,
        TopPart::Database,
        TopPart::Api,
        TopPart::Worker,
    ],
    explanation: include_str!("../../diagnostic/explain/variable-reserved.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (who, workload) in workloads(context.environment) {
        for (name, value) in &workload.env {
            findings.extend(limit(&who, workload, name, value));
            findings.extend(lifetime(&who, workload, name, value));
            findings.extend(further(&who, workload, name, value));
            findings.extend(address(context, &who, name, value));
        }
    }
}

fn reserved(who: &str, name: &str, value: &Sourced<String>) -> Finding {
    let message = format!("`{who}` sets `{name}`, which tierc already sets");
    Finding::new(RULE.code, Severity::Error, message).operand(
        value,
        &format!("{who}.env.{name}"),
        "set again here",
    )
}

/// The variable for `connections per-pod`.
fn limit(who: &str, workload: &Workload, name: &str, value: &Sourced<String>) -> Option<Finding> {
    let connections = &workload.connections;
    if connections.env.value != name {
        return None;
    }
    let path = format!("{who}.connections.per-pod");
    let text = "tierc sets the variable to this, and every budget assumes it";
    let finding = reserved(who, name, value)
        .operand(&connections.per_pod, &path, text)
        .given(&connections.env);
    let variable = format!("{who}.env.{name}");
    if let Some((step, each)) = connections.each() {
        let finding = finding.operand(each, &format!("{who}.connections.{step}"), "a factor of it");
        let message = format!("remove it: `connections {step}=` sets it");
        return Some(finding.removal(value, &format!("{who}.env.{name}"), message));
    }
    Some(match value.value.parse::<u32>() {
        Ok(count) if count > 0 => finding.help_by(
            format!("remove it, and write `connections per-pod={count}` instead"),
            [Edit::remove(variable), Edit::set(path, count.to_string())],
        ),
        Ok(_) | Err(_) => finding.removal(
            value,
            &variable,
            "remove it: `connections per-pod=` sets it",
        ),
    })
}

/// The variable for `connections lifetime`.
fn lifetime(
    who: &str,
    workload: &Workload,
    name: &str,
    value: &Sourced<String>,
) -> Option<Finding> {
    let connections = &workload.connections;
    let variable = connections.lifetime_env.as_ref()?;
    let lifetime = connections.lifetime.as_ref()?;
    if variable.value != name {
        return None;
    }
    let path = format!("{who}.connections.lifetime");
    let finding = reserved(who, name, value)
        .operand(
            lifetime,
            &path,
            "tierc sets the variable to this, in seconds",
        )
        .given(variable);
    let variable = format!("{who}.env.{name}");
    let message = "remove it: `connections lifetime=` sets it";
    Some(finding.removal(value, &variable, message))
}

/// The variables for the connections to a further database of PgBouncer.
fn further(who: &str, workload: &Workload, name: &str, value: &Sourced<String>) -> Option<Finding> {
    let mut claims = of_further(who, workload).into_iter();
    let (path, variable) = claims.find(|(_, variable)| variable.value == name)?;
    let finding = reserved(who, name, value).operand(variable, &path, "tierc sets it here");
    let stated = format!("{who}.env.{name}");
    let message = "remove it: `connections { database }` sets it";
    Some(finding.removal(value, &stated, message))
}

/// The variables for the addresses of the database and of Redis, which come from Secrets, and for
/// Redis' cluster mode.
fn address(
    context: &Context<'_>,
    who: &str,
    name: &str,
    value: &Sourced<String>,
) -> Option<Finding> {
    if DATABASE.contains(&name) {
        let note = "tierc sets it from a Secret with PgBouncer's address; no budget counts connections that bypass PgBouncer";
        let help = "remove it, and store the address in that Secret";
        let path = format!("{who}.env.{name}");
        let finding = reserved(who, name, value).note(note);
        return Some(finding.removal(value, &path, help));
    }
    let groups = of_all(context.environment);
    let (path, variable) = groups
        .into_iter()
        .find(|(_, variable)| variable.value == name)?;
    let of_database = path.starts_with("database.");
    let of = if of_database {
        "a part of the database's address"
    } else {
        "this group's variable"
    };
    let finding = reserved(who, name, value).operand(variable, &path, of);
    let stated = format!("{who}.env.{name}");
    let message = if of_database {
        "remove it: the variable comes from `database`; or rename it there, with `env`"
    } else if path.contains(".database.") {
        "remove it: the variable comes from the Secret with the group's addresses; or rename the variable of the database with its `env=`"
    } else if path.ends_with(".env.url") {
        "remove it: the variable comes from the Secret with the group's address; or rename the group's variable with its `env url=`"
    } else {
        "remove it: the variable follows the group's `cluster`; or rename the group's variable with its `env cluster=`"
    };
    Some(finding.removal(value, &stated, message))
}
