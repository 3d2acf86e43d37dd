//! What AWS asks for: list prices by region, each with its place, its date and its source.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Money, RedisEngine, StorageType};
use crate::source::Span;

/// A list of prices: what a `prices` node says of the rows below it.
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
    /// Where the date stands.
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
    /// Where it stands.
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

/// The prices of a kind of RDS volume: of one copy, a month.
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
    /// An instance with its standby, where that is not twice the price: AWS rounds both to the
    /// thousandth.
    pub multi_az: Option<Price>,
}

/// What spot nodes are assumed to save.
#[derive(Clone, Debug)]
pub struct SpotDiscount {
    /// Percent off the on-demand price.
    pub percent: u32,
    /// Why so much.
    pub source: String,
    /// Where it stands.
    pub span: Span,
}

/// What can be reserved: the kinds that AWS sells commitments for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reservable {
    /// EC2 instances on demand.
    Nodes,
    /// RDS instances, without their volumes.
    Database,
    /// ElastiCache nodes.
    Redis,
}

/// What reserved capacity is assumed to save.
#[derive(Clone, Debug)]
pub struct ReservedDiscount {
    /// Percent off the on-demand price.
    pub percent: u32,
    /// For which commitment, and why so much.
    pub source: String,
    /// Where it stands.
    pub span: Span,
}

/// The prices of a region. Of the rows, those are here that a run asked for.
#[derive(Clone, Debug, Default)]
pub struct RegionPrices {
    /// An EKS control plane.
    pub control_plane: Option<Price>,
    /// The discount of spot nodes.
    pub spot: Option<SpotDiscount>,
    /// The discounts of reserved capacity: of a family such as `r6g`, and of all others under an empty
    /// name.
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
    /// The discount of a commitment for an instance such as `db.r6g.large`: that of its family, else that
    /// of its kind.
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
