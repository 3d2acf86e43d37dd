//! AWS list prices by region, each with its location, date and source.

use std::collections::BTreeMap;
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
    /// Where the date is stated.
    pub span: Span,
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

/// The prices of one kind of RDS volume, for one copy and a month.
#[derive(Clone, Debug)]
pub struct StoragePrices {
    /// A GiB.
    pub gib: Price,
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

/// The prices of a region, limited to the rows that a run needs.
#[derive(Clone, Debug, Default)]
pub struct RegionPrices {
    /// An EKS control plane.
    pub control_plane: Option<Price>,
    /// The discount of spot nodes.
    pub spot: Option<SpotDiscount>,
    /// The discounts of reserved capacity, by family such as `r6g`; an empty name is the default
    /// for all other families.
    pub reserved: BTreeMap<(Reservable, String), ReservedDiscount>,
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
    /// The discount for an instance such as `db.r6g.large`: its family's, else the kind's default.
    #[must_use]
    pub fn discount(&self, kind: Reservable, instance: &str) -> Option<&ReservedDiscount> {
        let of = |family: &str| self.reserved.get(&(kind, family.to_owned()));
        of(family(instance)).or_else(|| of(""))
    }
}

/// The `r6g` of `db.r6g.large`, `cache.r6g.large` and `r6g.large`.
fn family(instance: &str) -> &str {
    let (family, _) = instance.rsplit_once('.').unwrap_or((instance, ""));
    family.rsplit_once('.').map_or(family, |(_, family)| family)
}

/// Every region that has prices.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    /// The regions by name.
    pub regions: BTreeMap<String, RegionPrices>,
}
