//! The names of the nodes of the top level and of what stands in their blocks, as they are declared.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::suggest;
use crate::model::DECLARED;
use crate::model::declaration::{Stands, Top};

/// A node of the top level.
struct Known {
    name: &'static str,
    /// Whether it has a name of its own.
    named: bool,
    /// Whether a text may have several.
    repeats: bool,
    /// The nodes of its block; none where it has no block.
    children: Vec<&'static str>,
}

/// Every node of the top level: first what an environment is, then what tierc makes of it.
static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let mut all: Vec<Known> = DECLARED.iter().flat_map(nodes_of).collect();
    all.sort_by_key(|known| ["deliver", "waive"].contains(&known.name));
    all
});

/// The nodes that a declared one stands for: the file itself for each of its own attributes.
fn nodes_of(top: &'static Top) -> Vec<Known> {
    if !top.name.is_empty() {
        return vec![Known {
            name: top.name,
            named: top.named,
            repeats: top.named || top.repeats,
            children: top.children(),
        }];
    }
    let own = top.attributes.iter().map(|at| Known {
        name: at.name,
        named: false,
        repeats: at.stands == Stands::Maps,
        children: Vec::new(),
    });
    own.collect()
}

fn find(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

/// The name of every node of the top level.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|known| known.name)
}

/// The top-level node named `name`, if the language has one.
#[must_use]
pub(super) fn known(name: &str) -> Option<&'static str> {
    find(name).map(|known| known.name)
}

/// Whether the language has a top-level node named `name`.
#[must_use]
pub(super) fn is_known(name: &str) -> bool {
    known(name).is_some()
}

/// Whether the top-level node named `name` has a name of its own.
#[must_use]
pub(super) fn is_named(name: &str) -> bool {
    find(name).is_some_and(|known| known.named)
}

/// Whether a text has the top-level node named `name` once at most.
#[must_use]
pub(super) fn stands_once(name: &str) -> bool {
    find(name).is_none_or(|known| !known.repeats)
}

/// The nodes of the top level that have a block.
pub(super) fn with_block() -> impl Iterator<Item = &'static str> {
    let with_block = KNOWN.iter().filter(|known| !known.children.is_empty());
    with_block.map(|known| known.name)
}

/// Whether the top-level node named `name` has a block.
#[must_use]
pub(super) fn has_block(name: &str) -> bool {
    !children(name).is_empty()
}

/// The nodes that can stand in the block of the top-level node named `name`.
#[must_use]
pub(super) fn children(name: &str) -> &'static [&'static str] {
    find(name).map_or(&[], |known| &known.children)
}

/// The nodes of the top level in whose block a node named `child` can stand.
#[must_use]
pub(super) fn owners(child: &str) -> &'static [&'static str] {
    static OWNERS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
        let mut owners: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for known in KNOWN.iter() {
            for child in &known.children {
                owners.entry(child).or_default().push(known.name);
            }
        }
        owners
    });
    OWNERS.get(child).map_or(&[], Vec::as_slice)
}

/// The known node whose name is nearest to `name`.
#[must_use]
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    suggest::nearest(name, names())
}
