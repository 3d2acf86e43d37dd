//! Findings about what a node holds and nobody asked for.

use super::fields::Fields;
use super::suggest;
use crate::diagnostic::{Diagnostic, code};

/// Reports every argument, property and child that is left in `fields`.
pub(super) fn report(fields: &Fields<'_>) {
    arguments(fields);
    properties(fields);
    if fields.known_children.is_empty() {
        block(fields);
    } else {
        children(fields);
    }
}

fn arguments(fields: &Fields<'_>) {
    for argument in &fields.arguments {
        let message = format!("`{}` takes no further value here", fields.path);
        let finding = Diagnostic::error(code::UNEXPECTED_ARGUMENT, message, argument.span);
        fields.cx.report(match fields.known_properties.as_slice() {
            [] => finding.help("remove it"),
            known => finding.help(format!(
                "write it as a property, such as `{}={}`",
                known.first().copied().unwrap_or_default(),
                argument.repr
            )),
        });
    }
}

fn properties(fields: &Fields<'_>) {
    for property in &fields.properties {
        let key = property.key;
        let message = format!("`{}` has no property `{key}`", fields.path);
        let finding = Diagnostic::error(code::UNKNOWN_PROPERTY, message, property.key_span);
        let known = fields.known_properties.iter().copied();
        let finding = if fields.known_children.contains(&key) {
            finding.help(format!(
                "`{key}` is a node: write `{key} {}` inside of the braces",
                property.value.repr
            ))
        } else if let Some(near) = suggest::nearest(key, known.clone()) {
            finding.replace(format!("did you mean `{near}`?"), property.key_span, near)
        } else if fields.known_properties.is_empty() {
            finding.help("it has no properties at all")
        } else {
            finding.help(format!("known here: {}", suggest::list(known)))
        };
        fields.cx.report(finding);
    }
}

fn block(fields: &Fields<'_>) {
    let Some(block) = &fields.node.block else {
        return;
    };
    let first = block.nodes.first();
    let span = first.map_or(block.open, |first| first.name_span);
    let message = format!("`{}` has no block of nodes", fields.path);
    let finding = Diagnostic::error(code::UNEXPECTED_CHILDREN, message, span);
    fields.cx.report(if fields.known_properties.is_empty() {
        finding.help("remove the braces and what is in them")
    } else {
        let known = suggest::list(fields.known_properties.iter().copied());
        finding.help(format!("write its properties behind the name: {known}"))
    });
}

fn children(fields: &Fields<'_>) {
    for child in &fields.children {
        let (name, span) = (&*child.name, child.name_span);
        let message = format!("`{}` has no node `{name}`", fields.path);
        let finding = Diagnostic::error(code::UNKNOWN_NODE, message, span);
        let known = fields.known_children.iter().copied();
        let finding = if fields.known_properties.contains(&name) {
            finding.help(format!("`{name}` is a property: write it before the brace"))
        } else if let Some(near) = suggest::nearest(name, known.clone()) {
            finding.replace(format!("did you mean `{near}`?"), span, near)
        } else {
            finding.help(format!("known here: {}", suggest::list(known)))
        };
        fields.cx.report(finding);
    }
}
