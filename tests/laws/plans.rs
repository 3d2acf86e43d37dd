//! Laws of plans: what holds before, during and after every step.
//!
//! The planner models which pods and connections exist at once. These laws compare each step with a
//! simulated cluster that is independent of that model.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tierc::diagnostic::Code;
use tierc::model::Environment;
use tierc::pair::Pair;
use tierc::plan::{Plan, PlanRequest, plan};

use super::cluster::{Applied, asked};
use super::environment::{Text, environment, moving, resolved};
use super::{config, config_of_part};
use crate::plan::catalogue;
use crate::support::today;

fn request<'a>(sides: Pair<&'a Environment>, waived: &'a BTreeSet<Code>) -> PlanRequest<'a> {
    PlanRequest {
        environments: sides,
        catalogue: catalogue(),
        waived,
        today: today(),
        root: "plan",
    }
}

/// No state has an error that BEFORE lacks. The last state is AFTER, except for kept values. If the plan
/// stops, it names the rule that stops it.
fn keeps_the_rules_between_steps(
    request: &PlanRequest<'_>,
    plan: &Plan,
) -> Result<(), TestCaseError> {
    let Pair { before, after } = request.environments;
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

/// Every step and every undo keeps the rules of BEFORE while it runs.
fn keeps_the_rules_during_steps(
    request: &PlanRequest<'_>,
    plan: &Plan,
) -> Result<(), TestCaseError> {
    let before = request.environments.before;
    let allowed: BTreeSet<String> = request
        .errors(before)
        .iter()
        .map(|finding| finding.code.to_string())
        .collect();
    let mut state = Applied::of(before);
    for step in &plan.steps {
        let reached = state.next(&step.state);
        let ways = [
            (Pair::new(&state, &reached), true),
            (Pair::new(&reached, &state), step.undo.is_ok()),
        ];
        for (sides, _) in ways.into_iter().filter(|(_, made)| *made) {
            for sum in asked(sides) {
                prop_assert!(
                    sum.holds() || allowed.contains(sum.rule),
                    "step {} `{}`: {sum:?}",
                    step.number,
                    step.title,
                );
            }
        }
        state = reached;
    }
    Ok(())
}

/// Planning takes longest, so these laws share each plan, and run in parallel parts.
macro_rules! parts {
    ($($part:ident: $number:literal),+) => {
        $(mod $part {
            use super::*;

            proptest! {
                #![proptest_config(config_of_part(60, $number))]

                #[test]
                fn every_plan_keeps_the_rules_before_during_and_after_every_step_and_ends_at_its_goal(
                    (before, after) in prop_oneof![
                        (moving(), moving()).boxed(),
                        (environment(), environment()).boxed(),
                    ]
                ) {
                    let (before, after) = (resolved(&before), resolved(&after));
                    let waived = BTreeSet::new();
                    let request = request(Pair::new(&before, &after), &waived);
                    let plan = plan(&request);
                    keeps_the_rules_between_steps(&request, &plan)?;
                    keeps_the_rules_during_steps(&request, &plan)?;
                }
            }
        })+
    };
}

parts!(part_1: 1, part_2: 2, part_3: 3, part_4: 4);

/// How many random pairs keep the rules, have a plan, and have an undo.
#[derive(Debug, Default)]
struct Share {
    /// Pairs.
    pairs: usize,
    /// Pairs of which both states keep the rules.
    sound: usize,
    /// Of these pairs, those with a complete plan.
    planned: usize,
    steps: usize,
    /// Steps with an undo.
    undone: usize,
}

impl Share {
    /// The shares among `least` to a thousand pairs of one kind.
    fn of(pairs: &impl Strategy<Value = (Text, Text)>, least: u32) -> Self {
        let config = config(60);
        let cases = config.cases.clamp(least, 1_000);
        let mut runner = TestRunner::new(config);
        let mut share = Self::default();
        for _ in 0..cases {
            let (before, after) = pairs.new_tree(&mut runner).unwrap().current();
            let (before, after) = (resolved(&before), resolved(&after));
            let waived = BTreeSet::new();
            let request = request(Pair::new(&before, &after), &waived);
            share.pairs += 1;
            if !request.errors(&before).is_empty() || !request.errors(&after).is_empty() {
                continue;
            }
            share.sound += 1;
            let plan = plan(&request);
            share.planned += usize::from(plan.blocked.is_none());
            share.steps += plan.steps.len();
            share.undone += plan.steps.iter().filter(|step| step.undo.is_ok()).count();
        }
        share
    }
}

/// The laws would also hold if no pair had a plan. So most pairs whose states keep the rules must have a
/// plan, and most steps an undo.
#[test]
fn most_pairs_that_keep_the_rules_have_a_plan_with_its_ways_back() {
    let share = Share::of(&(moving(), moving()), 60);
    assert!(share.sound * 10 >= share.pairs, "{share:?}");
    assert!(share.planned * 100 >= share.sound * 90, "{share:?}");
    assert!(share.undone * 100 >= share.steps * 90, "{share:?}");
}

/// The same for environments that may differ in everything. Of these, about one pair in twenty keeps the
/// rules.
#[test]
fn most_pairs_that_differ_in_anything_have_a_plan_with_its_ways_back() {
    let share = Share::of(&(environment(), environment()), 300);
    assert!(share.sound > 0, "{share:?}");
    assert!(share.planned * 100 >= share.sound * 70, "{share:?}");
    assert!(share.steps >= 3 * share.planned, "{share:?}");
    assert!(share.undone * 100 >= share.steps * 75, "{share:?}");
}
