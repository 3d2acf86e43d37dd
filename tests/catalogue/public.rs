//! Every row of the catalogue, against the same facts as public files have them: `public.csv`.

use std::collections::{BTreeMap, BTreeSet};

use tierc::catalogue::{Catalogue, RegionPrices};
use tierc::compile::CatalogueTexts;
use tierc::model::{Money, RedisEngine};

const PUBLIC: &str = include_str!("public.csv");

fn everything() -> (Catalogue, RegionPrices) {
    CatalogueTexts::embedded().everything("us-east-1")
}

/// The rows of a kind: by name the fields behind it.
fn rows(kind: &str) -> BTreeMap<&'static str, Vec<&'static str>> {
    let lines = PUBLIC.lines().filter(|line| !line.starts_with('#'));
    let fields = lines.map(|line| line.split(',').collect::<Vec<_>>());
    fields
        .filter(|fields| fields[0] == kind)
        .map(|fields| (fields[1], fields[2..].to_vec()))
        .collect()
}

/// An amount; `None` for an empty cell.
fn amount(text: &str) -> Option<Money> {
    (!text.is_empty()).then(|| Money::parse(text).unwrap())
}

#[test]
fn node_types_are_as_public_files_have_them() {
    let (catalogue, prices) = everything();
    let rows = rows("node-type");
    let names: BTreeSet<&str> = rows.keys().copied().collect();
    assert_eq!(names, catalogue.node_types.names().collect());
    for (name, row) in rows {
        let node = catalogue.node_types.get(name).unwrap();
        let found = [
            node.arch.to_string(),
            node.vcpu.to_string(),
            node.allocatable_cpu.milli().to_string(),
            node.allocatable_memory.mebibytes().to_string(),
            node.most_pods().to_string(),
        ];
        assert_eq!(found, [row[0], row[1], row[3], row[4], row[5]], "{name}");
        let price = prices.node_types.get(name).map(|price| price.amount);
        assert_eq!(price, amount(row[6]), "{name}");
    }
}

#[test]
fn database_classes_are_as_public_files_have_them() {
    let (catalogue, prices) = everything();
    let rows = rows("db-class");
    let names: BTreeSet<&str> = rows.keys().copied().collect();
    assert_eq!(names, catalogue.db_classes.names().collect());
    for (name, row) in rows {
        let class = catalogue.db_classes.get(name).unwrap();
        let found = [
            class.vcpu.to_string(),
            (class.memory.mebibytes() / 1024).to_string(),
            class.burstable.to_string(),
        ];
        assert_eq!(found, [row[1], row[2], row[3]], "{name}");
        let price = prices.db_classes.get(name);
        let single = price.map(|price| price.single_az.amount);
        assert_eq!(single, amount(row[4]), "{name}");
        let pair = price.map(|price| match &price.multi_az {
            Some(pair) => pair.amount,
            None => price.single_az.amount.times(2),
        });
        assert_eq!(pair, amount(row[5]), "{name}, Multi-AZ");
    }
}

#[test]
fn cache_nodes_are_as_public_files_have_them() {
    let (catalogue, prices) = everything();
    let rows = rows("cache-node");
    let names: BTreeSet<&str> = rows.keys().copied().collect();
    assert_eq!(names, catalogue.cache_nodes.names().collect());
    for (name, row) in rows {
        let node = catalogue.cache_nodes.get(name).unwrap();
        let found = [
            node.vcpu.to_string(),
            node.maxmemory.to_string(),
            node.burstable.to_string(),
        ];
        assert_eq!(found, [row[1], row[2], row[3]], "{name}");
        assert_eq!(node.valkey_only, row[4].is_empty(), "{name}");
        for (engine, price) in [(RedisEngine::Redis, row[4]), (RedisEngine::Valkey, row[5])] {
            let known = prices.cache_nodes.get(&(name.to_owned(), engine));
            assert_eq!(
                known.map(|known| known.amount),
                amount(price),
                "{name}, {engine}"
            );
        }
    }
}

/// A newer generation of a size never has less memory than the previous one.
#[test]
fn no_generation_of_a_cache_node_has_less_memory_than_the_one_before() {
    let (catalogue, _) = everything();
    let memory = |family: &str, size: &str| {
        let node = catalogue.cache_nodes.get(&format!("cache.{family}.{size}"));
        node.map(|node| node.maxmemory)
    };
    for (older, newer) in [("r6g", "r7g"), ("r7g", "r8g"), ("m6g", "m7g")] {
        for size in ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge"] {
            if let (Some(before), Some(after)) = (memory(older, size), memory(newer, size)) {
                assert!(after >= before, "{newer}.{size}");
            }
        }
    }
    assert!(memory("r8g", "large") > memory("r7g", "large"));
}

/// Discounts are per family. A family without one uses the general discount.
#[test]
fn a_commitment_takes_off_what_its_family_has() {
    use tierc::catalogue::Reservable;
    let (_, prices) = everything();
    let off = |kind, name: &str| prices.discounts.reserved(kind, name).unwrap().percent;
    assert_eq!(off(Reservable::Database, "db.r6g.xlarge"), 42);
    assert_eq!(off(Reservable::Database, "db.m6g.large"), 36);
    assert_eq!(off(Reservable::Database, "db.t4g.medium"), 27);
    assert_eq!(off(Reservable::Database, "db.r8g.large"), 27);
    assert_eq!(off(Reservable::Nodes, "m7g.xlarge"), 27);
    assert_eq!(off(Reservable::Redis, "cache.r6g.large"), 28);
}
