//! Off-hours that continue past midnight on some days and leave a gap on others.

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::schedule::{Calendar, ScheduleSubject, ZonedWindow};

/// The rule `off-hours-gap`.
pub(super) static RULE: Rule = Rule {
    code: Code("off-hours-gap"),
    severity: Severity::Warning,
    waivable: true,
    steady: false,
    reads: &[TopPart::Schedule],
    explanation: include_str!("../../diagnostic/explain/off-hours-gap.md"),
    check,
};

/// The side of midnight with the gap.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MidnightSide {
    /// Asleep until midnight, awake from then on.
    After,
    /// Awake until midnight, asleep from then on.
    Before,
}

/// A window that passes through midnight on other days, next to another window on this day.
struct Gap<'a, 'b> {
    /// The nights with the gap.
    nights: &'b ZonedWindow<'a>,
    /// The window on the other side of midnight.
    other: &'b ZonedWindow<'a>,
    /// The day that begins at the midnight.
    day: Weekday,
    side: MidnightSide,
    /// The workloads that run meanwhile.
    subjects: Vec<ScheduleSubject>,
}

/// One week is enough, because windows repeat weekly.
fn check(context: &Context<'_>, findings: &mut Findings) {
    let calendar = Calendar::of(context.environment);
    for nights in &calendar.windows {
        for ahead in 0..7 {
            let day = context.today.saturating_add(ahead.days());
            for side in [MidnightSide::After, MidnightSide::Before] {
                findings.extend(gap(&calendar, nights, day, side).map(|gap| gap.finding()));
            }
        }
    }
}

/// The gap of a window beside the midnight at the start of `day`.
fn gap<'a, 'b>(
    calendar: &'b Calendar<'a>,
    nights: &'b ZonedWindow<'a>,
    day: Date,
    side: MidnightSide,
) -> Option<Gap<'a, 'b>> {
    let hours = nights.hours;
    let night = day.yesterday().ok()?.weekday();
    if !passes(nights, side) || hours.days.value.contains(night) {
        return None;
    }
    let midnight = nights
        .zone
        .instant(day.to_datetime(jiff::civil::Time::midnight()));
    let evening = midnight.checked_sub(SignedDuration::from_mins(1)).ok()?;
    let (asleep, awake) = match side {
        MidnightSide::After => (evening, midnight),
        MidnightSide::Before => (midnight, evening),
    };
    let is_in_the_gap = |subject: &ScheduleSubject| {
        nights.leaves(subject).is_some()
            && open(calendar, subject, asleep).is_some()
            && open(calendar, subject, awake).is_none()
    };
    let subjects: Vec<ScheduleSubject> = calendar
        .subjects()
        .into_iter()
        .filter(is_in_the_gap)
        .collect();
    let other = open(calendar, subjects.first()?, asleep)?;
    Some(Gap {
        nights,
        other,
        day: day.weekday(),
        side,
        subjects,
    })
}

/// Whether a window is open on that side of the next midnight.
fn passes(window: &ZonedWindow<'_>, side: MidnightSide) -> bool {
    let from = window.hours.from.value.minute_of_day();
    let to = window.hours.to.value.minute_of_day();
    match side {
        MidnightSide::After => to <= from && to > 0,
        MidnightSide::Before => to <= from && from > 0,
    }
}

/// A window that is open for a subject at a moment.
fn open<'a, 'b>(
    calendar: &'b Calendar<'a>,
    subject: &ScheduleSubject,
    at: Timestamp,
) -> Option<&'b ZonedWindow<'a>> {
    let mut windows = calendar.windows.iter();
    windows.find(|window| window.leaves(subject).is_some() && window.is_open(at))
}

impl Gap<'_, '_> {
    fn finding(&self) -> Finding {
        let (nights, other) = (self.nights.hours, self.other.hours);
        let (from, to) = (nights.from.value, nights.to.value);
        let subjects: Vec<String> = self.subjects.iter().map(|it| format!("`{it}`")).collect();
        let subjects = subjects.join(" and ");
        let (day, night) = (name(self.day), name(self.day.previous()));
        let one = self.subjects.len() == 1;
        let (message, other_text, offer) = match self.side {
            MidnightSide::After => (
                format!(
                    "{subjects} {} every {day} at 00:00 instead of {to}",
                    if one { "wakes" } else { "wake" }
                ),
                "these off-hours end at midnight",
                format!(
                    "to sleep until {to}, add {night} to the days of the off-hours from {from}"
                ),
            ),
            MidnightSide::Before => (
                format!(
                    "{subjects} {} every {day} at 00:00 instead of {night} at {from}",
                    if one { "falls asleep" } else { "fall asleep" }
                ),
                "these off-hours begin at midnight",
                format!("to sleep from {from} on, add {night} to the days of these off-hours"),
            ),
        };
        let with = nights.days.value.with(self.day.previous());
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(
                &nights.days,
                &format!("off-hours.{}.days", self.nights.key),
                format!("the days on which {from} to {to} begins; {night} is missing"),
            )
            .operand(
                &other.days,
                &format!("off-hours.{}.days", self.other.key),
                other_text,
            )
            .repair(
                &nights.days,
                &format!("off-hours.{}.days", self.nights.key),
                offer,
                format!("\"{with}\""),
            )
    }
}

fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
