//! Removes text, and the nodes around it that are then empty.

use std::ops::Range;

use super::find::{arguments, is_keyed, locate, states};
use super::{
    ReadText, cut_entry, indent, is_blank, is_line_end, is_property, node_end, range, replace,
};
use crate::edit::{Address, Pick, Segment, Slot};
use crate::parse::tree::KdlNode;

/// The text without the contents of `address`; `None` if the text cannot be read. A missing place
/// leaves the text as it is.
pub(super) fn remove(text: &str, address: &Address) -> Option<String> {
    let read = ReadText::of(text)?;
    let chain = locate(&read.nodes, &address.nodes, &address.slot);
    let last = chain.last().filter(|_| chain.len() == address.nodes.len());
    let Some(node) = last.copied().filter(|node| states(node, address)) else {
        return Some(text.to_owned());
    };
    let mut spans: Vec<Range<usize>> = match &address.slot {
        Slot::Node | Slot::Key => {
            let left = cut_node(text, node);
            return prune(&left, address.nodes.split_last()?.1);
        }
        Slot::Arguments => {
            let last = address.nodes.last();
            let keyed = last.is_some_and(|last| is_keyed(node, last));
            let all = arguments(node).skip(usize::from(keyed));
            all.map(|entry| range(entry.value.span)).collect()
        }
        Slot::Item(item) => {
            let items = arguments(node).filter(|it| it.value.text() == Some(item));
            items.map(|entry| range(entry.value.span)).collect()
        }
        Slot::Property(key) => {
            let entries = node.entries.iter().filter(|entry| is_property(entry, key));
            let spans = entries.filter_map(|entry| {
                let start = entry.key.as_ref()?.span.start as usize;
                Some(start..entry.value.span.end as usize)
            });
            spans.collect()
        }
    };
    let mut left = text.to_owned();
    while let Some(span) = spans.pop() {
        left = cut_entry(&left, &span);
    }
    prune(&left, &address.nodes)
}

/// The text without the last node of `way` if it is empty, and so on outwards.
fn prune(text: &str, way: &[Segment]) -> Option<String> {
    let Some((last, outer)) = way.split_last() else {
        return Some(text.to_owned());
    };
    let read = ReadText::of(text)?;
    let chain = locate(&read.nodes, way, &Slot::Node);
    let node = chain.last().filter(|_| chain.len() == way.len());
    // A node with a key declares a pool, group or list by itself.
    let is_empty = |node: &&KdlNode<'_>| {
        matches!(last.pick, Pick::Only | Pick::Unnamed) && says_nothing(text, node)
    };
    match node.copied().filter(is_empty) {
        Some(node) => prune(&cut_node(text, node), outer),
        None => Some(text.to_owned()),
    }
}

/// Whether a node has nothing but a name, and no comment in its block.
fn says_nothing(text: &str, node: &KdlNode<'_>) -> bool {
    let inside = node.block.as_ref().map_or("", |block| {
        let (open, whole) = (range(block.open), range(block.whole));
        text.get(open.end..whole.end.saturating_sub(1))
            .unwrap_or("?")
    });
    // Comments and `/-` can also be between the name and the block.
    let name = node.name_span.end as usize;
    let block = node
        .block
        .as_ref()
        .map_or(name, |block| block.open.start as usize);
    let between = text.get(name..block).unwrap_or("?");
    node.entries.is_empty() && inside.trim().is_empty() && between.trim().is_empty()
}

/// The text without a node: with its whole line, if nothing else is on it, else with one `;` next
/// to it. A comment after it stays.
fn cut_node(text: &str, node: &KdlNode<'_>) -> String {
    let (start, end) = (node.name_span.start as usize, node_end(node));
    let blanks = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        at + rest.len() - rest.trim_start_matches(is_blank).len()
    };
    let rest = |at: usize| text.get(at..).unwrap_or_default();
    let mut after = blanks(end);
    let divided = rest(after).starts_with(';');
    if divided {
        after = blanks(after + 1);
    }
    if let Some(indent) = indent(text, start) {
        let line = start - indent.len();
        let behind = rest(after);
        return match behind.strip_prefix("\r\n") {
            Some(_) => replace(text, line..after + 2, ""),
            None if behind.starts_with(is_line_end) => replace(text, line..after + 1, ""),
            None if behind.is_empty() => replace(text, line..after, ""),
            None => replace(text, start..after, ""),
        };
    }
    if divided {
        return replace(text, start..after, "");
    }
    let before = text.get(..start).unwrap_or_default();
    let trimmed = before.trim_end_matches(is_blank);
    let trimmed = match trimmed.strip_suffix(';') {
        Some(divided) => divided.trim_end_matches(is_blank),
        None => trimmed,
    };
    replace(text, trimmed.len()..end, "")
}
