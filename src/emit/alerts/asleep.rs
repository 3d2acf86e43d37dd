//! The times at which a pool is asleep, in PromQL. Prometheus only knows UTC.

use jiff::civil::Weekday;

use crate::schedule::{Calendar, ScheduleSubject};

const DAY: i64 = 24 * 60;
const WEEK: i64 = 7 * DAY;

/// Minutes after a window in which a pool may still be asleep: the CronJob runs every five minutes.
const GRACE: i64 = 10;

/// A condition that holds while `subject` may be asleep; `None` if it never is. It counts minutes
/// since Sunday in UTC, and covers both summer and winter time. So it starts early in one of them,
/// and ends late in the other.
pub(super) fn asleep(calendar: &Calendar<'_>, subject: &ScheduleSubject) -> Option<String> {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for window in &calendar.windows {
        if window.leaves(subject).is_none() {
            continue;
        }
        let hours = window.hours;
        let from = i64::from(hours.from.value.minute_of_day());
        let to = i64::from(hours.to.value.minute_of_day());
        let to = if to <= from { to + DAY } else { to };
        let (least, greatest) = window.zone.offsets();
        for day in Weekday::Sunday.cycle_forward().take(7) {
            if hours.days.value.contains(day) {
                let midnight = i64::from(day.to_sunday_zero_offset()) * DAY;
                spans.extend(within_week(
                    midnight + from - greatest,
                    midnight + to - least + GRACE,
                ));
            }
        }
    }
    spans.sort_unstable();
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for (from, to) in spans {
        match merged.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            Some(_) | None => merged.push((from, to)),
        }
    }
    let now = "day_of_week() * 1440 + hour() * 60 + minute()";
    let clauses: Vec<String> = merged
        .into_iter()
        .map(|(from, to)| format!("({now} >= {from} and {now} < {to})"))
        .collect();
    (!clauses.is_empty()).then(|| clauses.join(" or "))
}

/// The parts of a span within the week, if it starts before the week or ends after it.
fn within_week(from: i64, to: i64) -> Vec<(i64, i64)> {
    let turns = [-WEEK, 0, WEEK];
    turns
        .into_iter()
        .map(|turn| ((from + turn).max(0), (to + turn).min(WEEK)))
        .filter(|(from, to)| from < to)
        .collect()
}
