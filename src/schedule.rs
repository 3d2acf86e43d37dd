//! The calendar: when off-hours and events apply, how many pods they ask for at any moment, and
//! when KEDA's cron trigger does the same. Rules, output and reports share it.
//!
//! It is pure: time zones come from the program's own table, and the caller passes every moment.

pub mod cron;
pub mod week;
mod zone;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::model::{Api, Environment, Event, Name, OffHours, Scaler, Workload};

use cron::Trigger;
pub use zone::Zone;

/// A workload that a schedule concerns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScheduleSubject {
    /// An API.
    Api(Name),
    /// A worker pool.
    Pool(Name),
}

impl std::fmt::Display for ScheduleSubject {
    /// Its path in KDL spelling.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Api(name) => f.write_str(&Api::path(name)),
            Self::Pool(name) => write!(f, "worker.{name}"),
        }
    }
}

impl ScheduleSubject {
    /// The workload, if the environment has it.
    #[must_use]
    pub fn workload<'a>(&self, environment: &'a Environment) -> Option<&'a Workload> {
        Some(match self {
            Self::Api(name) => &environment.api.get(name)?.workload,
            Self::Pool(name) => &environment.worker.get(name)?.workload,
        })
    }

    /// What decides how many pods it has.
    #[must_use]
    pub fn scaler(&self, environment: &Environment) -> Option<Scaler> {
        Some(match self {
            Self::Api(name) => environment.api.get(name)?.scaler(),
            Self::Pool(name) => environment.worker.get(name)?.scaler(),
        })
    }
}

/// The number of pods that the calendar requires for a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedCount<'a> {
    /// The declared bounds of its autoscaler.
    Declared,
    /// No fewer pods than an event asks for.
    AtLeast {
        /// The event with the highest floor.
        event: &'a Name,
        /// Its floor.
        pods: u32,
        /// Whether it is the event's own time.
        coming: Coming,
    },
    /// The pods that off-hours leave: a paused count for a pool that KEDA scales, else zero.
    Asleep {
        /// The key of the window that leaves the fewest pods.
        window: &'a str,
        /// How many.
        pods: u32,
    },
}

/// Why a floor applies: at the event's own time, or on the same day and month of another year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coming {
    /// The event is on.
    Own,
    /// The event will be in this year.
    Early(i16),
    /// The event was in this year.
    Again(i16),
}

/// Off-hours whose zone is known.
#[derive(Clone, Debug)]
pub struct ZonedWindow<'a> {
    /// Its key among the environment's.
    pub key: &'a str,
    /// As it is stated.
    pub hours: &'a OffHours,
    /// Where its clock hangs.
    pub zone: Zone,
}

/// An event whose zone is known.
#[derive(Clone, Debug)]
pub struct Occasion<'a> {
    /// Its name.
    pub name: &'a Name,
    /// As it is stated.
    pub event: &'a Event,
    /// Where its clock hangs.
    pub zone: Zone,
    /// When its floors start: `lead` before `from`.
    pub start: Timestamp,
    /// When its floors end.
    pub end: Timestamp,
    /// The KEDA trigger that sets the floors of pools, if KEDA can express the event.
    pub trigger: Option<Trigger>,
}

impl ZonedWindow<'_> {
    /// Whether the window is open, by wall-clock time. An hour that a clock change repeats counts
    /// twice; an hour that it skips does not count.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let clock = self.zone.clock(at);
        let (from, to) = (self.hours.from.value.civil(), self.hours.to.value.civil());
        let opens = |day: jiff::civil::Date| self.hours.days.value.contains(day.weekday());
        let today = clock.date();
        let yesterday = today.yesterday().unwrap_or(today);
        if from < to {
            opens(today) && from <= clock.time() && clock.time() < to
        } else if clock.time() >= from {
            opens(today)
        } else {
            opens(yesterday) && clock.time() < to
        }
    }

    /// The pods that the window leaves a subject, if the window names it.
    #[must_use]
    pub fn leaves(&self, subject: &ScheduleSubject) -> Option<u32> {
        let count = match subject {
            ScheduleSubject::Api(name) => self.hours.api.get(name),
            ScheduleSubject::Pool(name) => self.hours.worker.get(name),
        };
        count.map(|count| count.value)
    }
}

impl<'a> Occasion<'a> {
    fn new(name: &'a Name, event: &'a Event, zone: Zone) -> Self {
        let lead = i64::try_from(event.lead.value.secs()).unwrap_or_default();
        let from = zone.instant(event.from.value.civil());
        let ahead = SignedDuration::from_secs(lead);
        let start = from.checked_sub(ahead).unwrap_or(from);
        let end = zone.instant(event.to.value.civil());
        Self {
            trigger: Trigger::between(start, end, &zone),
            start,
            end,
            name,
            event,
            zone,
        }
    }

    /// Whether its floors hold.
    #[must_use]
    pub fn is_on(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether the event ends before it starts, or at the same moment.
    #[must_use]
    pub fn never_begins(&self) -> bool {
        self.end <= self.zone.instant(self.event.from.value.civil())
    }

    /// Whether and why the event's floor under a pool also applies in another year: cron's five
    /// fields have no year.
    #[must_use]
    pub fn returns(&self, at: Timestamp) -> Option<Coming> {
        let trigger = self.trigger.as_ref()?;
        let year = self.zone.clock(self.start).year();
        let coming = if at < self.start {
            Coming::Early(year)
        } else {
            Coming::Again(year)
        };
        (!self.is_on(at) && trigger.is_open(at)).then_some(coming)
    }

    /// The floor for a subject, if the event names it.
    #[must_use]
    pub fn floor(&self, subject: &ScheduleSubject) -> Option<u32> {
        let count = match subject {
            ScheduleSubject::Api(name) => self.event.api.get(name),
            ScheduleSubject::Pool(name) => self.event.worker.get(name),
        };
        count.map(|count| count.value)
    }
}

/// The off-hours and events of an environment whose time zones are known. The rule `zone-unknown`
/// reports the others.
#[derive(Clone, Debug, Default)]
pub struct Calendar<'a> {
    /// The windows, in the order of their keys.
    pub windows: Vec<ZonedWindow<'a>>,
    /// The events, in the order of their names.
    pub occasions: Vec<Occasion<'a>>,
    /// The pools whose events are cron triggers of KEDA.
    triggered: BTreeSet<&'a Name>,
}

impl<'a> Calendar<'a> {
    /// The calendar of an environment.
    #[must_use]
    pub fn of(environment: &'a Environment) -> Self {
        let windows = environment.off_hours.iter().filter_map(|(key, hours)| {
            let zone = Zone::find(&hours.zone.value)?;
            Some(ZonedWindow { key, hours, zone })
        });
        let occasions = environment.event.iter().filter_map(|(name, event)| {
            let zone = Zone::find(&event.zone.value)?;
            Some(Occasion::new(name, event, zone))
        });
        let pools = environment.worker.iter();
        let triggered = pools.filter(|(_, pool)| pool.scaler() == Scaler::Keda);
        Self {
            windows: windows.collect(),
            occasions: occasions.collect(),
            triggered: triggered.map(|(name, _)| name).collect(),
        }
    }

    /// Whether a window sets the subject to zero or pauses it.
    #[must_use]
    pub fn sleeps(&self, subject: &ScheduleSubject) -> bool {
        let mut windows = self.windows.iter();
        windows.any(|window| window.leaves(subject).is_some())
    }

    /// Every workload that the calendar concerns.
    #[must_use]
    pub fn subjects(&self) -> BTreeSet<ScheduleSubject> {
        let windows = self
            .windows
            .iter()
            .map(|it| (&it.hours.api, &it.hours.worker));
        let events = self
            .occasions
            .iter()
            .map(|it| (&it.event.api, &it.event.worker));
        let mut subjects = BTreeSet::new();
        for (apis, workers) in windows.chain(events) {
            subjects.extend(apis.keys().cloned().map(ScheduleSubject::Api));
            subjects.extend(workers.keys().cloned().map(ScheduleSubject::Pool));
        }
        subjects
    }

    /// The wanted pods of a subject at a moment. An event takes precedence over off-hours. Among
    /// events the highest floor applies, among windows the fewest pods. The floor of another year
    /// does not wake a paused pool, because a pause takes precedence; but it applies to a pool that
    /// is awake, even beside another event's floor.
    #[must_use]
    pub fn wanted(&self, subject: &ScheduleSubject, at: Timestamp) -> WantedCount<'a> {
        let own = |it: &Occasion<'a>| it.is_on(at).then_some(Coming::Own);
        let any = |it: &Occasion<'a>| match subject {
            ScheduleSubject::Pool(name) if self.triggered.contains(name) => {
                own(it).or_else(|| it.returns(at))
            }
            ScheduleSubject::Api(_) | ScheduleSubject::Pool(_) => own(it),
        };
        let open = self.windows.iter().filter(|window| window.is_open(at));
        let counts = open.filter_map(|it| Some((it.leaves(subject)?, it.key)));
        match counts.min_by_key(|(pods, _)| *pods) {
            Some((pods, window)) if self.floor(subject, own).is_none() => {
                WantedCount::Asleep { window, pods }
            }
            Some(_) | None => self.floor(subject, any).unwrap_or(WantedCount::Declared),
        }
    }

    /// The highest floor for a subject among the active events.
    fn floor(
        &self,
        subject: &ScheduleSubject,
        holds: impl Fn(&Occasion<'a>) -> Option<Coming>,
    ) -> Option<WantedCount<'a>> {
        let floors = self.occasions.iter().filter_map(|it| {
            let pods = it.floor(subject)?;
            Some((pods, it.name, holds(it)?))
        });
        let (pods, event, coming) = floors.max_by_key(|(pods, _, _)| *pods)?;
        Some(WantedCount::AtLeast {
            event,
            pods,
            coming,
        })
    }
}
