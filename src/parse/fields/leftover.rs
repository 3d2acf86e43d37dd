//! Findings about parts of a node that no reader asked for.

use std::collections::BTreeSet;

use super::Fields;
use crate::diagnostic::{Diagnostic, code};
use crate::parse::scan::quoted;
use crate::parse::tree::{Block, KdlLiteral, KdlNode};
use crate::parse::{suggest, vocabulary};
use crate::source::Span;

/// Reports every argument, property and child that is left in `fields`, and an argument that is
/// missing.
pub(super) fn report(fields: &Fields<'_>) {
    if !value_with_key(fields) {
        missing(fields);
        properties(fields);
    }
    arguments(fields);
    if fields.known_children.is_empty() {
        block(fields);
    } else {
        children(fields);
    }
}

/// `environment name="prod"`: the argument is there, but after a key that does not exist.
fn value_with_key(fields: &Fields<'_>) -> bool {
    let (Some(_), [property]) = (fields.missing_argument, fields.properties.as_slice()) else {
        return false;
    };
    let (key, value) = (property.key, property.value);
    let truth = matches!(value.literal, KdlLiteral::Truth(_) | KdlLiteral::Null);
    if truth || suggest::nearest(key, fields.known_properties.iter().copied()).is_some() {
        return false;
    }
    let message = format!("`{}` has no property `{key}`", fields.path);
    let finding = Diagnostic::error(code::UNKNOWN_PROPERTY, message, property.key_span);
    let whole = Span {
        end: value.span.end,
        ..property.key_span
    };
    // A taint such as `spot=true:NoSchedule` was meant as one text.
    let bare = value.text().is_some() && !value.repr.contains('"');
    let (help, text) = if bare {
        let help =
            "write the whole text in quotes: a `=` outside quotes starts the value of a property";
        (help.to_owned(), quoted(&format!("{key}={}", value.repr)))
    } else {
        let help = format!(
            "write the value directly after `{}`, without a key",
            fields.node_name()
        );
        (help, value.repr.to_owned())
    };
    fields.cx.report(finding.replace(help, whole, text));
    true
}

fn missing(fields: &Fields<'_>) {
    let Some(example) = fields.missing_argument else {
        return;
    };
    let what = if example == "\"main\"" {
        "name"
    } else {
        "value"
    };
    let message = format!("`{}` needs a {what}", fields.path);
    let finding = Diagnostic::error(code::MISSING_VALUE, message, fields.name_span());
    let node = fields.node_name();
    // `worker { name "batch" }`: the name is in the block.
    let named = fields.node.children().find(|child| child.name == "name");
    let written = named.and_then(|child| child.entries.first());
    let example = written.map_or(example, |entry| entry.value.repr);
    let help = format!("write it after the name, such as `{node} {example}`");
    fields.cx.report(finding.help(help));
}

fn arguments(fields: &Fields<'_>) {
    let given = |key: &str| {
        let mut keys = fields
            .node
            .entries
            .iter()
            .filter_map(|entry| entry.key.as_ref());
        keys.any(|known| known.name == key)
    };
    let mut open = fields.known_properties.iter().filter(|key| !given(key));
    let entries = fields.node.entries.iter();
    let all = entries.filter(|entry| entry.key.is_none()).count();
    for argument in &fields.arguments {
        let what = if all > fields.arguments.len() {
            "takes no further value"
        } else {
            "takes no value without a key"
        };
        let message = format!("`{}` {what}", fields.path);
        let finding = Diagnostic::error(code::UNEXPECTED_ARGUMENT, message, argument.span);
        fields.cx.report(match open.next() {
            Some(key) => finding.help(format!(
                "write it as a property, such as `{key}={}`",
                argument.repr
            )),
            None => finding.help(how_to_switch_off(fields, argument.repr).unwrap_or("remove it")),
        });
    }
}

fn properties(fields: &Fields<'_>) {
    // Each property is suggested once, and never if it is already stated.
    let mut given: BTreeSet<&str> = fields
        .node
        .entries
        .iter()
        .filter_map(|entry| entry.key.as_ref())
        .map(|key| &*key.name)
        .collect();
    for property in &fields.properties {
        let key = property.key;
        let message = format!("`{}` has no property `{key}`", fields.path);
        let finding = Diagnostic::error(code::UNKNOWN_PROPERTY, message, property.key_span);
        let known = fields.known_properties.iter().copied();
        let finding = if fields.known_children.contains(&key) {
            finding.help(format!(
                "`{key}` is a node: write `{key} {}` inside the braces",
                property.value.repr
            ))
        } else if let Some(near) = suggest::nearest(key, known.clone()) {
            if given.insert(near) {
                finding.replace(format!("did you mean `{near}`?"), property.key_span, near)
            } else {
                finding.help(format!("`{near}` is stated already: remove one of the two"))
            }
        } else if fields.takes_argument && property.value.whole().is_some() {
            let whole = Span {
                end: property.value.span.end,
                ..property.key_span
            };
            let help = format!(
                "write the value directly after `{}`, without a key",
                fields.node_name()
            );
            finding.replace(help, whole, property.value.repr)
        } else if fields.known_properties.is_empty() {
            finding.help("remove it: this node has no properties")
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
    } else if let Some(text) = as_properties(block) {
        finding.replace("write its properties after the name", block.whole, text)
    } else {
        let known = suggest::list(fields.known_properties.iter().copied());
        finding.help(format!("write its properties after the name: {known}"))
    });
}

/// A block of single values, such as `{ min 2; max 10 }`, as properties.
fn as_properties(block: &Block<'_>) -> Option<String> {
    let property = |node: &KdlNode<'_>| match node.entries.as_slice() {
        [entry] if entry.key.is_none() && node.block.is_none() => {
            Some(format!("{}={}", node.name, entry.value.repr))
        }
        _ => None,
    };
    let all: Vec<String> = block.nodes.iter().map(property).collect::<Option<_>>()?;
    (!all.is_empty()).then(|| all.join(" "))
}

fn children(fields: &Fields<'_>) {
    // Each node is suggested once. A node that may appear once is never suggested if it is stated.
    let names = fields.node.children().map(|child| &*child.name);
    let mut given: BTreeSet<&str> = names.collect();
    for child in &fields.children {
        let (name, span) = (&*child.name, child.name_span);
        elsewhere(fields, child);
        let message = format!("`{}` has no node `{name}`", fields.path);
        let finding = Diagnostic::error(code::UNKNOWN_NODE, message, span);
        let known = fields.known_children.iter().copied();
        let finding = if fields.known_properties.contains(&name) {
            finding.help(format!(
                "`{name}` is a property: write `{name}=...` before the brace"
            ))
        } else if vocabulary::is_known(name) {
            finding.help(format!("move `{name}` to the top level, outside any block"))
        } else if let Some(near) = suggest::nearest(name, known.clone()) {
            match count_alone(child).filter(|_| near == "worker") {
                Some(count) => finding.help(format!(
                    "did you mean `worker \"POOL\" {count}`, with the name of a pool?"
                )),
                None if given.insert(near) || !fields.single_children.contains(&near) => {
                    finding.replace(format!("did you mean `{near}`?"), span, near)
                }
                None => finding.help(format!(
                    "`{near}` is already stated: move the contents of this node into it"
                )),
            }
        } else if let Some(help) = how_to_switch_off(fields, name) {
            finding.help(help)
        } else {
            finding.help(format!("known here: {}", suggest::list(known)))
        };
        fields.cx.report(finding);
    }
}

/// Notes the nodes in which an unexpected child would be valid: it may be missing there.
fn elsewhere(fields: &Fields<'_>, child: &KdlNode<'_>) {
    let name = &*child.name;
    if vocabulary::is_known(name) {
        fields.cx.misplaced(name);
    }
    for owner in vocabulary::owners(name) {
        fields.cx.misplaced(owner);
    }
    if name == "waive" {
        fields.cx.perhaps_waived(child.first_text());
    }
}

/// The count in `workers 0`, which names no pool.
fn count_alone<'a>(child: &KdlNode<'a>) -> Option<&'a str> {
    match child.entries.as_slice() {
        [entry] if entry.key.is_none() => entry.value.whole().map(|_| entry.value.repr),
        _ => None,
    }
}

/// What to write for `redis "cache" off`, and the like.
fn how_to_switch_off(fields: &Fields<'_>, written: &str) -> Option<&'static str> {
    let word = written.trim_matches(['"', '#']);
    if !["off", "false", "none", "disabled", "remove", "delete"].contains(&word) {
        return None;
    }
    match fields.path.split_once('.')? {
        ("redis", name) if !name.contains('.') => Some(
            "to switch off a group of the tier, write `#false` after its name: `redis \"cache\" #false`",
        ),
        ("nodes", name) if !name.contains('.') => {
            Some("to turn off a group of the tier, state `count min=0 max=0`")
        }
        ("worker", name) if !name.contains('.') => {
            Some("to turn off a pool of the tier, state `replicas max=0`")
        }
        _ => None,
    }
}
