//! What a step changes in the cluster beside what it is about: a network policy lists the pools, a
//! schedule holds the API's minimum. Left as it was, it would work against the step.

use super::{Procedure, State, workloads};
use crate::pair::Pair;
use crate::plan::kind::{GroupMove, Kind};

/// The procedure of a step of these kinds, with what it leaves of the files that differ.
#[must_use]
pub fn with_the_rest(own: Procedure, kinds: &[&Kind], states: Pair<State<'_>>) -> Procedure {
    let left = left(&own, states);
    let (values, manifests): (Vec<&str>, Vec<&str>) =
        left.into_iter().partition(|path| *path == VALUES);
    let manifests = workloads::manifests(&manifests, states);
    let sides = states.map(|state| state.environment);
    let goes = |kind: &&Kind| matches!(kind, Kind::Pool(name, _) if !sides.after.worker.contains_key(name));
    // What lets pods in is there before they are; what shuts them out waits until they are gone.
    let whole = if kinds.iter().any(goes) {
        own.then(manifests)
    } else {
        manifests.then(own)
    };
    let whole = if values.is_empty() {
        whole
    } else {
        match kinds {
            // Its Secret cannot be filled before it is there: what first uses it brings them.
            [Kind::Redis(name, GroupMove::Added)] if !sides.before.redis.contains_key(name) => {
                whole
            }
            _ => whole.then(workloads::rolled_out(states)),
        }
    };
    let outlived = workloads::outlived(&whole, states);
    whole.then(outlived)
}

const VALUES: &str = "helm/values.yaml";

/// Names the other files, and is nothing to apply.
const INDEX: &str = "kubernetes/kustomization.yaml";

/// The paths of what differs and is not applied.
fn left<'a>(own: &Procedure, states: Pair<State<'a>>) -> Vec<&'a str> {
    let state = states.after;
    let whole = format!("-k {}", state.path("kubernetes"));
    let is_applied = |path: &str| {
        let file = format!("-f {}", state.path(path));
        own.apply.iter().any(|line| {
            line.ends_with(&file) || (path.starts_with("kubernetes/") && line.ends_with(&whole))
        })
    };
    let differing = state.files.iter();
    differing
        .filter(|(path, text)| states.before.files.get(*path) != Some(*text))
        .map(|(path, _)| path.as_str())
        .filter(|path| *path != INDEX && !is_applied(path))
        .collect()
}
