//! Which rows of an offer file have a price that an environment can need.

use super::{Offer, PriceSelection, PricedThing, VolumePart};
use crate::model::{RedisEngine, StorageType};

/// An attribute of a row. CSV and JSON name it differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PriceColumn {
    ProductFamily,
    RegionCode,
    UsageType,
    InstanceType,
    OperatingSystem,
    Tenancy,
    PreInstalled,
    CapacityStatus,
    LicenseModel,
    MarketOption,
    DatabaseEngine,
    DeploymentOption,
    CacheEngine,
}

impl PriceColumn {
    /// Every column, with its name in CSV and in JSON.
    pub(super) const ALL: [(Self, &'static str, &'static str); 13] = [
        (Self::ProductFamily, "Product Family", "productFamily"),
        (Self::RegionCode, "Region Code", "regionCode"),
        (Self::UsageType, "usageType", "usagetype"),
        (Self::InstanceType, "Instance Type", "instanceType"),
        (Self::OperatingSystem, "Operating System", "operatingSystem"),
        (Self::Tenancy, "Tenancy", "tenancy"),
        (Self::PreInstalled, "Pre Installed S/W", "preInstalledSw"),
        (Self::CapacityStatus, "CapacityStatus", "capacitystatus"),
        (Self::LicenseModel, "License Model", "licenseModel"),
        (Self::MarketOption, "MarketOption", "marketoption"),
        (Self::DatabaseEngine, "Database Engine", "databaseEngine"),
        (
            Self::DeploymentOption,
            "Deployment Option",
            "deploymentOption",
        ),
        (Self::CacheEngine, "Cache Engine", "cacheEngine"),
    ];

    /// The columns without which no row of an offer can be told from the others.
    pub(super) const fn required(offer: Offer) -> &'static [Self] {
        match offer {
            Offer::Ec2 => &[
                Self::ProductFamily,
                Self::RegionCode,
                Self::InstanceType,
                Self::OperatingSystem,
                Self::Tenancy,
                Self::PreInstalled,
                Self::CapacityStatus,
                Self::LicenseModel,
            ],
            Offer::Rds => &[
                Self::ProductFamily,
                Self::RegionCode,
                Self::UsageType,
                Self::InstanceType,
                Self::LicenseModel,
                Self::DatabaseEngine,
                Self::DeploymentOption,
            ],
            Offer::ElastiCache => &[
                Self::ProductFamily,
                Self::RegionCode,
                Self::UsageType,
                Self::InstanceType,
                Self::CacheEngine,
            ],
            Offer::Eks => &[Self::RegionCode, Self::UsageType],
        }
    }
}

/// What a row has a price of, and its region, if it is wanted. `get` returns an attribute, empty if the
/// row lacks it.
pub(super) fn wanted<'a>(
    offer: Offer,
    selection: &PriceSelection,
    get: impl Fn(PriceColumn) -> &'a str,
) -> Option<(String, PricedThing)> {
    let thing = thing(offer, &get)?;
    let region = get(PriceColumn::RegionCode);
    selection
        .wants(region, &thing)
        .then(|| (region.to_owned(), thing))
}

fn thing<'a>(offer: Offer, get: &impl Fn(PriceColumn) -> &'a str) -> Option<PricedThing> {
    match offer {
        Offer::Ec2 => node_type(get),
        Offer::Rds => match get(PriceColumn::ProductFamily) {
            "Database Instance" => db_class(get),
            family => db_storage(family, get),
        },
        Offer::ElastiCache => cache_node(get),
        Offer::Eks => {
            let usage = get(PriceColumn::UsageType);
            let hours = usage.ends_with("AmazonEKS-Hours:perCluster");
            hours.then_some(PricedThing::ControlPlane)
        }
    }
}

fn node_type<'a>(get: &impl Fn(PriceColumn) -> &'a str) -> Option<PricedThing> {
    let family = get(PriceColumn::ProductFamily);
    let instance = ["Compute Instance", "Compute Instance (bare metal)"].contains(&family);
    let matches = instance
        && get(PriceColumn::OperatingSystem) == "Linux"
        && get(PriceColumn::Tenancy) == "Shared"
        && get(PriceColumn::PreInstalled) == "NA"
        && get(PriceColumn::CapacityStatus) == "Used"
        && no_license(get(PriceColumn::LicenseModel))
        && ["", "OnDemand"].contains(&get(PriceColumn::MarketOption));
    matches.then(|| PricedThing::NodeType(get(PriceColumn::InstanceType).to_owned()))
}

/// EC2 and RDS write it differently.
fn no_license(model: &str) -> bool {
    model.eq_ignore_ascii_case("No license required")
}

fn db_class<'a>(get: &impl Fn(PriceColumn) -> &'a str) -> Option<PricedThing> {
    let postgres = get(PriceColumn::DatabaseEngine) == "PostgreSQL";
    if !postgres || !no_license(get(PriceColumn::LicenseModel)) {
        return None;
    }
    let usage = get(PriceColumn::UsageType);
    let (_, usage) = usage
        .split_once("InstanceUsage:")
        .or_else(|| usage.split_once("Multi-AZUsage:"))?;
    // I/O-Optimized storage and extended support have usage types of their own.
    let other = ["IOOptimized", "ExtendedSupport"];
    let whole = get(PriceColumn::UsageType);
    if usage.is_empty() || other.iter().any(|it| whole.contains(it)) {
        return None;
    }
    let multi_az = match get(PriceColumn::DeploymentOption) {
        "Single-AZ" if whole.contains("InstanceUsage:") => false,
        "Multi-AZ" if whole.contains("Multi-AZUsage:") => true,
        _ => return None,
    };
    Some(PricedThing::DbClass {
        name: get(PriceColumn::InstanceType).to_owned(),
        multi_az,
    })
}

fn db_storage<'a>(family: &str, get: &impl Fn(PriceColumn) -> &'a str) -> Option<PricedThing> {
    let engine = get(PriceColumn::DatabaseEngine);
    let single = get(PriceColumn::DeploymentOption) == "Single-AZ";
    if !single || !["PostgreSQL", "Any"].contains(&engine) {
        return None;
    }
    let (_, usage) = get(PriceColumn::UsageType).split_once("RDS:")?;
    let (kind, part) = match (family, usage) {
        ("Database Storage", "GP2-Storage") => (StorageType::Gp2, VolumePart::Gib),
        ("Database Storage", "GP3-Storage") => (StorageType::Gp3, VolumePart::Gib),
        ("Database Storage", "PIOPS-Storage") => (StorageType::Io1, VolumePart::Gib),
        ("Database Storage", "PIOPS-Storage-IO2") => (StorageType::Io2, VolumePart::Gib),
        ("Provisioned IOPS", "GP3-PIOPS") => (StorageType::Gp3, VolumePart::Iops),
        ("Provisioned IOPS", "PIOPS") => (StorageType::Io1, VolumePart::Iops),
        ("Provisioned IOPS", "IO2-PIOPS") => (StorageType::Io2, VolumePart::Iops),
        ("Provisioned Throughput", "GP3-Throughput") => (StorageType::Gp3, VolumePart::Throughput),
        _ => return None,
    };
    Some(PricedThing::DbStorage(kind, part))
}

fn cache_node<'a>(get: &impl Fn(PriceColumn) -> &'a str) -> Option<PricedThing> {
    let engine = match get(PriceColumn::CacheEngine) {
        "Redis" => RedisEngine::Redis,
        "Valkey" => RedisEngine::Valkey,
        _ => return None,
    };
    if get(PriceColumn::ProductFamily) != "Cache Instance" {
        return None;
    }
    // Outposts and extended support have other prefixes than a region's.
    let usage = get(PriceColumn::UsageType);
    let (prefix, _) = usage.split_once("NodeUsage:")?;
    let region = prefix.strip_suffix('-').unwrap_or(prefix);
    let of_region = region
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    of_region.then(|| {
        let node = get(PriceColumn::InstanceType).to_owned();
        PricedThing::CacheNode(node, engine)
    })
}

/// Whether a unit is the one that the thing is paid by.
pub(super) fn has_unit(thing: &PricedThing, unit: &str) -> bool {
    let units: &[&str] = match thing {
        PricedThing::ControlPlane => &["hrs", "hours", "hour", ""],
        PricedThing::NodeType(_) | PricedThing::DbClass { .. } | PricedThing::CacheNode(..) => {
            &["hrs"]
        }
        PricedThing::DbStorage(_, VolumePart::Gib) => &["gb-mo"],
        PricedThing::DbStorage(_, VolumePart::Iops) => &["iops-mo"],
        PricedThing::DbStorage(_, VolumePart::Throughput) => &["mbps-mo"],
    };
    units.contains(&unit.to_ascii_lowercase().as_str())
}
