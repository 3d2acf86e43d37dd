//! Worker pools: all or none, scenarios, cooldowns.

use std::collections::BTreeMap;

use crate::ast::{Ast, FallbackNode, Over, QueueNode, TopPart, WorkerNode, Written};
use crate::model::declaration::Settled as _;
use crate::model::{
    Capacity, Combine, Duration, Fallback, Name, Queue, Replicas, Scenario, UNUSED, Worker,
};
use crate::source::{Inputs, Sourced};

use super::nodes::{self, Landing};
use super::resolver::Resolver;
use super::workload::{WorkloadPlace, sorted};

/// One row of the guide's table "Recommended settings by scenario".
struct ScenarioRow {
    length: u32,
    polling: u64,
    cooldown: u64,
    max: u32,
}

fn row(scenario: Scenario) -> ScenarioRow {
    let row = |length, polling, cooldown, max| ScenarioRow {
        length,
        polling,
        cooldown,
        max,
    };
    match scenario {
        Scenario::Normal => row(50, 15, 300, 30),
        Scenario::HighThroughput => row(20, 10, 180, 50),
        Scenario::CostSensitive => row(100, 30, 600, 15),
        Scenario::Batch => row(10, 10, 60, 50),
    }
}

/// A file that names any pool names them all; each inherits the settings of the tier's pool. One
/// whose maximum is 0 is switched off.
pub(super) fn resolve(
    resolver: &mut Resolver<'_>,
    file: &Ast,
    tier: &Ast,
    app: &Sourced<Name>,
    landing: &Landing<'_>,
) -> BTreeMap<Name, Worker> {
    let named: Vec<(Name, WorkerNode)> = if file.stated.worker.is_empty() {
        tier.stated
            .worker
            .keys()
            .map(|name| (name.clone(), WorkerNode::default()))
            .collect()
    } else {
        file.stated.worker.clone().into_iter().collect()
    };
    let mut pools = BTreeMap::new();
    for (name, node) in named {
        let own = tier.stated.worker.get(&name);
        let base = own
            .or_else(|| tiers_pool(tier))
            .cloned()
            .unwrap_or_default();
        let lacks_queue = own.is_none() && node.queue.is_absent();
        let lacks = [(
            "queue`, `target` or a fixed `replicas",
            lacks_queue && !has_no_queue(&node, &base),
        )];
        if resolver.complete(
            "worker",
            &name,
            node.workload.place,
            &lacks,
            TopPart::Worker,
        ) {
            let pool = pool(resolver, &name, node, base, app, landing);
            let max = &pool.workload.replicas.max;
            if max.value > 0 || !max.sound {
                pools.insert(name, pool);
            }
        }
    }
    pools
}

/// The pool of the tier whose settings a pool inherits that the tier does not have: the one called
/// `worker`, as in every built-in tier, because the first by name would be another as soon as a
/// catalogue names one before it.
fn tiers_pool(tier: &Ast) -> Option<&WorkerNode> {
    let mut pools = tier.stated.worker.iter();
    let general = pools.find(|(name, _)| name.as_str() == "worker");
    let first = || tier.stated.worker.values().next();
    general.map(|(_, node)| node).or_else(first)
}

/// Whether KEDA does not scale a pool: its count is fixed, or it states a target and no queue. Without this
/// rule, such a pool would inherit the tier's queues.
fn has_no_queue(node: &WorkerNode, base: &WorkerNode) -> bool {
    let scales = |node: &WorkerNode| {
        let target = &node.workload.target;
        !target.cpu.is_absent() || !target.memory.is_absent()
    };
    let is_fixed = |node: &WorkerNode| {
        let replicas = &node.workload.replicas;
        let singleton = replicas.singleton.value.as_ref();
        !replicas.count.is_absent() || singleton.is_some_and(|singleton| singleton.value)
    };
    if is_fixed(node) || is_fixed(base) {
        return true;
    }
    node.queue.is_absent() && (scales(node) || (base.queue.is_absent() && scales(base)))
}

fn pool(
    resolver: &mut Resolver<'_>,
    name: &Name,
    mut node: WorkerNode,
    mut base: WorkerNode,
    app: &Sourced<Name>,
    landing: &Landing<'_>,
) -> Worker {
    let path = format!("worker.{name}");
    super::workload::bounds_over_count(&node.workload, &mut base.workload);
    super::workload::one_form(&node.workload.connections, &mut base.workload.connections);
    let scaled_by_keda = !has_no_queue(&node, &base);
    if !scaled_by_keda {
        without_keda(&mut node);
        without_keda(&mut base);
    }
    let scenario = resolver.maybe(node.scenario.clone());
    let by_scenario = Chosen::new(scenario.as_ref(), &path);
    let queue = queues(resolver, &node, &base, &by_scenario);
    let max = by_scenario.number(&node.workload.replicas.max, |row| row.max);
    let polling = by_scenario.seconds(&node.polling, |row| row.polling);
    let cooldown = by_scenario.seconds(&node.cooldown, |row| row.cooldown);
    let mut merged = node.over(base);
    let keda = if scaled_by_keda {
        keda(resolver, &path, &mut merged, polling, cooldown)
    } else {
        KedaSettings::unused()
    };
    let capacity = resolver.or_derive(merged.capacity.clone(), nodes::on_demand);
    let place = WorkloadPlace {
        app,
        role: &role(name),
        arch: landing.arch_for(Some((name, &capacity))),
        window: Some(if scaled_by_keda {
            window(&path, &keda.cooldown)
        } else {
            let default = Duration::from_mins(5);
            Sourced::unless_stated(default, "kubernetes-default", "Kubernetes' default")
        }),
    };
    let node = std::mem::take(&mut merged.workload);
    let mut workload = super::workload::resolve(resolver, &path, node, &place);
    workload.replicas.max = max.unwrap_or(workload.replicas.max);
    if !scaled_by_keda {
        keep_one(&mut workload.replicas);
    }
    workload.replicas.unless_unread(&merged.pause);
    let settled = SettledPool {
        workload,
        queue,
        scenario,
        keda,
        capacity,
    };
    finish(resolver, &path, merged, settled)
}

/// The settings that only KEDA reads.
struct KedaSettings {
    combine: Sourced<Combine>,
    polling: Sourced<Duration>,
    cooldown: Sourced<Duration>,
    activation: Sourced<u32>,
}

impl KedaSettings {
    /// Constants for a pool that KEDA does not scale, so that no tier changes them.
    fn unused() -> Self {
        fn unused<T>(value: T) -> Sourced<T> {
            Sourced::unless_stated(value, UNUSED, "KEDA does not scale the pool")
        }
        Self {
            combine: unused(Combine::Sum),
            polling: unused(Duration::from_secs(15)),
            cooldown: unused(Duration::from_mins(5)),
            activation: unused(0),
        }
    }
}

/// The settings of a pool; `polling` and `cooldown` are those of its scenario.
fn keda(
    resolver: &mut Resolver<'_>,
    path: &str,
    merged: &mut WorkerNode,
    polling: Option<Sourced<Duration>>,
    cooldown: Option<Sourced<Duration>>,
) -> KedaSettings {
    let stated = std::mem::take(&mut merged.cooldown);
    let cooldown = cooldown.unwrap_or_else(|| resolver.need(stated, &format!("{path}.cooldown")));
    let stated = std::mem::take(&mut merged.polling);
    let polling = polling.unwrap_or_else(|| resolver.need(stated, &format!("{path}.polling")));
    let combine = std::mem::take(&mut merged.combine);
    let activation = std::mem::take(&mut merged.activation);
    KedaSettings {
        combine: resolver.need(combine, &format!("{path}.combine")),
        polling,
        cooldown,
        activation: resolver.need(activation, &format!("{path}.activation")),
    }
}

/// Leaves out what only KEDA applies. The rule `setting-without-effect` reports it if the file states it.
fn without_keda(node: &mut WorkerNode) {
    node.queue = Written::default();
    node.scenario = Written::default();
    node.fallback = FallbackNode::default();
    node.pause = Written::default();
}

/// An HPA keeps at least one pod, so it does not inherit the tier's minimum of zero.
fn keep_one(replicas: &mut Replicas) {
    if replicas.count.is_some() || replicas.min.value > 0 || replicas.min.is_declared() {
        return;
    }
    let sound = replicas.min.sound;
    let arithmetic = "an HPA keeps at least one pod";
    replicas.min = Sourced::unless_stated(1, "hpa-keeps-a-pod", arithmetic);
    replicas.min.sound = sound;
}

/// What a pool's Deployment is called; the only pool is not called so twice.
fn role(pool: &Name) -> String {
    if pool.as_str() == "worker" {
        "worker".to_owned()
    } else {
        format!("worker-{pool}")
    }
}

fn window(path: &str, cooldown: &Sourced<Duration>) -> Sourced<Duration> {
    let mut inputs = Inputs::new();
    let path = format!("{path}.cooldown");
    let window = *inputs.read(&path, cooldown);
    let arithmetic =
        format!("`{path}` ({window}), because KEDA's cooldown applies only to the step to zero");
    inputs.derive(window, "cooldown-becomes-window", arithmetic)
}

/// What a pool's resolving has settled before the rest of its node is read.
struct SettledPool {
    workload: crate::model::Workload,
    queue: Vec<Queue>,
    scenario: Option<Sourced<Scenario>>,
    keda: KedaSettings,
    capacity: Sourced<Capacity>,
}

fn finish(
    resolver: &mut Resolver<'_>,
    path: &str,
    merged: WorkerNode,
    settled: SettledPool,
) -> Worker {
    Worker {
        workload: settled.workload,
        queue: settled.queue,
        combine: settled.keda.combine,
        scenario: settled.scenario,
        polling: settled.keda.polling,
        cooldown: settled.keda.cooldown,
        activation: settled.keda.activation,
        fallback: fallback(resolver, merged.fallback),
        grace: resolver.need(merged.grace, &format!("{path}.grace")),
        capacity: settled.capacity,
        tolerate: Vec::settle(merged.tolerate, resolver, &format!("{path}.tolerate")),
        pause: resolver.maybe(merged.pause),
    }
}

fn fallback(resolver: &Resolver<'_>, node: FallbackNode) -> Option<Fallback> {
    let replicas = resolver.maybe(node.replicas)?;
    let failures = resolver.or_derive(node.failures, || {
        Sourced::unless_stated(0, "no-failures-by-default", "0 unless stated")
    });
    Some(Fallback { replicas, failures })
}

/// The scenario that the file names for a pool, if it does.
struct Chosen<'a> {
    scenario: Option<&'a Sourced<Scenario>>,
    path: &'a str,
}

impl<'a> Chosen<'a> {
    fn new(scenario: Option<&'a Sourced<Scenario>>, path: &'a str) -> Self {
        Self { scenario, path }
    }

    /// The scenario's value, unless the file states its own.
    fn value<W, T>(
        &self,
        written: &Written<W>,
        pick: impl FnOnce(&ScenarioRow) -> T,
    ) -> Option<Sourced<T>> {
        if !written.is_absent() {
            return None;
        }
        let mut inputs = Inputs::new();
        let scenario = *inputs.read(format_args!("{}.scenario", self.path), self.scenario?);
        let arithmetic = format!("the guide's row for scenario `{scenario}`");
        Some(inputs.derive(pick(&row(scenario)), "scenario", arithmetic))
    }

    fn number(
        &self,
        written: &Written<u32>,
        pick: impl FnOnce(&ScenarioRow) -> u32,
    ) -> Option<Sourced<u32>> {
        self.value(written, pick)
    }

    fn seconds(
        &self,
        written: &Written<Duration>,
        pick: impl FnOnce(&ScenarioRow) -> u64,
    ) -> Option<Sourced<Duration>> {
        self.value(written, |row| Duration::from_secs(pick(row)))
    }
}

/// The length that the tier states for the same queue, else for its first.
fn tiers_length(from_tier: &[QueueNode], queue: &QueueNode) -> Written<u32> {
    let same = |other: &&QueueNode| other.name() == queue.name();
    let tier = from_tier.iter().find(same).or(from_tier.first());
    tier.map(|other| other.length().clone()).unwrap_or_default()
}

/// The queues of the file, else of the tier; a length is the file's, else the scenario's, else the
/// one the tier states for the same queue, else the tier's first.
fn queues(
    resolver: &Resolver<'_>,
    node: &WorkerNode,
    base: &WorkerNode,
    scenario: &Chosen<'_>,
) -> Vec<Queue> {
    let from_tier: &[QueueNode] = base.queue.value.as_ref().map_or(&[], |list| &list.value);
    let (list, own) = match &node.queue.value {
        Some(list) => (list.value.as_slice(), true),
        None => (from_tier, false),
    };
    let sound = !node.queue.broken;
    let length_of = |queue: &QueueNode| {
        let stated = if own {
            queue.length().clone()
        } else {
            Written::default()
        };
        let chosen = scenario.number(&stated, |row| row.length);
        chosen.unwrap_or_else(|| {
            resolver.or_derive(stated.over(tiers_length(from_tier, queue)), || {
                Sourced::unless_stated(50, "length-by-default", "the guide's normal length")
            })
        })
    };
    let queues = list.iter().filter_map(|queue| {
        let length = length_of(queue);
        super::queue::resolve(resolver, queue.clone(), length, sound, scenario.path)
    });
    sorted(queues, |queue| queue.name().value.clone())
}
