//! The outcome for each environment of a comparison.

use std::borrow::Cow;

use rayon::prelude::*;

use crate::catalogue::{Catalogue, Prices};
use crate::cost::{self, CostDifference, Estimate};
use crate::diagnostic::Diagnostics;
use crate::diff::{self, Changes};
use crate::impact::{self, Class, Impact};
use crate::model::Environment;
use crate::pair::Pair;
use crate::source::Sources;

use super::{CatalogueTexts, Comparison, Compiled, RecordedRun, Run, money};

/// The changes of one environment, their impacts and their cost.
pub struct Outcome<'a> {
    /// The files of both sides.
    pub files: Pair<Option<&'a Compiled>>,
    /// The environment on both sides.
    pub sides: Pair<Option<&'a Environment>>,
    /// Facts about AWS, on both sides.
    pub catalogues: Pair<&'a Catalogue>,
    /// What changes.
    pub changes: Changes,
    /// What each change does, in their order.
    pub impacts: Vec<Impact>,
    /// The impact of each rename, in order.
    pub renames: Vec<Impact>,
}

/// The cost of an environment on both sides; zero on a side without it.
pub struct CostChange {
    /// Both estimates.
    pub estimates: Pair<Estimate>,
    /// How they differ.
    pub difference: CostDifference,
    /// The paths that AWS cannot change. AFTER is priced with BEFORE's values for them.
    pub kept: Vec<String>,
}

impl Comparison {
    /// The outcome for each environment, in the order of the matches. An environment whose file
    /// cannot be resolved has none; its findings say why.
    #[must_use]
    pub fn outcomes(&self) -> Vec<Outcome<'_>> {
        self.matches
            .par_iter()
            .filter_map(|found| self.outcome(self.files(*found)))
            .collect()
    }

    fn outcome<'a>(&'a self, files: Pair<Option<&'a Compiled>>) -> Option<Outcome<'a>> {
        let lost = |file: &Compiled| file.environment.is_none();
        if files.before.is_some_and(lost) || files.after.is_some_and(lost) {
            return None;
        }
        let sides = files.map(|file| file.and_then(|file| file.environment.as_ref()));
        let recorded = files.map(|file| file.and_then(|file| file.recorded.as_ref()));
        let changes = if recorded.before.is_none() && recorded.after.is_none() {
            diff::diff(sides)?
        } else {
            let versions = Pair::new(
                version(recorded.before, &self.runs.before),
                version(recorded.after, &self.runs.after),
            );
            diff::diff_of_records(sides, versions.before == versions.after)?
        };
        Some(Outcome {
            files,
            sides,
            catalogues: self.runs.as_ref().map(|run| &run.catalogue),
            impacts: impact::of(&changes, sides, &self.runs.after.catalogue),
            renames: impact::renames(&changes),
            changes,
        })
    }
}

/// The version of the catalogue that a side was completed from.
fn version<'a>(recorded: Option<&'a RecordedRun>, run: &'a Run) -> &'a str {
    recorded.map_or(&run.catalogue.version, |it| &it.catalogue)
}

/// What changes cost.
pub struct CostChanges {
    /// One for each outcome, in their order.
    pub changes: Vec<CostChange>,
    /// The mistakes in the prices, in `sources`.
    pub about_prices: Diagnostics,
    /// The texts of the prices.
    pub sources: Sources,
}

/// The outcomes with any difference: in attributes, in the price of unchanged items, or in what
/// `otherwise` compares; and their costs.
#[must_use]
pub fn differing<'a>(
    mut outcomes: Vec<Outcome<'a>>,
    texts: Pair<&CatalogueTexts>,
    otherwise: impl Fn(&Outcome<'a>) -> bool + Sync,
) -> (Vec<Outcome<'a>>, CostChanges) {
    let differs = |outcome: &Outcome<'a>| !outcome.changes.is_empty() || otherwise(outcome);
    // With the same price list, equal environments cost the same.
    let same = texts.before.prices_as(texts.after);
    if same {
        outcomes = outcomes.into_par_iter().filter(differs).collect();
    }
    let mut costs = cost_changes(&outcomes, texts);
    let (outcomes, changes) = outcomes
        .into_iter()
        .zip(costs.changes)
        .filter(|(outcome, cost)| same || cost.difference.moves_money() || differs(outcome))
        .unzip();
    costs.changes = changes;
    (outcomes, costs)
}

/// The cost of each outcome, with the prices of each side's catalogue.
#[must_use]
pub fn cost_changes(outcomes: &[Outcome<'_>], texts: Pair<&CatalogueTexts>) -> CostChanges {
    let before: Vec<&Environment> = outcomes.iter().filter_map(|it| it.sides.before).collect();
    let after: Vec<&Environment> = outcomes.iter().filter_map(|it| it.sides.after).collect();
    let (mut about_prices, mut sources) = (Diagnostics::new(), Sources::default());
    let mut read = |environments: &[&Environment], texts| {
        money::prices(environments, texts, &mut sources, &mut about_prices)
    };
    let prices = if texts.before.prices_as(texts.after) {
        let both: Vec<&Environment> = before.into_iter().chain(after).collect();
        let prices = read(&both, texts.after);
        Pair::new(prices.clone(), prices)
    } else {
        Pair::new(read(&before, texts.before), read(&after, texts.after))
    };
    let changes = outcomes
        .par_iter()
        .filter_map(|it| cost_change(it, prices.as_ref()));
    CostChanges {
        changes: changes.collect(),
        about_prices,
        sources,
    }
}

fn cost_change(outcome: &Outcome<'_>, prices: Pair<&Prices>) -> Option<CostChange> {
    let sides = outcome.sides;
    let catalogues = outcome.catalogues;
    let before = sides
        .before
        .map(|it| cost::estimate_with_calendar(it, catalogues.before, prices.before));
    let (kept, possible) = possible(outcome);
    let after =
        possible.map(|it| cost::estimate_with_calendar(&it, catalogues.after, prices.after));
    let estimates = match (before, after) {
        (Some(before), Some(after)) => Pair::new(before, after),
        (Some(before), None) => Pair::new(before.clone(), before.absent()),
        (None, Some(after)) => Pair::new(after.absent(), after),
        (None, None) => return None,
    };
    Some(CostChange {
        difference: cost::difference(estimates.as_ref()),
        estimates,
        kept,
    })
}

/// AFTER with BEFORE's values for what AWS cannot change, and their paths.
fn possible<'a>(outcome: &Outcome<'a>) -> (Vec<String>, Option<Cow<'a, Environment>>) {
    let impacts = outcome.changes.changes.iter().zip(&outcome.impacts);
    let refused = impacts.filter(|(_, impact)| impact.class == Class::Impossible);
    let kept: Vec<String> = refused.map(|(change, _)| change.path.clone()).collect();
    let mut possible = outcome.sides.after.map(Cow::Borrowed);
    if let (Some(before), Some(after), false) =
        (outcome.sides.before, &mut possible, kept.is_empty())
    {
        let before = outcome.changes.renamed(before);
        after
            .to_mut()
            .adopt(&before, &kept.iter().cloned().collect());
    }
    (kept, possible)
}
