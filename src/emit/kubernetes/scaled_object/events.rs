//! Events as floors for a pool, through KEDA's cron triggers. Each asks for enough pods that the
//! HPA's tolerance does not stop below the floor.

use crate::emit::yaml::{YamlValue, yaml};

use crate::budget::scaling::asked_for;
use crate::model::{Environment, Name, Queue};
use crate::schedule::cron::Trigger;
use crate::schedule::{Calendar, ScheduleSubject};

/// A floor while a trigger is open.
pub(super) struct Floor {
    /// What the formula calls it.
    pub(super) name: String,
    trigger: Trigger,
    /// What the trigger asks for.
    asked: u32,
}

impl Floor {
    /// The trigger of the ScaledObject.
    pub(super) fn trigger(&self) -> YamlValue {
        yaml!({
            "name": &self.name,
            "type": "cron",
            "metadata": {
                "timezone": self.trigger.zone.name(),
                "start": self.trigger.start.to_string(),
                "end": self.trigger.end.to_string(),
                "desiredReplicas": self.asked.to_string(),
            },
        })
    }
}

/// The floors of events for a pool, with names that are not in `taken`. An event that no trigger
/// can express has a finding, and is left out here.
pub(super) fn floors(environment: &Environment, pool: &Name, taken: &[String]) -> Vec<Floor> {
    let pool = ScheduleSubject::Pool(pool.clone());
    let mut floors: Vec<Floor> = Vec::new();
    for occasion in &Calendar::of(environment).occasions {
        let (Some(pods), Some(trigger)) = (occasion.floor(&pool), &occasion.trigger) else {
            continue;
        };
        let base = format!("event_{}", occasion.name.as_str().replace('-', "_"));
        let is_taken =
            |name: &String| taken.contains(name) || floors.iter().any(|floor| floor.name == *name);
        let twins = (2_u32..).map(|twin| format!("{base}_{twin}"));
        let name = std::iter::once(base.clone())
            .chain(twins)
            .find(|name| !is_taken(name))
            .expect("numbers do not end");
        floors.push(Floor {
            name,
            trigger: trigger.clone(),
            asked: asked_for(pods),
        });
    }
    floors
}

/// Whether some floor is at most what `activation` items of the longest queue ask for. A formula
/// with that activation would not wake the pool for it.
pub(super) fn stays_below(floors: &[Floor], activation: u32, queues: &[Queue]) -> bool {
    let longest = queues.iter().map(|queue| queue.length().value).max();
    let longest = u64::from(longest.unwrap_or(1).max(1));
    floors
        .iter()
        .any(|floor| u64::from(floor.asked) * longest <= u64::from(activation))
}

/// The formula of the lists, with the floors as its minimum.
pub(super) fn formula(lists: String, floors: &[Floor]) -> String {
    if floors.is_empty() {
        return lists;
    }
    let names: Vec<&str> = floors.iter().map(|floor| floor.name.as_str()).collect();
    format!("max({lists}, {})", names.join(", "))
}
