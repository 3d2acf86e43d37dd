//! An event so far ahead that KEDA's cron comes to its day in years before.

use jiff::ToSpan as _;

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::schedule::Calendar;
use crate::schedule::cron::Trigger;

/// The rule `event-opens-early`.
pub(super) static RULE: Rule = Rule {
    code: Code("event-opens-early"),
    severity: Severity::Warning,
    waivable: true,
    steady: false,
    reads: &[Part::Schedule],
    explanation: include_str!("../../diagnostic/explain/event-opens-early.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for occasion in &Calendar::of(context.environment).occasions {
        if occasion.event.worker.is_empty() {
            continue;
        }
        let Some(trigger) = Trigger::of(occasion) else {
            continue;
        };
        let morning = context.today.to_datetime(jiff::civil::Time::midnight());
        let now = occasion.zone.instant(morning);
        // One that is open already began on its day of an earlier year.
        let first = if trigger.is_open(now) {
            now
        } else if let Some(next) = trigger.start.next(&trigger.zone, now) {
            next
        } else {
            continue;
        };
        if first >= occasion.start || !trigger.is_open(first) {
            continue;
        }
        let name = occasion.name;
        let message = format!(
            "the floors of the event `{name}` under pools hold from {} on already",
            super::shown(occasion, first)
        );
        let last = occasion
            .end
            .saturating_sub(jiff::SignedDuration::from_secs(1));
        let day = occasion.zone.clock(last.unwrap_or(occasion.end)).date();
        let since = day.saturating_sub(1.year()).saturating_add(1.day());
        findings.report(
            Finding::new(RULE.code, Severity::Warning, message)
                .operand(
                    &occasion.event.from,
                    &format!("event.{name}.from"),
                    "the event",
                )
                .note("KEDA's cron has no year: a trigger comes on its day of every year")
                .help(format!("add the event on {since} or later")),
        );
    }
}
