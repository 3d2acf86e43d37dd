//! An event that is over.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::schedule::Calendar;

/// The rule `event-in-the-past`.
pub(super) static RULE: Rule = Rule {
    code: Code("event-in-the-past"),
    severity: Severity::Warning,
    waivable: true,
    steady: false,
    reads: &[Part::Schedule],
    explanation: include_str!("../../diagnostic/explain/event-in-the-past.md"),
    check,
};

/// The day on which an event is over is not past before it has ended everywhere.
fn check(context: &Context<'_>, findings: &mut Findings) {
    for occasion in &Calendar::of(context.environment).occasions {
        let last = occasion.zone.clock(occasion.end).date();
        if last >= context.today || occasion.end <= occasion.start {
            continue;
        }
        let name = occasion.name;
        let message = format!("the event `{name}` was over on {last}");
        let mut finding = Finding::new(RULE.code, Severity::Warning, message).operand(
            &occasion.event.to,
            &format!("event.{name}.to"),
            "when it was over",
        );
        if !occasion.event.worker.is_empty() {
            finding = finding.note(
                "KEDA's cron has no year: the floors under pools hold again on these days of every year",
            );
        }
        findings.report(finding.help(format!("delete the node `event \"{name}\"`")));
    }
}
