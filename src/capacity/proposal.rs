//! For each metric that reaches its threshold soon: the cheapest change that makes room for the
//! whole horizon.
//!
//! Each trial is written into the file and compiled beside the original, with every rule, its price
//! and its disruption. It solves the problem if the upper bound of the projection, scaled to the
//! changed environment, stays below the threshold, and if no rule fails that passes now. If its
//! pods do not fit the nodes, it is tried once more with additional nodes.

use jiff::civil::Date;

use super::available::supply;
use super::offers::Offers;
use super::trial::{Trial, trials};
use super::{MetricItem, Outlook};
use crate::compile::{
    self, CatalogueTexts, ComparedSide, Comparison, Compiled, Input, Matching, Outcome, Run,
    SideFile,
};
use crate::cost::difference::CostShift;
use crate::diagnostic::{Code, Severity};
use crate::edit::statements;
use crate::impact::{Class, Impact};
use crate::metric::Metric;
use crate::model::{Environment, Money};
use crate::pair::Pair;
use crate::rewrite;

/// The present environment.
pub struct Base<'a> {
    /// Its file.
    pub input: &'a Input,
    /// The catalogue.
    pub texts: &'a CatalogueTexts,
    /// The day.
    pub today: Date,
}

/// A change that clears a metric.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The change.
    pub trial: Trial,
    /// The upper bound of the projection after the change, in the metric's unit.
    pub after: f64,
    /// Its cost per month.
    pub cost: CostShift,
    /// The number of changed items without a price. The sums exclude them.
    pub unpriced: usize,
    /// Its worst disruption.
    pub impact: Impact,
    /// What a person must take care of, for all of its impacts.
    pub heeds: Vec<String>,
    /// The rules that warn after the change but not now.
    pub warnings: Vec<Code>,
}

/// The rule that additional nodes can satisfy.
const NO_ROOM: Code = Code("node-capacity-exceeded");

/// Why a trial is not a proposal.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// The value after it is still at or above the threshold.
    NotEnough(f64),
    /// These rules would fail.
    Rules(Vec<Code>),
    /// The file has no place for the change.
    NoPlace,
    /// AWS refuses it.
    Impossible,
    /// The change has no effect.
    NoEffect,
    /// The autoscaler was at its maximum, so the real demand is unknown: any larger maximum would
    /// look sufficient.
    Hidden,
}

/// What was found for one metric.
#[derive(Clone, Debug)]
pub struct Proposals {
    /// The proposed change: the cheapest that solves the problem, as far as prices are known.
    pub best: Option<Proposal>,
    /// Whether every sufficient change has a price, so the best is certainly the cheapest.
    pub priced: bool,
    /// The trials that are not sufficient.
    pub refused: Vec<(Trial, Refusal)>,
}

/// Tries everything that could relieve a metric. `None` if its outlook is unknown.
#[must_use]
pub fn propose(
    item: &MetricItem,
    environment: &Environment,
    offers: &Offers,
    base: &Base<'_>,
) -> Option<Proposals> {
    let Outlook::Known { projection, .. } = &item.outlook else {
        return None;
    };
    // Apart from the week, the projection is a straight line: its maximum is at one end.
    let most = projection.now.high.max(projection.horizon.high);
    let growth = most / item.tracked.threshold;
    let mut found = Proposals {
        best: None,
        priced: true,
        refused: Vec::new(),
    };
    let mut cheapest = Vec::new();
    for trial in trials(&item.tracked, growth, environment, offers) {
        let judged = if hidden(item.tracked.metric, projection.now.value) {
            Err(Refusal::Hidden)
        } else {
            judge_with_nodes(&trial, item, most, base)
        };
        match judged {
            Ok(proposal) => cheapest.push(proposal),
            Err(refusal) => found.refused.push((trial, refusal)),
        }
    }
    found.priced = cheapest.iter().all(|proposal| proposal.unpriced == 0);
    found.best = cheapest.into_iter().min_by_key(rank);
    Some(found)
}

/// The order of proposals: changes with a price and without data loss first, then by ceiling, floor
/// and disruption. Sums that lack prices are not comparable, so the smaller change comes first, and
/// a tier last.
fn rank(proposal: &Proposal) -> (bool, bool, usize, Money, Money, Class) {
    let class = proposal.impact.class;
    let size = match &proposal.trial {
        _ if proposal.unpriced == 0 => 0,
        tier if tier.is_tier() => usize::MAX,
        trial => statements(&trial.edits).len(),
    };
    (
        class >= Class::Replace,
        proposal.unpriced > 0,
        size,
        proposal.cost.ceiling(),
        proposal.cost.floor(),
        class,
    )
}

/// Whether a metric is at its own maximum: an autoscaler cannot exceed 100%.
fn hidden(metric: Metric, now: f64) -> bool {
    matches!(metric, Metric::ApiReplicas | Metric::WorkerReplicas) && now >= 100.0
}

/// Judges a trial; if only nodes are missing, judges it again with more nodes.
fn judge_with_nodes(
    trial: &Trial,
    item: &MetricItem,
    value: f64,
    base: &Base<'_>,
) -> Result<Proposal, Refusal> {
    let Some(comparison) = compare(trial, base) else {
        return Err(Refusal::NoPlace);
    };
    let alone = judge(trial, &comparison, item, value, base);
    let Err(Refusal::Rules(broken)) = &alone else {
        return alone;
    };
    if broken.as_slice() != [NO_ROOM] {
        return alone;
    }
    let after = &comparison.runs.after;
    let nodes = single(after).and_then(|it| super::extra_nodes::nodes(it, &after.catalogue));
    let both = nodes.and_then(|nodes| trial.and(nodes));
    match both.and_then(|both| Some((compare(&both, base)?, both))) {
        Some((comparison, both)) => judge(&both, &comparison, item, value, base).or(alone),
        None => alone,
    }
}

/// The environment of a run with one file.
fn single(run: &Run) -> Option<&Environment> {
    run.files.first()?.environment.as_ref()
}

fn judge(
    trial: &Trial,
    comparison: &Comparison,
    item: &MetricItem,
    value: f64,
    base: &Base<'_>,
) -> Result<Proposal, Refusal> {
    let broken = newly(comparison, Severity::Error);
    if !broken.is_empty() {
        return Err(Refusal::Rules(broken));
    }
    let outcomes = comparison.outcomes();
    let Some(outcome) = outcomes.first() else {
        return Err(Refusal::NoEffect);
    };
    let after = value * share_left(item, outcome, &comparison.runs).unwrap_or(1.0);
    if after >= item.tracked.threshold {
        return Err(Refusal::NotEnough(after));
    }
    let impacts = outcome.impacts.iter().chain(&outcome.renames);
    let Some(impact) = impacts.max_by_key(|impact| impact.class) else {
        return Err(Refusal::NoEffect);
    };
    if impact.class == Class::Impossible {
        return Err(Refusal::Impossible);
    }
    let (cost, unpriced) = cost(&outcomes, base);
    Ok(Proposal {
        trial: trial.clone(),
        after,
        cost,
        unpriced,
        impact: impact.clone(),
        heeds: heeds(outcome),
        warnings: newly(comparison, Severity::Warning),
    })
}

/// The cost of a change, and the number of its items without a price.
fn cost(outcomes: &[Outcome<'_>], base: &Base<'_>) -> (CostShift, usize) {
    let costs = compile::cost_changes(outcomes, Pair::new(base.texts, base.texts));
    let change = costs.changes.first().expect("an outcome has a cost");
    let difference = &change.difference;
    (difference.total(), difference.unknown.len())
}

/// What a person must take care of, without duplicates, in the order of the changes.
fn heeds(outcome: &Outcome<'_>) -> Vec<String> {
    let mut heeds = Vec::new();
    let impacts = outcome.impacts.iter().chain(&outcome.renames);
    for heed in impacts.filter_map(|impact| impact.heed.as_ref()) {
        if !heeds.contains(heed) {
            heeds.push(heed.clone());
        }
    }
    heeds
}

/// The factor by which the change scales a value; `None` if it is unknown.
fn share_left(item: &MetricItem, outcome: &Outcome<'_>, runs: &Pair<Run>) -> Option<f64> {
    let has = |environment: Option<&Environment>, run: &Run| {
        let (metric, component) = (item.tracked.metric, &item.tracked.component);
        supply(metric, component, environment?, &run.catalogue)
    };
    let before = has(outcome.sides.before, &runs.before)?;
    Some(before / has(outcome.sides.after, &runs.after)?)
}

/// The file beside the file with a change; `None` if the file has no place for it.
fn compare(trial: &Trial, base: &Base<'_>) -> Option<Comparison> {
    let text = std::str::from_utf8(&base.input.bytes).ok()?;
    let edited = rewrite::apply(text, &trial.edits).ok()?;
    let side = |bytes: Vec<u8>| ComparedSide {
        files: vec![SideFile {
            input: Input {
                bytes,
                ..base.input.clone()
            },
            path: base.input.name.clone(),
            tier: None,
        }],
        records: Vec::new(),
    };
    Some(compile::compare(
        Pair::new(side(base.input.bytes.clone()), side(edited.into_bytes())),
        Pair::new(base.texts, base.texts),
        Matching::AsOne,
        base.today,
    ))
}

/// The rules that report this severity more often after a change than before it, sorted.
fn newly(comparison: &Comparison, severity: Severity) -> Vec<Code> {
    let failing = |run: &Run| -> Vec<Code> {
        let errors = |file: &Compiled| -> Vec<Code> {
            let errors = file.diagnostics.iter();
            let errors = errors.filter(|it| it.severity == severity);
            errors.map(|it| it.code).collect()
        };
        run.files.iter().flat_map(errors).collect()
    };
    let mut before = failing(&comparison.runs.before);
    let mut broken: Vec<Code> = failing(&comparison.runs.after)
        .into_iter()
        .filter(|code| match before.iter().position(|known| known == code) {
            Some(at) => {
                before.swap_remove(at);
                false
            }
            None => true,
        })
        .collect();
    broken.sort_unstable();
    broken.dedup();
    broken
}
