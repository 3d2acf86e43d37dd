//! The instances that AWS offers in place of the present one: the smallest sufficient one of each
//! family, so the cheapest is among them.
//!
//! Other runs read only the facts that their files refer to. This module reads all facts and the
//! prices of the region, because a class without a price must not look cheap.

use std::collections::BTreeMap;

use crate::catalogue::{CacheNode, Catalogue, DatabaseClass, FactsByName, RegionPrices};
use crate::compile::CatalogueTexts;
use crate::model::{Money, RedisEngine, RedisGroup};

/// The instances of a catalogue, with the prices of a region.
pub struct Offers {
    catalogue: Catalogue,
    prices: RegionPrices,
}

/// The most instances that are tried for one change. A dearer one is hardly ever the cheapest that suffices.
const MOST_TRIED: usize = 8;

/// An instance that may be tried.
struct InstanceOffer<'a> {
    name: &'a str,
    price: Option<Money>,
    /// Memory, then processors: a family grows in both.
    size: (u64, u32),
}

impl Offers {
    /// All instances of a catalogue, with their prices in a region.
    #[must_use]
    pub fn of(texts: &CatalogueTexts, region: &str) -> Self {
        let (catalogue, prices) = texts.everything(region);
        Self { catalogue, prices }
    }

    /// RDS classes that are at least as large as `own` in every respect, and `enough`.
    #[must_use]
    pub fn classes(&self, own: &str, enough: impl Fn(&DatabaseClass) -> bool) -> Vec<String> {
        let classes = &self.catalogue.db_classes;
        let Some(has) = classes.get(own) else {
            return Vec::new();
        };
        let offers = others(own, classes).filter(|(_, class)| {
            let no_less = class.vcpu >= has.vcpu && class.memory >= has.memory;
            no_less && (has.burstable || !class.burstable) && enough(class)
        });
        least_of_each(
            own,
            offers.map(|(name, class)| InstanceOffer {
                name,
                price: (self.prices.db_classes.get(name)).map(|prices| prices.single_az.amount),
                size: (class.memory.units(), class.vcpu),
            }),
        )
    }

    /// ElastiCache node types that are at least as large as the group's own in every respect, and
    /// `enough`.
    #[must_use]
    pub fn nodes(&self, group: &RedisGroup, enough: impl Fn(&CacheNode) -> bool) -> Vec<String> {
        let (own, engine) = (group.node.value.as_str(), group.engine.value);
        let nodes = &self.catalogue.cache_nodes;
        let Some(has) = nodes.get(own) else {
            return Vec::new();
        };
        let offers = others(own, nodes).filter(|(_, node)| {
            let no_less = node.vcpu >= has.vcpu && node.maxmemory >= has.maxmemory;
            let runs = engine == RedisEngine::Valkey || !node.valkey_only;
            no_less && runs && (has.burstable || !node.burstable) && enough(node)
        });
        least_of_each(
            own,
            offers.map(|(name, node)| InstanceOffer {
                name,
                price: (self.prices.cache_nodes.get(&(name.to_owned(), engine)))
                    .map(|price| price.amount),
                size: (node.maxmemory, node.vcpu),
            }),
        )
    }

    /// An RDS class that the catalogue knows.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<&DatabaseClass> {
        self.catalogue.db_classes.get(name)
    }

    /// An ElastiCache node type that the catalogue knows.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&CacheNode> {
        self.catalogue.cache_nodes.get(name)
    }
}

/// All except `own`, of its generation or newer. An older processor does less work, by an unknown
/// amount.
fn others<'a, T>(
    own: &'a str,
    facts: &'a FactsByName<T>,
) -> impl Iterator<Item = (&'a str, &'a T)> {
    let least = generation(own);
    let newer = move |name: &&str| *name != own && generation(name) >= least;
    let names = facts.names().filter(newer);
    names.filter_map(|name| Some((name, facts.get(name)?)))
}

/// The 6 of `db.r6g.xlarge`; `None` for a name of another form.
fn generation(name: &str) -> Option<u32> {
    let family = family(name);
    let digits = family.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits.find(|c: char| !c.is_ascii_digit());
    digits.get(..end?)?.parse().ok()
}

/// The `r6g` of `db.r6g.xlarge`.
fn family(name: &str) -> &str {
    let (family, _) = name.rsplit_once('.').unwrap_or((name, ""));
    family.rsplit_once('.').map_or(family, |(_, family)| family)
}

/// The smallest of each family, the cheapest ones first. If some have a price, only those are tried. If none has
/// one, only `own`'s family is tried, because others cannot be compared.
fn least_of_each<'a>(own: &str, offers: impl Iterator<Item = InstanceOffer<'a>>) -> Vec<String> {
    let offers: Vec<InstanceOffer<'a>> = offers.collect();
    let any_priced = offers.iter().any(|offer| offer.price.is_some());
    let mut least: BTreeMap<&str, InstanceOffer<'a>> = BTreeMap::new();
    for offer in offers {
        let of = family(offer.name);
        let told = if any_priced {
            offer.price.is_some()
        } else {
            of == family(own)
        };
        let smaller =
            |known: &InstanceOffer<'_>| (offer.size, offer.name) < (known.size, known.name);
        if told && least.get(of).is_none_or(smaller) {
            least.insert(of, offer);
        }
    }
    let mut cheapest: Vec<InstanceOffer<'a>> = least.into_values().collect();
    cheapest.sort_by(|one, other| (one.price, one.name).cmp(&(other.price, other.name)));
    cheapest.truncate(MOST_TRIED);
    cheapest
        .into_iter()
        .map(|offer| offer.name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer<'a>(name: &'a str, price: &str, size: u64) -> InstanceOffer<'a> {
        InstanceOffer {
            name,
            price: Money::parse(price).ok(),
            size: (size, 2),
        }
    }

    #[test]
    fn a_generation_is_the_number_of_a_family() {
        assert_eq!(generation("db.r6g.16xlarge"), Some(6));
        assert_eq!(generation("cache.t4g.micro"), Some(4));
        assert_eq!(generation("db.serverless"), None);
        assert!(generation("cache.m7g.large") > generation("cache.r6g.large"));
    }

    #[test]
    fn each_family_offers_its_least_and_one_without_prices_nothing() {
        let offers = [
            offer("db.r6g.4xlarge", "1.8", 128),
            offer("db.r6g.2xlarge", "0.9", 64),
            offer("db.m7g.2xlarge", "0.7", 32),
            offer("db.m8g.2xlarge", "", 32),
        ];
        let least = least_of_each("db.m8g.xlarge", offers.into_iter());
        assert_eq!(least, ["db.m7g.2xlarge", "db.r6g.2xlarge"]);
    }

    #[test]
    fn without_any_price_the_own_family_is_offered() {
        let offers = [
            offer("db.r6g.2xlarge", "", 64),
            offer("db.m7g.2xlarge", "", 32),
        ];
        let least = least_of_each("db.r6g.xlarge", offers.into_iter());
        assert_eq!(least, ["db.r6g.2xlarge"]);
    }
}
