//! The pods at their maxima ask for more than all nodes have.

use crate::ast::Part;
use crate::budget::packing;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `node-capacity-exceeded`.
pub(super) static RULE: Rule = Rule {
    code: Code("node-capacity-exceeded"),
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
        let (what, asked, has) = (short.what, short.asked, short.has);
        let message =
            format!("the pods at their maxima ask for {asked} {what}, and the nodes have {has}");
        let mut finding = Finding::new(RULE.code, Severity::Error, message);
        for name in &short.groups {
            finding = super::group_operands(finding, environment, name);
        }
        for load in loads
            .iter()
            .filter(|load| load.groups.is_subset(&short.groups))
        {
            finding = finding.note(super::load_note(load));
        }
        let finding = finding
            .note(super::daemons_note())
            .help("raise the groups' `count max`, or lower the maxima or the requests");
        findings.report(super::given_loads(finding, environment));
    }
}
