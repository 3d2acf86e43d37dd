//! An image for one architecture, nodes of another.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::TopPart;
use crate::budget::packing::{self, Wants};
use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Arch, Name, Workload};

/// The rule `arch-mismatch`.
pub(super) static RULE: Rule = Rule {
    code: Code("arch-mismatch"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Nodes],
    explanation: include_str!("../../diagnostic/explain/arch-mismatch.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let workloads: BTreeMap<String, &Workload> = workloads(environment).into_iter().collect();
    for asking in packing::asking(environment) {
        let workload = workloads.get(&asking.who);
        let found = workload.and_then(|workload| one(context, &asking.who, workload, asking.wants));
        findings.extend(found);
    }
}

fn one(context: &Context<'_>, who: &str, workload: &Workload, wants: Wants<'_>) -> Option<Finding> {
    let groups =
        |wants: &Wants<'_>| packing::groups_for(context.environment, context.catalogue, wants);
    if !groups(&wants).is_empty() {
        return None;
    }
    let others = groups(&Wants {
        arch: None,
        ..wants
    });
    if others.is_empty() {
        return None;
    }
    let arch = &workload.arch;
    let message = format!(
        "`{who}` is built for {}, but no node group that takes its pods has that architecture",
        arch.value
    );
    let path = format!("{who}.arch");
    let finding =
        Finding::new(RULE.code, Severity::Error, message).operand(arch, &path, "the architecture");
    let (finding, theirs) = nodes(finding, context, &others);
    let finding = finding.help(format!(
        "choose an `instance` with {} for the node group",
        arch.value
    ));
    let theirs = theirs?;
    let message = format!("build the image for the nodes, which are {theirs}");
    Some(finding.repair(arch, &path, message, format!("\"{theirs}\"")))
}

/// Labels the groups with their architectures, and returns the first architecture.
fn nodes(
    mut finding: Finding,
    context: &Context<'_>,
    names: &BTreeSet<Name>,
) -> (Finding, Option<Arch>) {
    let mut theirs = None;
    for name in names {
        let group = context.environment.nodes.get(name);
        let known = group.and_then(|group| packing::arch(group, context.catalogue));
        if let (Some(group), Some(known)) = (group, known) {
            theirs = theirs.or(Some(known));
            let path = format!("nodes.{name}.instance");
            finding = finding
                .operand(&group.instance, &path, format!("{known} nodes"))
                .given(&group.capacity)
                .given(&group.count.max);
        }
    }
    (finding, theirs)
}
