//! What runs by the calendar.

use std::collections::BTreeMap;

use serde::Serialize;

use super::procedures::Procedures;
use crate::action::kubectl::{
    ASLEEP, KubectlCall, PAUSED, listed, logged, pods as listed_pods, scaled, shown, unmarked,
};
use crate::action::{Action, Question};
use crate::model::{Api, ByApi, Duration, Environment, Name, Scaler, Workload};
use crate::source::Sourced;

/// Off-hours and events.
#[derive(Serialize)]
pub(super) struct RunbookSchedule {
    /// The CronJob for off-hours and events, if there is one.
    job: Option<String>,
    windows: Vec<RunbookWindow>,
    /// Whether an event raises a pool by a trigger of KEDA.
    pools_rise: bool,
    /// The HPAs of pools that events raise.
    rising: Vec<String>,
    /// The pools that KEDA pauses at times.
    sleepers: Vec<Sleeper>,
    /// The Deployments of the other pools that sleep at times.
    stopped: Vec<Stopped>,
    pub(super) sh: Procedures,
}

#[derive(Serialize)]
struct RunbookWindow {
    what: String,
    when: String,
    pods: String,
}

#[derive(Serialize)]
struct Stopped {
    deployment: String,
    pods: u32,
}

#[derive(Serialize)]
struct Sleeper {
    name: String,
    scaler: String,
}

pub(super) fn schedule(environment: &Environment) -> RunbookSchedule {
    let off_hours = || environment.off_hours.values();
    let events = || environment.event.values();
    let sleeps = |pool: &Name| off_hours().any(|window| window.worker.contains_key(pool));
    let pools = environment.worker.iter();
    let sleepers: Vec<Sleeper> = pools
        .filter(|(name, pool)| sleeps(name) && pool.scaler() == Scaler::Keda)
        .map(|(name, pool)| Sleeper {
            name: name.to_string(),
            scaler: pool.scaled_object_name(),
        })
        .collect();
    let pools = environment.worker.iter();
    let stopped: Vec<Stopped> = pools
        .filter(|(name, pool)| sleeps(name) && pool.scaler() != Scaler::Keda)
        .map(|(_, pool)| Stopped {
            deployment: pool.workload.name.value.to_string(),
            pods: pool.workload.bounds().0,
        })
        .collect();
    let rises = |pool: &Name| events().any(|event| event.worker.contains_key(pool));
    let pools = environment.worker.iter();
    let rising = pools
        .filter(|(name, pool)| rises(name) && pool.scaler() == Scaler::Hpa)
        .map(|(_, pool)| pool.workload.autoscaler_name());
    let sleeps = |api: &Name| off_hours().any(|window| window.api.contains_key(api));
    let apis = environment.api.iter().filter(|(name, _)| sleeps(name));
    let apis: Vec<&Workload> = apis.map(|(_, api)| &api.workload).collect();
    RunbookSchedule {
        job: environment
            .is_followed()
            .then(|| environment.schedule_name()),
        windows: windows(environment),
        pools_rise: events().any(|event| environment.has_a_trigger(event)),
        rising: rising.collect(),
        sh: procedures(environment, &apis, &sleepers, &stopped),
        sleepers,
        stopped,
    }
}

fn procedures(
    environment: &Environment,
    apis: &[&Workload],
    sleepers: &[Sleeper],
    stopped: &[Stopped],
) -> Procedures {
    let namespace = environment.namespace.value.as_str();
    let name = environment.schedule_name();
    let suspended = |suspend: bool| -> Action {
        KubectlCall::new("patch", ["cronjob", &name])
            .within(namespace)
            .flag("p", format!(r#"{{"spec":{{"suspend":{suspend}}}}}"#))
            .into()
    };
    if !environment.is_followed() {
        return of_what_was(environment);
    }
    let sh = Procedures::default()
        .with(
            "look",
            [
                shown("get", "cronjob", &name, namespace).into(),
                listed_pods(&name, namespace).into(),
                logged(format!("app={name}"), namespace, 50).into(),
            ],
        )
        .with("suspend", [suspended(true)])
        .with("resume", [suspended(false)]);
    if apis.is_empty() && sleepers.is_empty() && stopped.is_empty() {
        return sh;
    }
    sh.with("wake", woken(environment, apis, sleepers, stopped))
        .with("sleep", put_to_sleep(environment, apis, sleepers, stopped))
}

/// What sleeps of a schedule that is gone, and how it is woken.
fn of_what_was(environment: &Environment) -> Procedures {
    let namespace = environment.namespace.value.as_str();
    let apis = || environment.apis().map(|(_, api)| api);
    let columns = "custom-columns=NAME:.metadata.name,ASLEEP:.metadata.annotations.tierc\\.dev/off-hours,PAUSED:.metadata.annotations.autoscaling\\.keda\\.sh/paused-replicas";
    let name = environment.schedule_name();
    let objects = Environment::SCHEDULE_KINDS.split(',');
    Procedures::default()
        .with(
            "delete",
            [Action::DeleteObjects {
                namespace: namespace.to_owned(),
                objects: objects.map(|kind| format!("{kind}/{name}")).collect(),
            }],
        )
        .with(
            "asleep",
            apis()
                .map(|api| shown("get", "deployment", &api.name.value, namespace).into())
                .chain([listed("scaledobjects", namespace).flag("o", columns).into()]),
        )
        .with(
            "wake_what_was",
            apis()
                .map(|api| scaled(&api.name.value, namespace, api.bounds().0).into())
                .chain([unmarked("NAME", namespace, &[PAUSED, ASLEEP]).into()]),
        )
}

fn woken(
    environment: &Environment,
    apis: &[&Workload],
    sleepers: &[Sleeper],
    stopped: &[Stopped],
) -> Vec<Action> {
    let namespace = environment.namespace.value.as_str();
    let start = apis
        .iter()
        .map(|api| scaled(&api.name.value, namespace, api.bounds().0).into());
    let pools = sleepers
        .iter()
        .map(|pool| unmarked(&pool.scaler, namespace, &[PAUSED]).into());
    let started = apis.iter().map(|api| {
        Action::from(Question::RolledOut {
            namespace: namespace.to_owned(),
            deployment: api.name.value.to_string(),
        })
    });
    let others = stopped
        .iter()
        .map(|pool| scaled(&pool.deployment, namespace, pool.pods).into());
    let all = start.chain(pools).chain(others);
    all.chain(started).collect()
}

fn put_to_sleep(
    environment: &Environment,
    apis: &[&Workload],
    sleepers: &[Sleeper],
    stopped: &[Stopped],
) -> Vec<Action> {
    let namespace = environment.namespace.value.as_str();
    let stop = apis
        .iter()
        .map(|api| scaled(&api.name.value, namespace, 0).into());
    let pools = sleepers
        .iter()
        .map(|pool| unmarked(&pool.scaler, namespace, &[ASLEEP]).into());
    let others = stopped
        .iter()
        .map(|pool| scaled(&pool.deployment, namespace, 0).into());
    stop.chain(pools).chain(others).collect()
}

fn windows(environment: &Environment) -> Vec<RunbookWindow> {
    let off_hours = environment.off_hours.values().map(|it| RunbookWindow {
        what: "off-hours".into(),
        when: format!(
            "{}, {} to {}, {}",
            it.days.value, it.from.value, it.to.value, it.zone.value
        ),
        pods: pods(&it.api, &it.worker),
    });
    let events = environment.event.iter().map(|(name, it)| RunbookWindow {
        what: format!("event {name}, at least"),
        when: format!(
            "{} to {}, {}{}",
            it.from.value,
            it.to.value,
            it.zone.value,
            lead(it.lead.value)
        ),
        pods: pods(&it.api, &it.worker),
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

fn pods(apis: &ByApi<Sourced<u32>>, pools: &BTreeMap<Name, Sourced<u32>>) -> String {
    let apis = apis.iter().map(|(name, count)| {
        if Api::is_unnamed(name) {
            format!("API {}", count.value)
        } else {
            format!("API {name} {}", count.value)
        }
    });
    let pools = pools
        .iter()
        .map(|(name, count)| format!("{name} {}", count.value));
    apis.chain(pools).collect::<Vec<_>>().join(", ")
}
