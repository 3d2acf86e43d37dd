//! An event that is over.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Environment;
use crate::schedule::{Calendar, Occasion};

/// The rule `event-in-the-past`.
pub(super) static RULE: Rule = Rule {
    code: Code("event-in-the-past"),
    severity: Severity::Warning,
    waivable: true,
    steady: false,
    reads: &[TopPart::Schedule],
    explanation: include_str!("../../diagnostic/explain/event-in-the-past.md"),
    check,
};

/// An event is past only when its last day has ended in every time zone.
fn check(context: &Context<'_>, findings: &mut Findings) {
    for occasion in &Calendar::of(context.environment).occasions {
        let last = occasion.zone.clock(occasion.end).date();
        if last >= context.today || occasion.end <= occasion.start {
            continue;
        }
        let name = occasion.name;
        let message = format!("the event `{name}` ended on {last}");
        let mut finding = Finding::new(RULE.code, Severity::Warning, message).operand(
            &occasion.event.to,
            &format!("event.{name}.to"),
            "the event's end",
        );
        if context.environment.has_a_trigger(occasion.event) {
            finding = finding.note(
                "KEDA's cron triggers have no year, so the pool floors apply on these days every year",
            );
        }
        findings.report(finding.help(help(context.environment, occasion)));
    }
}

/// The last off-hours or event takes the CronJob's manifest with it; no other file is removed.
fn help(environment: &Environment, occasion: &Occasion<'_>) -> String {
    let name = occasion.name;
    let node = format!("delete the node `event \"{name}\"`");
    let others = environment.event.iter().filter(|(other, _)| *other != name);
    let followed = !environment.off_hours.is_empty()
        || others
            .into_iter()
            .any(|(_, event)| environment.raises_an_hpa(event));
    if !environment.raises_an_hpa(occasion.event) || followed {
        return node;
    }
    format!(
        "{node}; `kubectl apply -k` does not delete the CronJob of the schedule, so run `kubectl delete {} {} -n {}`",
        Environment::SCHEDULE_KINDS,
        environment.schedule_name(),
        environment.namespace.value
    )
}
