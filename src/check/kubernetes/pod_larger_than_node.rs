//! A pod that fits no node.

use crate::ast::Part;
use crate::budget::packing;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `pod-larger-than-node`.
pub(super) static RULE: Rule = Rule {
    code: Code("pod-larger-than-node"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[
        Part::Api,
        Part::Worker,
        Part::Service,
        Part::Pgbouncer,
        Part::Nodes,
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
        let message = format!("a pod of `{}` is larger than an empty node", load.who);
        let mut finding = Finding::new(RULE.code, Severity::Error, message);
        for (path, cpu, memory) in super::requests(environment) {
            if path == load.who {
                let (of_cpu, of_memory) = (
                    format!("{path}.requests.cpu"),
                    format!("{path}.requests.memory"),
                );
                finding = finding
                    .operand(cpu, &of_cpu, "the CPU a pod asks for")
                    .operand(memory, &of_memory, "the memory a pod asks for");
            }
        }
        for (name, room) in rooms.iter().filter(|(name, _)| load.groups.contains(*name)) {
            finding = super::group_operands(finding, environment, name).note(format!(
                "a node of `nodes.{name}` has {}m and {}Mi for pods",
                room.cpu,
                room.memory / 1_048_576
            ));
        }
        let finding = finding
            .note(super::daemons_note())
            .help("lower the request, or choose a larger instance");
        findings.report(super::given_loads(finding, environment));
    }
}
