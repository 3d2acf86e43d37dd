//! AWS list prices by region, each with its location, date and source.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Money, RedisEngine, StorageType};
use crate::source::Span;

/// A list of prices: the header of a `prices` node, which applies to the rows below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceList {
    /// The AWS region.
    pub region: String,
    /// The day the prices were read.
    pub date: jiff::civil::Date,
    /// Where they were read.
    pub source: String,
    /// The hours of a month.
    pub hours: u32,
    /// How sure its rows are.
    pub confidence: Confidence,
    /// Where the date is stated.
    pub span: Span,
}

/// How sure the prices of a list are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Confidence {
    /// Two sources agree, or the list is the user's own.
    #[default]
    Confirmed,
    /// One source has them.
    SingleReading,
    /// They follow from other prices.
    Derived,
}

impl Confidence {
    /// The words that a list may state. A list without one is confirmed.
    pub const WORDS: [(&'static str, Self); 2] = [
        ("single-reading", Self::SingleReading),
        ("derived", Self::Derived),
    ];

    /// What a reader needs to know about the prices; `None` if they are confirmed.
    #[must_use]
    pub fn remark(self) -> Option<&'static str> {
        match self {
            Self::Confirmed => None,
            Self::SingleReading => Some("one source, not confirmed by a second"),
            Self::Derived => Some("derived from other prices"),
        }
    }
}

/// The price of one thing, in USD.
#[derive(Clone, Debug)]
pub struct Price {
    /// How much.
    pub amount: Money,
    /// For how long.
    pub per: Per,
    /// The list that has it.
    pub list: Arc<PriceList>,
    /// Where the price is stated.
    pub span: Span,
}

/// What a price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Per {
    /// An hour.
    Hour,
    /// A month.
    Month,
}

/// The prices of one kind of RDS volume, for one copy and a month. Several lists may state one each.
#[derive(Clone, Debug, Default)]
pub struct StoragePrices {
    /// A GiB.
    pub gib: Option<Price>,
    /// An IOPS that is not included.
    pub iops: Option<Price>,
    /// A MiB/s that is not included.
    pub throughput: Option<Price>,
}

/// The prices of an RDS instance class.
#[derive(Clone, Debug)]
pub struct ClassPrices {
    /// One instance.
    pub single_az: Price,
    /// The price of an instance with its standby, if it is not exactly twice the price: AWS rounds
    /// both to a thousandth.
    pub multi_az: Option<Price>,
}

/// What spot nodes are assumed to save.
#[derive(Clone, Debug)]
pub struct SpotDiscount {
    /// Percent off the on-demand price.
    pub percent: u32,
    /// Why so much.
    pub source: String,
    /// Where the price is stated.
    pub span: Span,
}

/// The kinds of resources that can be reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reservable {
    /// EC2 instances on demand.
    Nodes,
    /// RDS instances, without their volumes.
    Database,
    /// ElastiCache nodes.
    Redis,
}

/// The assumed discount of reserved capacity.
#[derive(Clone, Debug)]
pub struct ReservedDiscount {
    /// Percent off the on-demand price.
    pub percent: u32,
    /// For which commitment, and why so much.
    pub source: String,
    /// Where the discount is stated.
    pub span: Span,
}

/// The services that a contract with AWS can have a discount on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PricedService {
    /// The EKS control plane.
    ControlPlane,
    /// EC2 instances, on demand and spot.
    Nodes,
    /// RDS instances and volumes.
    Database,
    /// ElastiCache nodes.
    Redis,
}

impl PricedService {
    /// Their names in a price file.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("control-plane", Self::ControlPlane),
        ("nodes", Self::Nodes),
        ("database", Self::Database),
        ("redis", Self::Redis),
    ];
}

/// The discount of a contract on all list prices of a service.
#[derive(Clone, Debug)]
pub struct ContractDiscount {
    /// Percent off the list price.
    pub percent: u32,
    /// The contract.
    pub source: String,
    /// Where the discount is stated.
    pub span: Span,
}

/// Discounts on list prices.
#[derive(Clone, Debug, Default)]
pub struct Discounts {
    /// The discount of spot nodes.
    pub spot: Option<SpotDiscount>,
    /// The discounts of reserved capacity, by family such as `r6g`; an empty name is the default
    /// for all other families.
    pub reserved: BTreeMap<(Reservable, String), ReservedDiscount>,
    /// The discounts of a contract.
    pub contract: BTreeMap<PricedService, ContractDiscount>,
}

impl Discounts {
    /// Adds discounts that these do not state. Reserved discounts of a kind stay together: a default
    /// here also stands for the families that only `other` states.
    pub fn under(&mut self, other: &Self) {
        if self.spot.is_none() {
            self.spot.clone_from(&other.spot);
        }
        let stated: Vec<Reservable> = self.reserved.keys().map(|(kind, _)| *kind).collect();
        for ((kind, family), discount) in &other.reserved {
            if !stated.contains(kind) {
                let key = (*kind, family.clone());
                self.reserved.insert(key, discount.clone());
            }
        }
        for (service, discount) in &other.contract {
            let own = self.contract.entry(*service);
            own.or_insert_with(|| discount.clone());
        }
    }

    /// The discount for an instance such as `db.r6g.large`: its family's, else the kind's default.
    #[must_use]
    pub fn reserved(&self, kind: Reservable, instance: &str) -> Option<&ReservedDiscount> {
        let of = |family: &str| self.reserved.get(&(kind, family.to_owned()));
        of(family(instance)).or_else(|| of(""))
    }
}

/// The prices of a region, limited to the rows that a run needs.
#[derive(Clone, Debug, Default)]
pub struct RegionPrices {
    /// An EKS control plane.
    pub control_plane: Option<Price>,
    /// Its discounts.
    pub discounts: Discounts,
    /// EC2 instance types.
    pub node_types: BTreeMap<String, Price>,
    /// RDS for PostgreSQL instance classes.
    pub db_classes: BTreeMap<String, ClassPrices>,
    /// RDS volumes.
    pub db_storage: BTreeMap<StorageType, StoragePrices>,
    /// ElastiCache node types by engine.
    pub cache_nodes: BTreeMap<(String, RedisEngine), Price>,
}

impl RegionPrices {
    /// Adds prices that these do not state.
    pub fn under(&mut self, other: Self) {
        self.control_plane = self.control_plane.take().or(other.control_plane);
        self.discounts.under(&other.discounts);
        for (name, price) in other.node_types {
            self.node_types.entry(name).or_insert(price);
        }
        for (name, prices) in other.db_classes {
            self.db_classes.entry(name).or_insert(prices);
        }
        for (kind, prices) in other.db_storage {
            let own = self.db_storage.entry(kind).or_default();
            own.gib = own.gib.take().or(prices.gib);
            own.iops = own.iops.take().or(prices.iops);
            own.throughput = own.throughput.take().or(prices.throughput);
        }
        for (node, price) in other.cache_nodes {
            self.cache_nodes.entry(node).or_insert(price);
        }
    }
}

/// The `r6g` of `db.r6g.large`, `cache.r6g.large` and `r6g.large`.
pub(super) fn family(instance: &str) -> &str {
    let (family, _) = instance.rsplit_once('.').unwrap_or((instance, ""));
    family.rsplit_once('.').map_or(family, |(_, family)| family)
}

/// Every region that has prices.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    /// The regions by name.
    pub regions: BTreeMap<String, RegionPrices>,
    /// The discounts of every region.
    pub discounts: Discounts,
    /// The regions of the built-in catalogue. A run reads those that it needs.
    pub other_regions: BTreeSet<&'static str>,
}

impl Prices {
    /// Adds what other prices state and these do not.
    pub fn under(&mut self, other: Self) {
        for (name, region) in other.regions {
            self.regions.entry(name).or_default().under(region);
        }
        self.discounts.under(&other.discounts);
        self.other_regions.extend(other.other_regions);
    }

    /// Gives each region the discounts of every region, under its own.
    pub fn spread_discounts(&mut self) {
        for region in self.regions.values_mut() {
            region.discounts.under(&self.discounts);
        }
    }
}
