//! An exporter of PgBouncer that cannot connect to it.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::PoolerSource;

/// The rule `pgbouncer-exporter-refused`.
pub(super) static RULE: Rule = Rule {
    code: Code("pgbouncer-exporter-refused"),
    severity: Severity::Warning,
    waivable: true,
    steady: false,
    reads: &[TopPart::Alerts, TopPart::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/pgbouncer-exporter-refused.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let (image, catalogue) = (&environment.pgbouncer.image, context.catalogue);
    let Some(source) = &environment.alerts.source.pgbouncer else {
        return;
    };
    if source.value != PoolerSource::Exporter || catalogue.ignores_startup_parameters(&image.value)
    {
        return;
    }
    let safe = &catalogue.pgbouncer_safe;
    findings.report(
        Finding::new(
            RULE.code,
            Severity::Warning,
            "this PgBouncer refuses pgbouncer_exporter before 0.11.1: the alert `MetricsAbsent` would fire all the time",
        )
        .operand(
            source,
            "alerts.source.pgbouncer",
            "the alerts need the exporter's metrics",
        )
        .operand(
            image,
            "pgbouncer.image",
            format!("not known to be PgBouncer {safe} or later"),
        )
        .note("pgbouncer_exporter before 0.11.1 sends the startup parameter `extra_float_digits`; if yours is 0.11.1 or later, waive this rule")
        .repair(
            source,
            "alerts.source.pgbouncer",
            format!("use an image of PgBouncer {safe} or later, or state that no exporter measures PgBouncer"),
            "\"none\"",
        ),
    );
}
