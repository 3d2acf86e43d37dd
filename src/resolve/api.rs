//! The APIs: one, or several with names.

use std::collections::BTreeMap;

use crate::ast::{ApiNode, Ast, Over, TopPart, Written};
use crate::diagnostic::{Diagnostic, code};
use crate::model::attribute::join;
use crate::model::declaration::Settled as _;
use crate::model::{Api, ByApi, Name, Worker};
use crate::source::{Sourced, Span};

use super::nodes::Landing;
use super::resolver::Resolver;
use super::workload::{self, WorkloadPlace};

/// A file that states any API states them all. The numbers of the tier are those of the API of the same
/// name, which is the one without a name; the others share only what is no number of pods, no request and no
/// number of connections.
pub(super) fn resolve(
    resolver: &mut Resolver<'_>,
    file: &Ast,
    tier: &Ast,
    app: &Sourced<Name>,
    landing: &Landing<'_>,
) -> ByApi<Api> {
    let named: Vec<(Name, ApiNode)> = if file.stated.api.is_empty() {
        let of_tier = tier.stated.api.keys();
        of_tier
            .map(|name| (name.clone(), ApiNode::default()))
            .collect()
    } else {
        file.stated.api.clone().into_iter().collect()
    };
    let mut apis = ByApi::default();
    for (name, node) in named {
        let own = tier.stated.api.get(&name);
        let base = own.cloned().unwrap_or_else(|| shared(tier));
        let lacks = if own.is_some() {
            Vec::new()
        } else {
            lacks(&node)
        };
        if resolver.complete("api", &name, node.workload.place, &lacks, TopPart::Api) {
            let api = api(resolver, &name, node, base, app, landing);
            apis.insert(name, api);
        }
    }
    apis
}

/// Reports an API with the name of a pool: values and manifests would not tell them apart by name.
pub(super) fn told_apart(
    resolver: &mut Resolver<'_>,
    file: &Ast,
    apis: &ByApi<Api>,
    pools: &BTreeMap<Name, Worker>,
) {
    for name in apis.keys().filter(|name| pools.contains_key(*name)) {
        let place = |place: Option<Span>| place.filter(|_| apis.sole().is_none());
        let api = file.stated.api.get(name);
        let Some(place) = place(api.and_then(|api| api.workload.place)) else {
            continue;
        };
        let message = format!("`{name}` is the name of an API and of a worker pool");
        let finding = Diagnostic::error(code::DUPLICATE, message, place);
        resolver
            .diagnostics
            .push(finding.help("give one of them another name"));
    }
}

/// What an API shares with that of the tier without being the same.
fn shared(tier: &Ast) -> ApiNode {
    let of_tier = tier.stated.api.get(&Api::unnamed());
    let mut node = of_tier.cloned().unwrap_or_default();
    let workload = &mut node.workload;
    workload.name = Written::default();
    workload.replicas = crate::ast::ReplicasNode::default();
    workload.requests = crate::ast::ResourcesNode::default();
    workload.connections.per_pod = Written::default();
    node
}

/// What only the API of the tier may leave out.
fn lacks(node: &ApiNode) -> Vec<(&'static str, bool)> {
    let workload = &node.workload;
    let replicas = &workload.replicas;
    let singleton = replicas.singleton.value.as_ref();
    let is_fixed = !replicas.count.is_absent() || singleton.is_some_and(|it| it.value);
    let lacks_bound = replicas.min.is_absent() || replicas.max.is_absent();
    let connections = &workload.connections;
    let has_product = !connections.threads.is_absent() || !connections.concurrency.is_absent();
    vec![
        ("replicas min= max=", lacks_bound && !is_fixed),
        ("requests cpu=", workload.requests.cpu.is_absent()),
        ("requests memory=", workload.requests.memory.is_absent()),
        (
            "connections per-pod=",
            connections.per_pod.is_absent() && !has_product,
        ),
    ]
}

fn api(
    resolver: &mut Resolver<'_>,
    name: &Name,
    node: ApiNode,
    mut base: ApiNode,
    app: &Sourced<Name>,
    landing: &Landing<'_>,
) -> Api {
    let path = Api::path(name);
    workload::bounds_over_count(&node.workload, &mut base.workload);
    workload::one_form(&node.workload.connections, &mut base.workload.connections);
    let node = node.over(base);
    let metric = Vec::settle(node.metric, resolver, &join(&path, "metric"));
    let place = WorkloadPlace {
        app,
        role: &role(name),
        arch: landing.arch_for(None),
        window: None,
    };
    let workload = workload::resolve(resolver, &path, node.workload, &place);
    Api {
        // An autoscaler alone reads metrics.
        metric: if workload.is_fixed() {
            Vec::new()
        } else {
            metric
        },
        workload,
    }
}

/// What its Deployment is called; the only API is not called so twice.
fn role(name: &Name) -> String {
    if Api::is_unnamed(name) {
        name.to_string()
    } else {
        format!("api-{name}")
    }
}
