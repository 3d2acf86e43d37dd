//! The safe order of a change, in short.

use schemars::JsonSchema;
use serde::Serialize;

use crate::impact::Impact;
use crate::plan::{Plan, PlannedStep};
use crate::report::plan::{BlockedPlan, KeptReport};

/// The safe order of a change. `tierc plan` shows how each step is applied, verified and undone.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SafeOrder {
    /// What is done, in order.
    pub steps: Vec<ShortStep>,
    /// The attributes that keep BEFORE's value, because AWS cannot change them.
    pub kept: Vec<KeptReport>,
    /// Why the steps end before AFTER; null if they reach it.
    pub blocked: Option<BlockedPlan>,
}

/// A step.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ShortStep {
    /// Its place, from 1.
    pub number: usize,
    /// What it does.
    pub title: String,
    /// Its worst impact at this point of the plan.
    pub impact: Option<Impact>,
    /// What to wait for before the next step, as sentences.
    pub waits: Vec<String>,
    /// Whether the step has an undo.
    pub undoable: bool,
}

/// The order of a plan.
pub(super) fn of_plan(plan: &Plan) -> SafeOrder {
    SafeOrder {
        steps: plan.steps.iter().map(step).collect(),
        kept: plan.kept.iter().map(KeptReport::from).collect(),
        blocked: plan.blocked.as_ref().map(BlockedPlan::from),
    }
}

fn step(step: &PlannedStep) -> ShortStep {
    ShortStep {
        number: step.number,
        title: step.title.clone(),
        impact: step.worst().cloned(),
        waits: step.procedure.wait.clone(),
        undoable: step.undo.is_ok(),
    }
}
