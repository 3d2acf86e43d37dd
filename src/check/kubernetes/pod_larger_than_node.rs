//! A pod that fits no node.

use crate::ast::TopPart;
use crate::budget::packing::{self, Load, Resource, Room, Rooms};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::edit::Edit;

/// The rule `pod-larger-than-node`.
pub(super) static RULE: Rule = Rule {
    code: Code("pod-larger-than-node"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[
        TopPart::Api,
        TopPart::Worker,
        TopPart::Service,
        TopPart::Pgbouncer,
        TopPart::Nodes,
    ],
    explanation: include_str!("../../diagnostic/explain/pod-larger-than-node.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let Some(rooms) = packing::rooms(environment, context.catalogue) else {
        return;
    };
    let loads = packing::loads(environment, context.catalogue);
    for load in packing::too_large(&loads, &rooms) {
        findings.report(finding(context, load, &rooms));
    }
}

fn finding(context: &Context<'_>, load: &Load, rooms: &Rooms) -> Finding {
    let environment = context.environment;
    let message = format!(
        "a pod of `{}` requests {}m of CPU and {}Mi of memory, more than an empty node has",
        load.who,
        load.cpu,
        load.memory.div_ceil(1_048_576)
    );
    let mut finding = Finding::new(RULE.code, Severity::Error, message);
    let resources = [Resource::Cpu, Resource::Memory];
    finding = super::asked(finding, environment, load, &resources);
    finding = super::landing(finding, environment);
    for name in &load.groups {
        if let Some(group) = environment.nodes.get(name) {
            let path = format!("nodes.{name}.instance");
            finding = finding.operand(&group.instance, &path, format!("nodes of `{name}`"));
        }
    }
    let taking = || {
        load.groups
            .iter()
            .filter_map(|name| Some((name, rooms.get(name)?)))
    };
    for (name, room) in taking() {
        finding = finding.note(super::room_note(environment, name, room));
    }
    let largest = taking()
        .map(|(_, room)| room)
        .max_by_key(|room| (room.cpu, room.memory));
    match largest {
        Some(room) => repair(finding, context, load, room),
        None => finding,
    }
}

/// The largest request that fits the largest node.
fn repair(finding: Finding, context: &Context<'_>, load: &Load, room: &Room) -> Finding {
    let Some((cpu, memory)) = super::amounts(context.environment, &load.who) else {
        return finding;
    };
    let path = |what: &str| format!("{}.requests.{what}", load.who);
    let most_cpu = format!("\"{}m\"", room.cpu);
    let most_memory = format!("\"{}Mi\"", room.memory / 1_048_576);
    match (load.cpu > room.cpu, load.memory > room.memory) {
        (true, false) => {
            let message = format!("request at most {}m of CPU", room.cpu);
            finding.repair(cpu, &path("cpu"), message, most_cpu)
        }
        (false, true) => {
            let message = format!("request at most {}Mi of memory", room.memory / 1_048_576);
            finding.repair(memory, &path("memory"), message, most_memory)
        }
        _ => finding.help_by(
            format!(
                "write `requests cpu={most_cpu} memory={most_memory}` or less, or choose a larger `instance`"
            ),
            [
                Edit::set(path("cpu"), most_cpu),
                Edit::set(path("memory"), most_memory),
            ],
        ),
    }
}
