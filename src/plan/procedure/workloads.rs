//! Procedures for what runs in the cluster: the Helm release, autoscalers and PgBouncer.

use std::collections::BTreeSet;

use super::manifests::{applied, deletion, manifest, owns, same};
use super::pods::{at_most, none_leaving, none_terminating, rolled};
use super::{Procedure, State, nothing_left, pooler, service, terraform};
use crate::action::{Action, Holds, Manifests, Question};
use crate::emit::kubernetes::{api_hpa, pool_autoscaler, trigger_authentications};
use crate::emit::terraform::tfvars;
use crate::emit::{secret, yaml};
use crate::model::{Api, Environment, Name, Scaler, Via, Worker, Workload};
use crate::pair::Pair;
use crate::plan::move_kind::{ApiMove, MoveKind, PoolMove};
use crate::schedule::{Calendar, ScheduleSubject};

pub(super) fn procedure(kind: &MoveKind, states: Pair<State<'_>>) -> Procedure {
    let after = states.after;
    match kind {
        MoveKind::Api(name, what) => {
            let apis = states.map(|state| {
                let api = state.environment.api.get(name);
                api.map(|api| Scaled::api(name, api))
            });
            let what = match what {
                ApiMove::Added | ApiMove::Removed => MovedPart::Whole,
                ApiMove::Autoscaler => MovedPart::Autoscaler,
                ApiMove::Pods => MovedPart::Pods,
            };
            moved(apis, what, states, &ScheduleSubject::Api(name.clone()))
        }
        MoveKind::Pool(name, what) => {
            let pools = states.map(|state| {
                let pool = state.environment.worker.get(name);
                pool.map(|pool| Scaled::pool(state.environment, name, pool))
            });
            let what = match what {
                PoolMove::Added | PoolMove::Removed => MovedPart::Whole,
                PoolMove::Autoscaler => MovedPart::Autoscaler,
                PoolMove::Pods => MovedPart::Pods,
            };
            moved(pools, what, states, &ScheduleSubject::Pool(name.clone()))
        }
        MoveKind::PoolSizes => pooler::reload(states),
        MoveKind::Pooler => pooler::rollout(states),
        MoveKind::PoolerPace => pooler::pace(after),
        MoveKind::Network => {
            let file = manifest(after, "pgbouncer.yaml");
            applied(after, "pgbouncer.yaml").then(same(states, file))
        }
        MoveKind::Service(name) => service::procedure(name, states),
        MoveKind::Delivery => delivery(states),
        MoveKind::Alerts | MoveKind::Identity => whole(states),
        MoveKind::Schedules
        | MoveKind::Database(_)
        | MoveKind::Redis(..)
        | MoveKind::RedisUses
        | MoveKind::Nodes(..) => Procedure::default(),
    }
}

/// Applies manifests of the new state, by their paths in its tree. PgBouncer reloads if its manifest is
/// among them.
pub(super) fn manifests(paths: &[&str], states: Pair<State<'_>>) -> Procedure {
    let files = paths
        .iter()
        .filter_map(|path| path.strip_prefix("kubernetes/"));
    let procedure = files.fold(Procedure::default(), |procedure, file| {
        procedure
            .then(applied(states.after, file))
            .then(same(states, manifest(states.after, file)))
    });
    if paths.contains(&"kubernetes/pgbouncer.yaml") {
        return procedure.then(pooler::follows(states));
    }
    procedure
}

/// Deletes the objects that only BEFORE has, because `kubectl apply` removes nothing. It is the last
/// action of a step. `own` is the rest of the step, which may already delete some of them.
pub(super) fn outlived(own: &Procedure, states: Pair<State<'_>>) -> Procedure {
    let (before, after) = (states.before, states.after);
    let namespace = &after.environment.namespace.value;
    if before.environment.namespace.value != *namespace {
        return Procedure::default();
    }
    // An unchanged file loses no object.
    let lost = manifest_files(before).filter(|(path, text)| {
        let same = after.files.get(*path) == Some(*text);
        !same && !own.apply.contains(&deletion(before, path))
    });
    let had: BTreeSet<(String, String)> = lost.flat_map(|(_, text)| yaml::objects(text)).collect();
    let has: BTreeSet<(String, String)> = if had.is_empty() {
        BTreeSet::new()
    } else {
        let kept = manifest_files(after).flat_map(|(_, text)| yaml::objects(text));
        kept.collect()
    };
    // A chart that takes over the autoscalers creates its own, under the same names.
    let handed_over = owns(before) && !owns(after);
    let mut old: Vec<String> = had
        .difference(&has)
        .filter(|(kind, _)| !(handed_over && is_autoscaler(kind)))
        .map(|(kind, name)| format!("{}/{name}", argument(kind)))
        .collect();
    old.extend(tested(states));
    if old.is_empty() {
        return Procedure::default();
    }
    Procedure::default().apply(Action::DeleteObjects {
        namespace: namespace.to_string(),
        objects: old,
    })
}

/// The manifests of a state with their texts.
fn manifest_files(state: State<'_>) -> impl Iterator<Item = (&String, &String)> {
    let files = state.files.iter();
    files.filter(|(path, _)| path.starts_with("kubernetes/"))
}

/// The objects that the runbook's commands created for a load test that AFTER no longer has.
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

/// The argument of `kubectl` for a kind.
fn argument(kind: &str) -> String {
    match kind {
        "HorizontalPodAutoscaler" => "hpa".into(),
        _ => kind.to_lowercase(),
    }
}

/// Whether off-hours of either state stop the workload.
fn sleeps(states: Pair<State<'_>>, subject: &ScheduleSubject) -> bool {
    let of = |state: State<'_>| Calendar::of(state.environment).sleeps(subject);
    of(states.before) || of(states.after)
}

/// Adds a note about what a step cannot verify in off-hours.
fn unseen_asleep(
    procedure: Procedure,
    states: Pair<State<'_>>,
    subject: &ScheduleSubject,
) -> Procedure {
    if !sleeps(states, subject) {
        return procedure;
    }
    procedure.note(format!(
        "in off-hours `{subject}` may have no pods, so nothing shows whether they start: check again when it is awake"
    ))
}

/// `helm upgrade` with the state's values; the chart is the platform's own.
fn values(state: State<'_>) -> Procedure {
    Procedure::default().apply(Action::Helm {
        release: state.environment.app.value.to_string(),
        namespace: state.namespace(),
        values: state.path("helm/values.yaml"),
    })
}

/// `helm upgrade`, then waits until the old pods of one Deployment are gone: the next step may use the
/// connections and the room that they held.
fn replaced(states: Pair<State<'_>>, deployment: &Name) -> Procedure {
    let state = states.after;
    values(state)
        .verify(rolled(state, deployment))
        .verify(none_leaving(state, &format!("app={deployment}")))
}

/// `helm upgrade`, then waits for the rollout of every Deployment.
pub(super) fn rolled_out(states: Pair<State<'_>>) -> Procedure {
    let state = states.after;
    deployments(state)
        .fold(values(state), |procedure, name| {
            procedure.verify(rolled(state, name))
        })
        .verify(none_terminating(state))
}

/// `helm upgrade` before something is removed that old pods use: done when no old pod is left.
pub(super) fn left_behind(states: Pair<State<'_>>) -> Procedure {
    rolled_out(states).waited_for()
}

/// Adds pods to those that PgBouncer's network policy admits.
pub(super) fn widened(state: State<'_>, names: &[String]) -> Procedure {
    let pooler = state.pooler();
    Procedure::default().apply(Action::LetIn {
        namespace: pooler.namespace,
        policy: pooler.deployment,
        apps: names.to_vec(),
    })
}

/// Whether the cluster's files below a folder of the tree differ.
fn differs(states: Pair<State<'_>>, folder: &str) -> bool {
    let below = states.map(|state| {
        let files = state.files.iter();
        files.filter(|(path, _)| path.starts_with(folder))
    });
    !below.before.eq(below.after)
}

/// Applies everything in the cluster that differs between the states.
pub(super) fn cluster(states: Pair<State<'_>>) -> Procedure {
    kustomized(states).then(pods(states))
}

/// Applies the manifests, and lets PgBouncer follow its own.
fn kustomized(states: Pair<State<'_>>) -> Procedure {
    if !differs(states, "kubernetes/") {
        return Procedure::default();
    }
    let folder = Manifests::Folder(states.after.path("kubernetes"));
    Procedure::default()
        .apply(Action::Apply {
            manifests: folder.clone(),
        })
        .then(same(states, folder))
        .then(pooler::follows(states))
}

/// Rolls the chart's pods, and restarts them if they must read another Secret.
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

/// The same if reads move to PgBouncer: every PgBouncer pod has the new database entry before any
/// workload uses it.
pub(super) fn once_pooled(states: Pair<State<'_>>) -> Procedure {
    let entered = kustomized(states).waited_for();
    let filled = newly_pooled(states).map_or_else(Procedure::default, |entry| {
        let leads = entry.content.trim_matches('`').split_once(":PASSWORD");
        let leads = leads.map_or("", |(_, leads)| leads);
        filled(&entry, states.after, Holds::Text(leads.to_owned())).note(format!(
            "only after PgBouncer has the entry, set key `{}` of Secret `{}` to: {}; the commands wait for this value",
            entry.key, entry.secret, entry.content
        ))
    });
    entered.then(filled).then(pods(states))
}

/// The Secret's key for reads, if they bypass PgBouncer before this step and use it afterwards. A pod
/// that restarts meanwhile reads the key as it is then.
pub(super) fn newly_pooled(states: Pair<State<'_>>) -> Option<secret::SecretEntry> {
    let entries = states.map(|state| secret::read_url(state.environment));
    let via = states.map(|state| state.environment.database.replicas.via.value);
    entries.before?;
    entries
        .after
        .filter(|_| (via.before, via.after) == (Via::Direct, Via::Pgbouncer))
}

/// Waits until a key of a Secret has its new content.
pub(super) fn filled(entry: &secret::SecretEntry, state: State<'_>, holds: Holds) -> Procedure {
    Procedure::default().apply(Question::Secret {
        namespace: state.namespace(),
        secret: entry.secret.clone(),
        key: entry.key.clone(),
        holds,
    })
}

/// Moves reads: pods stop using PgBouncer's entry for reads before it is removed, and start using it
/// after it exists.
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
                .then(whole)
        }
    }
}

/// Whether a key that pods already read gets other content. Their template does not change then, so
/// no rollout restarts them.
fn reads_another_secret(states: Pair<State<'_>>) -> bool {
    let entries = states.map(|state| secret::entries(state.environment));
    entries.before.iter().any(|before| {
        let mut after = entries.after.iter();
        after.any(|it| (&it.secret, &it.key) == (&before.secret, &before.key) && it != before)
    })
}

pub(super) fn deployments(state: State<'_>) -> impl Iterator<Item = &Name> {
    let environment = state.environment;
    let pools = environment.worker.values().map(|pool| &pool.workload);
    let apis = environment.api.values().map(|api| &api.workload);
    apis.chain(pools).map(|workload| &workload.name.value)
}

fn restarted(state: State<'_>) -> Procedure {
    deployments(state)
        .fold(Procedure::default(), |procedure, name| {
            procedure
                .apply(Action::Restart {
                    namespace: state.namespace(),
                    deployment: name.to_string(),
                })
                .verify(rolled(state, name))
        })
        .verify(none_terminating(state))
}

/// Applies everything that differs between the states, Terraform included.
pub(super) fn whole(states: Pair<State<'_>>) -> Procedure {
    let mut procedure = cluster(states);
    let variables = states.map(|state| tfvars(state.environment, state.catalogue));
    if variables.before != variables.after {
        procedure = procedure
            .apply(terraform(states.after))
            .verify(nothing_left(states.after));
    }
    if procedure == Procedure::default() {
        procedure.note("nothing is applied: the change is only recorded")
    } else {
        procedure
    }
}

/// Moves the autoscalers between the chart and the manifests. The old owner deletes them first: two
/// autoscalers would compete, and Helm does not adopt objects that it did not create.
fn delivery(states: Pair<State<'_>>) -> Procedure {
    let (before, after) = (states.before, states.after);
    if !owns(before) {
        return rolled_out(states).then(cluster(states));
    }
    let apis = before.environment.api.iter();
    let pools = before.environment.worker.iter();
    let all = apis.map(|(name, api)| Scaled::api(name, api));
    let all = all.chain(pools.map(|(name, pool)| Scaled::pool(before.environment, name, pool)));
    let files: Vec<String> = all.filter_map(|it| it.file).collect();
    files
        .into_iter()
        .fold(Procedure::default(), |procedure, file| {
            procedure.apply(deletion(before, &format!("kubernetes/{file}")))
        })
        .then(rolled_out(states))
        .note(format!(
            "between these commands no autoscaler runs: the number of pods stays the same in namespace {}",
            after.environment.namespace.value
        ))
}

/// A workload, and what scales it.
struct Scaled<'a> {
    workload: &'a Workload,
    scaler: Scaler,
    /// The file of its autoscaler below `kubernetes/`; `None` if its count is fixed.
    file: Option<String>,
    /// The most pods at present.
    most: u32,
    /// Whether KEDA has paused it.
    paused: bool,
    /// What KEDA reads its queues with.
    authentications: Vec<String>,
}

impl<'a> Scaled<'a> {
    fn api(name: &Name, api: &'a Api) -> Self {
        let workload = &api.workload;
        let scaler = api.scaler();
        Self {
            workload,
            scaler,
            file: (scaler != Scaler::Fixed).then(|| api_hpa(name)),
            most: workload.bounds().1,
            paused: false,
            authentications: Vec::new(),
        }
    }

    fn pool(environment: &Environment, name: &Name, pool: &'a Worker) -> Self {
        Self {
            workload: &pool.workload,
            scaler: pool.scaler(),
            file: pool_autoscaler(name, pool),
            most: pool.in_force(),
            paused: pool.pause.is_some(),
            authentications: trigger_authentications(environment, pool),
        }
    }

    /// The objects of its autoscaler, as `kind/name`.
    fn objects(&self) -> Vec<String> {
        let deployment = &self.workload.name.value;
        match self.scaler {
            Scaler::Fixed => Vec::new(),
            Scaler::Hpa => vec![format!("hpa/{}", self.workload.autoscaler_name())],
            Scaler::Keda => {
                let scaled_object = format!("scaledobject/{deployment}-scaler");
                let all = self.authentications.iter();
                let all = all.map(|name| format!("triggerauthentication/{name}"));
                std::iter::once(scaled_object).chain(all).collect()
            }
        }
    }

    /// Its autoscaler works: KEDA can read the queues, or has paused the pool. An HPA without pods is not
    /// active, so one that may be `asleep` is not asked then.
    fn works(&self, state: State<'_>, asleep: bool) -> Option<Question> {
        let (condition, unless_asleep) = match self.scaler {
            Scaler::Fixed => return None,
            Scaler::Hpa => {
                let deployment = self.workload.name.value.to_string();
                ("ScalingActive", asleep.then_some(deployment))
            }
            Scaler::Keda if self.paused => ("Paused", None),
            Scaler::Keda => ("Ready", None),
        };
        Some(Question::Condition {
            namespace: state.namespace(),
            object: self.objects().into_iter().next()?,
            condition,
            unless_asleep,
        })
    }

    /// Applies the autoscaler, or the fixed count.
    fn applied(&self, state: State<'_>) -> Procedure {
        match &self.file {
            Some(file) if owns(state) => applied(state, file),
            Some(_) | None => values(state),
        }
    }

    /// Deletes the autoscaler.
    fn deleted(&self, state: State<'_>) -> Procedure {
        let Some(file) = &self.file else {
            return Procedure::default();
        };
        let deletion = if owns(state) {
            deletion(state, &format!("kubernetes/{file}"))
        } else {
            Action::DeleteObjects {
                namespace: state.namespace(),
                objects: self.objects(),
            }
        };
        Procedure::default().apply(deletion)
    }
}

/// Changes the autoscaler of a workload, or its fixed count.
fn rescaled(
    scaled: &Pair<Scaled<'_>>,
    states: Pair<State<'_>>,
    subject: &ScheduleSubject,
) -> Procedure {
    let after = states.after;
    let (was, is) = (&scaled.before, &scaled.after);
    let deployment = &is.workload.name.value;
    let procedure = if was.scaler == is.scaler {
        is.applied(after)
    } else {
        exchanged(scaled, states)
    };
    let procedure = match is.works(after, sleeps(states, subject)) {
        Some(works) => procedure.verify(works),
        None => procedure.verify(rolled(after, deployment)),
    };
    shrunk(procedure, after, deployment, Pair::new(was.most, is.most))
}

/// Exchanges what scales a workload. KEDA refuses a ScaledObject beside an HPA of the same Deployment, and
/// two HPAs of one Deployment both stop. So the old one is deleted first; the pods stay meanwhile.
fn exchanged(scaled: &Pair<Scaled<'_>>, states: Pair<State<'_>>) -> Procedure {
    let (before, after) = (states.before, states.after);
    let (was, is) = (&scaled.before, &scaled.after);
    let (deployment, (least, _)) = (&is.workload.name.value, is.workload.bounds());
    let start = || {
        Procedure::default().apply(Action::Start {
            namespace: after.namespace(),
            deployment: deployment.to_string(),
            replicas: least,
        })
    };
    match (was.scaler, is.scaler) {
        (Scaler::Fixed, _) => {
            // Pods are added again at once if the autoscaler is there first.
            let procedure = is.applied(after).then(values(after));
            if was.workload.bounds().0 < 2 {
                return procedure;
            }
            procedure.note(format!(
                "`helm upgrade` removes `replicas` from `{deployment}`, so Kubernetes sets 1 pod; the autoscaler restores its minimum of {least} within a minute, and the other pods are replaced"
            ))
        }
        (Scaler::Hpa | Scaler::Keda, Scaler::Fixed) => was.deleted(before).then(values(after)),
        // An HPA does not start the first pod.
        (Scaler::Keda, Scaler::Hpa) => was
            .deleted(before)
            .then(start())
            .then(is.applied(after))
            .note(MEANWHILE),
        (Scaler::Hpa | Scaler::Keda, Scaler::Hpa | Scaler::Keda) => {
            was.deleted(before).then(is.applied(after)).note(MEANWHILE)
        }
    }
}

const MEANWHILE: &str = "between the commands nothing scales these pods: their number stays fixed";

/// Resources that fewer pods need may shrink only after the pods are fewer.
fn shrunk(procedure: Procedure, state: State<'_>, deployment: &Name, most: Pair<u32>) -> Procedure {
    if most.after >= most.before {
        return procedure;
    }
    procedure.verify(at_most(state, deployment, most.after))
}

/// What moves of an API or a pool.
#[derive(Clone, Copy)]
enum MovedPart {
    Whole,
    Autoscaler,
    Pods,
}

/// Adds or removes an API or a pool, or changes its pods or what scales it.
fn moved(
    sides: Pair<Option<Scaled<'_>>>,
    what: MovedPart,
    states: Pair<State<'_>>,
    subject: &ScheduleSubject,
) -> Procedure {
    let procedure = match (sides.before, sides.after) {
        (Some(was), None) => removed(&was, states),
        (None, Some(is)) => added(&is, states, subject),
        (Some(was), Some(is)) => match what {
            MovedPart::Whole => Procedure::default(),
            MovedPart::Autoscaler => rescaled(&Pair::new(was, is), states, subject),
            MovedPart::Pods => replaced(states, &is.workload.name.value),
        },
        (None, None) => Procedure::default(),
    };
    unseen_asleep(procedure, states, subject)
}

fn added(scaled: &Scaled<'_>, states: Pair<State<'_>>, subject: &ScheduleSubject) -> Procedure {
    let after = states.after;
    let procedure = values(after)
        .then(scaled.applied(after))
        .verify(rolled(after, &scaled.workload.name.value));
    match scaled.works(after, sleeps(states, subject)) {
        Some(works) => procedure.verify(works),
        None => procedure,
    }
}

fn removed(scaled: &Scaled<'_>, states: Pair<State<'_>>) -> Procedure {
    // The manifest of a pool of KEDA has the ScaledObject and the TriggerAuthentication.
    let procedure = if owns(states.before) {
        scaled.deleted(states.before)
    } else {
        Procedure::default()
    };
    // Its pods terminate after the Deployment is gone, so the network policy is narrowed later.
    procedure.then(values(states.after))
}
