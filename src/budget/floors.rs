//! How a pool climbs to the floor of an event: what KEDA is asked for, and how many pods there are
//! at which time.
//!
//! The floor is a KEDA cron trigger, so it is one metric of an HPA. The steps and windows of
//! `scale-up` limit the climb, and the HPA's tolerance ends it. The API and pools without a queue need
//! none of this: their floor is the HPA's own minimum, which applies at once.

use crate::budget::scaling::{Rules, asked_for};
use crate::model::{Environment, Name, Scaler};
use crate::schedule::{Calendar, Occasion, ScheduleSubject, WantedCount};

/// The most seconds after which the CronJob has ended a pause.
const FOLLOWS: u64 = 300;

/// Seconds of a climb that are looked at.
const DAY: u64 = 86_400;

/// A pool on its way to a floor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rise {
    /// The floor that the event states.
    pub floor: u32,
    /// The count that the trigger asks for, large enough that the HPA's tolerance does not stop
    /// below the floor.
    pub asked: u32,
    /// The pods when it begins to hold.
    pub from: u32,
    /// The pods that are asked for, by seconds since then.
    pub climb: Vec<(u64, u32)>,
}

impl Rise {
    /// The climb of a pool to the floor of an event, from the smallest count that it may have
    /// before. `None` if the event sets no floor for the pool, if no trigger can express the event,
    /// if KEDA does not scale the pool, or if the count is held or paused.
    #[must_use]
    pub fn of(
        environment: &Environment,
        calendar: &Calendar<'_>,
        occasion: &Occasion<'_>,
        name: &Name,
    ) -> Option<Self> {
        let pool = environment.worker.get(name)?;
        let subject = ScheduleSubject::Pool(name.clone());
        let floor = occasion.floor(&subject)?;
        let workload = &pool.workload;
        if pool.scaler() != Scaler::Keda {
            return None;
        }
        occasion.trigger.as_ref()?;
        if workload.hold.is_some() || pool.pause.is_some() {
            return None;
        }
        let (min, max) = (workload.replicas.min.value, workload.replicas.max.value);
        let second = jiff::SignedDuration::from_secs(1);
        let before = occasion.start.checked_sub(second).ok()?;
        let (from, pause) = match calendar.wanted(&subject, before) {
            WantedCount::Declared => (min, 0),
            WantedCount::AtLeast { pods, .. } => (pods.max(min), 0),
            WantedCount::Asleep { pods, .. } => (pods, FOLLOWS),
        };
        // The trigger itself wakes a pool at zero, at KEDA's next poll.
        let look = if from.max(min) == 0 {
            pool.polling.value.secs()
        } else {
            0
        };
        let (awake, delay) = (from.max(min).max(1), pause + look);
        let asked = asked_for(floor);
        let mut climb = Vec::new();
        if awake > from {
            climb.push((delay, awake));
        }
        let steps = Rules::of(&workload.scale_up).climb_for(awake, asked, max, DAY);
        climb.extend(steps.into_iter().map(|(at, pods)| (at + delay, pods)));
        Some(Self {
            floor,
            asked,
            from,
            climb,
        })
    }

    /// The pods that are asked for at a second.
    #[must_use]
    pub fn pods_at(&self, second: u64) -> u32 {
        let came = self.climb.iter().rev().find(|(at, _)| *at <= second);
        came.map_or(self.from, |(_, pods)| *pods)
    }

    /// The second at which the floor is reached, if it is.
    #[must_use]
    pub fn reached(&self) -> Option<u64> {
        if self.from >= self.floor {
            return Some(0);
        }
        let mut steps = self.climb.iter();
        let step = steps.find(|(_, pods)| *pods >= self.floor);
        step.map(|(at, _)| *at)
    }
}
