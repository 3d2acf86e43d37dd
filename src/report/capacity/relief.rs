//! What makes room for a metric, and what does not and why.

use super::number::{rounded, shown};
use super::{ChangeReport, RefusalReport, ReliefReport, Reviewed};
use crate::capacity::Item;
use crate::capacity::projection::HORIZON;
use crate::capacity::proposal::{Proposal, Proposals, Refusal};
use crate::capacity::trial::Trial;
use crate::diagnostic::visible::visible;
use crate::source::Origin;

/// What was found for a metric.
pub(super) fn relief(found: &Proposals, item: &Item, reviewed: &Reviewed<'_>) -> ReliefReport {
    let refused = found.refused.iter().map(|(trial, refusal)| RefusalReport {
        kdl: trial.kdl(),
        reason: reason(refusal, item),
    });
    ReliefReport {
        change: found.best.as_ref().map(|best| change(best, reviewed)),
        refused: refused.collect(),
    }
}

fn reason(refusal: &Refusal, item: &Item) -> String {
    match refusal {
        Refusal::NotEnough(after) => format!(
            "it still leads to {} within {HORIZON} days",
            shown(*after, item.tracked.metric.unit())
        ),
        Refusal::Rules(codes) => {
            let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
            format!("it breaks {}", codes.join(", "))
        }
        Refusal::Impossible => "AWS refuses it".to_owned(),
        Refusal::NoEffect => "nothing changes by it".to_owned(),
        Refusal::Hidden => {
            "an autoscaler at its maximum hides what was asked of it: the queue's depth or the CPU says how far to raise it".to_owned()
        }
    }
}

fn change(proposal: &Proposal, reviewed: &Reviewed<'_>) -> ChangeReport {
    ChangeReport {
        kdl: proposal.trial.kdl(),
        replaces: replaces(&proposal.trial, reviewed),
        after: rounded(proposal.after),
        cost: proposal.cost.0,
        unpriced: proposal.unpriced,
        impact: proposal.impact.clone(),
        heeds: proposal.heeds.clone(),
    }
}

/// Where the file states what a change states otherwise.
fn replaces(trial: &Trial, reviewed: &Reviewed<'_>) -> Vec<String> {
    let paths = match trial {
        Trial::Tier(_) => vec!["tier".to_owned()],
        Trial::Override { paths, .. } => paths.clone(),
    };
    let attributes = reviewed.environment.list();
    let places = attributes.iter().filter(|it| paths.contains(&it.path));
    places
        .filter_map(|attribute| match &attribute.origin {
            Origin::Declared(span) => {
                let (line, _) = reviewed.sources.position(*span);
                let name = &reviewed.sources.get(span.source).name;
                Some(visible(&format!("{name}:{line}")))
            }
            Origin::Tier(_) | Origin::Derived(_) | Origin::Recorded => None,
        })
        .collect()
}
