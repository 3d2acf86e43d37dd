//! One environment of the report.

use super::{
    ChangedValue, CostDiff, EnvironmentDiff, LayerDiff, PartOfOneSide, PricesOf, Renamed,
    ResourceReport, Worst, connections, order, resources,
};
use crate::compile::{CostChange, Outcome};
use crate::cost::CostLayer;
use crate::diagnostic::json::findings;
use crate::diagnostic::mask::mask_value;
use crate::diff::{DiffPlace, Presence};
use crate::impact::Fingerprint;
use crate::pair::Pair;
use crate::plan::Plan;
use crate::report::cost::calendar_shift;
use crate::source::Sources;

use super::FileDiff;

/// The input of an environment's report.
pub struct ComparedEnvironment<'a> {
    /// The changes and their impacts.
    pub outcome: &'a Outcome<'a>,
    /// Its cost, if requested.
    pub cost: Option<&'a CostChange>,
    /// The safe order of the change, if requested.
    pub plan: Option<&'a Plan>,
    /// The rendered files that differ, if requested.
    pub artifacts: Option<Vec<FileDiff>>,
    /// The texts of AFTER, which findings point into.
    pub sources: &'a Sources,
}

/// The report of one environment.
#[must_use]
pub fn of_environment(compared: ComparedEnvironment<'_>) -> EnvironmentDiff {
    let outcome = compared.outcome;
    let changes = &outcome.changes;
    let names = outcome
        .sides
        .map(|side| side.map(|it| it.environment.value.to_string()));
    let renames: Vec<Renamed> = renames(outcome);
    let values = values(outcome);
    let parts = values.iter().map(|it| &it.fingerprint);
    let parts: Vec<Fingerprint> = parts
        .chain(renames.iter().map(|it| &it.fingerprint))
        .cloned()
        .collect();
    EnvironmentDiff {
        environment: changes.environment.to_string(),
        formerly: names
            .before
            .filter(|name| *name != changes.environment.to_string()),
        presence: changes.presence,
        tiers: outcome.sides.map(|side| side.map(|it| it.tier.value)),
        worst: Worst::of(outcome.impacts.iter().chain(&outcome.renames)),
        fingerprint: fingerprint(outcome, compared.cost, &parts),
        changes: values,
        renames,
        parts: parts_of_one_side(outcome),
        resources: changed_resources(outcome),
        connections: outcome
            .sides
            .map(|side| side.map(connections::of_environment).unwrap_or_default()),
        cost: compared.cost.map(|change| cost(change, outcome)),
        order: compared.plan.map(order::of_plan),
        findings: outcome.files.after.map_or_else(Vec::new, |file| {
            findings(file.diagnostics.iter(), compared.sources)
        }),
        artifacts: compared.artifacts,
    }
}

/// The fingerprint of an approval: it covers the changes, or the cost if only the cost changes.
fn fingerprint(
    outcome: &Outcome<'_>,
    cost: Option<&CostChange>,
    parts: &[Fingerprint],
) -> Fingerprint {
    let changes = &outcome.changes;
    match cost.filter(|_| changes.is_empty()) {
        Some(cost) => Fingerprint::of_prices(&changes.environment, &cost.difference),
        None => Fingerprint::of_environment(changes, parts),
    }
}

fn changed_resources(outcome: &Outcome<'_>) -> Vec<ResourceReport> {
    let (before, after) = (outcome.sides.before, outcome.sides.after);
    let before = before.map(|before| outcome.changes.renamed(before));
    resources::changed(Pair::new(before.as_deref(), after))
}

fn parts_of_one_side(outcome: &Outcome<'_>) -> Vec<PartOfOneSide> {
    let parts = outcome.changes.parts.iter();
    let part = |(place, presence): (&DiffPlace, &Presence)| PartOfOneSide {
        place: place.clone(),
        presence: *presence,
    };
    parts.map(part).collect()
}

fn values(outcome: &Outcome<'_>) -> Vec<ChangedValue> {
    let changes = &outcome.changes;
    let roots = changes.roots();
    let rows = changes.changes.iter().zip(&outcome.impacts).zip(roots);
    rows.map(|((change, impact), root)| ChangedValue {
        path: change.path.clone(),
        place: change.place.clone(),
        before: change
            .values
            .before
            .as_ref()
            .map(|value| mask_value(&change.path, value)),
        after: change
            .values
            .after
            .as_ref()
            .map(|value| mask_value(&change.path, value)),
        cause: change.cause.clone(),
        root,
        fingerprint: Fingerprint::of(&changes.environment, change, impact),
        impact: impact.clone(),
    })
    .collect()
}

fn renames(outcome: &Outcome<'_>) -> Vec<Renamed> {
    let renames = outcome.changes.renames.iter().zip(&outcome.renames);
    renames
        .map(|(rename, impact)| Renamed {
            place: rename.place.clone(),
            names: rename.names.as_ref().map(ToString::to_string),
            impact: impact.clone(),
            fingerprint: Fingerprint::of_rename(&outcome.changes.environment, rename, impact),
        })
        .collect()
}

fn cost(change: &CostChange, outcome: &Outcome<'_>) -> CostDiff {
    let difference = &change.difference;
    let changes = &outcome.changes;
    let changed_by = |layer: CostLayer| {
        if changes.presence != Presence::Kept {
            return Vec::new();
        }
        let inputs = difference.inputs(layer);
        let paths = changes.changes.iter().map(|change| &change.path);
        let paths = paths.filter(|path| inputs.contains(path.as_str()));
        paths.cloned().collect()
    };
    let layers = difference.layers.iter();
    let sides = [&change.estimates.before, &change.estimates.after];
    let mut price_lists: Vec<PricesOf> = sides
        .iter()
        .flat_map(|estimate| estimate.lists())
        .map(|(list, _)| PricesOf {
            region: list.region.clone(),
            date: list.date.to_string(),
        })
        .collect();
    price_lists.sort();
    price_lists.dedup();
    CostDiff {
        total: difference.total().0,
        layers: layers
            .map(|(layer, shift)| LayerDiff {
                layer: *layer,
                changed_by: changed_by(*layer),
                cost: shift.0,
            })
            .collect(),
        unpriced: difference
            .unknown
            .iter()
            .map(|unknown| unknown.path.clone())
            .collect(),
        kept: change.kept.clone(),
        calendar: difference.calendar.iter().map(calendar_shift).collect(),
        price_lists,
    }
}
