//! A line of an estimate: counts, a price, and the hours of a month.

use crate::catalogue::{ContractDiscount, Per, Price, ReservedDiscount, SpotDiscount};
use crate::model::Money;
use crate::source::Span;

use super::{CostLayer, Range};

/// An item of an estimate.
#[derive(Clone, Debug)]
pub struct CostItem {
    /// Where it belongs.
    pub layer: CostLayer,
    /// Its path in KDL spelling, unique within the environment.
    pub path: String,
    /// What it is, such as `db.r6g.large`.
    pub what: String,
    /// The counts, which are multiplied.
    pub counts: Vec<Count>,
    /// The price of one, or why it has none.
    pub rate: Result<UnitRate, Missing>,
    /// Where the value that decides the price is stated, if it is.
    pub span: Option<Span>,
    /// The paths of the attributes that its amount is computed from.
    pub inputs: Vec<String>,
}

/// A unit price, with its discounts.
#[derive(Clone, Debug)]
pub struct UnitRate {
    /// The list price.
    pub price: Price,
    /// The discount of a contract, before all others.
    pub contract: Option<ContractDiscount>,
    /// The discount of spot capacity.
    pub spot: Option<SpotDiscount>,
    /// The discount for the reserved part of the floor.
    pub reserved: Option<Reserved>,
}

/// A commitment to a part of the floor.
#[derive(Clone, Debug)]
pub struct Reserved {
    /// Percent of the floor that is covered.
    pub percent: u32,
    /// The discount on the list price of that part.
    pub discount: ReservedDiscount,
}

impl Reserved {
    /// The saving in a month that costs `floor` at list prices. It applies to the ceiling as well:
    /// the reserved part runs at any load.
    #[must_use]
    pub fn saving(&self, floor: Money) -> Money {
        floor.percent(self.percent).percent(self.discount.percent)
    }
}

/// Why something has no price.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// The catalogue has no prices for the region.
    Region,
    /// The region lacks this row, written as in `prices.kdl`.
    Row(String),
    /// A value that decides the price could not be read.
    Value,
}

/// A count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Count {
    /// From the least to the most.
    Between {
        /// At the minima.
        floor: u64,
        /// At the maxima.
        ceiling: u64,
        /// Of what.
        unit: CountedUnit,
    },
    /// A node and its replicas.
    WithReplicas(u32),
    /// The stated amount minus the included amount.
    Above {
        /// The stated amount.
        stated: u32,
        /// The amount that is included.
        included: u32,
        /// Of what.
        unit: CountedUnit,
    },
}

/// The unit of a count: its singular and its plural.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedUnit {
    /// For one.
    pub one: &'static str,
    /// For several.
    pub many: &'static str,
}

impl CountedUnit {
    /// A unit with the same singular and plural.
    #[must_use]
    pub const fn same(word: &'static str) -> Self {
        Self {
            one: word,
            many: word,
        }
    }
}

impl Count {
    /// The same count at the floor and at the ceiling.
    #[must_use]
    pub fn exactly(count: u64, unit: CountedUnit) -> Self {
        Self::between(count, count, unit)
    }

    /// A count from the smaller to the larger of the two. If a file inverts its bounds, a rule
    /// reports it, and the range is still valid.
    #[must_use]
    pub fn between(one: u64, other: u64, unit: CountedUnit) -> Self {
        Self::Between {
            floor: one.min(other),
            ceiling: one.max(other),
            unit,
        }
    }

    fn floor(&self) -> u64 {
        match self {
            Self::Between { floor, .. } => *floor,
            Self::WithReplicas(replicas) => u64::from(*replicas) + 1,
            Self::Above {
                stated, included, ..
            } => u64::from(stated.saturating_sub(*included)),
        }
    }

    fn ceiling(&self) -> u64 {
        match self {
            Self::Between { ceiling, .. } => *ceiling,
            Self::WithReplicas(replicas) => u64::from(*replicas) + 1,
            Self::Above {
                stated, included, ..
            } => u64::from(stated.saturating_sub(*included)),
        }
    }
}

impl std::fmt::Display for Count {
    /// `3 to 12 nodes`, `1 instance`, `(1 + 1) nodes`, `(14000 - 12000) IOPS`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Between {
                floor,
                ceiling,
                unit,
            } => {
                if floor != ceiling {
                    return write!(f, "{floor} to {ceiling} {}", unit.many);
                }
                let word = if *floor == 1 { unit.one } else { unit.many };
                write!(f, "{floor} {word}")
            }
            Self::WithReplicas(0) => f.write_str("1 node"),
            Self::WithReplicas(replicas) => write!(f, "(1 + {replicas}) nodes"),
            Self::Above {
                stated,
                included: 0,
                unit,
            } => write!(f, "{stated} {}", unit.many),
            Self::Above {
                stated,
                included,
                unit,
            } => write!(f, "({stated} - {included}) {}", unit.many),
        }
    }
}

impl UnitRate {
    /// A list price without discounts.
    #[must_use]
    pub fn listed(price: Price) -> Self {
        Self {
            price,
            contract: None,
            spot: None,
            reserved: None,
        }
    }

    /// What one costs a month.
    #[must_use]
    pub fn monthly(&self) -> Money {
        let discounts = [
            self.contract.as_ref().map(|contract| contract.percent),
            self.spot.as_ref().map(|spot| spot.percent),
        ];
        let one = discounts
            .into_iter()
            .flatten()
            .fold(self.price.amount, |amount, percent| {
                amount.percent(100_u32.saturating_sub(percent))
            });
        match self.price.per {
            Per::Hour => one.times(u64::from(self.price.list.hours)),
            Per::Month => one,
        }
    }

    /// Its factors: `$0.3264`, `(100 - 50)% spot`, `730 h`.
    fn factors(&self) -> Vec<String> {
        let mut factors = vec![self.price.amount.exact()];
        if let Some(contract) = &self.contract {
            factors.push(format!("(100 - {})% contract", contract.percent));
        }
        if let Some(spot) = &self.spot {
            factors.push(format!("(100 - {})% spot", spot.percent));
        }
        match self.price.per {
            Per::Hour => factors.push(format!("{} h", self.price.list.hours)),
            Per::Month => {}
        }
        factors
    }
}

impl CostItem {
    /// Whether it has a price and can be reserved: spot and volumes cannot.
    #[must_use]
    pub fn is_reservable(&self) -> bool {
        let on_demand = self.rate.as_ref().is_ok_and(|rate| rate.spot.is_none());
        match self.layer {
            CostLayer::Nodes | CostLayer::Database | CostLayer::Redis => on_demand,
            CostLayer::ControlPlane | CostLayer::Storage => false,
        }
    }

    fn reserved(&self) -> Option<&Reserved> {
        self.rate.as_ref().ok()?.reserved.as_ref()
    }

    /// Its monthly cost; `None` without a price.
    #[must_use]
    pub fn range(&self) -> Option<Range> {
        self.rate.as_ref().ok().map(|rate| self.range_at(rate))
    }

    /// What it costs a month at a rate.
    #[must_use]
    pub fn range_at(&self, rate: &UnitRate) -> Range {
        let month = rate.monthly();
        let amount = |count: fn(&Count) -> u64| {
            let counts = self.counts.iter().map(count);
            counts.fold(month, Money::times)
        };
        let (floor, ceiling) = (amount(Count::floor), amount(Count::ceiling));
        let saved = rate.reserved.as_ref();
        let saved = saved.map_or(Money::ZERO, |reserved| reserved.saving(floor));
        Range {
            floor: floor - saved,
            ceiling: ceiling - saved,
        }
    }

    /// The monthly saving from reserved capacity, equal at floor and ceiling; `None` if nothing of
    /// it is reserved.
    #[must_use]
    pub fn saved(&self) -> Option<Money> {
        let rate = self.rate.as_ref().ok()?;
        let reserved = rate.reserved.as_ref()?;
        let month = rate.monthly();
        let counts = self.counts.iter().map(Count::floor);
        Some(reserved.saving(counts.fold(month, Money::times)))
    }

    /// Its count and its arithmetic: `3 to 12 nodes x $0.3264 x 730 h`.
    #[must_use]
    pub fn arithmetic(&self) -> String {
        let mut factors: Vec<String> = self.counts.iter().map(ToString::to_string).collect();
        if let Ok(rate) = &self.rate {
            factors.extend(rate.factors());
        }
        let list = factors.join(" x ");
        match (self.reserved(), self.saved()) {
            (Some(reserved), Some(saved)) => format!(
                "{list} - {} reserved ({}% of the floor x {}% off)",
                saved.cents(),
                reserved.percent,
                reserved.discount.percent
            ),
            (Some(_), None) | (None, _) => list,
        }
    }
}
