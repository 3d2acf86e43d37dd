//! The safe order of a change, in short.

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::mask::mask;
use crate::impact::Impact;
use crate::plan::{Plan, Step};

/// The safe order of a change; `tierc plan` tells how each step is applied, verified and undone.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SafeOrder {
    /// What is done, in order.
    pub steps: Vec<ShortStep>,
    /// What stays as it is in BEFORE, because AWS refuses to change it.
    pub kept: Vec<KeptValue>,
    /// Why the steps end before AFTER; null where they lead to it.
    pub blocked: Option<NoOrder>,
}

/// A step.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ShortStep {
    /// Its place, from 1.
    pub number: usize,
    /// What it does.
    pub title: String,
    /// The worst that it does, as things stand at this step.
    pub impact: Option<Impact>,
    /// What to wait for before the next step, as sentences.
    pub waits: Vec<String>,
    /// Whether there is a way back from it.
    pub undoable: bool,
}

/// Values that AWS refuses to change.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct KeptValue {
    /// Their paths.
    pub paths: Vec<String>,
    /// Why, as one sentence.
    pub reason: String,
    /// What to write into the file, so that it says what is true.
    pub line: String,
}

/// Where no order goes on.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct NoOrder {
    /// What is left to do.
    pub left: Vec<String>,
    /// What each of that would break.
    pub breaks: Vec<BrokenRule>,
    /// Intermediate values that open a way.
    pub bridges: Vec<String>,
}

/// A rule that stands in the way.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct BrokenRule {
    /// The rule.
    pub code: String,
    /// What would be.
    pub message: String,
}

/// The order of a plan.
pub(super) fn of_plan(plan: &Plan) -> SafeOrder {
    let kept = plan.kept.iter().map(|kept| KeptValue {
        paths: kept.paths.clone(),
        reason: kept.reason.clone(),
        line: kept.line.clone(),
    });
    let blocked = plan.blocked.as_ref().map(|blocked| NoOrder {
        left: blocked.left.iter().map(|left| mask(left)).collect(),
        breaks: blocked
            .findings
            .iter()
            .map(|finding| BrokenRule {
                code: finding.code.to_string(),
                message: mask(&finding.message),
            })
            .collect(),
        bridges: blocked.bridges.iter().map(|it| mask(it)).collect(),
    });
    SafeOrder {
        steps: plan.steps.iter().map(step).collect(),
        kept: kept.collect(),
        blocked,
    }
}

fn step(step: &Step) -> ShortStep {
    ShortStep {
        number: step.number,
        title: mask(&step.title),
        impact: step.worst().cloned(),
        waits: step.procedure.waits.clone(),
        undoable: step.undo.is_ok(),
    }
}
