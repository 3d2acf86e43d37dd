//! More connections than the instance class has memory for.

use crate::ast::TopPart;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Quantity;
use crate::source::Sourced;

/// The rule `max-connections-exceeds-memory`.
pub(super) static RULE: Rule = Rule {
    code: Code("max-connections-exceeds-memory"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/max-connections-exceeds-memory.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let (wanted, class) = (&database.max_connections, &database.instance);
    findings.extend(one(context, "database", wanted, class));
    let replicas = &database.replicas;
    // Replicas with the primary's values need no second finding.
    let like = replicas.max_connections.follows(wanted) && replicas.instance.follows(class);
    if replicas.count.value > 0 && !like {
        let (wanted, class) = (&replicas.max_connections, &replicas.instance);
        let finding = one(context, "database.replicas", wanted, class);
        findings.extend(finding.map(|finding| finding.given(&replicas.count)));
    }
}

fn one(
    context: &Context<'_>,
    path: &str,
    wanted: &Sourced<u32>,
    class: &Sourced<String>,
) -> Option<Finding> {
    let memory = context.catalogue.db_classes.get(&class.value)?.memory;
    let (limit, sure) = (budget::good_for(memory), budget::without_doubt(memory));
    let (count, name) = (u64::from(wanted.value), &class.value);
    let (severity, message) = if count > limit {
        let message =
            format!("`max-connections` is {count}, but the memory of `{name}` allows only {limit}");
        (Severity::Error, message)
    } else if count > sure {
        let message = format!(
            "`max-connections` is {count}, at least 95% of the {limit} that the memory of `{name}` allows"
        );
        (Severity::Warning, message)
    } else {
        return None;
    };
    let path_of = |what: &str| format!("{path}.{what}");
    let connections = path_of("max-connections");
    let finding = Finding::new(RULE.code, severity, message)
        .operand(wanted, &connections, "connections that the server allows")
        .operand(class, &path_of("instance"), "the class")
        .note(arithmetic(memory));
    let message = format!("lower `max-connections` to {sure}, the largest safe value");
    Some(finding.repair(wanted, &connections, message, sure.to_string()))
}

/// The connections that this memory allows, and how certain that is.
fn arithmetic(memory: Quantity) -> String {
    let (limit, sure) = (budget::good_for(memory), budget::without_doubt(memory));
    let (each, ceiling) = (budget::BYTES_EACH, budget::CEILING);
    let formula = format!("LEAST({memory} of memory / {each} bytes, {ceiling}) = {limit}");
    if sure == limit {
        return formula;
    }
    format!("{formula}; RDS' own processes need some of the memory, so only {sure} are safe")
}
