//! An event so far ahead that KEDA's cron trigger also opens on its day in earlier years.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::schedule::{Calendar, Occasion};

/// The rule `event-opens-early`.
pub(super) static RULE: Rule = Rule {
    code: Code("event-opens-early"),
    severity: Severity::Warning,
    waivable: true,
    steady: false,
    reads: &[TopPart::Schedule],
    explanation: include_str!("../../diagnostic/explain/event-opens-early.md"),
    check,
};

/// The first time from `today` on at which an event's trigger opens, if that is before the event.
fn opens_before(occasion: &Occasion<'_>, today: Date) -> Option<Timestamp> {
    let trigger = occasion.trigger.as_ref()?;
    let morning = today.to_datetime(jiff::civil::Time::midnight());
    let now = occasion.zone.instant(morning);
    // A trigger that is already open opened on its day of an earlier year.
    let first = if trigger.is_open(now) {
        now
    } else {
        trigger.start.next(&trigger.zone, now)?
    };
    (first < occasion.start && trigger.is_open(first)).then_some(first)
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for occasion in &Calendar::of(context.environment).occasions {
        if !context.environment.has_a_trigger(occasion.event) || occasion.never_begins() {
            continue;
        }
        let Some(first) = opens_before(occasion, context.today) else {
            continue;
        };
        let name = occasion.name;
        let message = format!(
            "the pool floors of the event `{name}` already apply from {}, before the event",
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
                .note("KEDA's cron triggers have no year, so a trigger opens on its day every year")
                .help(format!("add the event on {since} or later")),
        );
    }
}
