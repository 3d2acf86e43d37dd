//! Manifests of a tree: applied, compared with what the cluster has, and deleted.

use super::{Procedure, State};
use crate::action::{Action, Manifests, Question};
use crate::model::Autoscalers;
use crate::pair::Pair;

/// The API's autoscaler in a tree's `kubernetes` folder.
pub(super) const API_HPA: &str = "api-hpa.yaml";

/// Whether the tree has the autoscalers, and not the chart.
pub(super) fn owns(state: State<'_>) -> bool {
    state.environment.deliver.autoscalers.value == Autoscalers::Manifests
}

/// A file of the tree's `kubernetes` folder.
pub(super) fn manifest(state: State<'_>, file: &str) -> Manifests {
    state.file(&format!("kubernetes/{file}"))
}

/// Applies one.
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

/// What shows that the cluster has the manifests of the new state. While an event holds the minimum of
/// the API's autoscaler above the declared one, that line is no difference: the minimum is compared
/// by itself, and may not be lower.
pub(super) fn same(states: Pair<State<'_>>, manifests: Manifests) -> Procedure {
    let after = states.after;
    let bounds_the_api =
        matches!(manifests, Manifests::Folder(_)) || manifests == manifest(after, API_HPA);
    let raised = bounds_the_api && owns(after) && rises(states);
    let same = Procedure::default().verify(Question::Same { manifests, raised });
    if !raised {
        return same;
    }
    let api = &after.environment.api.workload;
    same.verify(Question::Minimum {
        namespace: after.namespace(),
        autoscaler: api.autoscaler_name(),
        least: api.bounds().0,
    })
}

/// Whether an event of either state raises the API's minimum: what the old one raised stays so until
/// the schedule has run again.
fn rises(states: Pair<State<'_>>) -> bool {
    let of = |state: State<'_>| {
        let mut events = state.environment.event.values();
        events.any(|event| event.api.is_some())
    };
    of(states.before) || of(states.after)
}
