//! A kubelet that admits more pods than the node has addresses.

use crate::ast::TopPart;
use crate::budget::packing;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, NodeGroup};

/// The rule `max-pods-exceeded`.
pub(super) static RULE: Rule = Rule {
    code: Code("max-pods-exceeded"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Nodes],
    explanation: include_str!("../../diagnostic/explain/max-pods-exceeded.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.nodes {
        findings.extend(one(context, name, group));
    }
}

fn one(context: &Context<'_>, name: &Name, group: &NodeGroup) -> Option<Finding> {
    let stated = group.max_pods.as_ref()?;
    let most = packing::addressed_pods(group, context.catalogue)?;
    if stated.value <= most {
        return None;
    }
    let message = format!(
        "a node of `{name}` would admit {} pods, but it can run only {most}",
        stated.value
    );
    let path = format!("nodes.{name}.max-pods");
    let mut finding = Finding::new(RULE.code, Severity::Error, message).operand(
        stated,
        &path,
        "`maxPods` of the kubelet",
    );
    for instance in group.instances() {
        finding = finding.given(instance);
    }
    if let Some(prefixes) = &group.prefix_delegation {
        finding = finding.given(prefixes);
    }
    let counted = if group.assigns_prefixes() {
        "the addresses in prefixes of 16, and at most 110 below 30 vCPUs, 250 above"
    } else {
        "one pod for each address of an interface but its first, and two on the host's network"
    };
    let types = group.instances_in_words();
    let finding = finding.note(format!("{most} pods on {types}: {counted}"));
    let message = format!("admit at most {most} pods");
    Some(finding.repair(stated, &path, message, most.to_string()))
}
