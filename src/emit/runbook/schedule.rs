//! What runs by the calendar.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Duration, Environment, Name};
use crate::source::Sourced;

/// Off-hours and events.
#[derive(Serialize)]
pub(super) struct Schedule {
    /// The CronJob for off-hours and events, if there is one.
    job: Option<String>,
    /// Its name, whether it exists or not.
    name: String,
    /// The kinds that it consists of.
    kinds: &'static str,
    windows: Vec<Window>,
    /// Whether the API sleeps at times.
    api_sleeps: bool,
    /// Whether an event raises the API's minimum.
    api_rises: bool,
    /// Whether an event raises a pool.
    pools_rise: bool,
    /// The pools that sleep at times.
    sleepers: Vec<Sleeper>,
}

#[derive(Serialize)]
struct Window {
    what: String,
    when: String,
    pods: String,
}

#[derive(Serialize)]
struct Sleeper {
    name: String,
    scaler: String,
}

pub(super) fn schedule(environment: &Environment) -> Schedule {
    let off_hours = || environment.off_hours.values();
    let events = || environment.event.values();
    let sleeps = |pool: &Name| off_hours().any(|window| window.worker.contains_key(pool));
    let pools = environment.worker.iter();
    Schedule {
        job: environment
            .is_followed()
            .then(|| environment.schedule_name()),
        name: environment.schedule_name(),
        kinds: Environment::SCHEDULE_KINDS,
        windows: windows(environment),
        api_sleeps: off_hours().any(|window| window.api.is_some()),
        api_rises: events().any(|event| event.api.is_some()),
        pools_rise: events().any(|event| !event.worker.is_empty()),
        sleepers: pools
            .filter(|(name, _)| sleeps(name))
            .map(|(name, pool)| Sleeper {
                name: name.to_string(),
                scaler: pool.scaled_object_name(),
            })
            .collect(),
    }
}

fn windows(environment: &Environment) -> Vec<Window> {
    let off_hours = environment.off_hours.values().map(|it| Window {
        what: "off-hours".into(),
        when: format!(
            "{}, {} to {}, {}",
            it.days.value, it.from.value, it.to.value, it.zone.value
        ),
        pods: pods(it.api.as_ref(), &it.worker),
    });
    let events = environment.event.iter().map(|(name, it)| Window {
        what: format!("event {name}, at least"),
        when: format!(
            "{} to {}, {}{}",
            it.from.value,
            it.to.value,
            it.zone.value,
            lead(it.lead.value)
        ),
        pods: pods(it.api.as_ref(), &it.worker),
    });
    off_hours.chain(events).collect()
}

fn lead(time: Duration) -> String {
    if time.millis() == 0 {
        String::new()
    } else {
        format!(", and {time} before")
    }
}

fn pods(api: Option<&Sourced<u32>>, pools: &BTreeMap<Name, Sourced<u32>>) -> String {
    let api = api.map(|count| format!("API {}", count.value));
    let pools = pools
        .iter()
        .map(|(name, count)| format!("{name} {}", count.value));
    api.into_iter().chain(pools).collect::<Vec<_>>().join(", ")
}
