//! Kubernetes: nodes, spot capacity and what runs on them. One file per rule.

mod arch_mismatch;
mod disruption_budget_blocks_drain;
pub(super) mod environment_name_taken;
mod instance_type_unknown;
mod max_pods_exceeded;
mod no_node_group;
mod node_architectures_mixed;
mod node_capacity_exceeded;
mod node_packing_tight;
pub(super) mod object_collision;
mod pgbouncer_on_spot;
mod pod_larger_than_node;
mod pool_unknown;
mod quantity_suspicious;
mod request_above_limit;
mod rollout_blocked;
mod single_replica;
mod spot_for_latency_sensitive;
mod spot_grace_too_long;

use super::connections::Surge;
use super::workloads::workloads;
use super::{Context, Finding, Findings, Rule};
use crate::budget::packing::{self, Load, Resource, Room, Rooms};
use crate::model::{Environment, Name, NodeGroup, Quantity, Service, Worker, Workload};
use crate::source::Sourced;

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[
    &arch_mismatch::RULE,
    &disruption_budget_blocks_drain::RULE,
    &environment_name_taken::RULE,
    &instance_type_unknown::RULE,
    &max_pods_exceeded::RULE,
    &no_node_group::RULE,
    &node_architectures_mixed::RULE,
    &node_capacity_exceeded::RULE,
    &node_packing_tight::RULE,
    &object_collision::RULE,
    &pgbouncer_on_spot::RULE,
    &pod_larger_than_node::RULE,
    &pool_unknown::RULE,
    &quantity_suspicious::RULE,
    &request_above_limit::RULE,
    &rollout_blocked::RULE,
    &single_replica::RULE,
    &spot_for_latency_sensitive::RULE,
    &spot_grace_too_long::RULE,
];

/// The rule that recognises slips. Other findings about such a value are dropped.
pub(super) const SLIP: crate::diagnostic::Code = quantity_suspicious::RULE.code;

/// For a rule that compares several files: it finds nothing in a single file, and runs in
/// `cross_file`.
fn over_several_files(_: &Context<'_>, _: &mut Findings) {}

/// A path with its CPU and memory.
type AmountsAt<'a> = (String, &'a Sourced<Quantity>, &'a Sourced<Quantity>);

/// What a pod of each asks for.
fn requests(environment: &Environment) -> Vec<AmountsAt<'_>> {
    let asking = packing::asking(environment).into_iter();
    asking
        .map(|asking| (asking.who, asking.cpu, asking.memory))
        .collect()
}

/// The pool of a path such as `worker.batch`.
fn pool<'a>(environment: &'a Environment, who: &str) -> Option<&'a Worker> {
    environment.worker.get(who.strip_prefix("worker.")?)
}

/// The API or the pool of a path such as `api` or `worker.batch`.
fn workload<'a>(environment: &'a Environment, who: &str) -> Option<&'a Workload> {
    let api = environment.api_at(who).map(|api| &api.workload);
    api.or_else(|| pool(environment, who).map(|pool| &pool.workload))
}

/// The service of a path such as `service.outbox`.
fn service<'a>(environment: &'a Environment, who: &str) -> Option<&'a Service> {
    environment.service.get(who.strip_prefix("service.")?)
}

/// CPU and memory that a pod of `who` requests.
fn amounts<'a>(
    environment: &'a Environment,
    who: &str,
) -> Option<(&'a Sourced<Quantity>, &'a Sourced<Quantity>)> {
    let requests = match who {
        "pgbouncer" => &environment.pgbouncer.requests,
        _ => match service(environment, who) {
            Some(service) => return Some((&service.cpu, &service.memory)),
            None => &workload(environment, who)?.requests,
        },
    };
    Some((&requests.cpu, &requests.memory))
}

/// What a pod of each may use.
fn limits(environment: &Environment) -> Vec<AmountsAt<'_>> {
    let workloads = workloads(environment).into_iter();
    let workloads = workloads.map(|(who, workload)| (who, &workload.limits));
    let pgbouncer = ("pgbouncer".to_owned(), &environment.pgbouncer.limits);
    workloads
        .chain([pgbouncer])
        .map(|(who, limits)| (who, &limits.cpu, &limits.memory))
        .collect()
}

/// Labels a node group's maximum, and what decides the room on its nodes.
fn group(finding: Finding, environment: &Environment, name: &Name) -> Finding {
    let Some(group) = environment.nodes.get(name) else {
        return finding;
    };
    let path = |step: &str| format!("nodes.{name}.{step}");
    let mut finding = finding
        .operand(
            &group.count.max,
            &path("count.max"),
            format!("maximum nodes of `{name}`"),
        )
        .operand(
            &group.instance,
            &path("instance"),
            format!("instance type of `{name}`"),
        );
    for other in &group.alternatives {
        let path = path(&format!("alternatives.{}", other.value));
        finding = finding.operand(other, &path, format!("instance type of `{name}`"));
    }
    let daemons = &group.daemons;
    let amounts = [
        ("cpu", "CPU of daemons", &daemons.cpu),
        ("memory", "memory of daemons", &daemons.memory),
    ];
    for (step, label, amount) in amounts {
        if let Some(amount) = amount {
            finding = finding.operand(amount, &path(&format!("daemons.{step}")), label);
        }
    }
    let counts = [
        ("daemons.pods", "pods of daemons", &daemons.pods),
        ("max-pods", "the most pods on a node", &group.max_pods),
    ];
    for (step, label, count) in counts {
        if let Some(count) = count {
            finding = finding.operand(count, &path(step), label);
        }
    }
    finding
}

/// Labels a pod's requests for `resources`.
fn asked(
    mut finding: Finding,
    environment: &Environment,
    load: &Load,
    resources: &[Resource],
) -> Finding {
    let who = &load.who;
    if let Some((cpu, memory)) = amounts(environment, who) {
        finding = finding.given(cpu).given(memory);
        if resources.contains(&Resource::Cpu) {
            let text = format!("CPU of a pod of `{who}`");
            finding = finding.operand(cpu, &format!("{who}.requests.cpu"), text);
        }
        if resources.contains(&Resource::Memory) {
            let text = format!("memory of a pod of `{who}`");
            finding = finding.operand(memory, &format!("{who}.requests.memory"), text);
        }
    }
    finding
}

/// Labels the number of pods of `load`, and what ties them to their nodes.
fn counted_pods(mut finding: Finding, environment: &Environment, load: &Load) -> Finding {
    let who = &load.who;
    if let Some(workload) = workload(environment, who) {
        finding = super::connections::pods(finding, who, workload, Surge::Counted);
        finding = finding.given(&workload.arch);
    }
    if let Some(pool) = pool(environment, who) {
        finding = super::connections::paused(finding, who, pool).given(&pool.capacity);
    }
    if let Some(service) = service(environment, who) {
        finding = finding.written(&service.replicas, format!("pods of `{who}`"));
    }
    if who == "pgbouncer" {
        let instances = &environment.pgbouncer.instances;
        finding = finding.operand(instances, "pgbouncer.instances", "PgBouncer pods");
    }
    finding
}

/// Labels everything that decides the loads and their groups.
fn everything<'a>(
    mut finding: Finding,
    environment: &Environment,
    loads: impl Iterator<Item = &'a Load>,
    groups: impl Iterator<Item = &'a Name>,
    resources: &[Resource],
) -> Finding {
    for name in groups {
        finding = group(finding, environment, name);
    }
    for load in loads {
        finding = asked(finding, environment, load, resources);
        finding = counted_pods(finding, environment, load);
    }
    landing(finding, environment)
}

/// Makes a finding depend on the placement of pods: on the type and the pools of every group.
fn landing(mut finding: Finding, environment: &Environment) -> Finding {
    for group in environment.nodes.values() {
        finding = finding.given(&group.capacity);
        finding = size(finding, group);
        for runs in &group.runs {
            finding = finding.given(runs);
        }
    }
    finding
}

/// Makes a finding depend on everything that decides the room on a node of a group.
fn size(mut finding: Finding, group: &NodeGroup) -> Finding {
    for instance in group.instances() {
        finding = finding.given(instance);
    }
    let amounts = [&group.daemons.cpu, &group.daemons.memory];
    for amount in amounts.into_iter().flatten() {
        finding = finding.given(amount);
    }
    for pods in [&group.daemons.pods, &group.max_pods].into_iter().flatten() {
        finding = finding.given(pods);
    }
    match &group.prefix_delegation {
        Some(prefixes) => finding.given(prefixes),
        None => finding,
    }
}

/// The room on a node of a group, as arithmetic.
fn room_note(environment: &Environment, name: &Name, room: &Room) -> String {
    let (cpu, memory, pods) = (room.cpu, room.memory / 1_048_576, room.pods);
    let mut note = format!(
        "a node of `nodes.{name}` has {cpu}m of CPU, {memory}Mi of memory and {pods} addresses for pods"
    );
    let Some(group) = environment.nodes.get(name) else {
        return note;
    };
    let of = if group.alternatives.is_empty() {
        "its allocatable resources"
    } else {
        "the smallest allocatable resources of its instance types"
    };
    let daemons = packing::daemons(group);
    note.push_str(&format!(
        ": {of} minus {}m, {}Mi and {} pods for daemons",
        daemons.cpu,
        daemons.memory / 1_048_576,
        daemons.pods
    ));
    note
}

/// Offers the fewest nodes that hold everything.
fn more_nodes(
    finding: Finding,
    environment: &Environment,
    (loads, rooms): (&[Load], &Rooms),
    names: &std::collections::BTreeSet<Name>,
) -> Finding {
    let Some((name, group)) = packing::group_to_grow(environment, names) else {
        return finding;
    };
    match packing::fewest_nodes(loads, rooms, name) {
        Some(fewest) => finding.repair(
            &group.count.max,
            &format!("nodes.{name}.count.max"),
            format!("allow {fewest} nodes of `{name}`, the fewest that hold all pods"),
            fewest.to_string(),
        ),
        None => finding.help("lower the maxima or the requests, or choose a larger `instance`"),
    }
}
