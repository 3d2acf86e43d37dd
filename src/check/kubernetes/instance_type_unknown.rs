//! An instance type that the catalogue does not have.

use crate::catalogue::is_graviton;
use crate::check::unknown::{families_like, or_new};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::suggest;
use crate::diagnostic::{Code, Severity};
use crate::model::Name;
use crate::source::Sourced;

/// The rule `instance-type-unknown`. Architecture, image and room of the nodes depend on the type,
/// so nothing correct can be rendered without it.
pub(super) static RULE: Rule = Rule {
    code: Code("instance-type-unknown"),
    severity: Severity::Error,
    waivable: false,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/instance-type-unknown.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let types = &context.catalogue.node_types;
    for (name, group) in &context.environment.nodes {
        let own = (format!("nodes.{name}.instance"), &group.instance);
        let others = group.alternatives.iter();
        let others = others.map(|it| (format!("nodes.{name}.alternatives.{}", it.value), it));
        for (path, instance) in std::iter::once(own).chain(others) {
            if types.get(&instance.value).is_none() {
                findings.report(unknown(context, name, instance, &path));
            }
        }
    }
}

fn unknown(context: &Context<'_>, name: &Name, instance: &Sourced<String>, path: &str) -> Finding {
    let names = || context.catalogue.node_types.names().collect();
    let message = format!("the instance type `{}` is unknown", instance.value);
    let finding = Finding::new(RULE.code, Severity::Error, message).operand(
        instance,
        path,
        format!("the nodes of `{name}`"),
    );
    let finding = match near(&instance.value, names()) {
        Some(near) => {
            let message = format!("did you mean `{near}`?");
            finding.repair(instance, path, message, format!("\"{near}\""))
        }
        None => finding.help(known(&instance.value, names())),
    };
    or_new(finding, "node-type", &instance.value, NUMBERS)
}

/// What `instances.kdl` states of a type.
const NUMBERS: &str = "vcpu=? memory=\"?Gi\" enis=? addresses=?";

/// Sizes of EC2. A valid size is never a slip of another size.
const SIZES: [&str; 14] = [
    "nano", "micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge",
    "12xlarge", "16xlarge", "24xlarge", "32xlarge", "metal",
];

/// The type that was probably meant: a slip of the family or of the size, but never another valid
/// size or another architecture.
fn near<'a>(typed: &str, names: Vec<&'a str>) -> Option<&'a str> {
    let (family, size) = typed.split_once('.')?;
    // Of equally near families, the last is the newest generation.
    let parts = || names.iter().rev().filter_map(|name| name.split_once('.'));
    let alike = parts()
        .map(|(known, _)| known)
        .filter(|known| is_graviton(known) == is_graviton(family));
    let family = suggest::nearest(family, alike)?;
    let mut sizes = parts()
        .filter(|(known, _)| *known == family)
        .map(|(_, size)| size);
    let size = if SIZES.contains(&size) {
        sizes.find(|known| *known == size)?
    } else {
        suggest::nearest(size, sizes)?
    };
    names
        .into_iter()
        .find(|name| name.split_once('.') == Some((family, size)))
}

/// The choices: the sizes if the family is known, else families.
fn known(typed: &str, names: Vec<&str>) -> String {
    let family = typed.split_once('.').map_or(typed, |(family, _)| family);
    let of_family = |name: &&str| {
        name.split_once('.')
            .is_some_and(|(known, _)| known == family)
    };
    let own: Vec<&str> = names.iter().copied().filter(of_family).collect();
    if own.is_empty() {
        families_like(typed, names.into_iter())
    } else {
        format!("use a known type: {}", suggest::list(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_from_another_size_or_architecture() {
        let names = || {
            vec![
                "m6i.large",
                "m7g.large",
                "m7g.xlarge",
                "m7i.large",
                "t3.xlarge",
            ]
        };
        for (typed, meant) in [
            ("m7g.xlage", Some("m7g.xlarge")),
            ("m8g.large", Some("m7g.large")),
            ("m7i.lrge", Some("m7i.large")),
            ("m7i.xlarge", None),
            ("m7a.large", Some("m7i.large")),
            ("m7g.4xlarge", None),
            ("z1d.metal", None),
            ("large", None),
        ] {
            assert_eq!(near(typed, names()), meant, "{typed}");
        }
        assert_eq!(
            known("m7i.xlarge", names()),
            "use a known type: `m7i.large`"
        );
        let families = "known families: `m6i`, `m7g` and `m7i`";
        assert_eq!(known("m9x.xlarge", names()), families);
    }
}
