//! `tierc affected`: the environments whose output a change alters, each with its worst impact.

pub mod text;

use schemars::JsonSchema;
use serde::Serialize;

use super::amount::together;
use super::diff::{CostDiff, EnvironmentDiff, Worst};
use crate::cost::Range;
use crate::diagnostic::json::FindingJson;
use crate::diff::Presence;
use crate::model::Tier;
use crate::pair::Pair;

/// The environments whose output changes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AffectedReport {
    /// Always `affected`; identifies this kind of report.
    pub report: AffectedReportKind,
    /// The environments, in order.
    pub environments: Vec<AffectedEnvironment>,
    /// The number of environments without a change.
    pub unaffected: usize,
    /// The worst impact of all; null if no value changes.
    pub worst: Option<Worst>,
    /// The monthly cost of all of them; null if nothing has a price.
    pub cost: Option<Pair<Range>>,
    /// The number of changed items without a price on one side or both. Amounts exclude them.
    pub unpriced: usize,
    /// Findings in files of either side that cannot be resolved, so their changes are unknown.
    pub unread: Vec<FindingJson>,
}

/// The name of the report.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum AffectedReportKind {
    /// Affected environments.
    Affected,
}

/// An environment whose output changes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AffectedEnvironment {
    /// Its name, with AFTER's name if both sides have it.
    pub environment: String,
    /// BEFORE's name, if it differs.
    pub formerly: Option<String>,
    /// Which sides have it.
    pub presence: Presence,
    /// Its tier.
    pub tiers: Pair<Option<Tier>>,
    /// The number of changed values; zero if only facts of the catalogue reach the output.
    pub values: usize,
    /// The rendered files that change.
    pub files: Vec<String>,
    /// Its worst impact; null if no value changes.
    pub worst: Option<Worst>,
    /// Its monthly cost; null if nothing of it has a price.
    pub cost: Option<Pair<Range>>,
    /// Changed items without a price on one side or both. Amounts exclude them.
    pub unpriced: Vec<String>,
}

impl AffectedReport {
    /// The report of environments that differ, each with its changed files.
    #[must_use]
    pub fn new(
        differing: Vec<(EnvironmentDiff, Vec<String>)>,
        unaffected: usize,
        unread: Vec<FindingJson>,
    ) -> Self {
        let environments: Vec<AffectedEnvironment> = differing.into_iter().map(affected).collect();
        let worst = environments.iter().filter_map(|it| it.worst.clone());
        let costs = environments.iter().filter_map(|it| it.cost);
        Self {
            report: AffectedReportKind::Affected,
            unaffected,
            worst: worst.max_by_key(|it| (it.class, it.seconds)),
            cost: together(costs),
            unpriced: environments.iter().map(|it| it.unpriced.len()).sum(),
            unread,
            environments,
        }
    }
}

fn affected((environment, files): (EnvironmentDiff, Vec<String>)) -> AffectedEnvironment {
    AffectedEnvironment {
        environment: environment.environment,
        formerly: environment.formerly,
        presence: environment.presence,
        tiers: environment.tiers,
        values: environment.changes.len() + environment.renames.len(),
        files,
        worst: environment.worst,
        cost: environment.cost.as_ref().and_then(CostDiff::priced),
        unpriced: environment.cost.map_or_else(Vec::new, |it| it.unpriced),
    }
}
