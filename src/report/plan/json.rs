//! A plan for programs; `schema/report.schema.json` describes it.

use serde_json::{Value, json};

use super::PlanReport;
use crate::impact::{FeltBy, Impact, Undo, When};
use crate::plan::procedure::Procedure;
use crate::plan::{Blocked, Step};

/// The plan as JSON.
#[must_use]
pub fn json(report: &PlanReport<'_>) -> Value {
    let steps: Vec<Value> = report.plan.steps.iter().map(step).collect();
    let kept: Vec<Value> = report
        .plan
        .kept
        .iter()
        .map(|kept| json!({ "paths": kept.paths, "reason": kept.reason, "line": kept.line }))
        .collect();
    json!({
        "environment": report.environment,
        "intent": report.intent,
        "worst": report.worst().map(|(step, impact)| json!({
            "step": step.number,
            "class": impact.class.name(),
        })),
        "steps": steps,
        "kept": kept,
        "blocked": report.plan.blocked.as_ref().map(blocked),
        "states": report.written.then_some(report.root),
    })
}

fn step(step: &Step) -> Value {
    let changes: Vec<Value> = step
        .changes
        .changes
        .iter()
        .map(|change| {
            json!({
                "path": change.path,
                "before": change.values.before,
                "after": change.values.after,
            })
        })
        .collect();
    let undo = match &step.undo {
        Ok(back) => json!({ "apply": back.apply }),
        Err(why) => json!({ "impossible": why }),
    };
    json!({
        "number": step.number,
        "title": step.title,
        "impact": step.worst().map(impact),
        "changes": changes,
        "procedure": procedure(&step.procedure),
        "undo": undo,
    })
}

fn procedure(procedure: &Procedure) -> Value {
    json!({
        "apply": procedure.apply,
        "verify": procedure.verify,
        "wait": procedure.waits,
    })
}

fn impact(impact: &Impact) -> Value {
    let felt_by = match &impact.felt_by {
        FeltBy::Nobody => json!("nobody"),
        FeltBy::Api => json!("api"),
        FeltBy::Pools(pools) => json!(pools),
        FeltBy::Everyone => json!("everyone"),
    };
    let undo = match impact.undo {
        Undo::Back => "back",
        Undo::Harder => "harder",
        Undo::Never => "never",
    };
    let when = match impact.when {
        When::AtOnce => "at-once",
        When::InWindow => "in-window",
        When::ByHand => "by-hand",
    };
    json!({
        "class": impact.class.name(),
        "reason": impact.reason,
        "condition": impact.condition,
        "felt-by": felt_by,
        "seconds": impact.seconds.map(|(from, to)| json!({ "from": from, "to": to })),
        "undo": undo,
        "when": when,
        "source": impact.source,
    })
}

fn blocked(blocked: &Blocked) -> Value {
    let findings: Vec<Value> = blocked
        .findings
        .iter()
        .map(|finding| {
            json!({
                "code": finding.code.0,
                "message": finding.message,
                "notes": finding.notes,
            })
        })
        .collect();
    json!({ "left": blocked.left, "findings": findings, "bridges": blocked.bridges })
}
