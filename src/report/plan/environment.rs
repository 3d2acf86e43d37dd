//! The plan of one environment, as it is reported.

use std::collections::BTreeSet;

use super::{
    BlockedPlan, EnvironmentPlan, Interruptions, KeptReport, MeanwhileAsked, PlanProcedure,
    PlanStep, StepChange, StepFiles, WayBack, WorstStep, script, step,
};
use crate::cost::{self, CostLayer, Estimate, Range};
use crate::diagnostic::mask::mask_value;
use crate::diff::Presence;
use crate::impact::Class;
use crate::model::Environment;
use crate::pair::Pair;
use crate::plan::{Plan, PlannedStep};

/// What the report of an environment is made of.
pub struct PlannedEnvironment<'a> {
    /// Both ends.
    pub sides: Pair<&'a Environment>,
    /// The plan.
    pub plan: &'a Plan,
    /// What each state costs: BEFORE, then what each step leaves.
    pub estimates: &'a [Estimate],
    /// The folder into which the states are written; `None` if they are not written.
    pub written: Option<&'a str>,
}

/// The report of one environment.
#[must_use]
pub fn of_environment(planned: &PlannedEnvironment<'_>) -> EnvironmentPlan {
    let (plan, estimates) = (planned.plan, planned.estimates);
    let ends = estimates.first().zip(estimates.last());
    let costs = estimates.iter().zip(estimates.iter().skip(1));
    let costs = costs.map(|(before, after)| Some((before, after)));
    let costs = costs.chain(std::iter::repeat(None));
    EnvironmentPlan {
        environment: planned.sides.before.environment.value.to_string(),
        tiers: planned.sides.map(|side| side.tier.value),
        worst: worst(&plan.steps),
        interruptions: interruptions(&plan.steps),
        cost: ends.and_then(|(first, last)| difference(first, last)),
        unpriced: estimates.last().map_or(0, Estimate::unpriced),
        steps: plan
            .steps
            .iter()
            .zip(costs)
            .map(|(it, estimates)| of_step(it, estimates, planned))
            .collect(),
        kept: plan.kept.iter().map(KeptReport::from).collect(),
        blocked: plan.blocked.as_ref().map(BlockedPlan::from),
    }
}

/// What two states cost, where anything of them has a price.
fn difference(before: &Estimate, after: &Estimate) -> Option<Pair<Range>> {
    after.range()?;
    Some(cost::difference(Pair::new(before, after)).total().0)
}

/// The worst step; the first of equals.
fn worst(steps: &[PlannedStep]) -> Option<WorstStep> {
    let worst = steps.iter().rev().filter_map(|step| {
        let impact = step.worst()?;
        Some(WorstStep {
            step: step.number,
            class: impact.class,
            seconds: impact.seconds,
        })
    });
    worst.max_by_key(|worst| worst.class)
}

fn interruptions(steps: &[PlannedStep]) -> Interruptions {
    let mut all = Interruptions::default();
    for (step, impact) in steps.iter().filter_map(|step| Some((step, step.worst()?))) {
        if impact.class == Class::OnlineDegraded {
            all.slower.push(step.number);
        }
        if impact.class < Class::Failover {
            continue;
        }
        all.steps.push(step.number);
        match impact.seconds {
            Some((from, to)) => {
                let (least, most) = all.seconds;
                all.seconds = (least.saturating_add(from), most.saturating_add(to));
            }
            None => all.of_unknown_length.push(step.number),
        }
    }
    all
}

fn of_step(
    step: &PlannedStep,
    estimates: Option<(&Estimate, &Estimate)>,
    planned: &PlannedEnvironment<'_>,
) -> PlanStep {
    let changes = step.changes.changes.iter().zip(&step.impacts);
    let changes = changes.map(|(change, impact)| {
        let value =
            |value: &Option<String>| value.as_ref().map(|value| mask_value(&change.path, value));
        StepChange {
            path: change.path.clone(),
            before: value(&change.values.before),
            after: value(&change.values.after),
            class: impact.class,
            whole: step.changes.presence_of(&change.place) != Presence::Kept,
        }
    });
    let moved = estimates.map(|(before, after)| cost::difference(Pair::new(before, after)));
    let inputs: BTreeSet<&str> = moved
        .iter()
        .flat_map(|moved| {
            let layers = CostLayer::ALL.into_iter();
            layers.flat_map(|layer| moved.inputs(layer))
        })
        .collect();
    let paths = step.changes.changes.iter().map(|change| &change.path);
    let cost_changed_by = paths.filter(|path| inputs.contains(path.as_str()));
    PlanStep {
        number: step.number,
        title: step.title.clone(),
        impact: step.worst().cloned(),
        changes: changes.collect(),
        cost: estimates.and_then(|(before, after)| difference(before, after)),
        cost_changed_by: cost_changed_by.cloned().collect(),
        meanwhile: step.meanwhile.iter().map(MeanwhileAsked::from).collect(),
        procedure: PlanProcedure::from(&step.procedure),
        undo: WayBack {
            procedure: step.undo.as_ref().ok().map(PlanProcedure::from),
            impossible: step.undo.clone().err(),
        },
        files: planned.written.map(|root| {
            let name = &planned.sides.before.environment.value;
            let tree = step::tree(root, step.number, name);
            let file = |name: &str| format!("{tree}/{name}");
            StepFiles {
                apply: file(script::APPLY),
                verify: file(script::VERIFY),
                undo: file(script::UNDO),
            }
        }),
    }
}
