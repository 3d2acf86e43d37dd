//! The file over its tier over the defaults, as a complete environment with origins.

mod api;
mod database;
mod nodes;
mod operation;
mod pgbouncer;
mod queue;
mod redis;
mod resolver;
mod schedule;
mod worker;
mod workload;

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{Ast, Over, TopPart, Written};
use crate::catalogue::Catalogue;
use crate::diagnostic::{Diagnostic, Diagnostics, code};
use crate::model::declaration::Settled as _;
use crate::model::{
    Alerts, Api, ByApi, Cost, Deliver, Environment, Name, Network, NodeGroup, Schedule, Service,
    Via, Worker,
};
use crate::source::{Inputs, Sourced, Sources};

use resolver::Resolver;

/// What resolving found out.
pub struct Resolved {
    /// The environment.
    pub environment: Environment,
    /// Parts that are incomplete. Rules that read them are skipped.
    pub broken: BTreeSet<TopPart>,
}

/// Reports `environment`, `tier` and `region` if they are missing.
pub fn require_header(file: &Ast, end: crate::source::Span, diagnostics: &mut Diagnostics) {
    let mut missing = |absent: bool, node: &str, example: &str| {
        if absent {
            diagnostics.push(
                Diagnostic::error(
                    code::MISSING_NODE,
                    format!("the file does not state `{node}`"),
                    end,
                )
                .help(format!("add a line such as `{node} \"{example}\"`")),
            );
        }
    };
    missing(
        file.stated.environment.is_absent(),
        "environment",
        "staging",
    );
    missing(file.stated.tier.is_absent(), "tier", "small");
    missing(file.stated.region.is_absent(), "region", "us-east-1");
}

/// Completes `file` from `tier`, which already includes the defaults.
///
/// `None` if environment, tier or region is missing or unreadable, or if the catalogue lacks a
/// required value.
pub fn resolve(
    file: &Ast,
    tier: &Ast,
    catalogue: &Catalogue,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Resolved> {
    if file.stated.environment.value.is_none()
        || file.stated.tier.value.is_none()
        || file.stated.region.value.is_none()
    {
        return None;
    }
    let mut resolver = Resolver::new(sources, file);
    let doubted = (!file.doubted.is_empty()).then(|| {
        let mut tier = tier.clone();
        tier.spoil_doubted(file);
        tier
    });
    let tier = doubted.as_ref().unwrap_or(tier);
    let environment = environment(&mut resolver, file, tier, catalogue);
    let complete = resolver.missing.is_empty();
    for path in &resolver.missing {
        diagnostics.push(
            Diagnostic::new(
                code::CATALOGUE_INCOMPLETE,
                crate::diagnostic::Severity::Error,
                format!("neither the file nor its tier in the catalogue states `{path}`"),
            )
            .help("state it in the tier's node in `tiers.kdl`, or in the file"),
        );
    }
    diagnostics.extend(resolver.diagnostics);
    complete.then_some(Resolved {
        environment,
        broken: resolver.broken,
    })
}

fn environment(
    resolver: &mut Resolver<'_>,
    file: &Ast,
    tier: &Ast,
    catalogue: &Catalogue,
) -> Environment {
    let names = names(resolver, file, tier);
    let app = &names.app;
    let (groups, api, worker) = placed(resolver, file, tier, app, catalogue);
    let service = services(resolver, file, tier);
    let database = database::resolve(resolver, file, tier, app, &names.environment);
    let neighbours = pgbouncer::Neighbours {
        api: &api,
        worker: &worker,
        service: &service,
        database: &database,
    };
    let pgbouncer = pgbouncer::resolve(resolver, file, tier, app, &neighbours);
    let redis = redis::resolve(resolver, file, tier, app, &names.environment);
    let stated = file.stated.clone().over(tier.stated.clone());
    Environment {
        tier: resolver.need(file.stated.tier.clone(), "tier"),
        region: resolver.need(file.stated.region.clone(), "region"),
        labels: resolver.map(file.stated.labels.clone().over(tier.stated.labels.clone())),
        framework: resolver.maybe(
            file.stated
                .framework
                .clone()
                .over(tier.stated.framework.clone()),
        ),
        service,
        network: Network::settle(stated.network, resolver, "network"),
        deliver: Deliver::settle(stated.deliver, resolver, "deliver"),
        off_hours: schedule::off_hours(resolver, stated.off_hours, &api, &worker),
        event: schedule::events(resolver, stated.event, &api, &worker),
        schedule: Schedule::settle(stated.schedule, resolver, "schedule"),
        alerts: Alerts::settle(stated.alerts, resolver, "alerts"),
        load_test: operation::load_tests(resolver, stated.load_test),
        budget: operation::budget(resolver, stated.budget),
        cost: Cost::settle(stated.cost, resolver, "cost"),
        api,
        worker,
        pgbouncer,
        database,
        redis,
        nodes: groups,
        environment: names.environment,
        app: names.app,
        namespace: names.namespace,
        cluster: names.cluster,
    }
}

/// The node groups, and the workloads that run on them.
fn placed(
    resolver: &mut Resolver<'_>,
    file: &Ast,
    tier: &Ast,
    app: &Sourced<Name>,
    catalogue: &Catalogue,
) -> (
    BTreeMap<Name, NodeGroup>,
    ByApi<Api>,
    BTreeMap<Name, Worker>,
) {
    let groups = nodes::resolve(resolver, &file.stated.nodes, &tier.stated.nodes);
    let landing = nodes::Landing::new(&groups, catalogue);
    let api = api::resolve(resolver, file, tier, app, &landing);
    let worker = worker::resolve(resolver, file, tier, app, &landing);
    api::told_apart(resolver, file, &api, &worker);
    (groups, api, worker)
}

/// What everything else is named after.
struct BaseNames {
    environment: Sourced<Name>,
    app: Sourced<Name>,
    namespace: Sourced<Name>,
    cluster: Sourced<Name>,
}

fn names(resolver: &mut Resolver<'_>, file: &Ast, tier: &Ast) -> BaseNames {
    let environment = resolver.need(file.stated.environment.clone(), "environment");
    let app = resolver.need(file.stated.app.clone().over(tier.stated.app.clone()), "app");
    let namespace = resolver.or_derive(
        file.stated
            .namespace
            .clone()
            .over(tier.stated.namespace.clone()),
        || follows(&app, "namespace-follows-app", "app"),
    );
    let cluster = resolver.or_derive(
        file.stated
            .cluster
            .clone()
            .over(tier.stated.cluster.clone()),
        || follows(&environment, "cluster-follows-environment", "environment"),
    );
    BaseNames {
        environment,
        app,
        namespace,
        cluster,
    }
}

fn follows(value: &Sourced<Name>, rule: &'static str, path: &str) -> Sourced<Name> {
    let mut inputs = Inputs::new();
    let name = inputs.read(path, value).clone();
    let arithmetic = format!("`{path}`, which is {name}");
    inputs.derive(name, rule, arithmetic)
}

fn services(resolver: &mut Resolver<'_>, file: &Ast, tier: &Ast) -> BTreeMap<Name, Service> {
    let mut services = BTreeMap::new();
    for (name, node) in file
        .stated
        .service
        .clone()
        .over(tier.stated.service.clone())
    {
        let path = format!("service.{name}");
        let lacks = [
            ("replicas", node.replicas.is_absent()),
            ("requests cpu=", node.cpu.is_absent()),
            ("requests memory=", node.memory.is_absent()),
        ];
        if !resolver.complete("service", &name, node.place, &lacks, TopPart::Service) {
            continue;
        }
        let none = || Sourced::unless_stated(0, "no-connections-by-default", "none stated");
        let pooled = || {
            Sourced::unless_stated(
                Via::Pgbouncer,
                "pooled-by-default",
                "PgBouncer unless stated",
            )
        };
        let driver = workload::driver(
            resolver,
            &node.driver,
            [&node.driver_version, &node.driver_libpq],
        );
        services.insert(
            name,
            Service {
                replicas: resolver.need(node.replicas, &format!("{path}.replicas")),
                cpu: resolver.need(node.cpu, &format!("{path}.requests.cpu")),
                memory: resolver.need(node.memory, &format!("{path}.requests.memory")),
                per_pod: resolver.or_derive(node.per_pod, none),
                via: resolver.or_derive(node.via, pooled),
                database: resolver.maybe(node.database),
                lifetime: resolver.maybe(node.lifetime),
                driver,
                driver_version: resolver.maybe(node.driver_version),
                driver_libpq: resolver.maybe(node.driver_libpq),
            },
        );
    }
    services
}

/// Whether a value was written at all.
fn stated<T>(written: &Written<T>) -> bool {
    written.value.is_some()
}
