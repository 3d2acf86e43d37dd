//! A node group of an instance type that the catalogue does not know.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::suggest;
use crate::diagnostic::{Code, Severity};

/// The rule `instance-type-unknown`. Architecture, image and room of the nodes follow from the
/// type, so that nothing right can be rendered without it.
pub(super) static RULE: Rule = Rule {
    code: Code("instance-type-unknown"),
    severity: Severity::Error,
    waivable: false,
    steady: true,
    reads: &[Part::Nodes],
    explanation: include_str!("../../diagnostic/explain/instance-type-unknown.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let types = &context.catalogue.node_types;
    for (name, group) in &context.environment.nodes {
        let instance = &group.instance;
        if types.get(&instance.value).is_some() {
            continue;
        }
        let message = format!("the instance type `{}` is unknown", instance.value);
        let path = format!("nodes.{name}.instance");
        let finding = Finding::new(RULE.code, Severity::Error, message).operand(
            instance,
            &path,
            format!("the nodes of `{name}`"),
        );
        findings.report(match suggest::nearest(&instance.value, types.names()) {
            Some(near) => {
                let message = format!("did you mean `{near}`?");
                finding.repair(instance, &path, message, format!("\"{near}\""))
            }
            None => finding.help(format!(
                "known families are {}; others belong in a catalogue of your own",
                suggest::families(types.names())
            )),
        });
    }
}
