//! Side effects of a step in the cluster: for example, the network policy lists the pools, and the
//! schedule contains the API's minimum. If these files stayed as they were, they would undo the step.

use super::{Procedure, State, pods, workloads};
use crate::action::{Action, Manifests};
use crate::emit::kubernetes::{let_in, services};
use crate::pair::Pair;
use crate::plan::move_kind::{GroupMove, MoveKind};

/// The procedure of a step of these kinds, which also applies the other files that differ.
#[must_use]
pub fn with_the_rest(own: Procedure, kinds: &[&MoveKind], states: Pair<State<'_>>) -> Procedure {
    let left = left(&own, states);
    let (values, manifests): (Vec<&str>, Vec<&str>) =
        left.into_iter().partition(|path| *path == VALUES);
    let (policy, others): (Vec<&str>, Vec<&str>) =
        manifests.into_iter().partition(|path| *path == POLICY);
    let policy = workloads::manifests(&policy, states);
    let others = workloads::manifests(&others, states);
    let sides = states.map(|state| state.environment);
    let whole = through_the_policy(own, others, policy, states);
    let whole = if values.is_empty() {
        whole
    } else {
        match kinds {
            // Its Secret cannot be filled before the group exists: the step that first uses it applies them.
            [MoveKind::Redis(name, GroupMove::Added)] if !sides.before.redis.contains_key(name) => {
                whole
            }
            _ => whole.then(workloads::rolled_out(states)),
        }
    };
    let outlived = workloads::outlived(&whole, states);
    whole.then(outlived)
}

/// The network policy admits new pods before they start, and excludes old pods after they are gone. If a
/// step does both because of a new name, the present policy admits the new pods first. Everything else,
/// such as autoscalers, does not wait for terminating pods.
fn through_the_policy(
    own: Procedure,
    others: Procedure,
    policy: Procedure,
    states: Pair<State<'_>>,
) -> Procedure {
    let let_in = states.map(|state| let_in(state.environment));
    let missing = |from: &[String], of: &[String]| -> Vec<String> {
        let missing = of.iter().filter(|name| !from.contains(name));
        missing.cloned().collect()
    };
    let leaving = missing(&let_in.after, &let_in.before);
    let coming = missing(&let_in.before, &let_in.after);
    if leaving.is_empty() {
        return others.then(policy).then(own);
    }
    let first = if coming.is_empty() {
        Procedure::default()
    } else {
        workloads::widened(states.before, &coming)
    };
    // A service's own procedure waits for its connections to PgBouncer; its pods may stay.
    let services = services(states.before.environment);
    let gone = leaving.iter().filter(|name| !services.contains(name));
    let gone: Vec<&str> = gone.map(String::as_str).collect();
    let mut own = first.then(others).then(own.waited_for());
    if !gone.is_empty() {
        own = own.then(pods::none_left(states.after, &gone));
    }
    own.then(policy)
}

/// The file with PgBouncer's network policy.
const POLICY: &str = "kubernetes/pgbouncer.yaml";

const VALUES: &str = "helm/values.yaml";

/// Only lists the other files, and is not applied by itself.
const INDEX: &str = "kubernetes/kustomization.yaml";

/// The paths of files that differ and are not applied yet.
fn left<'a>(own: &Procedure, states: Pair<State<'a>>) -> Vec<&'a str> {
    let state = states.after;
    let whole = Manifests::Folder(state.path("kubernetes"));
    let is_applied = |path: &str| {
        let (text, file) = (state.path(path), state.file(path));
        own.apply.iter().any(|action| match action {
            Action::Apply { manifests } => {
                *manifests == file || (path.starts_with("kubernetes/") && *manifests == whole)
            }
            Action::Helm { values, .. } => *values == text,
            Action::Delete { .. }
            | Action::DeleteObjects { .. }
            | Action::Terraform { .. }
            | Action::Forget { .. }
            | Action::Aws { .. }
            | Action::Kubectl { .. }
            | Action::Show { .. }
            | Action::SetUp { .. }
            | Action::Import { .. }
            | Action::ApplyMade { .. }
            | Action::Each { .. }
            | Action::ShowConsole { .. }
            | Action::Restart { .. }
            | Action::LetIn { .. }
            | Action::Cordon { .. }
            | Action::Uncordon { .. }
            | Action::EmptyNodes { .. }
            | Action::Shrink { .. }
            | Action::Reload { .. }
            | Action::WakeApi { .. }
            | Action::Start { .. }
            | Action::WakePool { .. }
            | Action::Remember { .. }
            | Action::Need { .. }
            | Action::Unless { .. }
            | Action::ShowWaiting { .. }
            | Action::Wait { .. } => false,
        })
    };
    let differing = state.files.iter();
    differing
        .filter(|(path, text)| states.before.files.get(*path) != Some(*text))
        .map(|(path, _)| path.as_str())
        .filter(|path| *path != INDEX && !is_applied(path))
        .collect()
}
