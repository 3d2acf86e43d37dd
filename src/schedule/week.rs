//! The events and windows of seven days, moment by moment.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::{Calendar, ScheduleSubject, WantedCount, Zone};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// A wanted count, and the moment from which on it applies.
#[derive(Clone, Debug)]
pub struct WeekTurn<'a> {
    /// From when.
    pub at: Timestamp,
    /// Of what.
    pub subject: ScheduleSubject,
    /// What.
    pub wanted: WantedCount<'a>,
}

/// Seven days.
#[derive(Clone, Debug)]
pub struct Week<'a> {
    /// The zone whose midnight begins them.
    pub zone: Zone,
    /// When they begin.
    pub from: Timestamp,
    /// When they are over.
    pub to: Timestamp,
    /// The wanted count at the start, and every change, in order.
    pub turns: Vec<WeekTurn<'a>>,
}

impl<'a> Calendar<'a> {
    /// The time zone for display: that of the windows and events if they share one, else UTC.
    #[must_use]
    pub fn zone(&self) -> Zone {
        let windows = self.windows.iter().map(|window| &window.zone);
        let occasions = self.occasions.iter().map(|occasion| &occasion.zone);
        let mut zones = windows.chain(occasions);
        let first = zones.next();
        match first {
            Some(first) if zones.all(|zone| zone.name() == first.name()) => first.clone(),
            Some(_) | None => Zone::utc(),
        }
    }

    /// The seven days from the start of `day`.
    #[must_use]
    pub fn week(&self, day: Date) -> Week<'a> {
        let zone = self.zone();
        // Calendar days: the week in which clocks are set back has an extra hour.
        let midnight = |day: Date| zone.instant(day.to_datetime(jiff::civil::Time::midnight()));
        let (from, to) = (midnight(day), midnight(day.saturating_add(7.days())));
        let subjects = self.subjects();
        let mut turns: Vec<WeekTurn<'a>> = Vec::new();
        let mut at = from;
        while at < to {
            for subject in &subjects {
                let wanted = self.wanted(subject, at);
                let last = turns.iter().rev().find(|turn| turn.subject == *subject);
                if last.is_none_or(|turn| turn.wanted != wanted) {
                    let subject = subject.clone();
                    turns.push(WeekTurn {
                        at,
                        subject,
                        wanted,
                    });
                }
            }
            let Ok(next) = at.checked_add(MINUTE) else {
                break;
            };
            at = next;
        }
        Week {
            zone,
            from,
            to,
            turns,
        }
    }
}
