//! The change that makes room for a metric, and the rejected ones with their reasons.

use super::edit_location::{PlacedChange, placed};
use super::number::{rounded, shown};
use super::{ChangeReport, RefusalReport, ReliefReport, Reviewed};
use crate::capacity::MetricItem;
use crate::capacity::projection::HORIZON;
use crate::capacity::proposal::{Proposal, Proposals, Refusal};
use crate::diagnostic::json::edits;

/// What was found for a metric.
pub(super) fn relief(
    found: &Proposals,
    item: &MetricItem,
    reviewed: &Reviewed<'_>,
) -> ReliefReport {
    let refused = found.refused.iter().map(|(trial, refusal)| RefusalReport {
        kdl: trial.kdl(),
        edits: edits(&trial.edits),
        reason: reason(refusal, item),
    });
    ReliefReport {
        change: found.best.as_ref().map(|best| change(best, reviewed)),
        priced: found.priced,
        refused: refused.collect(),
    }
}

fn reason(refusal: &Refusal, item: &MetricItem) -> String {
    match refusal {
        Refusal::NotEnough(after) => format!(
            "with it the metric still reaches {} within {HORIZON} days",
            shown(*after, item.tracked.metric.unit())
        ),
        Refusal::Rules(codes) => {
            let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
            format!("it breaks {}", codes.join(", "))
        }
        Refusal::NoPlace => "the file has no place for it".to_owned(),
        Refusal::Impossible => "AWS refuses it".to_owned(),
        Refusal::NoEffect => "it has no effect".to_owned(),
        Refusal::Hidden => {
            "an autoscaler at its maximum hides the real demand: choose the new maximum by queue depth or CPU".to_owned()
        }
    }
}

fn change(proposal: &Proposal, reviewed: &Reviewed<'_>) -> ChangeReport {
    let PlacedChange {
        instructions,
        nodes,
    } = placed(&proposal.trial, reviewed);
    let warnings = proposal.warnings.iter();
    ChangeReport {
        kdl: proposal.trial.kdl(),
        edits: edits(&proposal.trial.edits),
        instructions,
        nodes,
        after: rounded(proposal.after),
        cost: proposal.cost.0,
        unpriced: proposal.unpriced,
        impact: proposal.impact.clone(),
        heeds: proposal.heeds.clone(),
        warnings: warnings.map(ToString::to_string).collect(),
    }
}
