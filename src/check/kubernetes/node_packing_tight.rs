//! The sums fit, but the pods do not divide well over the nodes.

use crate::ast::Part;
use crate::budget::packing;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `node-packing-tight`.
pub(super) static RULE: Rule = Rule {
    code: Code("node-packing-tight"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[
        Part::Api,
        Part::Worker,
        Part::Service,
        Part::Pgbouncer,
        Part::Nodes,
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
    let Some(load) = packing::unplaced(&loads, &rooms) else {
        return;
    };
    let message = format!(
        "the last pods of `{}` may find no node, though the sums fit",
        load.who
    );
    let mut finding = Finding::new(RULE.code, Severity::Warning, message);
    for name in &load.groups {
        finding = super::group_operands(finding, environment, name);
    }
    for load in &loads {
        finding = finding.note(super::load_note(load));
    }
    let finding = finding
        .note(super::daemons_note())
        .help("raise the group's `count max`, or choose requests that divide a node");
    findings.report(super::given_loads(finding, environment));
}
