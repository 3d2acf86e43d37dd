//! The top-level nodes: which there are, and where what they say goes.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::{operation, schedule};
use crate::ast::{Ast, EnvironmentNode, Over as _, Part, Spoil, WaiverNode};
use crate::diagnostic::{Diagnostic, code};
use crate::model::declaration::typed;
use crate::model::place::MOST_LABELS;
use crate::model::{Days, Environment, Name, OffHours};
use crate::parse::fields::{Cx, Fields};
use crate::parse::tree::Node;
use crate::parse::vocabulary::{NODES, WITH_BLOCK, has_block, is_known, nearest};
use crate::parse::{suggest, text, value};
use crate::source::Span;

/// The nodes that have a name and may stand more than once.
const KEYED: [&str; 6] = ["worker", "service", "redis", "nodes", "event", "load-test"];

/// The nodes that have no name and may stand more than once.
const MANY: [&str; 3] = ["labels", "waive", "off-hours"];

/// Where each node of a file was stated first, by its path.
pub type Seen = BTreeMap<String, Span>;

/// The node that is meant by one that is not known: what has a block is rather one that takes one.
fn meant(node: &Node<'_>) -> Option<&'static str> {
    let with_block = || suggest::nearest(&node.name, WITH_BLOCK);
    let block = node.block.as_ref().and_then(|_| with_block());
    block.or_else(|| nearest(&node.name))
}

/// Marks what a node named `name` would have said as unreadable.
pub fn mark_broken(ast: &mut Ast, name: &str) {
    let known = |name: &str| NODES.iter().find(|(known, _)| *known == name);
    let Some((name, part)) = known(name).or_else(|| known(nearest(name)?)) else {
        ast.broken.insert(Part::Other);
        return;
    };
    ast.broken.insert(*part);
    match *name {
        "environment" => ast.stated.environment.broken = true,
        "tier" => ast.stated.tier.broken = true,
        "region" => ast.stated.region.broken = true,
        "app" => ast.stated.app.broken = true,
        "namespace" => ast.stated.namespace.broken = true,
        "cluster" => ast.stated.cluster.broken = true,
        "framework" => ast.stated.framework.broken = true,
        "deliver" => ast.stated.deliver.spoil(),
        "schedule" => ast.stated.schedule.spoil(),
        "budget" => ast.stated.budget.spoil(),
        "cost" => ast.stated.cost.spoil(),
        _ => {}
    }
}

/// Marks what a node named `name` would have said as unreadable, and what the tier states in its
/// place as not meant.
pub fn mark_doubted(ast: &mut Ast, name: &str) {
    mark_broken(ast, name);
    let part = NODES.iter().find(|(known, _)| *known == name);
    ast.doubted.extend(part.map(|(_, part)| *part));
}

/// The nodes that a text can have once, of those that it has.
#[must_use]
pub fn single(nodes: &[Node<'_>]) -> BTreeSet<String> {
    let names = nodes.iter().map(|node| &*node.name);
    let once = names.filter(|name| is_known(name) && stands_once(name));
    once.map(str::to_owned).collect()
}

/// Whether a text has a top-level node of this name once at most.
fn stands_once(name: &str) -> bool {
    !KEYED.contains(&name) && !MANY.contains(&name)
}

/// Reads one top-level node into `ast`.
pub fn node<'a>(ast: &mut Ast, seen: &mut Seen, cx: Cx<'a>, node: &'a Node<'a>) {
    match super::run_on::parted(node, cx, known_in) {
        Some(parted) => read(ast, seen, cx, &parted),
        None => read(ast, seen, cx, node),
    }
}

fn read<'a>(ast: &mut Ast, seen: &mut Seen, cx: Cx<'a>, node: &'a Node<'a>) {
    let name = &*node.name;
    if !is_known(name) {
        unknown(ast, cx, node);
        return;
    }
    if node.broken {
        mark_broken(ast, name);
    }
    let mut fields = Fields::new(cx, node, name.to_owned());
    let place = fields.name_span();
    // What cannot go anywhere is read all the same: its own mistakes are to be said, too.
    let mut nowhere = Ast::default();
    if KEYED.contains(&name) {
        let key = fields.argument("\"main\"", value::name).value;
        if let Some(key) = &key {
            fields.path = format!("{name}.{}", key.value);
        } else {
            mark_broken(ast, name);
        }
        let own = key.is_some() && first(seen, cx, &fields.path, place);
        if !own {
            mark_doubted(ast, name);
        }
        let into = if own { ast } else { &mut nowhere };
        let key = key.map_or_else(|| Name::composed(String::new()), |key| key.value);
        declared(into, &mut fields, Some(&key));
        keyed(into, &mut fields, key);
    } else {
        let own = MANY.contains(&name) || first(seen, cx, name, place);
        if !own {
            mark_doubted(ast, name);
        }
        let into = if own { ast } else { &mut nowhere };
        declared(into, &mut fields, None);
        match name {
            "labels" => labels(into, seen, &mut fields),
            "waive" => waive(into, seen, &mut fields),
            "off-hours" => off_hours(into, seen, &mut fields),
            _ => {}
        }
    }
    fields.finish();
}

fn first(seen: &mut Seen, cx: Cx<'_>, path: &str, place: Span) -> bool {
    if let Some(first) = seen.get(path) {
        cx.duplicate(path, *first, place);
        return false;
    }
    seen.insert(path.to_owned(), place);
    true
}

fn unknown<'a>(ast: &mut Ast, cx: Cx<'a>, node: &'a Node<'a>) {
    let (name, span) = (&*node.name, node.name_span);
    let message = format!("there is no node `{name}`");
    let finding = Diagnostic::error(code::UNKNOWN_NODE, message, span);
    let owners = owners(name);
    for part in owners {
        mark_doubted(ast, part);
    }
    for near in suggest::all_near(name, NODES.iter().map(|(known, _)| *known)) {
        mark_doubted(ast, near);
    }
    let near = meant(node).filter(|_| owners.is_empty() || node.block.is_some());
    if let Some(near) = near {
        mark_doubted(ast, near);
        cx.report(if stands_once(near) && !cx.take(near) {
            finding.help(format!(
                "`{near}` is there already: move what this says into it"
            ))
        } else {
            finding.replace(format!("did you mean `{near}`?"), span, near)
        });
        // A block that the meant one does not take says nothing of it.
        if node.block.is_some() && !has_block(near) {
            return;
        }
        let meant = Node {
            name: near.into(),
            ..node.clone()
        };
        let mut read = Ast::default();
        self::node(&mut read, &mut Seen::new(), cx, &meant);
        let waived = read.waivers.into_iter().map(|waiver| waiver.code.value);
        ast.perhaps_waived.extend(waived);
        ast.perhaps_waived.append(&mut read.perhaps_waived);
    } else if !owners.is_empty() {
        let owners = suggest::list(owners.iter().copied());
        cx.report(finding.help(format!("it stands in the block of {owners}")));
    } else {
        let known = suggest::list(NODES.iter().map(|(known, _)| *known));
        cx.report(finding.help(format!("known here: {known}")));
    }
}

/// The nodes of the top level in whose block a node named `child` can stand.
pub fn owners(child: &str) -> &'static [&'static str] {
    static OWNERS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
        let mut owners: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for part in WITH_BLOCK {
            for child in known_in(part) {
                let parts = owners.entry(child).or_default();
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
        }
        owners
    });
    OWNERS.get(child).map_or(&[], Vec::as_slice)
}

/// The nodes that can stand in the block of the top-level node `part`.
fn known_in(part: &str) -> Vec<&'static str> {
    let findings = RefCell::default();
    let notes = RefCell::default();
    let cx = Cx {
        out: &findings,
        notes: &notes,
    };
    let empty = Node::empty(part);
    let mut fields = Fields::new(cx, &empty, String::new());
    let mut nowhere = Ast::default();
    let name = Name::composed(String::new());
    declared(&mut nowhere, &mut fields, Some(&name));
    keyed(&mut nowhere, &mut fields, name);
    fields.known_children
}

fn keyed(ast: &mut Ast, fields: &mut Fields<'_>, name: Name) {
    match fields.node_name() {
        "event" => {
            let event = schedule::event(fields);
            if event.is_none() || fields.is_in_doubt() {
                ast.broken.insert(Part::Schedule);
            }
            ast.events.extend(event.map(|event| (name, event)));
        }
        "load-test" => {
            let test = operation::load_test(fields);
            if test.is_none() || fields.is_in_doubt() {
                ast.broken.insert(Part::LoadTest);
            }
            ast.load_tests.extend(test.map(|test| (name, test)));
        }
        _ => {}
    }
}

/// Reads what is declared of a node of the top level; `name` is its own, where it has one.
fn declared(ast: &mut Ast, fields: &mut Fields<'_>, name: Option<&Name>) {
    let read: EnvironmentNode = fields.as_file(name.cloned());
    ast.stated = read.over(std::mem::take(&mut ast.stated));
}

fn labels(ast: &mut Ast, seen: &mut Seen, fields: &mut Fields<'_>) {
    for (key, (span, written)) in fields.entries(Environment::labels) {
        if first(seen, fields.cx, &format!("labels.{key}"), span) {
            let labels = &mut ast.stated.labels;
            labels.insert(key, written.map(typed));
            if labels.len() == MOST_LABELS + 1 {
                fields.cx.report(too_many_labels(span));
            }
        }
    }
}

fn too_many_labels(span: Span) -> Diagnostic {
    let message = format!(
        "there are more than {MOST_LABELS} labels: each becomes a tag, and an AWS resource has 50 at most"
    );
    Diagnostic::error(code::WRONG_VALUE, message, span)
        .help("keep the labels that something selects or counts by")
}

fn off_hours(ast: &mut Ast, seen: &mut Seen, fields: &mut Fields<'_>) {
    let node = schedule::off_hours(fields);
    if node.is_none() || fields.is_in_doubt() {
        ast.broken.insert(Part::Schedule);
    }
    let Some(node) = node else {
        return;
    };
    let days = node
        .days
        .value
        .as_ref()
        .map_or(Days::ALL, |days| days.value);
    let key = OffHours::key(days, node.from.value, node.to.value);
    if first(seen, fields.cx, &format!("off-hours.{key}"), node.place) {
        ast.off_hours.insert(key, node);
    }
}

fn waive(ast: &mut Ast, seen: &mut Seen, fields: &mut Fields<'_>) {
    let code = fields.argument("\"single-az\"", value::text(text::token));
    let reason = fields.required("reason", "\"...\"", value::text(text::non_empty));
    let until = fields.required("until", "\"2030-01-31\"", value::date);
    let value = fields.property("value", value::text(text::fingerprint));
    let in_doubt = fields.is_in_doubt();
    let code = code.value;
    if value.broken {
        ast.perhaps_waived.extend(code.map(|code| code.value));
        ast.broken.insert(Part::Waive);
        return;
    }
    let value = value.value;
    let (Some(code), Some(reason), Some(until)) = (code.clone(), reason.value, until.value) else {
        ast.perhaps_waived.extend(code.map(|code| code.value));
        ast.broken.insert(Part::Waive);
        return;
    };
    if in_doubt {
        ast.perhaps_waived.insert(code.value.clone());
    }
    let path = match &value {
        Some(value) => format!("waive.{}.{}", code.value, value.value),
        None => format!("waive.{}", code.value),
    };
    if first(seen, fields.cx, &path, code.span) {
        ast.waivers.push(WaiverNode {
            place: fields.name_span(),
            code,
            value,
            reason,
            until,
        });
    }
}
