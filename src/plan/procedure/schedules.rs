//! Off-hours and events: what follows them is changed, and what nobody will wake is woken.

use super::workloads::{manifest, whole};
use super::{Procedure, State};
use crate::model::Environment;
use crate::pair::Pair;
use crate::schedule::{Calendar, Subject};

/// The mark of what the schedule has put to sleep.
const MARK: &str = "jsonpath='{.metadata.annotations.tierc\\.dev/off-hours}'";

/// The count at which KEDA holds a pool.
const PAUSE: &str = "jsonpath='{.metadata.annotations.autoscaling\\.keda\\.sh/paused-replicas}'";

/// Nothing of what AFTER no longer puts to sleep may stay asleep: only what put it there wakes it.
pub(super) fn procedure(states: Pair<State<'_>>) -> Procedure {
    let (before, after) = (states.before, states.after);
    let mut procedure = Procedure::default();
    let awake: Vec<Subject> = sleepers(before.environment)
        .into_iter()
        .filter(|subject| !sleepers(after.environment).contains(subject))
        .collect();
    // The mark of the API goes with the ConfigMap that has it.
    if awake.contains(&Subject::Api) {
        procedure = procedure.apply(format!(
            "API=$(kubectl get configmap/{} -n {} --ignore-not-found -o {MARK})",
            before.environment.schedule_name(),
            before.environment.namespace.value
        ));
    }
    if before.environment.is_followed() && !after.environment.is_followed() {
        procedure = procedure.apply(format!(
            "kubectl delete --ignore-not-found -f {}",
            manifest(before, "schedules.yaml")
        ));
    }
    // What puts things to sleep is replaced first: it runs every few minutes, and would do it again.
    procedure = procedure.then(whole(states));
    for subject in awake {
        procedure = woken(procedure, &subject, after.environment);
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

/// By day nothing of this finds anything to do. What somebody else stopped or paused has no mark of the
/// schedule's, or another count than the mark says.
fn woken(procedure: Procedure, subject: &Subject, environment: &Environment) -> Procedure {
    let namespace = &environment.namespace.value;
    match subject {
        Subject::Api => {
            let api = &environment.api.workload;
            procedure.apply(format!(
                "[ \"$API\" = awake ] || [ \"$(kubectl get deployment/{0} -n {namespace} -o jsonpath='{{.spec.replicas}}')\" != 0 ] || kubectl scale deployment/{0} -n {namespace} --current-replicas=0 --replicas={1}",
                api.name.value, api.replicas.min.value
            ))
        }
        Subject::Pool(name) => match environment.worker.get(name) {
            Some(pool) => {
                let scaler = format!("scaledobject/{} -n {namespace}", pool.scaled_object_name());
                procedure
                    .apply(format!("POOL=$(kubectl get {scaler} -o {MARK})"))
                    .apply(format!(
                        "[ -z \"$POOL\" ] || [ \"$(kubectl get {scaler} -o {PAUSE})\" != \"$POOL\" ] || kubectl annotate {scaler} autoscaling.keda.sh/paused-replicas-"
                    ))
                    .apply(format!(
                        "[ -z \"$POOL\" ] || kubectl annotate {scaler} tierc.dev/off-hours-"
                    ))
            }
            None => procedure,
        },
    }
}
