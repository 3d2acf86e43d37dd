//! `tierc diff`: what changes between two states, as one value that every format reads. As JSON it
//! is written as it stands.

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
use crate::diagnostic::json::Finding;
use crate::diff::{Cause, Place, Presence, Root};
use crate::impact::{Class, Fingerprint, Impact};
use crate::model::Tier;
use crate::pair::Pair;
use crate::report::amount::{growth_beside, together};

pub use super::amount::{growth, lasting};
pub use connections::{ConnectionsOf, ServerConnections};
pub use environment::{Compared, of_environment};
pub use order::{SafeOrder, ShortStep};
pub use resources::Resource;
pub use unified::{FileDiff, files, paths, source};

/// What changes between two states of environments.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DiffReport {
    /// Always `diff`: tells this report from others.
    pub report: Kind,
    /// The environments that differ, in order.
    pub environments: Vec<EnvironmentDiff>,
    /// How many were compared and do not differ.
    pub unchanged: usize,
    /// What is to say about files of either side that cannot be resolved, so that nothing is known
    /// of what they change.
    pub unread: Vec<Finding>,
    /// The worst that any change does; null where nothing differs.
    pub worst: Option<Worst>,
    /// What all of them cost a month; null where no money was asked for, and where nothing has a
    /// price.
    pub cost: Option<Pair<Range>>,
    /// How much changes and has no price on a side: it is in no amount.
    pub unpriced: usize,
    /// The limits that the change was held to.
    pub gates: Vec<Gated>,
    /// Names the difference as a whole, for `--approve`.
    pub fingerprint: Fingerprint,
}

/// The name of the report.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Kind {
    /// Differences.
    Diff,
}

/// What changes of one environment.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct EnvironmentDiff {
    /// Its name, as AFTER calls it where both sides have it.
    pub environment: String,
    /// What BEFORE calls it, where that is another name.
    pub formerly: Option<String>,
    /// Which sides have it.
    pub presence: Presence,
    /// Its tier.
    pub tiers: Pair<Option<Tier>>,
    /// The worst that a change of it does.
    pub worst: Option<Worst>,
    /// The values that change, in the model's order.
    pub changes: Vec<ChangedValue>,
    /// What is called something else and is otherwise what it was.
    pub renames: Vec<Renamed>,
    /// The pools, services and groups that only one side has.
    pub parts: Vec<PartOfOneSide>,
    /// The resources that change, in a few words.
    pub resources: Vec<Resource>,
    /// What each database server may be asked for; none on a side that lacks the environment.
    pub connections: Pair<Vec<ServerConnections>>,
    /// What it costs; null where no money was asked for.
    pub cost: Option<CostDiff>,
    /// The safe order of the change; null where it was not asked for, and where only one side has
    /// the environment.
    pub order: Option<SafeOrder>,
    /// What the rules find in AFTER.
    pub findings: Vec<Finding>,
    /// The rendered files that differ; null where they were not asked for.
    pub artifacts: Option<Vec<FileDiff>>,
    /// Names the change of this environment as a whole, for `--approve`.
    pub fingerprint: Fingerprint,
}

/// A value that changes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ChangedValue {
    /// Its path in KDL spelling.
    pub path: String,
    /// What it belongs to.
    pub place: Place,
    /// What it was; null where only AFTER has it.
    pub before: Option<String>,
    /// What it becomes; null where only BEFORE has it.
    pub after: Option<String>,
    /// Why it changes.
    pub cause: Cause,
    /// What it follows from in the end.
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
    pub place: Place,
    /// Both names.
    pub names: Pair<String>,
    /// What the new name does by itself.
    pub impact: Impact,
    /// Names this change, for `--approve`.
    pub fingerprint: Fingerprint,
}

/// A pool, service or group that comes or goes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PartOfOneSide {
    /// What it is.
    pub place: Place,
    /// Whether it comes or goes.
    pub presence: Presence,
}

/// The worst of several changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Worst {
    /// How bad it is.
    pub class: Class,
    /// For how long, in seconds from and to; null where that is unknown or not felt.
    pub seconds: Option<(u32, u32)>,
}

impl Worst {
    /// The worst of impacts; of those alike the longest.
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

/// What an environment costs a month on both sides, in USD; nothing on a side that lacks it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CostDiff {
    /// What has a price.
    #[serde(flatten)]
    pub total: Pair<Range>,
    /// Layer by layer.
    pub layers: Vec<LayerDiff>,
    /// What changes and has no price on a side: it is in no amount.
    pub unpriced: Vec<String>,
    /// What AWS refuses to change: AFTER is priced with what BEFORE has of it.
    pub kept: Vec<String>,
    /// What of the calendar moves something else than before, a sentence each: it is in no amount.
    pub calendar: Vec<String>,
    /// The lists that the prices come from.
    pub price_lists: Vec<PricesOf>,
}

impl EnvironmentDiff {
    /// Whether anything changes, and not only what is paid for it.
    pub(super) fn has_changes(&self) -> bool {
        !(self.changes.is_empty() && self.renames.is_empty())
    }
}

impl CostDiff {
    /// What has a price; none where nothing has one, which is not the same as nothing.
    #[must_use]
    pub fn priced(&self) -> Option<Pair<Range>> {
        (!self.layers.is_empty()).then_some(self.total)
    }

    /// What it grows by, beside what has no price.
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
    pub layer: crate::cost::Layer,
    /// What it costs.
    #[serde(flatten)]
    pub cost: Pair<Range>,
}

/// A limit, and whether the change keeps it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Gated {
    /// The limit as it was given.
    pub gate: String,
    /// Whether the change goes beyond it.
    pub exceeded: bool,
    /// By what, a sentence each.
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
            report: Kind::Diff,
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
