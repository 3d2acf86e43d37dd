//! An image for one architecture, nodes of another.

use crate::ast::Part;
use crate::budget::packing;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Capacity, Name, Workload};

/// The rule `arch-mismatch`.
pub(super) static RULE: Rule = Rule {
    code: Code("arch-mismatch"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Api, Part::Worker, Part::Nodes],
    explanation: include_str!("../../diagnostic/explain/arch-mismatch.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let api = &environment.api.workload;
    one(context, "api", None, Capacity::OnDemand, api, findings);
    for (name, worker) in &environment.worker {
        let (who, capacity) = (format!("worker.{name}"), worker.capacity.value);
        one(
            context,
            &who,
            Some(name),
            capacity,
            &worker.workload,
            findings,
        );
    }
}

fn one(
    context: &Context<'_>,
    who: &str,
    pool: Option<&Name>,
    capacity: Capacity,
    workload: &Workload,
    findings: &mut Findings,
) {
    let groups =
        |arch| packing::groups_for(context.environment, context.catalogue, pool, capacity, arch);
    let arch = workload.arch.value;
    let others = groups(None);
    if others.is_empty() || !groups(Some(arch)).is_empty() {
        return;
    }
    let message = format!("`{who}` is built for {arch}, and no node group that takes it is");
    let mut finding = Finding::new(RULE.code, Severity::Error, message).operand(
        &workload.arch,
        &format!("{who}.arch"),
        "the architecture",
    );
    for name in &others {
        finding = super::group_operands(finding, context.environment, name);
    }
    findings.report(
        finding.help("choose an instance of that architecture, or build the image for the nodes"),
    );
}
