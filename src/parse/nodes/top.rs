//! The top-level nodes: which there are, and where what they say goes.

use std::collections::{BTreeMap, BTreeSet};

use super::{switched_off, whole};
use crate::ast::{Ast, EnvironmentFileNode, Over as _, TopPart};
use crate::diagnostic::{Diagnostic, code};
use crate::model::declaration::typed;
use crate::model::place::MOST_LABELS;
use crate::model::{Api, Environment, Name, WaiveNode};
use crate::parse::fields::{Cx, Fields};
use crate::parse::tree::{KdlLiteral, KdlNode};
use crate::parse::{suggest, value, vocabulary};
use crate::source::Span;

/// Where each node of a file was stated first, by its path.
pub type Seen = BTreeMap<String, Span>;

/// The node that is meant by one that is not known: what has a block is rather one that takes one.
fn meant(node: &KdlNode<'_>) -> Option<&'static str> {
    let with_block = || suggest::nearest(&node.name, vocabulary::with_block());
    let block = node.block.as_ref().and_then(|_| with_block());
    block.or_else(|| vocabulary::nearest(&node.name))
}

/// Marks what a node named `name` would have said as unreadable.
pub fn mark_broken(ast: &mut Ast, name: &str) {
    let Some(name) = vocabulary::known(name).or_else(|| vocabulary::nearest(name)) else {
        ast.broken.insert(TopPart::Other);
        return;
    };
    let part = TopPart::of(name);
    ast.broken.insert(part);
    if part == TopPart::Other && vocabulary::stands_once(name) {
        ast.spoil_node(name);
    }
}

/// Marks what a node named `name` would have said as unreadable, and what the tier states in its
/// place as not meant.
pub fn mark_doubted(ast: &mut Ast, name: &str) {
    mark_broken(ast, name);
    ast.doubted.extend(vocabulary::known(name).map(TopPart::of));
}

/// The nodes that a text can have once, of those that it has.
#[must_use]
pub fn single(nodes: &[KdlNode<'_>]) -> BTreeSet<String> {
    let names = nodes.iter().map(|node| &*node.name);
    let once = names.filter(|name| vocabulary::is_known(name) && vocabulary::stands_once(name));
    once.map(str::to_owned).collect()
}

/// Reads one top-level node into `ast`.
pub fn node<'a>(ast: &mut Ast, seen: &mut Seen, cx: Cx<'a>, node: &'a KdlNode<'a>) {
    match super::run_on::parted(node, cx) {
        Some(parted) => read(ast, seen, cx, &parted),
        None => read(ast, seen, cx, node),
    }
}

fn read<'a>(ast: &mut Ast, seen: &mut Seen, cx: Cx<'a>, node: &'a KdlNode<'a>) {
    let name = &*node.name;
    if !vocabulary::is_known(name) {
        unknown(ast, cx, node);
        return;
    }
    if node.broken {
        mark_broken(ast, name);
    }
    let mut fields = Fields::new(cx, node, name.to_owned());
    let place = fields.name_span();
    if let Some(off) = switched_off::without_a_name(&mut fields) {
        if first(seen, cx, name, place) {
            ast.redis_off.all = Some(off);
        }
        doubt_unless_false(ast, node);
        fields.finish();
        return;
    }
    // What cannot go anywhere is read all the same: its own mistakes are to be said, too.
    let mut nowhere = Ast::default();
    let mut key = None;
    let own = if vocabulary::is_named(name) {
        key = fields.argument("\"main\"", value::name).value;
        if let Some(key) = &key {
            fields.path = format!("{name}.{}", key.value);
        } else {
            mark_broken(ast, name);
        }
        key.is_some() && first(seen, cx, &fields.path, place)
    } else if vocabulary::may_be_named(name) {
        if has_name(node) {
            key = fields.argument("\"main\"", value::api_name).value;
        }
        let name_of_it = key
            .as_ref()
            .map_or_else(Api::unnamed, |key| key.value.clone());
        fields.path = Api::path(&name_of_it);
        let is_read = key.is_some() || !has_name(node);
        if !is_read {
            mark_broken(ast, name);
        }
        is_read && first(seen, cx, &fields.path, place)
    } else {
        !vocabulary::stands_once(name) || first(seen, cx, name, place)
    };
    if !own {
        mark_doubted(ast, name);
    }
    let off = key
        .as_ref()
        .and_then(|key| switched_off::by_name(&mut fields, key));
    if let (true, Some((name, place))) = (own, off) {
        ast.redis_off.groups.insert(name, place);
        doubt_unless_false(ast, node);
        fields.finish();
        return;
    }
    let into = if own { ast } else { &mut nowhere };
    let key = key.map_or_else(Api::unnamed, |key| key.value);
    take_in(into, seen, &mut fields, key);
    fields.finish();
}

/// Whether a name follows the node's own.
fn has_name(node: &KdlNode<'_>) -> bool {
    node.first_text().is_some()
}

/// Reports an API without a name beside others that have one: nothing says which of them the name `api`
/// means.
pub fn unnamed_among_named(nodes: &[KdlNode<'_>], cx: Cx<'_>) {
    let apis = || {
        nodes
            .iter()
            .filter(|node| vocabulary::may_be_named(&node.name))
    };
    let is_called_so = |node: &KdlNode<'_>| node.first_text() == Some(&*node.name);
    let Some(unnamed) = apis().find(|node| !has_name(node)) else {
        return;
    };
    // One that is called `api` is stated twice, which is reported as such.
    if apis().any(is_called_so) || !apis().any(has_name) {
        return;
    }
    let span = unnamed.name_span;
    let message = format!(
        "`{}` needs a name, because the file states others with names",
        unnamed.name
    );
    let place = Span {
        start: span.end,
        ..span
    };
    let help = format!(
        "call it `{0}`: then its Deployment keeps its name, and it keeps the numbers of the tier",
        unnamed.name
    );
    let text = format!(" \"{}\"", unnamed.name);
    let finding = Diagnostic::error(code::MISSING_VALUE, message, span);
    cx.report(finding.replace(help, place, text));
}

/// A node that is switched off with anything but `#false` may have meant something else.
fn doubt_unless_false(ast: &mut Ast, node: &KdlNode<'_>) {
    let last = node.entries.last().map(|entry| &entry.value.literal);
    if !matches!(last, Some(KdlLiteral::Truth(false))) {
        mark_doubted(ast, &node.name);
    }
}

/// Reads what a node of the top level says, and holds it to what no single value shows; `key` is its own
/// name, where it has one.
fn take_in(ast: &mut Ast, seen: &mut Seen, fields: &mut Fields<'_>, key: Name) {
    let mut file: EnvironmentFileNode = fields.as_file(Some(key));
    if fields.node_name() == "labels" {
        labels(ast, seen, fields);
    }
    ast.broken.extend(whole::keep_whole(&mut file, fields));
    file.environment.off_hours.retain(|key, node| {
        let place = node.place.unwrap_or(fields.name_span());
        first(seen, fields.cx, &format!("off-hours.{key}"), place)
    });
    for waiver in file.waive.value.into_iter().flat_map(|all| all.value) {
        waive(ast, seen, fields, waiver);
    }
    ast.stated = file.environment.over(std::mem::take(&mut ast.stated));
}

/// Reports what no single node shows.
pub fn finish(ast: &Ast, cx: Cx<'_>) {
    switched_off::beside_a_group(ast, cx);
}

fn first(seen: &mut Seen, cx: Cx<'_>, path: &str, place: Span) -> bool {
    if let Some(first) = seen.get(path) {
        cx.duplicate(path, *first, place);
        return false;
    }
    seen.insert(path.to_owned(), place);
    true
}

fn unknown<'a>(ast: &mut Ast, cx: Cx<'a>, node: &'a KdlNode<'a>) {
    let (name, span) = (&*node.name, node.name_span);
    let message = format!("there is no node `{name}`");
    let finding = Diagnostic::error(code::UNKNOWN_NODE, message, span);
    let owners = vocabulary::owners(name);
    for part in owners {
        mark_doubted(ast, part);
    }
    for near in suggest::all_near(name, vocabulary::names()) {
        mark_doubted(ast, near);
    }
    let near = meant(node).filter(|_| owners.is_empty() || node.block.is_some());
    if let Some(near) = near {
        mark_doubted(ast, near);
        let is_single =
            vocabulary::stands_once(near) && !(vocabulary::may_be_named(near) && has_name(node));
        cx.report(if is_single && !cx.take(near) {
            finding.help(format!(
                "`{near}` is already stated: move the contents of this node into it"
            ))
        } else {
            finding.replace(format!("did you mean `{near}`?"), span, near)
        });
        // A block that the meant one does not take says nothing of it.
        if node.block.is_some() && !vocabulary::has_block(near) {
            return;
        }
        let meant = KdlNode {
            name: near.into(),
            ..node.clone()
        };
        let mut read = Ast::default();
        self::node(&mut read, &mut Seen::new(), cx, &meant);
        let waived = read.waivers.into_iter().map(|waiver| waiver.rule.value);
        ast.perhaps_waived.extend(waived);
        ast.perhaps_waived.append(&mut read.perhaps_waived);
    } else if !owners.is_empty() {
        let owners = suggest::list(owners.iter().copied());
        cx.report(finding.help(format!(
            "`{name}` is a node of {owners}: move it into such a block"
        )));
    } else {
        let known = suggest::list(vocabulary::names());
        cx.report(finding.help(format!("known here: {known}")));
    }
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
        "there are more than {MOST_LABELS} labels: each becomes a tag, and an AWS resource allows at most 50 tags"
    );
    Diagnostic::error(code::WRONG_VALUE, message, span)
        .help("keep only the labels that you select or group by")
}

/// Keeps a waiver. One of which something could not be read may have waived its rule.
fn waive(ast: &mut Ast, seen: &mut Seen, fields: &Fields<'_>, node: WaiveNode) {
    let rule = node.rule.value.as_ref().map(|rule| rule.value.clone());
    let Some(waiver) = node.whole() else {
        ast.perhaps_waived.extend(rule);
        ast.broken.insert(TopPart::Waive);
        return;
    };
    if fields.is_in_doubt() {
        ast.perhaps_waived.extend(rule);
    }
    let path = match &waiver.value {
        Some(value) => format!("waive.{}.{}", waiver.rule.value, value.value),
        None => format!("waive.{}", waiver.rule.value),
    };
    if first(seen, fields.cx, &path, waiver.rule.span) {
        ast.waivers.push(waiver);
    }
}
