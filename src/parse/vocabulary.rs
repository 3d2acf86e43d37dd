//! The declared names of the top-level nodes and of the nodes in their blocks.

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
    /// Whether it may have one.
    may_be_named: bool,
    /// Whether a file may have several.
    repeats: bool,
    /// The nodes of its block; empty without a block.
    children: Vec<&'static str>,
}

/// Every top-level node, in the order of the declarations, with `deliver` and `waive` last.
static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let mut all: Vec<Known> = DECLARED.iter().flat_map(nodes_of).collect();
    all.sort_by_key(|known| ["deliver", "waive"].contains(&known.name));
    all
});

/// The top-level nodes of a declaration; that of the file itself has one for each of its attributes.
fn nodes_of(top: &'static Top) -> Vec<Known> {
    if !top.name.is_empty() {
        return vec![Known {
            name: top.name,
            named: top.named,
            may_be_named: top.may_be_named,
            repeats: top.named || top.repeats,
            children: top.children(),
        }];
    }
    let own = top.attributes.iter().map(|at| Known {
        name: at.name,
        named: false,
        may_be_named: false,
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

/// Whether the top-level node named `name` may have a name of its own, and then appear several times.
#[must_use]
pub(super) fn may_be_named(name: &str) -> bool {
    find(name).is_some_and(|known| known.may_be_named)
}

/// Whether the top-level node named `name` may appear only once.
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

/// The nodes that may be in the block of the top-level node named `name`.
#[must_use]
pub(super) fn children(name: &str) -> &'static [&'static str] {
    find(name).map_or(&[], |known| &known.children)
}

/// The top-level nodes whose block may have a node named `child`.
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
