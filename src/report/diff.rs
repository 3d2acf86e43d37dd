//! `tierc diff`: the changes between two states, as one value that every format reads and JSON
//! writes unchanged.

pub mod html;
pub mod markdown;
pub mod text;

mod connections;
mod disrupted;
mod environment;
mod folded;
mod headline;
mod order;
mod resources;
mod unified;

use schemars::JsonSchema;
use serde::Serialize;

use crate::cost::Range;
use crate::diagnostic::json::FindingJson;
use crate::diff::{Cause, DiffPlace, Presence, Root};
use crate::impact::{Class, Fingerprint, Impact};
use crate::model::Tier;
use crate::pair::Pair;
use crate::report::amount::{growth_beside, together};

pub use super::amount::{growth, lasting};
pub use connections::{ConnectionsOf, ServerConnections};
pub use environment::{ComparedEnvironment, of_environment};
pub use order::{SafeOrder, ShortStep};
pub use resources::ResourceReport;
pub use unified::{FileDiff, files, paths, source};

/// The changes between two states of environments.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DiffReport {
    /// Always `diff`; identifies this kind of report.
    pub report: DiffReportKind,
    /// The environments that differ, in order.
    pub environments: Vec<EnvironmentDiff>,
    /// The number of compared environments without a difference.
    pub unchanged: usize,
    /// Findings in files of either side that cannot be resolved, so their changes are unknown.
    pub unread: Vec<FindingJson>,
    /// The worst impact of all changes; null if nothing differs.
    pub worst: Option<Worst>,
    /// The monthly cost of all of them; null if costs were not requested, or if nothing has a
    /// price.
    pub cost: Option<Pair<Range>>,
    /// The number of changed items without a price on one side or both. Amounts exclude them.
    pub unpriced: usize,
    /// The limits of `--fail-on` and their results.
    pub gates: Vec<Gated>,
    /// Identifies the whole difference, for `--approve`.
    pub fingerprint: Fingerprint,
}

/// The name of the report.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum DiffReportKind {
    /// Differences.
    Diff,
}

/// What changes of one environment.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct EnvironmentDiff {
    /// Its name, with AFTER's name if both sides have it.
    pub environment: String,
    /// BEFORE's name, if it differs.
    pub formerly: Option<String>,
    /// Which sides have it.
    pub presence: Presence,
    /// Its tier.
    pub tiers: Pair<Option<Tier>>,
    /// Its worst impact.
    pub worst: Option<Worst>,
    /// The values that change, in the model's order.
    pub changes: Vec<ChangedValue>,
    /// Parts that only change their names.
    pub renames: Vec<Renamed>,
    /// The pools, services and groups that only one side has.
    pub parts: Vec<PartOfOneSide>,
    /// The changed resources, in a few words.
    pub resources: Vec<ResourceReport>,
    /// The connections that each database server can get; empty on a side without the environment.
    pub connections: Pair<Vec<ServerConnections>>,
    /// Its cost; null if costs were not requested.
    pub cost: Option<CostDiff>,
    /// The safe order of the change; null if it was not requested, or if only one side has the
    /// environment.
    pub order: Option<SafeOrder>,
    /// What the rules find in AFTER.
    pub findings: Vec<FindingJson>,
    /// The changed rendered files; null if they were not requested.
    pub artifacts: Option<Vec<FileDiff>>,
    /// Identifies all changes of this environment, for `--approve`.
    pub fingerprint: Fingerprint,
}

/// A value that changes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ChangedValue {
    /// Its path in KDL spelling.
    pub path: String,
    /// What it belongs to.
    pub place: DiffPlace,
    /// BEFORE's value; null if only AFTER has it.
    pub before: Option<String>,
    /// AFTER's value; null if only BEFORE has it.
    pub after: Option<String>,
    /// Why it changes.
    pub cause: Cause,
    /// The first cause in the chain.
    pub root: Root,
    /// What it does.
    pub impact: Impact,
    /// Names this change, for `--approve`.
    pub fingerprint: Fingerprint,
}

/// A pool, service or group under another name.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Renamed {
    /// What it is, under its new name.
    pub place: DiffPlace,
    /// Both names.
    pub names: Pair<String>,
    /// What the new name does by itself.
    pub impact: Impact,
    /// Names this change, for `--approve`.
    pub fingerprint: Fingerprint,
}

/// A pool, service or group that is added or removed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PartOfOneSide {
    /// What it is.
    pub place: DiffPlace,
    /// Whether it is added or removed.
    pub presence: Presence,
}

/// The worst of several changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Worst {
    /// How bad it is.
    pub class: Class,
    /// Its duration in seconds, from and to; null if it is unknown or not felt.
    pub seconds: Option<(u32, u32)>,
}

impl Worst {
    /// The worst of several impacts; among equal ones the longest.
    pub fn of<'a>(impacts: impl IntoIterator<Item = &'a Impact>) -> Option<Self> {
        let worst = impacts
            .into_iter()
            .max_by_key(|it| (it.class, it.seconds))?;
        Some(Self {
            class: worst.class,
            seconds: worst.seconds,
        })
    }
}

/// The monthly cost of an environment on both sides, in USD; zero on a side without it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CostDiff {
    /// What has a price.
    #[serde(flatten)]
    pub total: Pair<Range>,
    /// Layer by layer.
    pub layers: Vec<LayerDiff>,
    /// Changed items without a price on one side or both. Amounts exclude them.
    pub unpriced: Vec<String>,
    /// The attributes that AWS cannot change. AFTER is priced with BEFORE's values for them.
    pub kept: Vec<String>,
    /// Changed effects of the calendar, a sentence each. Amounts exclude them.
    pub calendar: Vec<String>,
    /// The price lists.
    pub price_lists: Vec<PricesOf>,
}

impl EnvironmentDiff {
    /// Whether anything changes besides prices.
    pub(super) fn has_changes(&self) -> bool {
        !(self.changes.is_empty() && self.renames.is_empty())
    }
}

impl CostDiff {
    /// The cost of all priced items; `None` if nothing has a price, which differs from zero.
    #[must_use]
    pub fn priced(&self) -> Option<Pair<Range>> {
        (!self.layers.is_empty()).then_some(self.total)
    }

    /// The growth, with the unpriced items.
    pub(super) fn growth(&self) -> String {
        growth_beside(&self.total, self.unpriced.len())
    }
}

/// A list of prices.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PricesOf {
    /// Its region.
    pub region: String,
    /// The day it was read.
    pub date: String,
}

/// What a layer costs on both sides.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LayerDiff {
    /// The layer.
    pub layer: crate::cost::CostLayer,
    /// The paths of the attributes that change the cost; empty if only prices do, or if the whole
    /// environment is added or removed.
    pub changed_by: Vec<String>,
    /// What it costs.
    #[serde(flatten)]
    pub cost: Pair<Range>,
}

/// A limit, and whether the change exceeds it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Gated {
    /// The limit as it was given.
    pub gate: String,
    /// Whether the change exceeds the limit.
    pub exceeded: bool,
    /// The reasons, a sentence each.
    pub by: Vec<String>,
}

impl DiffReport {
    /// The report of environments that differ, in their order.
    #[must_use]
    pub fn new(environments: Vec<EnvironmentDiff>, unchanged: usize) -> Self {
        let impacts = environments.iter().flat_map(|environment| {
            let values = environment.changes.iter().map(|it| &it.impact);
            values.chain(environment.renames.iter().map(|it| &it.impact))
        });
        let costs = || environments.iter().filter_map(|it| it.cost.as_ref());
        Self {
            report: DiffReportKind::Diff,
            unchanged,
            worst: Worst::of(impacts),
            cost: together(costs().filter_map(CostDiff::priced)),
            unpriced: costs().map(|cost| cost.unpriced.len()).sum(),
            gates: Vec::new(),
            unread: Vec::new(),
            fingerprint: Fingerprint::of_all(environments.iter().map(|it| &it.fingerprint)),
            environments,
        }
    }
}
