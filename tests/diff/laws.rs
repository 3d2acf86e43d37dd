//! Laws over changes between environments at random.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use tierc::catalogue::Catalogue;
use tierc::diff::{Changes, Fold, Presence};
use tierc::impact::{self, Fingerprint};
use tierc::model::{Environment, Selection};
use tierc::pair::Pair;

use super::{TIERS, changes, environment, text};
use crate::laws::config;
use crate::laws::environment::{drawn, stating};

/// Lines that can be written or not, each by itself.
const LINES: &[&str] = &[
    "labels team=\"platform\"",
    "framework \"bullmq\"",
    "namespace \"apps\"",
    "api { replicas max=24 }",
    "api { requests cpu=\"750m\"; limits cpu=\"3\" }",
    "worker \"decisions\" { queue \"queue:decisions\" length=40 }",
    "worker \"scores\" { queue \"queue:decisions\" length=40 }",
    "worker \"batch\" { queue \"queue:batch\" length=10; capacity \"spot\"; scenario \"batch\" }",
    "service \"outbox\" { replicas 2; requests cpu=\"100m\" memory=\"128Mi\"; connections per-pod=2 }",
    "service \"mailer\" { replicas 2; requests cpu=\"100m\" memory=\"128Mi\"; connections per-pod=2 }",
    "pgbouncer { instances 3 }",
    "pgbouncer { pool default=45 }",
    "database { instance \"db.r6g.2xlarge\" }",
    "database { multi-az #false; maintenance apply=\"window\" }",
    "database { storage gib=420 max-gib=900 iops=13000 }",
    "database { replicas 2 instance=\"db.r6g.large\" }",
    "redis \"jobs\" { engine \"redis\" version=\"7.0\"; node \"cache.r6g.large\"; replicas 1; policy \"noeviction\"; uses \"queue\" }",
    "redis \"work\" { engine \"redis\" version=\"7.0\"; node \"cache.r6g.large\"; replicas 1; policy \"noeviction\"; uses \"queue\" }",
    "redis \"queue\" { tls \"off\" }",
    "nodes \"general\" { instance \"m7g.2xlarge\" }",
    "nodes \"spot\" { instance \"m7g.xlarge\"; count min=0 max=4; capacity \"spot\" }",
    "nodes \"cheap\" { instance \"m7g.xlarge\"; count min=0 max=4; capacity \"spot\" }",
    "network database-cidr=\"10.0.0.0/16\"",
    "deliver autoscalers=\"helm\"",
];

/// A random environment: a tier, some of the lines, and a few of all declared attributes. Of several
/// lines for one node, only the first is used.
fn any_environment() -> impl Strategy<Value = Environment> {
    let chosen = proptest::collection::vec(any::<bool>(), LINES.len());
    (0..TIERS.len(), chosen, drawn(3)).prop_map(|(tier, chosen, drawn)| {
        let mut nodes = BTreeSet::new();
        let mut lines = String::new();
        for (line, _) in LINES.iter().zip(chosen).filter(|(_, chosen)| *chosen) {
            let words: Vec<&str> = line.split(' ').collect();
            let named = ["worker", "service", "redis", "nodes"].contains(&words[0]);
            let node = if named {
                words[..2].join(" ")
            } else {
                words[0].to_owned()
            };
            if nodes.insert(node) {
                lines += &format!("{line}\n");
            }
        }
        environment(&stating(&text(TIERS[tier], &lines), &drawn).0)
    })
}

/// Paths with BEFORE's names.
fn as_before(found: &Changes, path: &str) -> String {
    for rename in &found.renames {
        let (new, kind) = (rename.place.to_string(), rename.place.to_string());
        let kind = kind.split('.').next().unwrap();
        if let Some(below) = path.strip_prefix(&format!("{new}.")) {
            return format!("{kind}.{}.{below}", rename.names.before);
        }
    }
    path.to_owned()
}

/// Renamed parts by kind and new name, with the old name.
fn renames(found: &Changes) -> BTreeMap<(String, String), String> {
    let renames = found.renames.iter().map(|it| {
        let place = it.place.to_string();
        let (kind, name) = place.split_once('.').unwrap();
        assert_eq!(name, it.names.after.to_string());
        let former = it.names.before.to_string();
        ((kind.to_owned(), name.to_owned()), former)
    });
    renames.collect()
}

type Values = BTreeMap<String, Pair<Option<String>>>;

fn values(found: &Changes) -> Values {
    let changes = found.changes.iter();
    changes
        .map(|it| (it.path.clone(), it.values.clone()))
        .collect()
}

/// The laws below would also hold for pairs without changes. So most pairs must have changes, and some
/// renames.
#[test]
fn random_pairs_have_changes_and_renames() {
    let mut runner = TestRunner::new(config(100));
    let pairs = (any_environment(), any_environment());
    let (mut changed, mut renamed) = (0, 0);
    for _ in 0..100 {
        let (before, after) = pairs.new_tree(&mut runner).unwrap().current();
        let found = changes(&before, &after);
        changed += usize::from(found.changes.len() > 5);
        renamed += usize::from(!found.renames.is_empty());
    }
    assert!(changed > 80, "{changed} of 100 have more than 5 changes");
    assert!(renamed > 5, "{renamed} of 100 have a rename");
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn the_way_back_mirrors_the_way(before in any_environment(), after in any_environment()) {
        let there = changes(&before, &after);
        let back = changes(&after, &before);
        let mirrored: Values = there
            .changes
            .iter()
            .map(|it| (as_before(&there, &it.path), it.values.clone().swapped()))
            .collect();
        prop_assert_eq!(values(&back), mirrored);
        let mirrored = renames(&there).into_iter().map(|((kind, name), former)| ((kind, former), name));
        prop_assert_eq!(renames(&back), mirrored.collect());
        let turned = |presence: &Presence| match presence {
            Presence::Added => Presence::Removed,
            Presence::Removed => Presence::Added,
            Presence::Kept => Presence::Kept,
        };
        let parts: BTreeMap<_, _> = there.parts.iter().map(|(place, it)| (place.clone(), turned(it))).collect();
        prop_assert_eq!(back.parts, parts);
    }

    #[test]
    fn the_changes_lead_from_before_to_after(before in any_environment(), after in any_environment()) {
        let found = changes(&before, &after);
        let mut state = found.renamed(&before).into_owned();
        let chosen: Selection = found.changes.iter().map(|it| it.path.clone()).collect();
        state.adopt(&after, &chosen);
        prop_assert_eq!(state, after);
    }

    #[test]
    fn every_change_has_a_fingerprint_of_its_own(before in any_environment(), after in any_environment()) {
        let found = changes(&before, &after);
        let impacts = impact::impacts(&found, Pair::new(&before, &after), &Catalogue::default());
        prop_assert_eq!(impacts.len(), found.changes.len());
        prop_assert_eq!(impact::renames(&found).len(), found.renames.len());
        let mut known: BTreeMap<Fingerprint, &str> = BTreeMap::new();
        for (change, impact) in found.changes.iter().zip(&impacts) {
            let other = known.insert(Fingerprint::of(&found.environment, change, impact), &change.path);
            prop_assert_eq!(other, None, "the same fingerprint as {}", change.path);
        }
    }

    #[test]
    fn folding_loses_no_change(before in any_environment(), after in any_environment()) {
        let found = changes(&before, &after);
        let folds = found.folded();
        let mut folded: Vec<&str> = folds.iter().flat_map(|fold: &Fold<'_>| &fold.changes).map(|it| it.path.as_str()).collect();
        folded.sort_unstable();
        let mut all: Vec<&str> = found.changes.iter().map(|it| it.path.as_str()).collect();
        all.sort_unstable();
        prop_assert_eq!(folded, all);
        let roots: BTreeSet<_> = folds.iter().map(|fold| fold.root.clone()).collect();
        prop_assert_eq!(roots.len(), folds.len());
    }
}
