//! The script that follows the calendar.

use super::{Followed, FollowedDeployment};
use crate::model::count::counted;
use crate::model::{Api, ClockTime, Days, Name};
use crate::schedule::{Occasion, ScheduleSubject, ZonedWindow};

/// The fixed part of the script.
const FUNCTIONS: &str = include_str!("../../../../templates/schedule.sh");

/// The script: the functions, then each subject with its windows and events. Later lines win: among
/// windows the one with the fewest pods, among events the highest floor, and any event over any
/// window.
pub(super) fn script(followed: &Followed<'_>) -> String {
    let mut text = FUNCTIONS.to_owned();
    for it in followed.deployments() {
        text += &deployment(followed, &it);
    }
    for (subject, scaler) in followed.pools() {
        text += &format!("\n# {subject}\nwant=\nasleep=no\n");
        text += &windows(followed, &subject, true);
        text += &occasions(followed, &subject, None);
        text += &format!("pool {scaler} || failed=1\n");
    }
    text + "\nexit \"$failed\"\n"
}

/// A Deployment: the minimum of its HPA, and whether it sleeps.
fn deployment(followed: &Followed<'_>, it: &FollowedDeployment<'_>) -> String {
    let (subject, workload) = (&it.subject, it.workload);
    let who = match subject {
        ScheduleSubject::Api(name) if Api::is_unnamed(name) => "The API".to_owned(),
        ScheduleSubject::Api(_) | ScheduleSubject::Pool(_) => subject.to_string(),
    };
    let min = workload.replicas.min.value;
    let mut text = if workload.is_fixed() {
        let pods = counted(min, "pod");
        format!("\n# {who}: {pods}.\nwant={min}\nasleep=no\n")
    } else {
        format!("\n# {who}: {min} pods at least.\ndeclared={min}\nwant={min}\nasleep=no\n")
    };
    text += &windows(followed, subject, false);
    text += &occasions(followed, subject, Some(min));
    if it.rises {
        text += &format!("floor {} || failed=1\n", workload.autoscaler_name());
    }
    if it.sleeps {
        text += &format!("pods {} {} || failed=1\n", workload.name.value, it.marks);
    }
    text
}

fn windows(followed: &Followed<'_>, subject: &ScheduleSubject, counted: bool) -> String {
    let windows = followed.calendar.windows.iter();
    let mut windows: Vec<(u32, &ZonedWindow<'_>)> = windows
        .filter_map(|window| Some((window.leaves(subject)?, window)))
        .collect();
    windows.sort_by_key(|(pods, _)| std::cmp::Reverse(*pods));
    let line = |(pods, window): (u32, &ZonedWindow<'_>)| {
        let hours = window.hours;
        let count = if counted {
            format!("want={pods}; ")
        } else {
            String::new()
        };
        format!(
            "# off-hours {}, {}\nif window '{}' {} {} {}; then {count}asleep=yes; fi\n",
            window.key,
            window.zone.name(),
            window.zone.rule(),
            numbers(hours.days.value),
            number(hours.from.value),
            number(hours.to.value),
        )
    };
    windows.into_iter().map(line).collect()
}

/// The events of a subject. `min` is the declared floor, if the script sets floors.
fn occasions(followed: &Followed<'_>, subject: &ScheduleSubject, min: Option<u32>) -> String {
    let occasions = followed.calendar.occasions.iter();
    let mut occasions: Vec<(u32, &Occasion<'_>)> = occasions
        .filter_map(|occasion| Some((occasion.floor(subject)?, occasion)))
        .collect();
    occasions.sort_by_key(|(pods, _)| *pods);
    let line = |(pods, occasion): (u32, &Occasion<'_>)| {
        let name: &Name = occasion.name;
        let count = min.map_or_else(String::new, |min| format!("want={}; ", pods.max(min)));
        format!(
            "# event {name}: from {} until {}, {}\nif during {} {}; then {count}asleep=no; fi\n",
            occasion.zone.clock(occasion.start),
            occasion.zone.clock(occasion.end),
            occasion.zone.name(),
            occasion.start.as_second(),
            occasion.end.as_second(),
        )
    };
    occasions.into_iter().map(line).collect()
}

/// The days as digits, as in `date +%u`: 1 is Monday.
fn numbers(days: Days) -> String {
    let week = jiff::civil::Weekday::Monday.cycle_forward().take(7);
    week.filter(|day| days.contains(*day))
        .map(|day| day.to_monday_one_offset().to_string())
        .collect()
}

/// A time as in `date +1%H%M`: the leading 1 avoids a leading zero.
fn number(time: ClockTime) -> u32 {
    let minute = time.minute_of_day();
    10_000 + minute / 60 * 100 + minute % 60
}
