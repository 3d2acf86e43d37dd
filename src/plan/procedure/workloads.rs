//! What runs in the cluster: Helm's values, autoscalers and PgBouncer.

use std::collections::BTreeSet;

use super::{Procedure, State, nothing_left, pooler, quoted, terraform};
use crate::emit::terraform::tfvars;
use crate::emit::{secret, yaml};
use crate::model::{Autoscalers, Name, Via, Worker};
use crate::pair::Pair;
use crate::plan::kind::{ApiMove, Kind, PoolMove};

pub(super) fn procedure(kind: &Kind, states: Pair<State<'_>>) -> Procedure {
    let after = states.after;
    match kind {
        Kind::Api(ApiMove::Autoscaler) => api(states),
        Kind::Api(ApiMove::Pods) => {
            values(after).verify(rolled(after, &after.environment.api.workload.name.value))
        }
        Kind::Pool(name, what) => pool(name, *what, states),
        Kind::PoolSizes => pooler::reload(states),
        Kind::Pooler => pooler::rollout(states),
        Kind::Network => applied(after, "pgbouncer.yaml").verify(same(after, "pgbouncer.yaml")),
        Kind::Service(_) => Procedure::default()
            .note("the service itself is deployed by others: here it is only counted"),
        Kind::Delivery => delivery(states),
        Kind::Alerts | Kind::Identity => whole(states),
        Kind::Schedules
        | Kind::Database(_)
        | Kind::Redis(..)
        | Kind::RedisUses
        | Kind::Nodes(..) => Procedure::default(),
    }
}

fn owns(state: State<'_>) -> bool {
    state.environment.deliver.autoscalers.value == Autoscalers::Manifests
}

pub(super) fn manifest(state: State<'_>, file: &str) -> String {
    state.path(&format!("kubernetes/{file}"))
}

pub(super) fn applied(state: State<'_>, file: &str) -> Procedure {
    Procedure::default().apply(format!("kubectl apply -f {}", manifest(state, file)))
}

/// Manifests of the new state, by their paths in its tree; PgBouncer reads its settings again where
/// they differ.
pub(super) fn manifests(paths: &[&str], states: Pair<State<'_>>) -> Procedure {
    let files = paths
        .iter()
        .filter_map(|path| path.strip_prefix("kubernetes/"));
    let procedure = files.fold(Procedure::default(), |procedure, file| {
        procedure.then(applied(states.after, file).verify(same(states.after, file)))
    });
    if paths.contains(&"kubernetes/pgbouncer.yaml") {
        return procedure.then(pooler::follows(states));
    }
    procedure
}

/// What the cluster still has of BEFORE and AFTER no longer writes goes last: `kubectl apply` removes
/// nothing. `own` is what the step does anyway.
pub(super) fn outlived(own: &Procedure, states: Pair<State<'_>>) -> Procedure {
    let (before, after) = (states.before, states.after);
    let namespace = &after.environment.namespace.value;
    if before.environment.namespace.value != *namespace {
        return Procedure::default();
    }
    let objects = |state: State<'_>, deleted: bool| -> BTreeSet<(String, String)> {
        let manifests = state.files.iter().filter(|(path, _)| {
            let line = deletion(state, path);
            path.starts_with("kubernetes/") && !(deleted && own.apply.contains(&line))
        });
        let objects = manifests.flat_map(|(_, text)| yaml::objects(text));
        objects.collect()
    };
    // A chart that takes the autoscalers over makes its own of the same names.
    let handed_over = owns(before) && !owns(after);
    let (had, has) = (objects(before, true), objects(after, false));
    let mut old: Vec<String> = had
        .difference(&has)
        .filter(|(kind, _)| !(handed_over && is_autoscaler(kind)))
        .map(|(kind, name)| format!("{}/{name}", argument(kind)))
        .collect();
    old.extend(tested(states));
    if old.is_empty() {
        return Procedure::default();
    }
    Procedure::default().apply(format!(
        "kubectl delete --ignore-not-found -n {namespace} {}",
        old.join(" ")
    ))
}

/// What the runbook's commands made for a load test that is gone.
fn tested(states: Pair<State<'_>>) -> Vec<String> {
    let runs = |state: State<'_>| -> BTreeSet<String> {
        let tests = state.environment.load_test.iter();
        let tests = tests.filter(|(_, test)| test.test_run.is_some());
        tests
            .map(|(name, _)| state.environment.test_run_name(name))
            .collect()
    };
    let runs = states.map(runs);
    let gone = runs.before.difference(&runs.after);
    gone.flat_map(|name| [format!("testrun/{name}"), format!("configmap/{name}")])
        .collect()
}

fn is_autoscaler(kind: &str) -> bool {
    matches!(
        kind,
        "HorizontalPodAutoscaler" | "ScaledObject" | "TriggerAuthentication"
    )
}

/// A kind as `kubectl` takes it.
fn argument(kind: &str) -> String {
    match kind {
        "HorizontalPodAutoscaler" => "hpa".into(),
        _ => kind.to_lowercase(),
    }
}

/// Deletes every object of a file of the tree.
fn deletion(state: State<'_>, path: &str) -> String {
    format!("kubectl delete --ignore-not-found -f {}", state.path(path))
}

/// Ends well where the cluster has what the file says.
fn same(state: State<'_>, file: &str) -> String {
    format!("kubectl diff -f {}", manifest(state, file))
}

pub(super) fn rolled(state: State<'_>, deployment: &Name) -> String {
    format!(
        "kubectl rollout status deployment/{deployment} -n {}",
        state.environment.namespace.value
    )
}

/// `helm upgrade` with the state's values; the chart is the platform's own.
fn values(state: State<'_>) -> Procedure {
    let environment = state.environment;
    Procedure::default().apply(format!(
        "helm upgrade --install {} ./helm -n {} -f {}",
        environment.app.value,
        environment.namespace.value,
        state.path("helm/values.yaml")
    ))
}

/// Helm's values, and the pods of everything that they roll.
pub(super) fn rolled_out(states: Pair<State<'_>>) -> Procedure {
    let state = states.after;
    deployments(state).fold(values(state), |procedure, name| {
        procedure.verify(rolled(state, name))
    })
}

/// Helm's values first where pods are to leave something that goes: done when no pod is left that
/// had it.
pub(super) fn left_behind(states: Pair<State<'_>>) -> Procedure {
    rolled_out(states)
        .waited_for()
        .apply(none_terminating(states.after))
}

/// The loop that ends when no pod is on its way out: a rollout is over before its old pods are gone,
/// and they keep their connections as long.
pub(super) fn none_terminating(state: State<'_>) -> String {
    format!(
        "until [ -z \"$(kubectl get pods -n {} -o jsonpath='{{.items[?(@.metadata.deletionTimestamp)].metadata.name}}')\" ]; do sleep 15; done",
        state.environment.namespace.value
    )
}

/// Whether the cluster's files below a folder of the tree differ.
fn differs(states: Pair<State<'_>>, folder: &str) -> bool {
    let below = states.map(|state| {
        let files = state.files.iter();
        files.filter(|(path, _)| path.starts_with(folder))
    });
    !below.before.eq(below.after)
}

/// Everything in the cluster that the states have in different words.
pub(super) fn cluster(states: Pair<State<'_>>) -> Procedure {
    kustomized(states).then(pods(states))
}

/// The manifests, and PgBouncer with them.
fn kustomized(states: Pair<State<'_>>) -> Procedure {
    if !differs(states, "kubernetes/") {
        return Procedure::default();
    }
    let folder = states.after.path("kubernetes");
    Procedure::default()
        .apply(format!("kubectl apply -k {folder}"))
        .verify(format!("kubectl diff -k {folder}"))
        .then(pooler::follows(states))
}

/// The pods of the chart.
fn pods(states: Pair<State<'_>>) -> Procedure {
    let mut procedure = Procedure::default();
    if differs(states, "helm/") {
        procedure = procedure.then(rolled_out(states));
    }
    if reads_another_secret(states) {
        procedure = procedure.then(restarted(states.after));
    }
    procedure
}

/// The same for pods that are to read over an entry of PgBouncer's: each of its pods has it before
/// any of them looks for it.
pub(super) fn once_pooled(states: Pair<State<'_>>) -> Procedure {
    let entered = kustomized(states).waited_for();
    let filled = newly_pooled(states).map_or_else(Procedure::default, |entry| {
        let leads = entry.content.trim_matches('`').split_once(":PASSWORD");
        let leads = quoted(leads.map_or("", |(_, leads)| leads));
        filled(&entry, states.after, &format!("-F {leads}")).note(format!(
            "once PgBouncer has the entry, and not before, key `{}` of Secret `{}` becomes: {}; the commands wait for it",
            entry.key, entry.secret, entry.content
        ))
    });
    entered.then(filled).then(pods(states))
}

/// The key that leads to PgBouncer from this step on, and past it before: a pod that starts by
/// itself meanwhile reads what it holds.
pub(super) fn newly_pooled(states: Pair<State<'_>>) -> Option<secret::Entry> {
    let entries = states.map(|state| secret::read_url(state.environment));
    let via = states.map(|state| state.environment.database.replicas.via.value);
    entries.before?;
    entries
        .after
        .filter(|_| (via.before, via.after) == (Via::Direct, Via::Pgbouncer))
}

/// The loop that ends when a key holds what `grep` finds so.
pub(super) fn filled(entry: &secret::Entry, state: State<'_>, wanted: &str) -> Procedure {
    Procedure::default().apply(format!(
        "until kubectl get secret {} -n {} -o jsonpath='{{.data.{}}}' | base64 -d | grep -q {wanted}; do sleep 15; done",
        entry.secret, state.environment.namespace.value, entry.key
    ))
}

/// Pods leave PgBouncer's entry for reads before it goes, and look for it once it is there.
pub(super) fn reads(states: Pair<State<'_>>) -> Procedure {
    let whole = cluster(states);
    match states.after.environment.database.replicas.via.value {
        Via::Pgbouncer => once_pooled(states),
        Via::Direct => {
            let values = if differs(states, "helm/") {
                values(states.after)
            } else {
                Procedure::default()
            };
            values
                .then(restarted(states.after))
                .waited_for()
                .apply(none_terminating(states.after))
                .then(whole)
        }
    }
}

/// Whether a key that pods read already is to hold something else: their template stays the same
/// then, so that nothing rolls them.
fn reads_another_secret(states: Pair<State<'_>>) -> bool {
    let entries = states.map(|state| secret::entries(state.environment));
    entries.before.iter().any(|before| {
        let mut after = entries.after.iter();
        after.any(|it| (&it.secret, it.key) == (&before.secret, before.key) && it != before)
    })
}

fn deployments(state: State<'_>) -> impl Iterator<Item = &Name> {
    let environment = state.environment;
    let pools = environment.worker.values().map(|pool| &pool.workload);
    let workloads = std::iter::once(&environment.api.workload).chain(pools);
    workloads.map(|workload| &workload.name.value)
}

fn restarted(state: State<'_>) -> Procedure {
    deployments(state).fold(Procedure::default(), |procedure, name| {
        procedure
            .apply(format!(
                "kubectl rollout restart deployment/{name} -n {}",
                state.environment.namespace.value
            ))
            .verify(rolled(state, name))
    })
}

/// Everything that the states have in different words.
pub(super) fn whole(states: Pair<State<'_>>) -> Procedure {
    let mut procedure = cluster(states);
    let variables = states.map(|state| tfvars(state.environment, state.catalogue));
    if variables.before != variables.after {
        procedure = procedure
            .apply(terraform(states.after))
            .verify(nothing_left(states.after));
    }
    if procedure == Procedure::default() {
        procedure.note("nothing is applied: it is recorded, and runs nowhere")
    } else {
        procedure
    }
}

/// The one that gives the autoscalers up goes first: two of them would work against each other,
/// and Helm takes over no object that it has not made.
fn delivery(states: Pair<State<'_>>) -> Procedure {
    let (before, after) = (states.before, states.after);
    if !owns(before) {
        return rolled_out(states).then(cluster(states));
    }
    let pools = before.environment.worker.keys().map(scaled_object);
    let files = std::iter::once("api-hpa.yaml".to_owned()).chain(pools);
    files
        .fold(Procedure::default(), |procedure, file| {
            procedure.apply(deletion(before, &format!("kubernetes/{file}")))
        })
        .then(rolled_out(states))
        .note(format!(
            "between the commands nothing scales: pods stay as many as they are in {}",
            after.environment.namespace.value
        ))
}

fn scaled_object(pool: &Name) -> String {
    format!("worker-{pool}-scaledobject.yaml")
}

fn api(states: Pair<State<'_>>) -> Procedure {
    let state = states.after;
    let api = &state.environment.api.workload;
    let procedure = if owns(state) {
        applied(state, "api-hpa.yaml")
    } else {
        values(state)
    };
    let procedure = procedure.verify(format!(
        "kubectl wait --for=condition=ScalingActive hpa/{}-hpa -n {} --timeout=5m",
        api.name.value, state.environment.namespace.value
    ));
    let most = states.map(|state| state.environment.api.workload.most());
    shrunk(procedure, state, &api.name.value, most)
}

/// What stands behind fewer pods may only go once they are fewer.
fn shrunk(procedure: Procedure, state: State<'_>, deployment: &Name, most: Pair<u32>) -> Procedure {
    if most.after >= most.before {
        return procedure;
    }
    procedure.verify(format!(
        "until [ \"0$(kubectl get deployment/{deployment} -n {} -o jsonpath='{{.status.replicas}}')\" -le {} ]; do sleep 15; done",
        state.environment.namespace.value, most.after
    ))
}

fn pool(name: &Name, what: PoolMove, states: Pair<State<'_>>) -> Procedure {
    let (before, after) = (states.before, states.after);
    let pools = states.map(|state| state.environment.worker.get(name));
    match (what, pools.before, pools.after) {
        (_, Some(pool), None) => removed(name, pool, before, after),
        (_, None, Some(pool)) => values(after)
            .then(scaler(name, after))
            .verify(rolled(after, &pool.workload.name.value))
            .verify(scales(pool, after)),
        (PoolMove::Autoscaler, Some(was), Some(pool)) => {
            let most = Pair::new(was.most(), pool.most());
            let procedure = scaler(name, after).verify(scales(pool, after));
            shrunk(procedure, after, &pool.workload.name.value, most)
        }
        (PoolMove::Pods, Some(_), Some(pool)) => {
            values(after).verify(rolled(after, &pool.workload.name.value))
        }
        (PoolMove::Added | PoolMove::Removed, Some(_), Some(_)) | (_, None, None) => {
            Procedure::default()
        }
    }
}

fn scaler(pool: &Name, state: State<'_>) -> Procedure {
    if owns(state) {
        applied(state, &scaled_object(pool))
    } else {
        values(state)
    }
}

/// KEDA reaches the queues, or knows that it is not to.
fn scales(pool: &Worker, state: State<'_>) -> String {
    let condition = if pool.pause.is_some() {
        "Paused"
    } else {
        "Ready"
    };
    format!(
        "kubectl wait --for=condition={condition} scaledobject/{}-scaler -n {} --timeout=5m",
        pool.workload.name.value, state.environment.namespace.value
    )
}

fn removed(name: &Name, pool: &Worker, before: State<'_>, after: State<'_>) -> Procedure {
    let deployment = &pool.workload.name.value;
    let namespace = &after.environment.namespace.value;
    let procedure =
        Procedure::default().require("its queues are empty, or another pool reads them");
    let procedure = if owns(before) {
        // Its file holds all that scales it: the ScaledObject and what that signs in with.
        let file = format!("kubernetes/{}", scaled_object(name));
        procedure.apply(deletion(before, &file))
    } else {
        procedure
    };
    procedure.then(values(after)).verify(format!(
        "kubectl wait --for=delete deployment/{deployment} -n {namespace} --timeout=5m"
    ))
}
