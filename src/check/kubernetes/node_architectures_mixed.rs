//! Instance types of several architectures in one node group.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Arch, Name, NodeGroup};
use crate::source::Sourced;

/// The rule `node-architectures-mixed`. A node group has one AMI, and an AMI has one architecture.
pub(super) static RULE: Rule = Rule {
    code: Code("node-architectures-mixed"),
    severity: Severity::Error,
    waivable: false,
    steady: true,
    reads: &[TopPart::Nodes],
    explanation: include_str!("../../diagnostic/explain/node-architectures-mixed.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.nodes {
        let Some(own) = arch(context, &group.instance) else {
            continue;
        };
        for other in &group.alternatives {
            if let Some(theirs) = arch(context, other).filter(|theirs| *theirs != own) {
                findings.report(finding(name, group, own, (other, theirs)));
            }
        }
    }
}

fn arch(context: &Context<'_>, instance: &Sourced<String>) -> Option<Arch> {
    let node = context.catalogue.node_types.get(&instance.value)?;
    Some(node.arch)
}

fn finding(
    name: &Name,
    group: &NodeGroup,
    own: Arch,
    (other, theirs): (&Sourced<String>, Arch),
) -> Finding {
    let message = format!(
        "`{}` is {theirs}, but the nodes of `{name}` are {own}: a node group has one image",
        other.value
    );
    let path = format!("nodes.{name}.alternatives.{}", other.value);
    Finding::new(RULE.code, Severity::Error, message)
        .operand(other, &path, format!("{theirs}"))
        .operand(
            &group.instance,
            &format!("nodes.{name}.instance"),
            format!("{own}"),
        )
        .help(format!(
            "list only {own} types in `alternatives`, or write a second node group for {theirs}"
        ))
}
