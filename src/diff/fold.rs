//! Groups changes under their root causes.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::rename::is_name;
use super::{AttributeChange, Cause, Changes, DiffPlace};

/// The first cause of a change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Root {
    /// The file says so: at this path.
    Stated(String),
    /// The file adds, removes or renames this pool, service or group.
    Part(DiffPlace),
    /// The environment moves to another tier.
    Tier,
    /// The catalogue changed.
    Catalogue,
}

/// Changes with the same root.
#[derive(Clone, Debug)]
pub struct Fold<'a> {
    /// What they follow from.
    pub root: Root,
    /// The changes in the model's order. The stated change comes first.
    pub changes: Vec<&'a AttributeChange>,
}

impl Changes {
    /// Every change once, under its root: stated values in the model's order, then the tier, then
    /// the catalogue.
    #[must_use]
    pub fn folded(&self) -> Vec<Fold<'_>> {
        let mut folds: Vec<Fold<'_>> = Vec::new();
        for (change, root) in self.changes.iter().zip(self.roots()) {
            match folds.iter_mut().find(|fold| fold.root == root) {
                Some(fold) => fold.changes.push(change),
                None => folds.push(Fold {
                    root,
                    changes: vec![change],
                }),
            }
        }
        for fold in &mut folds {
            if let Root::Stated(path) = &fold.root {
                fold.changes.sort_by_key(|change| change.path != *path);
            }
        }
        let order = |fold: &Fold<'_>| match fold.root {
            Root::Stated(_) | Root::Part(_) => 0,
            Root::Tier => 1,
            Root::Catalogue => 2,
        };
        folds.sort_by_key(order);
        folds
    }

    /// The root of each change, in order.
    #[must_use]
    pub fn roots(&self) -> Vec<Root> {
        let changes = self.changes.iter();
        let by_path: BTreeMap<&str, &AttributeChange> = changes
            .clone()
            .map(|change| (change.path.as_str(), change))
            .collect();
        changes.map(|change| self.root(change, &by_path)).collect()
    }

    /// Whether a change exists because a part is added, removed or renamed.
    fn is_of_part(&self, change: &AttributeChange) -> bool {
        let renamed = self.renames.iter().any(|it| it.place == change.place);
        self.parts.contains_key(&change.place) || (renamed && is_name(change.field))
    }

    /// The root of `change` through any number of derivations; of several roots, the first in the
    /// order of [`Root`].
    fn root(&self, change: &AttributeChange, by_path: &BTreeMap<&str, &AttributeChange>) -> Root {
        let mut roots = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut looking = vec![change];
        while let Some(current) = looking.pop() {
            if !seen.insert(current.path.as_str()) {
                continue;
            }
            match &current.cause {
                Cause::Stated if self.is_of_part(current) => {
                    roots.insert(Root::Part(current.place.clone()));
                }
                Cause::Stated => {
                    roots.insert(Root::Stated(current.path.clone()));
                }
                Cause::Tier => {
                    roots.insert(Root::Tier);
                }
                Cause::Catalogue => {
                    roots.insert(Root::Catalogue);
                }
                Cause::Follows(inputs) => {
                    looking.extend(inputs.iter().filter_map(|path| by_path.get(path.as_str())));
                }
            }
        }
        roots
            .into_iter()
            .next()
            .expect("a derivation begins at a value that was not derived")
    }
}
