//! What the API and every pool have in common.

use crate::ast::{
    ConnectionsNode, ReplicasNode, RolloutNode, ScalingNode, Spoil as _, WorkloadNode, Written,
};
use crate::model::declaration::Settled as _;
use crate::model::{
    Arch, Connections, Disruption, Driver, Duration, Name, Portion, Replicas, Resources, Rollout,
    Scaling, Select, Target, Workload,
};
use crate::source::{Inputs, Sourced, Span};

use super::resolver::Resolver;

/// Values that a workload gets from the nodes on which it runs.
pub(super) struct WorkloadPlace<'a> {
    /// The app. The Deployment's name starts with it, unless the file states another name.
    pub(super) app: &'a Sourced<Name>,
    /// What its Deployment does for the application.
    pub(super) role: &'a str,
    /// The architecture of its node group.
    pub(super) arch: Sourced<Arch>,
    /// The scale-down window that follows from a pool's cooldown.
    pub(super) window: Option<Sourced<Duration>>,
}

pub(super) fn resolve(
    resolver: &mut Resolver<'_>,
    path: &str,
    mut node: WorkloadNode,
    place: &WorkloadPlace<'_>,
) -> Workload {
    // Whether there is an autoscaler is not known, so nothing can be said of its settings.
    if node.replicas.count.broken || node.replicas.singleton.broken {
        node.target.spoil();
        node.scale_up.spoil();
        node.scale_down.spoil();
    }
    let may_be_singleton = node.replicas.singleton.broken;
    let spread_is_sound = !node.spread.broken;
    let spread = node.spread.value.map_or_else(Vec::new, |list| list.value);
    let mut replicas = replicas(resolver, node.replicas, &format!("{path}.replicas"));
    replicas.unless_unread(&node.hold);
    let target = if replicas.count.is_some() {
        Target {
            cpu: None,
            memory: None,
        }
    } else {
        Target::settle(node.target, resolver, &format!("{path}.target"))
    };
    let mut rollout = rollout(resolver, node.rollout, path, &replicas);
    rollout.max_surge.sound &= !may_be_singleton;
    rollout.max_unavailable.sound &= !may_be_singleton;
    Workload {
        name: resolver.or_derive(node.name, || by_convention(place.app, place.role)),
        image: resolver.maybe(node.image),
        replicas,
        target,
        scale_up: scaling(resolver, node.scale_up, &format!("{path}.scale-up"), None),
        scale_down: scaling(
            resolver,
            node.scale_down,
            &format!("{path}.scale-down"),
            place.window.as_ref(),
        ),
        requests: Resources::settle(node.requests, resolver, &format!("{path}.requests")),
        limits: Resources::settle(node.limits, resolver, &format!("{path}.limits")),
        connections: connections(resolver, node.connections, &format!("{path}.connections")),
        rollout,
        disruption: Disruption::settle(node.disruption, resolver, &format!("{path}.disruption")),
        spread: sorted(
            spread
                .into_iter()
                .map(|over| sourced(resolver, over.value, over.span, spread_is_sound)),
            |over| over.value,
        ),
        hold: resolver.maybe(node.hold),
        arch: resolver.or_derive(node.arch, || place.arch.clone()),
        driver: driver(
            resolver,
            &node.driver,
            [&node.driver_version, &node.driver_libpq],
        ),
        driver_version: resolver.maybe(node.driver_version),
        driver_libpq: resolver.maybe(node.driver_libpq),
        env: resolver.map(node.env),
    }
}

/// A count or bounds, over those of the tier. Bounds that a file states replace the tier's fixed count.
pub(super) fn bounds_over_count(file: &WorkloadNode, tier: &mut WorkloadNode) {
    let stated = &file.replicas;
    let has_bounds = !stated.min.is_absent() || !stated.max.is_absent();
    if has_bounds && stated.count.is_absent() {
        tier.replicas.count = Written::default();
        tier.replicas.singleton = Written::default();
    }
}

/// The connections of a pod as a number or as a product, over those of the tier. A file that states one form
/// replaces the other.
pub(super) fn one_form(file: &ConnectionsNode, tier: &mut ConnectionsNode) {
    let is_product = !file.threads.is_absent() || !file.concurrency.is_absent();
    if is_product {
        tier.per_pod = Written::default();
        tier.threads = Written::default();
        tier.concurrency = Written::default();
    }
    if !file.per_pod.is_absent() {
        *tier = ConnectionsNode {
            threads: Written::default(),
            concurrency: Written::default(),
            factor: Written::default(),
            processes: Written::default(),
            ..tier.clone()
        };
    }
}

/// A product of threads, factor and processes is also the number of a pod's connections.
fn connections(resolver: &mut Resolver<'_>, node: ConnectionsNode, path: &str) -> Connections {
    let factors = [
        &node.threads,
        &node.concurrency,
        &node.factor,
        &node.processes,
    ];
    let unread = factors.iter().any(|factor| factor.broken);
    let (threads, concurrency) = (
        resolver.maybe(node.threads),
        resolver.maybe(node.concurrency),
    );
    let (factor, processes) = (resolver.maybe(node.factor), resolver.maybe(node.processes));
    let each = threads.as_ref().map(|it| ("threads", it));
    let each = each.or(concurrency.as_ref().map(|it| ("concurrency", it)));
    let product = each.map(|(step, each)| {
        let mut inputs = Inputs::new();
        let mut value = *inputs.read(format_args!("{path}.{step}"), each);
        let mut arithmetic = format!("{step} {value}");
        for (step, factor) in [("factor", &factor), ("processes", &processes)] {
            let Some(factor) = factor else { continue };
            let factor = *inputs.read(format_args!("{path}.{step}"), factor);
            // The greatest number that a file can state.
            value = value.saturating_mul(factor).min(i32::MAX.unsigned_abs());
            arithmetic += &format!(" x {step} {factor}");
        }
        inputs.derive(value, "product", arithmetic)
    });
    let mut per_pod = match product {
        Some(product) => resolver.or_derive(node.per_pod, || product),
        None => resolver.need(node.per_pod, &format!("{path}.per-pod")),
    };
    // A sum lacks the connections to a database that could not be read.
    per_pod.sound &= !unread && !node.database.broken;
    Connections {
        per_pod,
        threads,
        concurrency,
        factor,
        processes,
        env: resolver.need(node.env, &format!("{path}.env")),
        lifetime: resolver.maybe(node.lifetime),
        lifetime_env: resolver.maybe(node.lifetime_env),
        database: Vec::settle(node.database, resolver, &format!("{path}.database")),
    }
}

/// A fixed count is also both bounds.
fn replicas(resolver: &mut Resolver<'_>, node: ReplicasNode, path: &str) -> Replicas {
    let unread = node.count.broken || node.singleton.broken;
    let singleton = resolver.maybe(node.singleton);
    let stated = resolver.maybe(node.count);
    let mut count = stated.or_else(|| only_one(path, singleton.as_ref()));
    if let Some(count) = &mut count {
        count.sound &= !unread;
    }
    let bound = |count: &Sourced<u32>| {
        let mut inputs = Inputs::new();
        let pods = *inputs.read(format_args!("{path}.count"), count);
        let arithmetic = format!("`{path}.count` ({pods}), because the count is fixed");
        inputs.derive(pods, "fixed-count", arithmetic)
    };
    let (mut min, mut max) = match &count {
        Some(count) => (bound(count), bound(count)),
        None => (
            resolver.need(node.min, &format!("{path}.min")),
            resolver.need(node.max, &format!("{path}.max")),
        ),
    };
    min.sound &= !unread;
    max.sound &= !unread;
    Replicas {
        count,
        min,
        max,
        singleton,
    }
}

/// The count of a singleton that states no count.
fn only_one(path: &str, singleton: Option<&Sourced<bool>>) -> Option<Sourced<u32>> {
    let singleton = singleton.filter(|singleton| singleton.value)?;
    let mut inputs = Inputs::new();
    inputs.read(format_args!("{path}.singleton"), singleton);
    let arithmetic = format!("1, because of `{path}.singleton`");
    Some(inputs.derive(1, "singleton", arithmetic))
}

/// A singleton's Deployment stops the old pod before it starts the new one.
fn rollout(
    resolver: &mut Resolver<'_>,
    node: RolloutNode,
    path: &str,
    replicas: &Replicas,
) -> Rollout {
    let singleton = replicas.singleton.as_ref();
    let Some(singleton) = singleton.filter(|singleton| singleton.value) else {
        return Rollout::settle(node, resolver, &format!("{path}.rollout"));
    };
    let pods = |count: u32| {
        let mut inputs = Inputs::new();
        inputs.read(format_args!("{path}.replicas.singleton"), singleton);
        let arithmetic = "a singleton stops its old pod before it starts the new one";
        inputs.derive(Portion::Count(count), "singleton", arithmetic)
    };
    Rollout {
        max_surge: pods(0),
        max_unavailable: pods(1),
    }
}

/// The driver; absent if one of its versions could not be read.
pub(super) fn driver(
    resolver: &Resolver<'_>,
    driver: &Written<Driver>,
    versions: [&Written<String>; 2],
) -> Option<Sourced<Driver>> {
    let mut driver = resolver.maybe(driver.clone())?;
    driver.sound &= versions.iter().all(|version| !version.broken);
    Some(driver)
}

/// The name of a Deployment of the application, unless the file states one.
pub(super) fn by_convention(app: &Sourced<Name>, role: &str) -> Sourced<Name> {
    let mut inputs = Inputs::new();
    let app = inputs.read("app", app);
    let name = format!("{app}-{role}");
    named_by_convention(inputs, name)
}

/// The name that is derived from `inputs`, unless the file states one.
pub(super) fn named_by_convention(inputs: Inputs, name: String) -> Sourced<Name> {
    let arithmetic = format!("`{name}` by convention");
    inputs.derive(Name::composed(name), "name-by-convention", arithmetic)
}

impl Replicas {
    /// Marks the bounds as unsound if `instead`, which replaces them, could not be read.
    pub(super) fn unless_unread(&mut self, instead: &Written<u32>) {
        self.min.sound &= !instead.broken;
        self.max.sound &= !instead.broken;
    }
}

fn scaling(
    resolver: &mut Resolver<'_>,
    node: ScalingNode,
    path: &str,
    window: Option<&Sourced<Duration>>,
) -> Scaling {
    let window = match window {
        Some(window) => resolver.or_derive(node.window, || window.clone()),
        None => resolver.need(node.window, &format!("{path}.window")),
    };
    let policy = Vec::settle(node.policy, resolver, &format!("{path}.policy"));
    let most = || Sourced::unless_stated(Select::Max, "kubernetes-default", "Kubernetes' default");
    Scaling {
        window,
        policy,
        select: resolver.or_derive(node.select, most),
    }
}

/// A value of a list, whose soundness is the list's.
pub(super) fn sourced<T>(resolver: &Resolver<'_>, value: T, span: Span, sound: bool) -> Sourced<T> {
    let mut written = Written::at(value, span);
    written.broken = !sound;
    resolver
        .maybe(written)
        .expect("a value was written just now")
}

/// A list whose order says nothing, in one order: moving its members then changes no output.
pub(super) fn sorted<T, K: Ord>(items: impl Iterator<Item = T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_by_key(key);
    items
}
