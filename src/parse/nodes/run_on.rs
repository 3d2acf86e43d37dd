//! Nodes that run into each other: `instance "m7g.xlarge" count min=2`, without a `;` between them.

use crate::diagnostic::{Diagnostic, code};
use crate::parse::fields::Cx;
use crate::parse::tree::{Block, KdlEntry, KdlNode};
use crate::parse::vocabulary;
use crate::source::Span;

/// The node with such children separated, each with a finding; `None` if there are none.
pub(super) fn parted<'a>(node: &KdlNode<'a>, cx: Cx<'_>) -> Option<KdlNode<'a>> {
    let block = node.block.as_ref()?;
    if !block.nodes.iter().any(has_bare_word) {
        return None;
    }
    let known = vocabulary::children(&node.name);
    let parts = block.nodes.iter().map(|child| parts(child, known, cx));
    let nodes: Vec<KdlNode<'a>> = parts.collect::<Option<Vec<_>>>()?.concat();
    let parted = nodes.len() > block.nodes.len();
    parted.then(|| KdlNode {
        block: Some(Block {
            nodes,
            ..block.clone()
        }),
        ..node.clone()
    })
}

/// A child, and the nodes with `known` names that follow on its line.
fn parts<'a>(child: &KdlNode<'a>, known: &[&'static str], cx: Cx<'_>) -> Option<Vec<KdlNode<'a>>> {
    let meant = |entry: &KdlEntry<'_>| {
        let word = bare_word(entry)?;
        known.iter().copied().find(|name| *name == word)
    };
    let mut nodes = Vec::new();
    let mut rest = child.clone();
    // The first entry is the value of the node itself.
    while let Some(at) = rest
        .entries
        .iter()
        .skip(1)
        .position(|it| meant(it).is_some())
    {
        let mut entries = rest.entries.split_off(at + 1);
        let word = entries.remove(0);
        let name = meant(&word)?;
        cx.report(finding(&word, name));
        let next = KdlNode {
            name: name.into(),
            name_span: word.value.span,
            entries,
            block: rest.block.take(),
            broken: rest.broken,
        };
        nodes.push(std::mem::replace(&mut rest, next));
    }
    nodes.push(rest);
    Some(nodes)
}

fn finding(word: &KdlEntry<'_>, name: &str) -> Diagnostic {
    let span = word.value.span;
    let message =
        format!("`{name}` is a node, but on this line it is a value of the node before it");
    let place = Span {
        end: span.start,
        ..span
    };
    Diagnostic::error(code::UNEXPECTED_ARGUMENT, message, span)
        .replace(
            format!("put `;` or a line break before `{name}`"),
            place,
            "; ",
        )
        .safely()
}

fn has_bare_word(child: &KdlNode<'_>) -> bool {
    child
        .entries
        .iter()
        .skip(1)
        .any(|it| bare_word(it).is_some())
}

/// The text of an argument without quotes.
fn bare_word<'e>(entry: &'e KdlEntry<'_>) -> Option<&'e str> {
    let bare = entry.key.is_none() && !entry.value.repr.contains(['"', '#']);
    entry.value.text().filter(|_| bare)
}
