//! Manifests of a tree: applied, compared with what the cluster has, and deleted.

use super::{Procedure, State};
use crate::action::{Action, Manifests, Question};
use crate::emit::kubernetes::{api_hpa, pool_autoscaler};
use crate::model::{Autoscalers, Environment, Scaler, Workload};
use crate::pair::Pair;
use crate::schedule::ScheduleSubject;

/// Whether the tree has the autoscalers, instead of the chart.
pub(super) fn owns(state: State<'_>) -> bool {
    state.environment.deliver.autoscalers.value == Autoscalers::Manifests
}

/// A file of the tree's `kubernetes` folder.
pub(super) fn manifest(state: State<'_>, file: &str) -> Manifests {
    state.file(&format!("kubernetes/{file}"))
}

/// Applies one file.
pub(super) fn applied(state: State<'_>, file: &str) -> Procedure {
    Procedure::default().apply(Action::Apply {
        manifests: manifest(state, file),
    })
}

/// Deletes every object of a file of the tree.
pub(super) fn deletion(state: State<'_>, path: &str) -> Action {
    Action::Delete {
        manifests: state.file(path),
    }
}

/// Checks that the cluster has the manifests of the new state. During an event, the minimum of an HPA may
/// be above the declared one. So that line is ignored, and a separate command checks that the minimum is
/// not lower.
pub(super) fn same(states: Pair<State<'_>>, manifests: Manifests) -> Procedure {
    let after = states.after;
    let contains = |file: &str| {
        matches!(manifests, Manifests::Folder(_)) || manifests == manifest(after, file)
    };
    let raised: Vec<&Workload> = if owns(after) {
        let all = hpas(after.environment).into_iter();
        all.filter(|(file, subject, _)| contains(file) && rises(states, subject))
            .map(|(_, _, workload)| workload)
            .collect()
    } else {
        Vec::new()
    };
    let same = Procedure::default().verify(Question::Same {
        manifests,
        raised: !raised.is_empty(),
    });
    raised.into_iter().fold(same, |same, workload| {
        same.verify(Question::Minimum {
            namespace: after.namespace(),
            autoscaler: workload.autoscaler_name(),
            least: workload.bounds().0,
        })
    })
}

/// The HPAs that KEDA does not own, each with its file and its subject in the calendar.
fn hpas(environment: &Environment) -> Vec<(String, ScheduleSubject, &Workload)> {
    let apis = environment.api.iter();
    let apis = apis.filter(|(_, api)| api.scaler() == Scaler::Hpa);
    let apis = apis.map(|(name, api)| {
        let subject = ScheduleSubject::Api(name.clone());
        (api_hpa(name), subject, &api.workload)
    });
    let pools = environment.worker.iter();
    let pools = pools.filter(|(_, pool)| pool.scaler() == Scaler::Hpa);
    let pools = pools.filter_map(|(name, pool)| {
        let subject = ScheduleSubject::Pool(name.clone());
        Some((pool_autoscaler(name, pool)?, subject, &pool.workload))
    });
    apis.chain(pools).collect()
}

/// Whether an event of either state raises the minimum. A minimum that BEFORE's event raised stays until
/// the schedule runs again.
fn rises(states: Pair<State<'_>>, subject: &ScheduleSubject) -> bool {
    let of = |state: State<'_>| {
        let mut events = state.environment.event.values();
        events.any(|event| match subject {
            ScheduleSubject::Api(name) => event.api.contains_key(name),
            ScheduleSubject::Pool(name) => event.worker.contains_key(name),
        })
    };
    of(states.before) || of(states.after)
}
