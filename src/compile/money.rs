//! Money. Prices are read only when something needs them.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{CatalogueTexts, Run};
use crate::catalogue::Prices;
use crate::check;
use crate::cost::{self, Estimate};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, code};
use crate::model::{Environment, NodeGroup};
use crate::parse::prices::WantedPrices;
use crate::price_list::PriceSelection;
use crate::source::Sources;

/// What the environments of a run cost.
pub struct EnvironmentCosts {
    /// The estimates, in the order of the files whose environment could be resolved.
    pub estimates: Vec<Estimate>,
    /// Findings about the estimates, from the rules about prices. None of them fails a run.
    pub notes: Diagnostics,
}

/// Reads the prices that the run's environments need, and estimates each. Mistakes in the prices
/// join the findings of the run's first file, like those in the rest of the catalogue.
pub fn costs(run: &mut Run, texts: &CatalogueTexts, today: Date) -> EnvironmentCosts {
    let environments: Vec<&Environment> = run
        .files
        .iter()
        .filter_map(|file| file.environment.as_ref())
        .collect();
    let mut about_prices = Diagnostics::new();
    // If there is a budget, the prices are already read and their mistakes reported.
    let prices = match &run.prices {
        Some(prices) => prices.clone(),
        None => prices(&environments, texts, &mut run.sources, &mut about_prices),
    };
    let estimates: Vec<Estimate> = environments
        .iter()
        .map(|environment| cost::estimate_with_calendar(environment, &run.catalogue, &prices))
        .collect();
    let notes = check::money::check(&estimates, &prices, today);
    if let Some(first) = run.files.first_mut() {
        first.diagnostics.extend(about_prices);
        first.diagnostics.sort(&run.sources);
    }
    EnvironmentCosts { estimates, notes }
}

/// The costs of states, and the mistakes in the prices.
pub struct StateCosts {
    /// The estimates, in the order of the states.
    pub estimates: Vec<Estimate>,
    /// The mistakes in the prices, in `sources`.
    pub about_prices: Diagnostics,
    /// The texts of the prices.
    pub sources: Sources,
}

/// Estimates states that come from no file, all with the same prices.
#[must_use]
pub fn state_costs(states: &[&Environment], texts: &CatalogueTexts) -> StateCosts {
    let (mut about_prices, mut sources) = (Diagnostics::new(), Sources::default());
    let prices = prices(states, texts, &mut sources, &mut about_prices);
    StateCosts {
        estimates: states
            .iter()
            .map(|state| cost::estimate(state, &prices))
            .collect(),
        about_prices,
        sources,
    }
}

/// The prices that environments need.
pub(super) fn prices(
    environments: &[&Environment],
    texts: &CatalogueTexts,
    sources: &mut Sources,
    about_prices: &mut Diagnostics,
) -> Prices {
    let wanted = wanted(environments.iter().copied());
    texts.prices(&wanted, sources, about_prices)
}

/// Whether everything in the run's files could be read, so no amount depends on a placeholder. A
/// violated rule or an expired waiver does not matter here.
#[must_use]
pub fn all_read(run: &Run) -> bool {
    let hides = |finding: &Diagnostic| {
        finding.severity == Severity::Error
            && code::LANGUAGE.contains(&finding.code)
            && ![code::WAIVER_EXPIRED, code::WAIVER_UNUSED].contains(&finding.code)
    };
    run.files.iter().all(|file| file.environment.is_some()) && !run.diagnostics().any(hides)
}

/// The prices that the environments of a run need, for an import.
#[must_use]
pub fn price_selection(run: &Run) -> PriceSelection {
    let environments = run.files.iter();
    let environments = environments.filter_map(|file| file.environment.as_ref());
    let WantedPrices {
        regions,
        names,
        all,
    } = wanted(environments);
    PriceSelection {
        regions,
        names,
        all,
    }
}

/// The regions of the environments, and every name that can have a price.
fn wanted<'a>(environments: impl Iterator<Item = &'a Environment>) -> WantedPrices {
    let mut wanted = WantedPrices::default();
    for environment in environments {
        let database = &environment.database;
        let nodes = environment.nodes.values().flat_map(NodeGroup::instances);
        let redis = environment.redis.values().map(|group| &group.node);
        let names: BTreeSet<String> = nodes
            .chain(redis)
            .chain([&database.instance, &database.replicas.instance])
            .map(|name| name.value.clone())
            .collect();
        wanted.names.extend(names);
        wanted.names.insert(database.storage.kind.value.to_string());
        wanted.regions.insert(environment.region.value.clone());
    }
    wanted
}
