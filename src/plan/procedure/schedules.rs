//! Off-hours and events: what follows them is changed, and what nobody will wake is woken.

use super::workloads::{manifest, whole};
use super::{Procedure, State};
use crate::model::Environment;
use crate::pair::Pair;
use crate::schedule::{Calendar, Subject};

/// Nothing of what AFTER no longer puts to sleep may stay asleep: only what put it there wakes it.
pub(super) fn procedure(states: Pair<State<'_>>) -> Procedure {
    let (before, after) = (states.before, states.after);
    let mut procedure = Procedure::default();
    if before.environment.is_followed() && !after.environment.is_followed() {
        procedure = procedure.apply(format!(
            "kubectl delete --ignore-not-found -f {}",
            manifest(before, "schedules.yaml")
        ));
    }
    // What puts things to sleep is replaced first: it runs every few minutes, and would do it again.
    procedure = procedure.then(whole(states));
    for subject in sleepers(before.environment) {
        if !sleepers(after.environment).contains(&subject) {
            procedure = woken(procedure, &subject, after.environment);
        }
    }
    procedure
}

/// Whatever off-hours name.
fn sleepers(environment: &Environment) -> Vec<Subject> {
    let calendar = Calendar::of(environment);
    let subjects = calendar.subjects().into_iter();
    subjects
        .filter(|subject| calendar.sleeps(subject))
        .collect()
}

/// By day nothing of this finds anything to do: a pause without the mark is somebody's own.
fn woken(procedure: Procedure, subject: &Subject, environment: &Environment) -> Procedure {
    let namespace = &environment.namespace.value;
    match subject {
        Subject::Api => {
            let api = &environment.api.workload;
            procedure.apply(format!(
                "kubectl scale deployment/{} -n {namespace} --current-replicas=0 --replicas={} || true",
                api.name.value, api.replicas.min.value
            ))
        }
        Subject::Pool(name) => match environment.worker.get(name) {
            Some(pool) => procedure.apply(format!(
                "[ -z \"$(kubectl get scaledobject/{0} -n {namespace} -o jsonpath='{{.metadata.annotations.tierc\\.dev/off-hours}}')\" ] || kubectl annotate scaledobject/{0} -n {namespace} tierc.dev/off-hours- autoscaling.keda.sh/paused-replicas-",
                pool.scaled_object_name()
            )),
            None => procedure,
        },
    }
}
