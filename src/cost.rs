//! The monthly cost of an environment: the floor at the minima, the ceiling at the maxima. Each
//! amount comes with its arithmetic. An item without a price is listed, never counted as zero.
//!
//! Pods are priced through the nodes they run on. All prices come from the catalogue.

mod calendar;
pub mod difference;
mod estimate;
pub mod gate;
mod item;
mod total;

use std::ops::Add;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalogue::PriceList;
use crate::model::{Money, Name};
use crate::source::Span;

pub use calendar::{CalendarPart, Moved, Scheduled, scheduled};
pub use difference::{CostDifference, difference};
pub use estimate::{estimate, estimate_with_calendar};
pub use gate::{CostGate, Verdict};
pub use item::{CostItem, Count, CountedUnit, Missing, Reserved, UnitRate};
pub use total::{SharedCluster, Total, total};

/// What no estimate includes, most important first.
pub const EXCLUDED: &[&str] = &[
    "load balancers",
    "NAT gateways",
    "the nodes' root volumes",
    "backups beyond the free amount",
    "CPU credits of T classes",
    "extended support",
    "traffic",
    "support plans",
    "taxes",
];

/// A part of the platform that costs money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum CostLayer {
    /// The EKS control plane.
    ControlPlane,
    /// The EKS node groups, which run every pod.
    Nodes,
    /// The RDS instance and its read replicas.
    Database,
    /// Their volumes: GiB, IOPS and MiB/s.
    Storage,
    /// The ElastiCache nodes.
    Redis,
}

impl CostLayer {
    /// Every layer, in the order it is shown.
    pub const ALL: [Self; 5] = [
        Self::ControlPlane,
        Self::Nodes,
        Self::Database,
        Self::Storage,
        Self::Redis,
    ];
}

impl std::fmt::Display for CostLayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ControlPlane => "control plane",
            Self::Nodes => "nodes",
            Self::Database => "database",
            Self::Storage => "storage",
            Self::Redis => "redis",
        })
    }
}

/// The least and the most that something costs in a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Range {
    /// At the minima.
    pub floor: Money,
    /// At the maxima.
    pub ceiling: Money,
}

impl Add for Range {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            floor: self.floor + other.floor,
            ceiling: self.ceiling + other.ceiling,
        }
    }
}

/// The part of its budget that an environment uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetUsed {
    /// Percent at the floor, rounded up, so that only a cost above the budget shows more than 100.
    pub floor: u32,
    /// Percent at the ceiling.
    pub ceiling: u32,
    /// The budget minus floor and ceiling; negative if the budget is exceeded.
    pub left: Range,
}

impl BudgetUsed {
    fn of(budget: Money, range: Range) -> Option<Self> {
        let percent = |amount: Money| budget.percent(1).fewest_for(amount);
        Some(Self {
            floor: percent(range.floor)?,
            ceiling: percent(range.ceiling)?,
            left: Range {
                floor: budget - range.floor,
                ceiling: budget - range.ceiling,
            },
        })
    }
}

/// What one environment costs a month.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// The environment.
    pub environment: Name,
    /// Its region, whose prices these are.
    pub region: String,
    /// Where the region is stated, if it is.
    pub region_span: Option<Span>,
    /// Its cluster: several environments may share one.
    pub cluster: Name,
    /// The percentage of the floor that reserved capacity covers, as stated.
    pub reserved: u32,
    /// The stated limit of the ceiling, if any.
    pub budget: Option<Money>,
    /// What is paid for, by layer.
    pub items: Vec<CostItem>,
    /// The cost of off-hours and events. Floor and ceiling do not include it.
    pub calendar: Vec<Scheduled>,
}

impl Estimate {
    /// The sum of all priced items; `None` if nothing has a price.
    #[must_use]
    pub fn range(&self) -> Option<Range> {
        sum(self.items.iter())
    }

    /// The items of a layer.
    pub fn items_of(&self, layer: CostLayer) -> impl Iterator<Item = &CostItem> {
        self.items.iter().filter(move |item| item.layer == layer)
    }

    /// The cost of a layer; `None` if none of its items has a price.
    #[must_use]
    pub fn layer(&self, layer: CostLayer) -> Option<Range> {
        sum(self.items_of(layer))
    }

    /// The used share of the budget; `None` without a budget or without any price.
    #[must_use]
    pub fn budget_used(&self) -> Option<BudgetUsed> {
        BudgetUsed::of(self.budget?, self.range()?)
    }

    /// The saving from reserved capacity on floor and ceiling; `None` if it covers nothing.
    #[must_use]
    pub fn saved(&self) -> Option<Money> {
        self.items
            .iter()
            .filter_map(CostItem::saved)
            .reduce(Money::add)
    }

    /// The layers that could be reserved but count at list prices, because no discount is known.
    #[must_use]
    pub fn without_discount(&self) -> Vec<CostLayer> {
        let covered = |item: &&CostItem| self.reserved > 0 && item.is_reservable();
        let items = self.items.iter().filter(covered);
        let lacking = items.filter(|item| item.saved().is_none());
        let mut layers: Vec<CostLayer> = lacking.map(|item| item.layer).collect();
        layers.dedup();
        layers
    }

    /// How many items have no price.
    #[must_use]
    pub fn unpriced(&self) -> usize {
        self.items.iter().filter(|item| item.rate.is_err()).count()
    }

    /// The price lists, oldest first, each with the layers it prices.
    #[must_use]
    pub fn lists(&self) -> Vec<(Arc<PriceList>, Vec<CostLayer>)> {
        let mut lists: Vec<(Arc<PriceList>, Vec<CostLayer>)> = Vec::new();
        for item in &self.items {
            let Ok(rate) = &item.rate else { continue };
            let list = &rate.price.list;
            match lists.iter_mut().find(|(known, _)| known == list) {
                Some((_, layers)) if layers.contains(&item.layer) => {}
                Some((_, layers)) => layers.push(item.layer),
                None => lists.push((Arc::clone(list), vec![item.layer])),
            }
        }
        lists.sort_by_key(|(list, _)| (list.date, list.span));
        lists
    }

    /// The same environment before it exists or after its removal, for a comparison.
    #[must_use]
    pub fn absent(&self) -> Self {
        Self {
            items: Vec::new(),
            calendar: Vec::new(),
            ..self.clone()
        }
    }
}

fn sum<'a>(items: impl Iterator<Item = &'a CostItem>) -> Option<Range> {
    items.filter_map(CostItem::range).reduce(Range::add)
}
