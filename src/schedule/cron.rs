//! KEDA's cron trigger: when it is open, and which trigger matches an event.
//!
//! KEDA asks robfig/cron for the next start and the next end: the trigger is open if the end comes
//! first (`cron_scaler.go`). The five fields have no year, and a time that a clock change skips
//! never occurs.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::Zone;

/// Years that robfig/cron looks ahead.
const YEARS: i16 = 5;

/// `minute hour day month *`: once a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearlyCron {
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
}

impl YearlyCron {
    /// The schedule for this time of the year.
    #[must_use]
    pub fn new(clock: DateTime) -> Self {
        Self {
            month: clock.month(),
            day: clock.day(),
            hour: clock.hour(),
            minute: clock.minute(),
        }
    }

    /// Its next occurrence after a moment, in a time zone.
    #[must_use]
    pub fn next(self, zone: &Zone, after: Timestamp) -> Option<Timestamp> {
        let year = zone.clock(after).year();
        (year..=year.saturating_add(YEARS))
            .filter_map(|year| Date::new(year, self.month, self.day).ok())
            .flat_map(|day| zone.instants(day.at(self.hour, self.minute, 0, 0)))
            .find(|at| *at > after)
    }
}

impl std::fmt::Display for YearlyCron {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            month,
            day,
            hour,
            minute,
        } = self;
        write!(f, "{minute} {hour} {day} {month} *")
    }
}

/// A trigger of KEDA.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// `timezone`.
    pub zone: Zone,
    /// `start`.
    pub start: YearlyCron,
    /// `end`.
    pub end: YearlyCron,
}

impl Trigger {
    /// The trigger that is open exactly while an event's floors apply, if there is one: in the
    /// event's own time zone, or in UTC if clocks change in between. An event of a year or more has
    /// none. Neither has one that starts on 29 February and ends on a later day.
    #[must_use]
    pub fn between(start: Timestamp, end: Timestamp, zone: &Zone) -> Option<Self> {
        let on = |zone: Zone| Self {
            start: YearlyCron::new(zone.clock(start)),
            end: YearlyCron::new(zone.clock(end)),
            zone,
        };
        [on(zone.clone()), on(Zone::utc())]
            .into_iter()
            .find(|trigger| trigger.matches(start, end))
    }

    /// KEDA's test. A schedule that never occurs again counts as the earliest.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let start = self.start.next(&self.zone, at);
        let end = self.end.next(&self.zone, at);
        end.is_some_and(|end| start.is_none_or(|start| end <= start))
    }

    /// Whether both times are in an hour that a clock change repeats. The trigger then opens twice,
    /// once an hour too early or too late.
    fn is_twice(&self, start: Timestamp, end: Timestamp) -> bool {
        let zone = &self.zone;
        [start, end]
            .into_iter()
            .all(|at| zone.instants(zone.clock(at)).len() > 1)
    }

    /// Whether it is open from `start` to `end`, and closed right before and right after. In
    /// between, it can change only at one of its two times.
    fn matches(&self, start: Timestamp, end: Timestamp) -> bool {
        let second = jiff::SignedDuration::from_secs(1);
        let Ok(before) = start.checked_sub(second) else {
            return false;
        };
        if start >= end || self.start == self.end || self.is_twice(start, end) {
            return false;
        }
        if self.is_open(before) || self.is_open(end) {
            return false;
        }
        let mut at = start;
        while at < end {
            if !self.is_open(at) {
                return false;
            }
            let next = [self.start, self.end].map(|time| time.next(&self.zone, at));
            match next.into_iter().flatten().min() {
                Some(next) => at = next,
                None => return false,
            }
        }
        true
    }
}
