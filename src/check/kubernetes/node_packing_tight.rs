//! Pods whose sums fit, but which cannot be divided well among the nodes.

use crate::ast::TopPart;
use crate::budget::packing::{self, Load, Resource, Rooms};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `node-packing-tight`.
pub(super) static RULE: Rule = Rule {
    code: Code("node-packing-tight"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[
        TopPart::Api,
        TopPart::Worker,
        TopPart::Service,
        TopPart::Pgbouncer,
        TopPart::Nodes,
    ],
    explanation: include_str!("../../diagnostic/explain/node-packing-tight.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let Some(rooms) = packing::rooms(environment, context.catalogue) else {
        return;
    };
    let loads = packing::loads(environment, context.catalogue);
    let impossible = packing::too_large(&loads, &rooms).next().is_some()
        || !packing::shortages(&loads, &rooms).is_empty();
    if impossible {
        return;
    }
    if let Some(load) = packing::unplaced(&loads, &rooms) {
        findings.report(finding(context, load, &loads, &rooms));
    }
}

fn finding(context: &Context<'_>, load: &Load, loads: &[Load], rooms: &Rooms) -> Finding {
    let environment = context.environment;
    let message = format!(
        "some pods of `{}` may not fit on any node, although the nodes have enough room in total",
        load.who
    );
    let sharing = || {
        loads
            .iter()
            .filter(|other| !other.groups.is_disjoint(&load.groups))
    };
    let finding = Finding::new(RULE.code, Severity::Warning, message);
    let resources = [Resource::Cpu, Resource::Memory];
    let groups = load.groups.iter();
    let mut finding = super::everything(finding, environment, sharing(), groups, &resources);
    for load in sharing() {
        finding = finding.note(format!(
            "`{}`: {} pods with surge, each requests {}m of CPU and {}Mi of memory",
            load.who,
            load.pods,
            load.cpu,
            load.memory.div_ceil(1_048_576)
        ));
    }
    for name in &load.groups {
        if let Some(room) = rooms.get(name) {
            finding = finding.note(super::room_note(environment, name, room));
        }
    }
    super::more_nodes(finding, environment, (loads, rooms), &load.groups)
}
