//! `tierc why FILE schedule`: the next seven days.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::budget::floors::Rise;
use crate::budget::scaling::told;
use crate::model::count::counted;
use crate::model::{Duration, Environment, Name, Replicas};
use crate::report::table::{Columns, joined, padded};
use crate::schedule::week::{Week, WeekTurn};
use crate::schedule::{Calendar, Coming, ScheduleSubject, WantedCount, Zone};

/// Seven days from `day`: the wanted counts of each subject by time, and later events.
#[must_use]
pub fn week(environment: &Environment, day: Date) -> String {
    let calendar = Calendar::of(environment);
    let name = &environment.environment.value;
    if calendar.windows.is_empty() && calendar.occasions.is_empty() {
        return format!("{name} has no off-hours and no events\n");
    }
    let week = calendar.week(day);
    let mut lines = lines(environment, &week);
    lines.extend(clock_changes(&week));
    lines.sort_by_key(|(at, _)| *at);
    let zone = week.zone.name();
    let mut text = format!("{name}: seven days from {day}, clocks of {zone}\n\n");
    for (at, line) in lines {
        text += format!("{}  {line}", shown(&week.zone, at)).trim_end();
        text.push('\n');
    }
    let later = later(environment, &calendar, &week);
    if !later.is_empty() {
        text += &format!("\nlater\n{later}");
    }
    let rises = rises(environment, &calendar);
    if !rises.is_empty() {
        text += &format!(
            "\nhow fast pools reach these floors, in seconds after each floor begins to apply\n{rises}"
        );
    }
    text
}

fn shown(zone: &Zone, at: Timestamp) -> String {
    zone.clock(at).strftime("%a %F %H:%M").to_string()
}

fn bounds<'a>(environment: &'a Environment, subject: &ScheduleSubject) -> Option<&'a Replicas> {
    let workload = subject.workload(environment)?;
    Some(&workload.replicas)
}

fn lines(environment: &Environment, week: &Week<'_>) -> Vec<(Timestamp, String)> {
    let row = |turn: &WeekTurn<'_>| {
        let bounds = bounds(environment, &turn.subject)?;
        let (min, max) = (bounds.min.value, bounds.max.value);
        let (pods, why) = match &turn.wanted {
            WantedCount::Declared if bounds.count.is_some() => {
                (counted(max, "pod"), "as declared".to_owned())
            }
            WantedCount::Declared => (range(min, max), "as declared".to_owned()),
            WantedCount::AtLeast {
                event,
                pods,
                coming,
            } => (range(min.max(*pods), max), of_event(event, *coming)),
            WantedCount::Asleep { window, pods } => {
                (counted(*pods, "pod"), format!("off-hours {window}"))
            }
        };
        Some((turn.at, [turn.subject.to_string(), padded(&pods, 16), why]))
    };
    let rows: Vec<(Timestamp, [String; 3])> = week.turns.iter().filter_map(row).collect();
    let subjects = week.turns.iter().map(|turn| [turn.subject.to_string()]);
    let columns = Columns::fit(subjects);
    let line = |(at, [subject, pods, why]): (Timestamp, [String; 3])| {
        let [subject] = columns.cells(&[subject]);
        (at, joined(&[subject, pods, why]))
    };
    rows.into_iter().map(line).collect()
}

/// A floor from another year's event is easy to forget, so it is shown with its reason.
fn of_event(event: &Name, coming: Coming) -> String {
    match coming {
        Coming::Own => format!("event {event}"),
        Coming::Early(year) => {
            format!("event {event} of {year}, early: KEDA's cron triggers have no year")
        }
        Coming::Again(year) => {
            format!("event {event} of {year}, again: KEDA's cron triggers have no year")
        }
    }
}

fn range(min: u32, max: u32) -> String {
    format!("{min} to {}", counted(max, "pod"))
}

/// When clocks are set forward or back.
fn clock_changes(week: &Week<'_>) -> Vec<(Timestamp, String)> {
    let second = SignedDuration::from_secs(1);
    let changes = week.zone.changes(week.from, week.to).into_iter();
    let line = |at: Timestamp| {
        let before = week.zone.clock(at.checked_sub(second).ok()?);
        let before = before.checked_add(second).ok()?;
        let after = week.zone.clock(at);
        let from = before.strftime("%H:%M");
        let way = if after > before { "forward" } else { "back" };
        Some((at, format!("clocks go {way} from {from}")))
    };
    changes.filter_map(line).collect()
}

/// The events that start after the week.
fn later(environment: &Environment, calendar: &Calendar<'_>, week: &Week<'_>) -> String {
    let mut text = String::new();
    for occasion in &calendar.occasions {
        if occasion.start < week.to {
            continue;
        }
        let floors: Vec<String> = calendar
            .subjects()
            .iter()
            .filter_map(|subject| {
                bounds(environment, subject)?;
                Some(format!("{subject} at least {}", occasion.floor(subject)?))
            })
            .collect();
        text += &format!(
            "{}  event {} until {} {}: {}\n",
            shown(&occasion.zone, occasion.start),
            occasion.name,
            shown(&occasion.zone, occasion.end),
            occasion.zone.name(),
            floors.join(", ")
        );
    }
    text
}

/// The climb of each pool to the floor of each event. A pool that the file pauses has none.
fn rises(environment: &Environment, calendar: &Calendar<'_>) -> String {
    let mut text = String::new();
    for occasion in &calendar.occasions {
        for name in occasion.event.worker.keys() {
            let Some(rise) = Rise::of(environment, calendar, occasion, name) else {
                continue;
            };
            text += &format!(
                "worker.{name}  event {}: from {}: {}",
                occasion.name,
                counted(rise.from, "pod"),
                told(&rise.climb)
            );
            if rise.asked > rise.floor {
                text += &format!(
                    "; KEDA asks for {}, because an HPA tolerates 10%",
                    rise.asked
                );
            }
            if let Some(cooldown) = sudden(environment, name) {
                text += &format!("; {cooldown} after its last job KEDA stops all pods at once");
            }
            text.push('\n');
        }
    }
    text
}

/// The cooldown of a pool that goes to zero, however many pods an event has started.
fn sudden(environment: &Environment, name: &Name) -> Option<Duration> {
    let pool = environment.worker.get(name)?;
    (pool.workload.replicas.min.value == 0).then_some(pool.cooldown.value)
}
