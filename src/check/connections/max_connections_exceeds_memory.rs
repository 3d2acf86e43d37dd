//! More connections than the instance class has memory for.

use crate::ast::Part;
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

/// Bytes of instance memory for one connection, in the default of the RDS parameter.
const BYTES_EACH: u64 = 9_531_392;

/// The most that the default formula gives, whatever the memory.
const CEILING: u64 = 5000;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let path = "database";
    one(
        context,
        path,
        &database.max_connections,
        &database.instance,
        findings,
    );
    let replicas = &database.replicas;
    if replicas.count.value > 0 && replicas.count.sound {
        let path = "database.replicas";
        one(
            context,
            path,
            &replicas.max_connections,
            &replicas.instance,
            findings,
        );
    }
}

fn one(
    context: &Context<'_>,
    path: &str,
    wanted: &Sourced<u32>,
    class: &Sourced<String>,
    findings: &mut Findings,
) {
    let Some(known) = context.catalogue.db_classes.get(&class.value) else {
        return;
    };
    let memory = known.memory.units();
    let limit = (memory / BYTES_EACH).min(CEILING);
    let count = u64::from(wanted.value);
    // RDS' own processes take a share of the nominal memory, so the last twentieth is doubtful;
    // at the ceiling of the formula it is not memory that limits.
    let doubtful = limit < CEILING && count * 100 >= limit * 95;
    let severity = match (count > limit, doubtful) {
        (true, _) => Severity::Error,
        (false, true) => Severity::Warning,
        (false, false) => return,
    };
    let fits = if limit < CEILING {
        (limit * 95).saturating_sub(1) / 100
    } else {
        limit
    };
    let message = format!(
        "{count} connections on `{}`, whose memory is good for {limit}",
        class.value
    );
    findings.report(
        Finding::new(RULE.code, severity, message)
            .operand(wanted, &format!("{path}.max-connections"), "connections")
            .operand(class, &format!("{path}.instance"), "the class")
            .note(format!(
                "least({memory} / {BYTES_EACH}, {CEILING}) = {limit}"
            ))
            .repair(
                wanted,
                format!("the most without doubt are {fits}"),
                fits.to_string(),
            ),
    );
}
