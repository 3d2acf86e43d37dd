//! Manifests of a tree: applied, compared with what the cluster has, and deleted.

use super::{Procedure, State};
use crate::action::{Action, Manifests, Question};
use crate::model::Autoscalers;
use crate::pair::Pair;

/// The API's autoscaler in a tree's `kubernetes` folder.
pub(super) const API_HPA: &str = "api-hpa.yaml";

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

/// Checks that the cluster has the manifests of the new state. During an event, the minimum of the API's
/// autoscaler may be above the declared one. So that line is ignored, and a separate command checks that
/// the minimum is not lower.
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

/// Whether an event of either state raises the API's minimum. A minimum that BEFORE's event raised stays
/// until the schedule runs again.
fn rises(states: Pair<State<'_>>) -> bool {
    let of = |state: State<'_>| {
        let mut events = state.environment.event.values();
        events.any(|event| event.api.is_some())
    };
    of(states.before) || of(states.after)
}
