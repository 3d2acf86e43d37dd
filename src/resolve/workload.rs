//! What the API and every pool have in common.

use crate::ast::{ScalingNode, WorkloadNode, Written};
use crate::model::declaration::Settled as _;
use crate::model::{
    Arch, Connections, Driver, Duration, Name, Replicas, Resources, Rollout, Scaling, Select,
    Target, Workload,
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
    node: WorkloadNode,
    place: &WorkloadPlace<'_>,
) -> Workload {
    let mut replicas = Replicas::settle(node.replicas, resolver, &format!("{path}.replicas"));
    replicas.unless_unread(&node.hold);
    Workload {
        name: resolver.or_derive(node.name, || by_convention(place.app, place.role)),
        image: resolver.maybe(node.image),
        replicas,
        target: Target::settle(node.target, resolver, &format!("{path}.target")),
        scale_up: scaling(resolver, node.scale_up, &format!("{path}.scale-up"), None),
        scale_down: scaling(
            resolver,
            node.scale_down,
            &format!("{path}.scale-down"),
            place.window.as_ref(),
        ),
        requests: Resources::settle(node.requests, resolver, &format!("{path}.requests")),
        limits: Resources::settle(node.limits, resolver, &format!("{path}.limits")),
        connections: Connections::settle(
            node.connections,
            resolver,
            &format!("{path}.connections"),
        ),
        rollout: Rollout::settle(node.rollout, resolver, &format!("{path}.rollout")),
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
