//! An image for one architecture, nodes of another.

use crate::ast::Part;
use crate::budget::packing::{self, Wants};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Workload;

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
    for (who, workload) in super::super::autoscaling::workloads(environment) {
        let all = packing::asking(environment);
        let asking = all.into_iter().find(|asking| asking.who == who);
        findings.extend(asking.and_then(|asking| one(context, &who, workload, asking.wants)));
    }
}

fn one(context: &Context<'_>, who: &str, workload: &Workload, wants: Wants<'_>) -> Option<Finding> {
    let (environment, arch) = (context.environment, &workload.arch);
    let groups = |wants| packing::groups_for(environment, context.catalogue, wants);
    let others = groups(Wants {
        arch: None,
        ..wants
    });
    if others.is_empty() || !groups(wants).is_empty() {
        return None;
    }
    let message = format!(
        "`{who}` is built for {}, and no node that it can land on is",
        arch.value
    );
    let path = format!("{who}.arch");
    let mut finding =
        Finding::new(RULE.code, Severity::Error, message).operand(arch, &path, "the architecture");
    let mut theirs = None;
    for name in &others {
        let Some(group) = environment.nodes.get(name) else {
            continue;
        };
        let node = context.catalogue.node_types.get(&group.instance.value)?;
        theirs = theirs.or(Some(node.arch));
        let text = format!("{} nodes", node.arch);
        finding = finding
            .operand(&group.instance, &format!("nodes.{name}.instance"), text)
            .given(&group.capacity)
            .given(&group.count.max);
    }
    let theirs = theirs?;
    Some(
        finding
            .repair(
                arch,
                &path,
                format!("build the image for the nodes, which are {theirs}"),
                format!("\"{theirs}\""),
            )
            .help(format!(
                "an `instance` that is {} would do as well",
                arch.value
            )),
    )
}
