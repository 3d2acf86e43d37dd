//! Writes imported prices as the text of a `prices.kdl`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{OfferPrices, PricedThing, VolumePart};
use crate::model::{Money, StorageType};

/// The line below which `tierc prices import` writes. What is above it is the user's.
pub const MARK: &str =
    "// Written by `tierc prices import`, which replaces the lists below this line.";

/// What starts the part of an offer and a region.
const PART: &str = "// Price list of ";

/// A row as `prices.kdl` names it.
pub(super) fn row_name(thing: &PricedThing) -> String {
    match thing {
        PricedThing::ControlPlane => "control-plane".to_owned(),
        PricedThing::NodeType(name) => format!("node-type \"{name}\""),
        PricedThing::DbClass { name, multi_az } => {
            let standby = if *multi_az { " multi-az" } else { "" };
            format!("db-class \"{name}\"{standby}")
        }
        PricedThing::DbStorage(kind, _) => format!("db-storage \"{kind}\""),
        PricedThing::CacheNode(name, engine) => {
            format!("cache-node \"{name}\" engine=\"{engine}\"")
        }
    }
}

/// The text of a `prices.kdl` with the imported prices. Of `before`, it keeps what is above the mark, and
/// the lists of other services and regions below it.
#[must_use]
pub fn merged(before: &str, offers: &[OfferPrices]) -> String {
    let (own, written) = match before.split_once(MARK) {
        Some((own, written)) => (own.trim_end(), written),
        None => (before.trim_end(), ""),
    };
    let mut parts: BTreeMap<String, String> = BTreeMap::new();
    for part in written.split(PART).skip(1) {
        let name = part.lines().next().unwrap_or_default();
        parts.insert(name.to_owned(), format!("{PART}{}\n", part.trim_end()));
    }
    for offer in offers {
        for (region, rows) in by_region(offer) {
            let name = format!("{}, {region}", offer.offer.code());
            let text = list(&name, offer, region, &rows);
            parts.insert(name, text);
        }
    }
    let mut text = String::new();
    if !own.is_empty() {
        text = format!("{own}\n\n");
    }
    text += MARK;
    text.push('\n');
    for part in parts.into_values() {
        text.push('\n');
        text += &part;
    }
    text
}

type Rows<'a> = BTreeMap<&'a PricedThing, Money>;

fn by_region(offer: &OfferPrices) -> BTreeMap<&str, Rows<'_>> {
    let mut regions: BTreeMap<&str, Rows<'_>> = BTreeMap::new();
    for ((region, thing), amount) in &offer.prices {
        regions.entry(region).or_default().insert(thing, *amount);
    }
    regions
}

fn list(name: &str, offer: &OfferPrices, region: &str, rows: &Rows<'_>) -> String {
    let mut text = format!(
        "{PART}{name}\nprices region=\"{region}\" currency=\"USD\" date=\"{}\" hours=730 source=\"AWS bulk price list of {}\"\n",
        offer.date,
        offer.offer.code()
    );
    let mut volumes: BTreeMap<StorageType, String> = BTreeMap::new();
    for (thing, amount) in rows {
        let amount = amount.plain();
        let row = row_name(thing);
        match thing {
            PricedThing::ControlPlane | PricedThing::NodeType(_) | PricedThing::CacheNode(..) => {
                let _ = writeln!(text, "{row} hourly=\"{amount}\"");
            }
            PricedThing::DbClass {
                name,
                multi_az: false,
            } => {
                let pair = PricedThing::DbClass {
                    name: name.clone(),
                    multi_az: true,
                };
                let pair = rows.get(&pair).map(|pair| pair.plain());
                let pair = pair.map(|pair| format!(" multi-az=\"{pair}\""));
                let pair = pair.unwrap_or_default();
                let _ = writeln!(text, "{row} hourly=\"{amount}\"{pair}");
            }
            // It is in the row of the instance without a standby.
            PricedThing::DbClass { multi_az: true, .. } => {}
            PricedThing::DbStorage(kind, part) => {
                let key = match part {
                    VolumePart::Gib => "gib-month",
                    VolumePart::Iops => "iops-month",
                    VolumePart::Throughput => "throughput-month",
                };
                let volume = volumes.entry(*kind).or_insert(row);
                let _ = write!(volume, " {key}=\"{amount}\"");
            }
        }
    }
    for volume in volumes.into_values() {
        text += &volume;
        text.push('\n');
    }
    text
}
