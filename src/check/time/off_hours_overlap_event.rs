//! Off-hours in which an event falls.

use jiff::{SignedDuration, Timestamp};

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::schedule::{Calendar, Occasion, ScheduleSubject, ZonedWindow};

/// The rule `off-hours-overlap-event`.
pub(super) static RULE: Rule = Rule {
    code: Code("off-hours-overlap-event"),
    severity: Severity::Note,
    waivable: true,
    steady: false,
    reads: &[TopPart::Schedule],
    explanation: include_str!("../../diagnostic/explain/off-hours-overlap-event.md"),
    check,
};

/// How often the schedule is followed.
const STEP: SignedDuration = SignedDuration::from_mins(5);

/// Windows come again every week.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

fn check(context: &Context<'_>, findings: &mut Findings) {
    let calendar = Calendar::of(context.environment);
    let subjects = calendar.subjects();
    for window in &calendar.windows {
        for occasion in &calendar.occasions {
            let both = |subject: &&ScheduleSubject| {
                window.leaves(subject).is_some() && occasion.floor(subject).is_some()
            };
            let shared: Vec<String> = subjects
                .iter()
                .filter(both)
                .map(|subject| format!("`{subject}`"))
                .collect();
            if shared.is_empty() {
                continue;
            }
            if let Some(at) = meeting(window, occasion) {
                findings.report(finding(window, occasion, at, &shared));
            }
        }
    }
}

/// The first moment at which both the window and the event are active.
fn meeting(window: &ZonedWindow<'_>, occasion: &Occasion<'_>) -> Option<Timestamp> {
    let week = occasion.start.checked_add(WEEK).ok()?;
    let end = occasion.end.min(week);
    let next = |at: &Timestamp| at.checked_add(STEP).ok();
    std::iter::successors(Some(occasion.start), next)
        .take_while(|at| *at < end)
        .find(|at| window.is_open(*at))
}

fn finding(
    window: &ZonedWindow<'_>,
    occasion: &Occasion<'_>,
    at: Timestamp,
    shared: &[String],
) -> Finding {
    let (key, name) = (window.key, occasion.name);
    let message = format!(
        "the event `{name}` overlaps off-hours on {} and keeps {} awake",
        super::shown(occasion, at),
        shared.join(" and ")
    );
    Finding::new(RULE.code, Severity::Note, message)
        .operand(
            &occasion.event.from,
            &format!("event.{name}.from"),
            "the event",
        )
        .operand(
            &window.hours.from,
            &format!("off-hours.{key}.from"),
            "the off-hours",
        )
        .note("an event takes precedence over off-hours while its floors apply")
        .help("no action is needed; to silence the note, waive it")
}
