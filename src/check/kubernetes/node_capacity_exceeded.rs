//! Pods that request more at their maxima than all nodes have.

use crate::ast::TopPart;
use crate::budget::packing::{self, Crowd, Load, PackedSum, Resource, Rooms, Shortage};

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::suggest;
use crate::diagnostic::{Code, Severity};

/// The rule `node-capacity-exceeded`.
pub(super) static RULE: Rule = Rule {
    code: Code("node-capacity-exceeded"),
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
    explanation: include_str!("../../diagnostic/explain/node-capacity-exceeded.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let Some(rooms) = packing::rooms(environment, context.catalogue) else {
        return;
    };
    let loads = packing::loads(environment, context.catalogue);
    for short in packing::shortages(&loads, &rooms) {
        findings.extend(finding(context, &short, &loads, &rooms));
    }
}

fn finding(
    context: &Context<'_>,
    short: &Shortage,
    loads: &[Load],
    rooms: &Rooms,
) -> Option<Finding> {
    let environment = context.environment;
    let bound = || packing::bound_to(loads, &short.groups);
    let mut finding = opening(context, short, loads)?;
    for sum in &short.sums {
        finding = finding.note(arithmetic(sum, bound(), short, rooms));
    }
    if let Some(crowd) = &short.crowd {
        finding = finding.note(division(crowd, bound(), short, rooms));
    }
    for name in &short.groups {
        if let Some(room) = rooms.get(name) {
            finding = finding.note(super::room_note(environment, name, room));
        }
    }
    Some(super::more_nodes(
        finding,
        environment,
        (loads, rooms),
        &short.groups,
    ))
}

/// The shortage, and everything that decides it.
fn opening(context: &Context<'_>, short: &Shortage, loads: &[Load]) -> Option<Finding> {
    let environment = context.environment;
    let bound = || packing::bound_to(loads, &short.groups);
    let groups = short.groups.iter();
    Some(match (short.sums.first(), &short.crowd) {
        (Some(first), _) => {
            let message = format!(
                "with all autoscalers at their maxima the pods request {}, but the nodes have only {}",
                first.resource.told(first.asked),
                first.resource.shown(first.has)
            );
            let resources: Vec<Resource> = short.sums.iter().map(|sum| sum.resource).collect();
            let finding = Finding::new(RULE.code, Severity::Error, message);
            super::everything(finding, environment, bound(), groups, &resources)
        }
        (None, Some(crowd)) => {
            let message = format!(
                "{} can have {} pods, but the nodes have room for only {} of them",
                suggest::list(crowd.whose.iter().map(String::as_str)),
                crowd.pods,
                crowd.places
            );
            let own = bound().filter(|load| crowd.whose.contains(&load.who));
            let resources = [Resource::Cpu, Resource::Memory];
            let finding = Finding::new(RULE.code, Severity::Error, message);
            super::everything(finding, environment, own, groups, &resources)
        }
        (None, None) => return None,
    })
}

/// Both sides of a sum: every load with its surge, and every group.
fn arithmetic<'a>(
    sum: &PackedSum,
    loads: impl Iterator<Item = &'a Load>,
    short: &Shortage,
    rooms: &Rooms,
) -> String {
    let resource = sum.resource;
    let asked: Vec<String> = loads
        .map(|load| {
            let each = resource.shown(u128::from(resource.asked(load)));
            format!("{} x {each} ({})", load.pods, load.who)
        })
        .collect();
    let has: Vec<String> = short
        .groups
        .iter()
        .filter_map(|name| Some((name, rooms.get(name)?)))
        .map(|(name, room)| {
            let each = resource.shown(u128::from(resource.has(room)));
            format!("{} x {each} (nodes.{name})", room.nodes)
        })
        .collect();
    format!(
        "with every rollout surging: {} = {} > {} = {}",
        asked.join(" + "),
        resource.shown(sum.asked),
        resource.shown(sum.has),
        has.join(" + ")
    )
}

/// The pods of a crowd, and the number of them that each group can hold.
fn division<'a>(
    crowd: &Crowd,
    loads: impl Iterator<Item = &'a Load>,
    short: &Shortage,
    rooms: &Rooms,
) -> String {
    let come: Vec<String> = loads
        .filter(|load| crowd.whose.contains(&load.who))
        .map(|load| format!("{} ({})", load.pods, load.who))
        .collect();
    let places: Vec<String> = short
        .groups
        .iter()
        .filter_map(|name| Some((name, rooms.get(name)?)))
        .map(|(name, room)| {
            let each = packing::places(room, crowd.cpu, crowd.memory);
            format!("{} x {each} (nodes.{name})", room.nodes)
        })
        .collect();
    format!(
        "with every rollout surging, there are {} = {} pods of at least {}m of CPU and {}Mi of memory each; the nodes hold {} = {} of them",
        come.join(" + "),
        crowd.pods,
        crowd.cpu,
        crowd.memory.div_ceil(1_048_576),
        places.join(" + "),
        crowd.places
    )
}
