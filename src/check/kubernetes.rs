//! Kubernetes capacity. One file per rule.

mod arch_mismatch;
mod node_capacity_exceeded;
mod node_packing_tight;
mod pod_larger_than_node;
mod quantity_suspicious;
mod request_above_limit;
mod single_replica;

use super::{Context, Finding, Findings, Rule};
use crate::budget::packing::{self, Load};
use crate::diagnostic::{Code, Severity};
use crate::model::{Environment, Name, Quantity, Resources};
use crate::source::Sourced;

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[
    &arch_mismatch::RULE,
    &ENVIRONMENT_TAKEN,
    &node_capacity_exceeded::RULE,
    &node_packing_tight::RULE,
    &COLLISION,
    &pod_larger_than_node::RULE,
    &quantity_suspicious::RULE,
    &request_above_limit::RULE,
    &single_replica::RULE,
];

/// The code of the rule that two files of a run are not one environment.
pub(super) const ENVIRONMENT_NAME_TAKEN: Code = Code("environment-name-taken");

/// The code of the rule that two environments of a run do not share an object.
pub(super) const OBJECT_COLLISION: Code = Code("object-collision");

static ENVIRONMENT_TAKEN: Rule = Rule {
    code: ENVIRONMENT_NAME_TAKEN,
    severity: Severity::Error,
    waivable: false,
    steady: true,
    reads: &[],
    explanation: include_str!("../diagnostic/explain/environment-name-taken.md"),
    check: over_several_files,
};

static COLLISION: Rule = Rule {
    code: OBJECT_COLLISION,
    severity: Severity::Error,
    waivable: false,
    steady: true,
    reads: &[],
    explanation: include_str!("../diagnostic/explain/object-collision.md"),
    check: over_several_files,
};

/// Finds nothing in one file: the rule runs over all files of a run, in `across`.
fn over_several_files(_: &Context<'_>, _: &mut Findings) {}

/// A path with its CPU and memory.
type Amounts<'a> = (String, &'a Sourced<Quantity>, &'a Sourced<Quantity>);

fn amounts(path: impl Into<String>, of: &Resources) -> Amounts<'_> {
    (path.into(), &of.cpu, &of.memory)
}

/// What a pod of each asks for.
fn requests(environment: &Environment) -> Vec<Amounts<'_>> {
    let mut all = vec![
        amounts("api", &environment.api.workload.requests),
        amounts("pgbouncer", &environment.pgbouncer.requests),
    ];
    for (name, worker) in &environment.worker {
        all.push(amounts(format!("worker.{name}"), &worker.workload.requests));
    }
    for (name, service) in &environment.service {
        all.push((format!("service.{name}"), &service.cpu, &service.memory));
    }
    all
}

/// What a pod of each may use.
fn limits(environment: &Environment) -> Vec<Amounts<'_>> {
    let mut all = vec![
        amounts("api", &environment.api.workload.limits),
        amounts("pgbouncer", &environment.pgbouncer.limits),
    ];
    for (name, worker) in &environment.worker {
        all.push(amounts(format!("worker.{name}"), &worker.workload.limits));
    }
    all
}

/// Labels a node group's instance and maximum.
fn group_operands(finding: Finding, environment: &Environment, name: &Name) -> Finding {
    match environment.nodes.get(name) {
        Some(group) => finding
            .operand(
                &group.count.max,
                &format!("nodes.{name}.count.max"),
                "nodes at the most",
            )
            .operand(
                &group.instance,
                &format!("nodes.{name}.instance"),
                "their type",
            ),
        None => finding,
    }
}

fn load_note(load: &Load) -> String {
    let (who, pods, cpu) = (&load.who, load.pods, load.cpu);
    let memory = load.memory.div_ceil(1_048_576);
    format!("`{who}`: {pods} pods with surge, each {cpu}m and {memory}Mi")
}

fn daemons_note() -> String {
    let (cpu, memory) = (packing::DAEMON_MILLICORES, packing::DAEMON_MEBIBYTES);
    format!("daemons take {cpu}m and {memory}Mi of every node")
}

/// Makes a finding depend on every value that the pods' room is computed from.
fn given_loads(mut finding: Finding, environment: &Environment) -> Finding {
    for (_, cpu, memory) in requests(environment) {
        finding = finding.given(cpu).given(memory);
    }
    let pools = environment.worker.values();
    for workload in pools
        .clone()
        .map(|pool| &pool.workload)
        .chain([&environment.api.workload])
    {
        finding = super::connections::given_workload(finding, workload).given(&workload.arch);
    }
    for pool in pools {
        finding = finding.given(&pool.capacity);
        if let Some(pause) = &pool.pause {
            finding = finding.given(pause);
        }
    }
    for service in environment.service.values() {
        finding = finding.given(&service.replicas);
    }
    for group in environment.nodes.values() {
        let of = finding.given(&group.instance).given(&group.count.max);
        finding = of.given(&group.capacity);
        for runs in &group.runs {
            finding = finding.given(runs);
        }
    }
    finding.given(&environment.pgbouncer.instances)
}
