//! An event whose floors never apply or that no KEDA trigger can express, and off-hours that never
//! end.

use jiff::SignedDuration;

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Environment, Name, Scaler};
use crate::schedule::{Calendar, Occasion, ScheduleSubject, Zone, ZonedWindow};

/// The rule `cron-never-open`.
pub(super) static RULE: Rule = Rule {
    code: Code("cron-never-open"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Schedule],
    explanation: include_str!("../../diagnostic/explain/cron-never-open.md"),
    check,
};

/// Off-hours are checked in steps of five minutes.
const STEP: SignedDuration = SignedDuration::from_mins(5);

/// The steps of two weeks: in one of them, a clock change can skip an hour.
const STEPS: i32 = 2 * 7 * 24 * 12;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let calendar = Calendar::of(context.environment);
    for occasion in &calendar.occasions {
        let untriggered = || without_a_trigger(context.environment, occasion);
        findings.extend(over_before_it_begins(occasion).or_else(untriggered));
    }
    for subject in calendar.subjects() {
        findings.extend(always_asleep(context, &calendar, &subject));
    }
}

/// Off-hours repeat weekly, so one week without a waking moment means none at all. Events do not
/// count: they are exceptions.
fn always_asleep(
    context: &Context<'_>,
    calendar: &Calendar<'_>,
    subject: &ScheduleSubject,
) -> Option<Finding> {
    let windows: Vec<&ZonedWindow<'_>> = calendar
        .windows
        .iter()
        .filter(|window| window.leaves(subject).is_some())
        .collect();
    let first = windows.first()?;
    let from = Zone::utc().instant(context.today.to_datetime(jiff::civil::Time::midnight()));
    let moments = (0..STEPS).filter_map(|step| from.checked_add(STEP * step).ok());
    let mut awake = moments.filter(|at| !windows.iter().any(|window| window.is_open(*at)));
    if awake.next().is_some() {
        return None;
    }
    let message =
        format!("off-hours never end for `{subject}`: together they cover the whole week");
    let mut finding = Finding::new(RULE.code, Severity::Warning, message);
    for window in &windows {
        let path = format!("off-hours.{}.from", window.key);
        finding = finding.operand(&window.hours.from, &path, "these off-hours begin");
    }
    let path = format!("off-hours.{}.to", first.key);
    let help = match subject {
        ScheduleSubject::Pool(name) if is_paused_by_keda(context, name) => {
            "shorten the off-hours, or `pause` the pool instead"
        }
        ScheduleSubject::Api(_) | ScheduleSubject::Pool(_) => "shorten the off-hours",
    };
    Some(
        finding
            .operand(&first.hours.to, &path, "these off-hours end")
            .help(help),
    )
}

fn is_paused_by_keda(context: &Context<'_>, name: &Name) -> bool {
    let pool = context.environment.worker.get(name);
    pool.is_some_and(|pool| pool.scaler() == Scaler::Keda)
}

fn finding(occasion: &Occasion<'_>, message: String) -> Finding {
    let (name, event) = (occasion.name, occasion.event);
    Finding::new(RULE.code, Severity::Error, message)
        .operand(
            &event.from,
            &format!("event.{name}.from"),
            "the event begins",
        )
        .operand(&event.to, &format!("event.{name}.to"), "the event ends")
}

fn over_before_it_begins(occasion: &Occasion<'_>) -> Option<Finding> {
    let event = occasion.event;
    occasion.never_begins().then(|| {
        let when = if event.from.value == event.to.value {
            "as soon as"
        } else {
            "before"
        };
        let message = format!("the event `{}` ends {when} it begins", occasion.name);
        finding(occasion, message).help("write a `to=` that is later than `from=`")
    })
}

/// Five fields of cron have no year.
fn without_a_trigger(environment: &Environment, occasion: &Occasion<'_>) -> Option<Finding> {
    if !environment.has_a_trigger(occasion.event) || occasion.trigger.is_some() {
        return None;
    }
    let message = format!(
        "no KEDA cron trigger can be open exactly from {} until {}",
        super::shown(occasion, occasion.start),
        super::shown(occasion, occasion.end)
    );
    let note = "a cron trigger has a day and a month but no year: KEDA treats it as open if its next end comes before its next start";
    Some(
        finding(occasion, message)
            .operand(
                &occasion.event.lead,
                &format!("event.{}.lead", occasion.name),
                "the floors apply this long before the event",
            )
            .note(note)
            .help("use an event of less than a year; one that begins on 29 February must end on the same day"),
    )
}
