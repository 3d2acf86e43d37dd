//! The autoscaled pods: the API and the worker pools.

use serde::Serialize;

use super::procedures::Procedures;
use crate::action::kubectl::{
    PAUSED, limited, listed, merged, patched, paused, pods as listed_pods, scaled, shown, unmarked,
};
use crate::action::{Action, Question, shell};
use crate::budget::connections as budget;
use crate::emit::alerts::section_of;
use crate::model::count::counted;
use crate::model::{
    Api, Environment, Name, Policy, PolicyKind, Quantity, Scaler, Scaling, Select, Worker, Workload,
};

/// The longest `stabilizationWindowSeconds`.
const LONGEST_WINDOW: u64 = 3600;

/// An API.
#[derive(Serialize)]
pub(super) struct RunbookApi {
    /// What follows the titles of its sections: nothing, or its name.
    suffix: String,
    /// How a sentence calls it.
    called: String,
    /// The same, of something that belongs to it.
    possessive: String,
    /// Its node in the file.
    node: String,
    /// Whether it sleeps in off-hours.
    sleeps: bool,
    /// Whether an event raises the minimum of its HPA.
    rises: bool,
    #[serde(flatten)]
    pods: RunbookPods,
    /// Whether its count is fixed: then it has no autoscaler.
    fixed: bool,
    hpa: String,
    /// The CPU target in percent, which is the first metric if there is one.
    cpu: Option<u32>,
    /// A lower one.
    lower_cpu: Option<u32>,
    /// How fast pods are added, in words.
    scale_up: String,
    pub(super) sh: Procedures,
}

/// The common part of the API and a pool.
#[derive(Serialize)]
struct RunbookPods {
    deployment: String,
    /// The autoscaler's bounds; a held count is both.
    min: u32,
    max: u32,
    held: bool,
    /// Whether it never has a second pod.
    singleton: bool,
    /// A count for an event: half of the maximum, and above the minimum.
    event: u32,
    /// A count to hold it at, which differs from the present one.
    hold: u32,
    /// A larger maximum, if PgBouncer has room for its clients.
    more: Option<u32>,
    per_pod: u64,
    down_window: u64,
    /// Twice that, or the longest that Kubernetes accepts; `None` if it has that already.
    longer_window: Option<u64>,
    requests: PodAmounts,
    limits: PodAmounts,
    /// Twice the limits.
    larger: PodAmounts,
}

#[derive(Serialize)]
struct PodAmounts {
    cpu: String,
    memory: String,
}

/// A worker pool.
#[derive(Serialize)]
pub(super) struct RunbookPool {
    #[serde(flatten)]
    pods: RunbookPods,
    name: String,
    /// `keda`, `hpa` or `fixed`.
    scaled_by: &'static str,
    /// The ScaledObject or the HPA; empty if the count is fixed.
    scaler: String,
    queues: Vec<RunbookQueue>,
    paused: Option<u32>,
    pub(super) sh: Procedures,
}

#[derive(Serialize)]
struct RunbookQueue {
    name: String,
    length: u32,
    /// How to count its items by hand, unless it is a Redis list.
    count: Option<String>,
}

pub(super) fn apis(environment: &Environment) -> Vec<RunbookApi> {
    let apis = environment.api.iter();
    apis.map(|(name, it)| api(environment, name, it)).collect()
}

fn api(environment: &Environment, name: &Name, api: &Api) -> RunbookApi {
    let workload = &api.workload;
    let named = !Api::is_unnamed(name);
    let sole = environment.api.sole().is_some();
    let mut windows = environment.off_hours.values();
    let mut events = environment.event.values();
    let cpu = workload.target.cpu.as_ref().map(|percent| percent.value);
    let lower_cpu = cpu
        .filter(|percent| *percent > 20)
        .map(|percent| percent - 10);
    // Its pods have a second pool for the address of the read replicas.
    let reads = budget::reads_through_pgbouncer(environment);
    let reading = u64::from(reads) * u64::from(workload.connections.per_pod.value);
    let clients = PodClients {
        each: workload.connections.of_a_pod().saturating_add(reading),
        ends_slowly: false,
    };
    let pods = pods(environment, workload, clients);
    RunbookApi {
        sh: if workload.is_fixed() {
            of_fixed(environment, &pods)
        } else {
            of_hpa(environment, workload, &pods, lower_cpu)
        },
        suffix: section_of(name),
        called: Api::called(name),
        possessive: if named {
            format!("API `{name}`'s")
        } else {
            "the API's".to_owned()
        },
        node: if sole {
            "api".to_owned()
        } else {
            format!("api \"{name}\"")
        },
        sleeps: windows.any(|window| window.api.contains_key(name)),
        rises: api.scaler() == Scaler::Hpa && events.any(|event| event.api.contains_key(name)),
        pods,
        fixed: workload.is_fixed(),
        hpa: workload.autoscaler_name(),
        cpu,
        lower_cpu,
        scale_up: scale_up(&workload.scale_up),
    }
}

/// The first line of the patch makes sure that it changes the CPU metric.
fn cpu_patch(percent: u32) -> String {
    format!(
        r#"[
  {{"op":"test","path":"/spec/metrics/0/resource/name","value":"cpu"}},
  {{"op":"replace","path":"/spec/metrics/0/resource/target/averageUtilization","value":{percent}}}]"#
    )
}

/// A workload with a fixed count.
fn of_fixed(environment: &Environment, pods: &RunbookPods) -> Procedures {
    let namespace = &environment.namespace.value;
    let to = |count: u32| scaled(&pods.deployment, namespace, count).into();
    Procedures::default()
        .with("look", [listed_pods(&pods.deployment, namespace).into()])
        .with_some(
            "more",
            pods.more
                .map(|more| [to(more), ready(pods, more, environment)]),
        )
        .with("stop", [to(0)])
        .with(
            "restore",
            [to(pods.max), ready(pods, pods.max, environment)],
        )
        .with("raise_limits", larger_limits(pods, environment))
}

/// A workload with an HPA of its own.
fn of_hpa(
    environment: &Environment,
    workload: &Workload,
    pods: &RunbookPods,
    lower_cpu: Option<u32>,
) -> Procedures {
    let namespace = &environment.namespace.value;
    let hpa = &workload.autoscaler_name();
    let patch = |spec: String| -> Action {
        let patch = format!(r#"{{"spec":{{{spec}}}}}"#);
        merged("hpa", hpa, namespace, patch).into()
    };
    let minimum = |count: u32| patch(format!(r#""minReplicas":{count}"#));
    let maximum = |count: u32| patch(format!(r#""maxReplicas":{count}"#));
    let both = |min: u32, max: u32| patch(format!(r#""minReplicas":{min},"maxReplicas":{max}"#));
    // A count that is held has no room between its bounds.
    let moves = pods.min < pods.max;
    let of_app = || listed_pods(&pods.deployment, namespace);
    let pending = || of_app().flag("field-selector", "status.phase=Pending");
    let sh = Procedures::default()
        .with(
            "look",
            [
                shown("get", "hpa", hpa, namespace).into(),
                shown("describe", "hpa", hpa, namespace).into(),
                of_app().into(),
            ],
        )
        .with_some(
            "raise_maximum",
            pods.more.map(|more| [maximum(more), pending().into()]),
        )
        .with_some("restore_maximum", pods.more.map(|_| [maximum(pods.max)]))
        .with_some(
            "raise_minimum",
            moves.then(|| [minimum(pods.event), ready(pods, pods.event, environment)]),
        )
        .with_some("restore_minimum", moves.then(|| [minimum(pods.min)]))
        .with("hold", [both(pods.hold, pods.hold)])
        .with("restore_bounds", [both(pods.min, pods.max)])
        .with("raise_limits", larger_limits(pods, environment))
        .with_some(
            "lower_cpu",
            lower_cpu.map(|percent| {
                let patch = cpu_patch(percent);
                [patched("hpa", hpa, namespace, "json", patch).into()]
            }),
        );
    let window = |seconds: u64| {
        patch(format!(
            r#""behavior":{{"scaleDown":{{"stabilizationWindowSeconds":{seconds}}}}}"#
        ))
    };
    sh.with_some(
        "slower_scale_down",
        pods.longer_window.map(|seconds| [window(seconds)]),
    )
}

/// As many pods are ready.
fn ready(pods: &RunbookPods, least: u32, environment: &Environment) -> Action {
    Question::Ready {
        namespace: environment.namespace.value.to_string(),
        deployment: pods.deployment.clone(),
        least,
    }
    .into()
}

/// Twice the limits, one after the other, and the rollout that they take.
fn larger_limits(pods: &RunbookPods, environment: &Environment) -> [Action; 3] {
    let namespace = &environment.namespace.value;
    let limit = |resource: &str, amount: &str| {
        limited(&pods.deployment, namespace, resource, amount).into()
    };
    [
        limit("memory", &pods.larger.memory),
        limit("cpu", &pods.larger.cpu),
        Question::RolledOut {
            namespace: namespace.to_string(),
            deployment: pods.deployment.clone(),
        }
        .into(),
    ]
}

/// How fast pods are added; Kubernetes' defaults if no step is stated.
fn scale_up(scaling: &Scaling) -> String {
    let which = match scaling.select.value {
        Select::Max => "more",
        Select::Min => "fewer",
        Select::Disabled => return "the file disables it, so no pod is added".into(),
    };
    let step = |policy: &Policy| {
        let (value, every) = (policy.value.value, policy.every.value);
        let amount = match policy.kind.value {
            PolicyKind::Pods => counted(value, "pod"),
            PolicyKind::Percent => format!("{value}%"),
        };
        format!("{amount} every {every}")
    };
    let mut steps: Vec<String> = scaling.policy.iter().map(step).collect();
    if steps.is_empty() {
        steps = ["4 pods every 15s", "100% every 15s"]
            .map(str::to_owned)
            .into();
    }
    let which = if steps.len() > 1 {
        format!(", whichever is {which}")
    } else {
        String::new()
    };
    let window = match scaling.window.value.secs() {
        0 => String::new(),
        _ => format!(", for the lowest load within {}", scaling.window.value),
    };
    format!("{}{which}{window}", steps.join(" or "))
}

pub(super) fn pools(environment: &Environment) -> Vec<RunbookPool> {
    let pool = |(name, worker): (&crate::model::Name, &Worker)| {
        let clients = PodClients {
            each: worker.workload.connections.of_a_pod(),
            ends_slowly: worker.finishes_long(),
        };
        let mut pods = pods(environment, &worker.workload, clients);
        let paused = worker.pause.as_ref().map(|count| count.value);
        if let Some(paused) = paused {
            pods.hold = other_than(paused, &pods);
        }
        RunbookPool {
            sh: match worker.scaler() {
                Scaler::Fixed => of_fixed(environment, &pods),
                Scaler::Hpa => of_hpa(environment, &worker.workload, &pods, None),
                Scaler::Keda => of_pool(environment, &pods, worker),
            },
            pods,
            name: name.to_string(),
            scaled_by: match worker.scaler() {
                Scaler::Fixed => "fixed",
                Scaler::Hpa => "hpa",
                Scaler::Keda => "keda",
            },
            scaler: match worker.scaler() {
                Scaler::Fixed => String::new(),
                Scaler::Hpa => worker.workload.autoscaler_name(),
                Scaler::Keda => worker.scaled_object_name(),
            },
            queues: queues(worker),
            paused,
        }
    };
    environment.worker.iter().map(pool).collect()
}

fn of_pool(environment: &Environment, pods: &RunbookPods, worker: &Worker) -> Procedures {
    let namespace = &environment.namespace.value;
    let scaler = &worker.scaled_object_name();
    let patch = |spec: String| -> Action {
        let patch = format!(r#"{{"spec":{{{spec}}}}}"#);
        merged("scaledobject", scaler, namespace, patch).into()
    };
    let minimum = |count: u32| patch(format!(r#""minReplicaCount":{count}"#));
    let maximum = |count: u32| patch(format!(r#""maxReplicaCount":{count}"#));
    let pause = worker.pause.as_ref().map(|count| count.value);
    // KEDA ignores the bounds of a paused pool.
    let rises = pause.is_none() && pods.event > pods.min;
    let more = pods.more.filter(|_| pause.is_none());
    Procedures::default()
        .with(
            "look",
            [
                shown("describe", "scaledobject", scaler, namespace).into(),
                listed_pods(&pods.deployment, namespace).into(),
            ],
        )
        .with_some("raise_minimum", rises.then(|| [minimum(pods.event)]))
        .with_some("restore_minimum", rises.then(|| [minimum(pods.min)]))
        .with(
            "hold",
            [
                paused(scaler, namespace, pods.hold).into(),
                ready(pods, pods.hold, environment),
            ],
        )
        .with(
            "release",
            [match pause {
                Some(count) => paused(scaler, namespace, count).into(),
                None => unmarked(scaler, namespace, &[PAUSED]).into(),
            }],
        )
        .with_some("raise_maximum", more.map(|more| [maximum(more)]))
        .with_some("restore_maximum", more.map(|_| [maximum(pods.max)]))
        .with("raise_limits", larger_limits(pods, environment))
}

/// What shows every autoscaler. Without a pool of KEDA, the cluster may not know ScaledObjects.
pub(super) fn autoscalers(environment: &Environment) -> Vec<Action> {
    let namespace = &environment.namespace.value;
    let mut pools = environment.worker.values();
    let keda = pools.any(|pool| pool.scaler() == Scaler::Keda);
    let kinds = keda.then_some("scaledobjects").into_iter().chain(["hpa"]);
    kinds.map(|kind| listed(kind, namespace).into()).collect()
}

/// A count at which to hold a paused pool, other than its present count.
fn other_than(paused: u32, pods: &RunbookPods) -> u32 {
    let counts = [pods.hold, pods.max, (paused / 2).max(1)];
    let other = counts.into_iter().find(|count| *count != paused);
    other.unwrap_or_else(|| paused.saturating_add(1))
}

fn queues(worker: &Worker) -> Vec<RunbookQueue> {
    let queue = |queue: &crate::model::Queue| RunbookQueue {
        name: queue.name().value.clone(),
        length: queue.length().value,
        count: queue
            .as_redis_list()
            .is_none()
            .then(|| shell::queue::items(queue)),
    };
    worker.queue.iter().map(queue).collect()
}

/// What pods of a workload are to PgBouncer.
#[derive(Clone, Copy)]
struct PodClients {
    /// The clients of each pod.
    each: u64,
    /// Whether all old pods can be beside all new ones.
    ends_slowly: bool,
}

fn pods(environment: &Environment, workload: &Workload, clients: PodClients) -> RunbookPods {
    let (min, max) = workload.bounds();
    let amounts = |cpu: Quantity, memory: Quantity| PodAmounts {
        cpu: cpu.to_string(),
        memory: memory.to_string(),
    };
    let limits = &workload.limits;
    let window = workload.scale_down.window.value.secs();
    let event = (max / 2).max(min.saturating_add(1)).min(max);
    let more = more(environment, workload, clients).filter(|_| !workload.is_singleton());
    RunbookPods {
        deployment: workload.name.value.to_string(),
        min,
        max,
        held: workload.hold.is_some(),
        singleton: workload.is_singleton(),
        event,
        hold: if min < max {
            event
        } else {
            let half = max.saturating_add(max.div_ceil(2));
            more.map_or_else(|| (max / 2).max(1), |more| more.min(half))
        },
        more,
        per_pod: clients.each,
        down_window: window,
        longer_window: (window < LONGEST_WINDOW).then(|| (window * 2).min(LONGEST_WINDOW)),
        requests: amounts(workload.requests.cpu.value, workload.requests.memory.value),
        limits: amounts(limits.cpu.value, limits.memory.value),
        larger: amounts(
            Quantity::from_milli(limits.cpu.value.milli().saturating_mul(2)),
            Quantity::from_mebibytes(limits.memory.value.mebibytes().saturating_mul(2)),
        ),
    }
}

/// Half as many again as the maximum, or as many as PgBouncer accepts clients of; `None` if that is
/// not more than the maximum.
fn more(environment: &Environment, workload: &Workload, clients: PodClients) -> Option<u32> {
    let most = workload.most();
    let wanted = most.saturating_add(most.div_ceil(2));
    let free = pooled_clients_free(environment);
    // A rollout of the additional pods adds its surge.
    let surge = workload.rollout.max_surge.value;
    let at_once = |pods: u32| {
        let peak = pods.saturating_add(surge.of_rounded_up(pods));
        if clients.ends_slowly {
            peak.max(pods.saturating_mul(2))
        } else {
            peak
        }
    };
    let needs = |pods: u32| u64::from(at_once(pods).saturating_sub(at_once(most))) * clients.each;
    // More pods never need fewer clients, so a binary search finds the largest count that fits.
    let (mut fits, mut too_many) = (most, wanted.saturating_add(1));
    while too_many - fits > 1 {
        let middle = fits + (too_many - fits) / 2;
        if needs(middle) <= free {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    (fits > most).then_some(fits)
}

/// Clients that PgBouncer can still accept when every workload is at its maximum and one PgBouncer
/// pod is down.
fn pooled_clients_free(environment: &Environment) -> u64 {
    let pooler = &environment.pgbouncer;
    let pods = u64::from(pooler.instances.value);
    let up = if pods >= 2 { pods - 1 } else { pods };
    let accepted = up * u64::from(pooler.clients.max.value);
    accepted.saturating_sub(budget::total(&budget::client_connections(environment)))
}
