//! Laws of two states of one environment.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tierc::catalogue::Catalogue;
use tierc::diff::{Changes, diff};
use tierc::impact::impacts;
use tierc::model::Environment;
use tierc::pair::Pair;
use tierc::plan::{Request, plan};

use super::environment::{Text, environment};
use super::{config, config_of_part};
use crate::plan::catalogue;
use crate::support::{run, today};

fn resolved(text: &Text) -> Environment {
    let file = run(&text.0).files.into_iter().next().unwrap();
    file.environment
        .unwrap_or_else(|| panic!("it resolves: {:?}\n{}", file.diagnostics, text.0))
}

/// What a difference says, without why: path, before, after.
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
        // A rename is called by its new name, which is another one on the way back.
        prop_assume!(there.as_ref().is_none_or(|changes| changes.renames.is_empty()));
        prop_assert_eq!(said(there.as_ref()), mirrored.collect());
    }

    #[test]
    fn every_change_has_exactly_one_impact((before, after) in (environment(), environment())) {
        let (before, after) = (resolved(&before), resolved(&after));
        let sides = Pair::new(&before, &after);
        if let Some(changes) = diff(sides.map(Some)) {
            let impacts = impacts(&changes, sides, catalogue());
            prop_assert_eq!(impacts.len(), changes.changes.len());
            prop_assert!(impacts.iter().all(|impact| !impact.reason.is_empty() && !impact.source.is_empty()));
        }
    }
}

/// The law of plans takes longer than all others together: it stands in parts.
macro_rules! parts {
    ($($part:ident: $number:literal),+) => {
        $(mod $part {
            use super::*;

            proptest! {
                #![proptest_config(config_of_part(100, $number))]

                #[test]
                fn every_plan_keeps_the_rules_at_every_prefix_and_ends_at_its_goal((before, after) in (environment(), environment())) {
                    let (before, after) = (resolved(&before), resolved(&after));
                    planned(&before, &after, catalogue())?;
                }
            }
        })+
    };
}

parts!(part_1: 1, part_2: 2, part_3: 3, part_4: 4);

/// The property of a plan: no state has a steady error that BEFORE lacks; the last state is AFTER
/// but for what is kept; where there is no order, the rule that stops it is named.
fn planned(
    before: &Environment,
    after: &Environment,
    catalogue: &Catalogue,
) -> Result<(), TestCaseError> {
    let waived = BTreeSet::new();
    let request = Request {
        environments: Pair::new(before, after),
        catalogue,
        waived: &waived,
        today: today(),
        root: "plan",
    };
    let plan = plan(&request);
    let allowed = request.errors(before);
    for step in &plan.steps {
        let broken = request.new_errors(&step.state, &allowed);
        prop_assert!(
            broken.is_empty(),
            "step {} `{}`: {broken:?}",
            step.number,
            step.title
        );
    }
    if let Some(blocked) = &plan.blocked {
        prop_assert!(!blocked.findings.is_empty(), "{:?}", blocked.left);
        return Ok(());
    }
    let last = plan.steps.last().map_or(before, |step| &step.state);
    let kept: Vec<&String> = plan.kept.iter().flat_map(|kept| &kept.paths).collect();
    for difference in last.compare(after) {
        prop_assert!(
            kept.contains(&&difference.path),
            "{} is left",
            difference.path
        );
    }
    Ok(())
}
