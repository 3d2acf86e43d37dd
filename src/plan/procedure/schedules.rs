//! Off-hours and events: changes the schedule, and starts what no schedule would start any more.

use super::manifests::manifest;
use super::workloads::whole;
use super::{Procedure, State};
use crate::action::{Action, Memory};
use crate::emit::yaml;
use crate::model::{Api, Environment, Scaler, Workload};
use crate::pair::Pair;
use crate::schedule::{Calendar, ScheduleSubject};

/// A workload that AFTER no longer stops must not stay stopped: only BEFORE's schedule would start it.
pub(super) fn procedure(states: Pair<State<'_>>) -> Procedure {
    let (before, after) = (states.before, states.after);
    let mut procedure = Procedure::default();
    let awake: Vec<ScheduleSubject> = sleepers(before.environment)
        .into_iter()
        .filter(|subject| !sleepers(after.environment).contains(subject))
        .collect();
    // The API's mark is deleted with its ConfigMap.
    if awake.contains(&unnamed()) {
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
    let is_marked = awake.contains(&unnamed());
    if goes {
        procedure = procedure.apply(if is_marked {
            all_but_the_mark(before)
        } else {
            deletion.clone()
        });
    }
    // The schedule is replaced first, because it runs every few minutes and would stop the workload again.
    procedure = procedure.then(whole(states));
    for subject in awake {
        procedure = woken(procedure, &subject, after.environment);
    }
    // The mark stays until the API runs, so that a second run after an interruption finds it.
    if goes && is_marked {
        procedure = procedure.apply(deletion);
    }
    procedure
}

/// The manifest of the schedule.
const FILE: &str = "schedules.yaml";

/// Deletes the schedule, except for the ConfigMap with the API's mark.
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

/// The workloads that off-hours name.
fn sleepers(environment: &Environment) -> Vec<ScheduleSubject> {
    let calendar = Calendar::of(environment);
    let subjects = calendar.subjects().into_iter();
    subjects
        .filter(|subject| calendar.sleeps(subject))
        .collect()
}

/// The API whose mark is in the ConfigMap of the schedule.
fn unnamed() -> ScheduleSubject {
    ScheduleSubject::Api(Api::unnamed())
}

/// Starts a Deployment whose mark is deleted with its ConfigMap.
fn started(
    procedure: Procedure,
    subject: &ScheduleSubject,
    workload: &Workload,
    namespace: String,
) -> Procedure {
    procedure
        .apply(Action::Start {
            namespace,
            deployment: workload.name.value.to_string(),
            replicas: workload.bounds().0,
        })
        .note(format!(
            "`{subject}` starts also if a person stopped it: in that case, stop it again"
        ))
}

/// Outside off-hours these commands do nothing. Workloads that a person stopped or paused have no mark of
/// the schedule, or a count that differs from the mark.
fn woken(procedure: Procedure, subject: &ScheduleSubject, environment: &Environment) -> Procedure {
    let namespace = environment.namespace.value.to_string();
    match subject {
        ScheduleSubject::Api(name) => match environment.api.get(name) {
            Some(api) if Api::is_unnamed(name) => procedure.apply(Action::WakeApi {
                namespace,
                deployment: api.workload.name.value.to_string(),
                replicas: api.workload.replicas.min.value,
            }),
            Some(api) => started(procedure, subject, &api.workload, namespace),
            None => procedure,
        },
        ScheduleSubject::Pool(name) => match environment.worker.get(name) {
            Some(pool) if pool.scaler() == Scaler::Keda => procedure.apply(Action::WakePool {
                namespace,
                scaled_object: pool.scaled_object_name(),
            }),
            Some(pool) => started(procedure, subject, &pool.workload, namespace),
            None => procedure,
        },
    }
}
