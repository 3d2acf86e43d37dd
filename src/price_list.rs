//! Reads the price lists that AWS publishes: the bulk offer files of EC2, RDS, ElastiCache and EKS, as CSV
//! or JSON. They can have gigabytes, so they are read in one pass, and only the wanted prices are kept.
//!
//! AWS changes the columns from time to time, so columns are found by name. A price counts only if every
//! condition of its kind holds, because similar rows have other prices: Aurora beside PostgreSQL, Outposts
//! beside regions, unused reservations beside used capacity.

mod csv_file;
mod json_file;
mod kind;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use jiff::civil::Date;

use crate::diagnostic::suggest;
use crate::diagnostic::visible::visible;
use crate::model::{Money, RedisEngine, StorageType};

pub use text::{MARK, merged};

/// An offer file, named by the service that it prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Offer {
    /// `AmazonEC2`
    Ec2,
    /// `AmazonRDS`
    Rds,
    /// `AmazonElastiCache`
    ElastiCache,
    /// `AmazonEKS`
    Eks,
}

impl Offer {
    /// Every offer.
    pub const ALL: [Self; 4] = [Self::Ec2, Self::Rds, Self::ElastiCache, Self::Eks];

    /// Its code in the file.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ec2 => "AmazonEC2",
            Self::Rds => "AmazonRDS",
            Self::ElastiCache => "AmazonElastiCache",
            Self::Eks => "AmazonEKS",
        }
    }

    /// The offer with a code.
    fn of(code: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|offer| offer.code() == code);
        found.ok_or_else(|| {
            format!(
                "it has the prices of `{}`; an environment uses {}",
                visible(code),
                suggest::list(Self::ALL.map(Self::code))
            )
        })
    }
}

/// What has a price, as `prices.kdl` states it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PricedThing {
    /// An hour of an EKS cluster.
    ControlPlane,
    /// An hour of an EC2 instance with Linux, on demand.
    NodeType(String),
    /// An hour of RDS for PostgreSQL.
    DbClass {
        /// The class.
        name: String,
        /// Whether it has a standby.
        multi_az: bool,
    },
    /// A month of an RDS volume.
    DbStorage(StorageType, VolumePart),
    /// An hour of an ElastiCache node.
    CacheNode(String, RedisEngine),
}

impl PricedThing {
    /// The name that environments use for it; `None` if every environment of the region needs it.
    fn name(&self) -> Option<&str> {
        match self {
            Self::ControlPlane | Self::DbStorage(..) => None,
            Self::NodeType(name) | Self::DbClass { name, .. } | Self::CacheNode(name, _) => {
                Some(name)
            }
        }
    }
}

/// What of a volume is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VolumePart {
    /// A GiB.
    Gib,
    /// An IOPS.
    Iops,
    /// A MiB/s.
    Throughput,
}

/// The prices that are wanted.
#[derive(Clone, Debug, Default)]
pub struct PriceSelection {
    /// The regions.
    pub regions: BTreeSet<String>,
    /// EC2 types, RDS classes and ElastiCache node types.
    pub names: BTreeSet<String>,
    /// Whether every name is wanted.
    pub all: bool,
}

impl PriceSelection {
    fn wants(&self, region: &str, thing: &PricedThing) -> bool {
        let named = thing.name().is_none_or(|name| self.names.contains(name));
        self.regions.contains(region) && (self.all || named)
    }
}

/// The prices of an offer file.
#[derive(Clone, Debug)]
pub struct OfferPrices {
    /// The offer.
    pub offer: Offer,
    /// The day that AWS published it.
    pub date: Date,
    /// The amounts, by region and thing.
    pub prices: BTreeMap<(String, PricedThing), Money>,
    /// The regions that the file has prices of, wanted or not.
    pub regions: BTreeSet<String>,
}

impl OfferPrices {
    fn new(offer: Offer, date: Date) -> Self {
        Self {
            offer,
            date,
            prices: BTreeMap::new(),
            regions: BTreeSet::new(),
        }
    }

    /// Adds a price; `place` says where the file has it.
    fn add(
        &mut self,
        (region, thing): (String, PricedThing),
        (amount, currency): (&str, &str),
        place: &str,
    ) -> Result<(), String> {
        if currency != "USD" {
            return Err(format!(
                "{place}: the price is in `{}`, and estimates are in USD: write a `prices.kdl` with converted amounts",
                visible(currency)
            ));
        }
        let amount = Money::parse(amount).map_err(|why| format!("{place}: {}", visible(&why)))?;
        // Reservations and hosts have rows of 0.
        if amount == Money::ZERO {
            return Ok(());
        }
        let key = (region, thing);
        match self.prices.get(&key) {
            Some(known) if *known != amount => Err(format!(
                "{place}: a second price, {}, after {}, for {}",
                amount.exact(),
                known.exact(),
                text::row_name(&key.1)
            )),
            Some(_) => Ok(()),
            None => {
                self.prices.insert(key, amount);
                Ok(())
            }
        }
    }
}

/// Reads the wanted prices of an offer file.
///
/// # Errors
///
/// What is wrong with the file, and where. A part of a file is never returned.
pub fn read(mut input: impl BufRead, wanted: &PriceSelection) -> Result<OfferPrices, String> {
    let start = input
        .fill_buf()
        .map_err(|error| format!("it could not be read: {error}"))?;
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => Err("it is empty".to_owned()),
        Some(b'{') => json_file::read(input, wanted),
        Some(0x1f) => Err("it is compressed: unpack it first".to_owned()),
        Some(_) => csv_file::read(input, wanted),
    }
}

/// A date such as `2026-10-06T22:40:50Z`.
fn published(text: &str) -> Result<Date, String> {
    let day = text.get(..10).unwrap_or(text);
    day.parse()
        .map_err(|_| format!("its publication date `{}` is not a date", visible(text)))
}
