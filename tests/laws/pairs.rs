//! Laws of two states of one environment.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tierc::diff::{Changes, diff};
use tierc::impact::impacts;
use tierc::pair::Pair;

use super::config;
use super::environment::{environment, resolved};
use crate::plan::catalogue;

/// The changes of a diff, without causes: path, before, after.
fn said(changes: Option<&Changes>) -> BTreeSet<(String, Option<String>, Option<String>)> {
    let changes = changes.into_iter().flat_map(|changes| &changes.changes);
    changes
        .map(|change| {
            let values = change.values.clone();
            (change.path.clone(), values.before, values.after)
        })
        .collect()
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn nothing_differs_from_itself(text in environment()) {
        let (one, other) = (resolved(&text), resolved(&text));
        prop_assert!(diff(Pair::new(Some(&one), Some(&other))).is_none_or(|changes| changes.is_empty()));
    }

    #[test]
    fn the_way_back_says_the_same_the_other_way_round((before, after) in (environment(), environment())) {
        let (before, after) = (resolved(&before), resolved(&after));
        let there = diff(Pair::new(Some(&before), Some(&after)));
        let back = diff(Pair::new(Some(&after), Some(&before)));
        let mirrored = said(back.as_ref()).into_iter().map(|(path, before, after)| (path, after, before));
        // A rename is reported under its new name, which differs in the other direction.
        prop_assume!(there.as_ref().is_none_or(|changes| changes.renames.is_empty()));
        prop_assert_eq!(said(there.as_ref()), mirrored.collect());
    }

    /// Whatever the order of the changes, each keeps its impact.
    #[test]
    fn every_change_has_an_impact_of_its_own((before, after) in (environment(), environment())) {
        let (before, after) = (resolved(&before), resolved(&after));
        let sides = Pair::new(&before, &after);
        if let Some(changes) = diff(sides.map(Some)) {
            let found = impacts(&changes, sides, catalogue());
            prop_assert_eq!(found.len(), changes.changes.len());
            prop_assert!(found.iter().all(|impact| !impact.reason.is_empty() && !impact.source.is_empty()));
            let mut turned = changes.clone();
            turned.changes.reverse();
            let mut again = impacts(&turned, sides, catalogue());
            again.reverse();
            prop_assert_eq!(again, found);
        }
    }
}
