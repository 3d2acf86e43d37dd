//! Off-hours and events: what follows them is changed, and what nobody will wake is woken.

use super::manifests::manifest;
use super::workloads::whole;
use super::{Procedure, State};
use crate::action::{Action, Memory};
use crate::emit::yaml;
use crate::model::Environment;
use crate::pair::Pair;
use crate::schedule::{Calendar, ScheduleSubject};

/// Nothing of what AFTER no longer puts to sleep may stay asleep: only what put it there wakes it.
pub(super) fn procedure(states: Pair<State<'_>>) -> Procedure {
    let (before, after) = (states.before, states.after);
    let mut procedure = Procedure::default();
    let awake: Vec<ScheduleSubject> = sleepers(before.environment)
        .into_iter()
        .filter(|subject| !sleepers(after.environment).contains(subject))
        .collect();
    // The mark of the API goes with the ConfigMap that has it.
    if awake.contains(&ScheduleSubject::Api) {
        procedure = procedure.apply(Action::Remember {
            variable: "API",
            value: Memory::ApiMark {
                namespace: before.namespace(),
                config_map: before.environment.schedule_name(),
            },
        });
    }
    let goes = before.environment.is_followed() && !after.environment.is_followed();
    let deletion = Action::Delete {
        manifests: manifest(before, FILE),
    };
    let is_marked = awake.contains(&ScheduleSubject::Api);
    if goes {
        procedure = procedure.apply(if is_marked {
            all_but_the_mark(before)
        } else {
            deletion.clone()
        });
    }
    // What puts things to sleep is replaced first: it runs every few minutes, and would do it again.
    procedure = procedure.then(whole(states));
    for subject in awake {
        procedure = woken(procedure, &subject, after.environment);
    }
    // Until the API is awake, a run that was interrupted finds the mark again.
    if goes && is_marked {
        procedure = procedure.apply(deletion);
    }
    procedure
}

/// The file with everything that follows the calendar.
const FILE: &str = "schedules.yaml";

/// Deletes what puts things to sleep, and leaves the ConfigMap with the mark of the API.
fn all_but_the_mark(state: State<'_>) -> Action {
    let file = state.files.get(&format!("kubernetes/{FILE}"));
    let objects = file.map(|text| yaml::objects(text)).unwrap_or_default();
    let others = objects.iter().filter(|(kind, _)| kind != "ConfigMap");
    Action::DeleteObjects {
        namespace: state.namespace(),
        objects: others
            .map(|(kind, name)| format!("{}/{name}", kind.to_lowercase()))
            .collect(),
    }
}

/// Whatever off-hours name.
fn sleepers(environment: &Environment) -> Vec<ScheduleSubject> {
    let calendar = Calendar::of(environment);
    let subjects = calendar.subjects().into_iter();
    subjects
        .filter(|subject| calendar.sleeps(subject))
        .collect()
}

/// By day nothing of this finds anything to do. What somebody else stopped or paused has no mark of the
/// schedule's, or another count than the mark says.
fn woken(procedure: Procedure, subject: &ScheduleSubject, environment: &Environment) -> Procedure {
    let namespace = environment.namespace.value.to_string();
    match subject {
        ScheduleSubject::Api => {
            let api = &environment.api.workload;
            procedure.apply(Action::WakeApi {
                namespace,
                deployment: api.name.value.to_string(),
                replicas: api.replicas.min.value,
            })
        }
        ScheduleSubject::Pool(name) => match environment.worker.get(name) {
            Some(pool) => procedure.apply(Action::WakePool {
                namespace,
                scaled_object: pool.scaled_object_name(),
            }),
            None => procedure,
        },
    }
}
