//! More connections than the instance class has memory for.

use crate::ast::Part;
use crate::budget::connections as budget;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::source::Sourced;

/// The rule `max-connections-exceeds-memory`.
pub(super) static RULE: Rule = Rule {
    code: Code("max-connections-exceeds-memory"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Database],
    explanation: include_str!("../../diagnostic/explain/max-connections-exceeds-memory.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let (wanted, class) = (&database.max_connections, &database.instance);
    findings.extend(one(context, "database", wanted, class));
    let replicas = &database.replicas;
    // Replicas like their source say nothing new.
    let like = replicas.max_connections.is_derived() && replicas.instance.is_derived();
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
    let count = u64::from(wanted.value);
    let severity = if count > limit {
        Severity::Error
    } else if count > sure {
        Severity::Warning
    } else {
        return None;
    };
    let message = if severity == Severity::Error {
        format!(
            "{count} connections on `{}`, whose memory is good for {limit}",
            class.value
        )
    } else {
        format!(
            "{count} connections on `{}` are 95% or more of the {limit} that its memory is good for",
            class.value
        )
    };
    let path_of = |what: &str| format!("{path}.{what}");
    let mut arithmetic = format!(
        "least({} / {}, {}) = {limit}",
        memory.units(),
        budget::BYTES_EACH,
        budget::CEILING
    );
    if sure < limit {
        arithmetic +=
            &format!("; RDS' own processes take some of the memory, so that {sure} are sure");
    }
    let finding = Finding::new(RULE.code, severity, message)
        .operand(wanted, &path_of("max-connections"), "connections")
        .operand(class, &path_of("instance"), "the class")
        .note(arithmetic);
    let message = format!("the most without doubt are {sure}");
    Some(finding.repair(
        wanted,
        &path_of("max-connections"),
        message,
        sure.to_string(),
    ))
}
