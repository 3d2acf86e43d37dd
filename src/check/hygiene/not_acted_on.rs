//! A statement that this version reads, compares and records, and does nothing with.

use crate::ast::{AlertsNode, Written};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::source::Span;

/// The rule `not-acted-on`.
pub(super) static RULE: Rule = Rule {
    code: Code("not-acted-on"),
    severity: Severity::Warning,
    waivable: true,
    steady: false,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/not-acted-on.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let file = context.file;
    let alerts = of_alerts(&file.alerts);
    for (what, place, instead) in alerts {
        let Some(place) = place else { continue };
        let message = format!("`{what}` is read, and nothing is done with it yet");
        findings.report(
            Finding::new(RULE.code, Severity::Warning, message)
                .at(place, instead)
                .help("a waiver keeps it here without this warning"),
        );
    }
}

/// What of `alerts` neither the capacity review nor the runbook reads.
fn of_alerts(alerts: &AlertsNode) -> Vec<(&'static str, Option<Span>, &'static str)> {
    let mut unread: Vec<_> = [
        ("alerts storage-forecast", span(&alerts.storage_forecast)),
        ("alerts replica-lag", span(&alerts.replica_lag)),
        ("alerts pool-wait", span(&alerts.pool_wait)),
        ("alerts at-maximum", span(&alerts.at_maximum)),
        ("alerts paused", span(&alerts.paused)),
        ("alerts sustained", span(&alerts.sustained)),
        ("alerts route", span(&alerts.route)),
    ]
    .into();
    unread.extend(
        alerts
            .labels
            .values()
            .map(|label| ("alerts labels", span(label))),
    );
    let no_rules = |(what, place)| (what, place, "no alert rules are written");
    unread.into_iter().map(no_rules).collect()
}

fn span<T>(written: &Written<T>) -> Option<Span> {
    written.value.as_ref().map(|value| value.span)
}
