//! Finds the place of an address in a tree.

use crate::edit::{Address, Pick, Segment, Slot};
use crate::model::{Days, OffHours};
use crate::parse::tree::{KdlEntry, KdlNode};
use crate::parse::value;

/// The existing nodes on the way to an address. Among repeated nodes, one that states the slot is
/// preferred.
pub(super) fn locate<'n, 't>(
    nodes: &'n [KdlNode<'t>],
    way: &[Segment],
    slot: &Slot,
) -> Vec<&'n KdlNode<'t>> {
    let Some((segment, rest)) = way.split_first() else {
        return Vec::new();
    };
    let mut best: Vec<&KdlNode<'t>> = Vec::new();
    for node in matching(nodes, segment) {
        let children = node.block.as_ref().map_or(&[][..], |block| &block.nodes);
        let mut chain = vec![node];
        chain.extend(locate(children, rest, slot));
        let last = chain.last().copied().unwrap_or(node);
        let whole = chain.len() == way.len();
        if whole && has(last, way.last().unwrap_or(segment), slot) {
            return chain;
        }
        if chain.len() > best.len() {
            best = chain;
        }
    }
    best
}

/// The nodes that a segment can mean.
fn matching<'n, 't>(
    nodes: &'n [KdlNode<'t>],
    segment: &Segment,
) -> impl Iterator<Item = &'n KdlNode<'t>> {
    let is_step = segment.name == "policy" && matches!(segment.pick, Pick::Nth(_));
    let name = move |node: &&KdlNode<'_>| {
        let step = node.name == "pods" || node.name == "percent";
        node.name == segment.name.as_str() || (is_step && step)
    };
    let named = nodes.iter().filter(name).enumerate();
    named
        .filter(|(index, node)| match &segment.pick {
            Pick::Only => true,
            Pick::Unnamed => node.first_text().is_none_or(|name| name == segment.name),
            Pick::Key(key) => node.first_text() == Some(key),
            Pick::Nth(nth) => index + 1 == *nth,
            Pick::Hours(key) => hours(node).as_ref() == Some(key),
        })
        .map(|(_, node)| node)
}

/// The key of a node `off-hours`, if it can be read.
fn hours(node: &KdlNode<'_>) -> Option<String> {
    let value = |key: &str| {
        let mut entries = node.entries.iter();
        let entry = entries.find(|entry| entry.key.as_ref().is_some_and(|it| it.name == key));
        entry.map(|entry| &entry.value)
    };
    let days = match value("days") {
        Some(days) => value::days(days).ok()?,
        None => Days::ALL,
    };
    let from = value::five_minutes(value("from")?).ok()?;
    let to = value::five_minutes(value("to")?).ok()?;
    Some(OffHours::key(days, from, to))
}

/// Whether the node's first argument is its key.
pub(super) fn is_keyed(node: &KdlNode<'_>, segment: &Segment) -> bool {
    match segment.pick {
        Pick::Key(_) => true,
        Pick::Unnamed => node.first_text().is_some(),
        Pick::Only | Pick::Nth(_) | Pick::Hours(_) => false,
    }
}

/// The arguments of a node, in order.
pub(super) fn arguments<'n, 't>(node: &'n KdlNode<'t>) -> impl Iterator<Item = &'n KdlEntry<'t>> {
    node.entries.iter().filter(|entry| entry.key.is_none())
}

/// Whether the last node of an address states its slot.
pub(super) fn states(node: &KdlNode<'_>, address: &Address) -> bool {
    let segment = address.nodes.last();
    segment.is_none_or(|segment| has(node, segment, &address.slot))
}

fn has(node: &KdlNode<'_>, segment: &Segment, slot: &Slot) -> bool {
    match slot {
        Slot::Node | Slot::Key => true,
        Slot::Arguments => arguments(node).count() > usize::from(is_keyed(node, segment)),
        Slot::Item(item) => arguments(node).any(|it| it.value.text() == Some(item)),
        Slot::Property(key) => {
            let mut keys = node.entries.iter().filter_map(|entry| entry.key.as_ref());
            keys.any(|it| it.name == *key)
        }
    }
}
