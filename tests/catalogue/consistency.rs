//! The built-in catalogue against itself: what one row says about others.

use std::collections::BTreeMap;

use tierc::catalogue::{Catalogue, RegionPrices, is_burstable, is_graviton};
use tierc::compile::CatalogueTexts;
use tierc::diagnostic::Diagnostics;
use tierc::model::{Arch, Money, RedisEngine};
use tierc::parse::{instances, prices};
use tierc::source::{Source, SourceId, Sources};

/// The regions that have prices.
fn regions() -> Vec<&'static str> {
    let files = CatalogueTexts::built_in_files().into_iter();
    let region = |file: &'static str| file.strip_prefix("prices/")?.strip_suffix(".kdl");
    files.filter_map(region).collect()
}

fn facts() -> Catalogue {
    CatalogueTexts::embedded().everything("us-east-1").0
}

fn in_sources(name: &str) -> (SourceId, &'static str) {
    let text = CatalogueTexts::built_in_file(name).unwrap();
    let mut sources = Sources::default();
    let id = sources.add(Source {
        name: name.into(),
        text: text.into(),
        catalogue: true,
    });
    (id, text)
}

#[test]
fn every_built_in_file_is_in_the_binary_and_reads_without_a_finding() {
    let on_disk = crate::support::files("schema/catalogue", "kdl").len();
    assert_eq!(CatalogueTexts::built_in_files().len(), on_disk);
    let mut found = Diagnostics::new();
    let (id, text) = in_sources("instances.kdl");
    instances::built_in(text, id, None, &mut found);
    for name in CatalogueTexts::built_in_files() {
        if name.starts_with("prices/") || name == "discounts.kdl" {
            let (id, text) = in_sources(name);
            prices::built_in(text, id, None, &mut found);
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

/// A run reads the built-in files line by line, and a user's copy as a whole.
#[test]
fn a_copy_of_a_built_in_file_reads_like_the_file() {
    let (id, text) = in_sources("instances.kdl");
    let mut found = Diagnostics::new();
    let built_in = instances::built_in(text, id, None, &mut found);
    let copy = instances::instances(text, id, None, &mut found);
    assert_eq!(
        format!("{:?}", built_in.regions),
        format!("{:?}", copy.regions)
    );
    let names =
        |it: &Catalogue| -> Vec<String> { it.node_types.names().map(str::to_owned).collect() };
    assert_eq!(names(&built_in), names(&copy));
    for name in copy.node_types.names() {
        let of = |it: &Catalogue| format!("{:?}", it.node_types.get(name));
        assert_eq!(of(&built_in), of(&copy));
    }
    for name in copy.db_classes.names() {
        let of = |it: &Catalogue| format!("{:?}", it.db_classes.get(name));
        assert_eq!(of(&built_in), of(&copy));
    }
    let (id, text) = in_sources("prices/us-east-1.kdl");
    let built_in = prices::built_in(text, id, None, &mut found);
    let copy = prices::prices(text, id, None, &mut found);
    assert_eq!(format!("{built_in:?}"), format!("{copy:?}"));
    assert!(found.is_empty(), "{found:?}");
}

/// One size has as many processors in every family: `large` has 2, `xlarge` 4.
#[test]
fn a_size_has_as_many_processors_in_every_family() {
    let catalogue = facts();
    let mut all: Vec<(&str, u32)> = Vec::new();
    let known = &catalogue.node_types;
    all.extend(known.names().map(|it| (it, known.get(it).unwrap().vcpu)));
    let known = &catalogue.db_classes;
    all.extend(known.names().map(|it| (it, known.get(it).unwrap().vcpu)));
    let known = &catalogue.cache_nodes;
    all.extend(known.names().map(|it| (it, known.get(it).unwrap().vcpu)));
    for (name, vcpu) in all {
        let (_, size) = name.rsplit_once('.').unwrap();
        let expected = match size {
            "nano" | "micro" | "small" | "large" => 2,
            "medium" if is_burstable(name) => 2,
            "medium" => 1,
            "xlarge" => 4,
            size => 4 * size.strip_suffix("xlarge").unwrap().parse::<u32>().unwrap(),
        };
        assert_eq!(vcpu, expected, "{name}");
    }
}

#[test]
fn a_family_says_the_architecture_and_the_memory_of_each_size() {
    let catalogue = facts();
    let mut per_vcpu: BTreeMap<String, BTreeMap<u64, Vec<String>>> = BTreeMap::new();
    for name in catalogue.node_types.names() {
        let node = catalogue.node_types.get(name).unwrap();
        assert_eq!(node.arch == Arch::Arm64, is_graviton(name), "{name}");
        let small = node.allocatable_memory.mebibytes() < u64::from(node.vcpu) * 16 * 1024;
        assert!(small, "{name}: more than 16 GiB a core");
    }
    for name in catalogue.db_classes.names().filter(|it| !is_burstable(it)) {
        let class = catalogue.db_classes.get(name).unwrap();
        let (family, _) = name.rsplit_once('.').unwrap();
        let share = class.memory.mebibytes() / u64::from(class.vcpu);
        let of = per_vcpu.entry(family.into()).or_default();
        of.entry(share).or_default().push(name.into());
    }
    for (family, shares) in per_vcpu {
        assert_eq!(shares.len(), 1, "{family}: {shares:?}");
    }
}

/// Every class is an EC2 type, and has its memory.
#[test]
fn a_class_has_the_memory_of_its_ec2_type() {
    let catalogue = facts();
    let text = CatalogueTexts::built_in_file("instances.kdl").unwrap();
    let memory = |kind: &str, name: &str| -> Option<&str> {
        let line = text
            .lines()
            .find(|it| it.starts_with(&format!("{kind} \"{name}\" ")))?;
        line.split("memory=\"").nth(1)?.split('"').next()
    };
    let mut compared = 0;
    for class in catalogue.db_classes.names() {
        if let Some(node) = memory("node-type", class.strip_prefix("db.").unwrap()) {
            assert_eq!(memory("db-class", class), Some(node), "{class}");
            compared += 1;
        }
    }
    assert!(compared > 200, "{compared}");
}

/// AWS sells Valkey for 20% less than Redis OSS, and rounds.
#[test]
fn valkey_costs_four_fifths_of_redis_in_every_region() {
    let rounding = Money::parse("0.0015").unwrap();
    let mut compared = 0;
    for region in regions() {
        let (_, prices) = CatalogueTexts::embedded().everything(region);
        for ((node, engine), price) in &prices.cache_nodes {
            let redis = prices.cache_nodes.get(&(node.clone(), RedisEngine::Redis));
            let (RedisEngine::Valkey, Some(redis)) = (engine, redis) else {
                continue;
            };
            let expected = redis.amount.percent(80);
            let within = expected - rounding <= price.amount && price.amount <= expected + rounding;
            assert!(
                within,
                "{node} in {region}: {:?} and {expected:?}",
                price.amount
            );
            compared += 1;
        }
    }
    assert!(compared > 1000, "{compared}");
}

/// The size of an instance, in its family's `large`.
fn larges(size: &str) -> Option<u64> {
    Some(match size {
        "large" => 1,
        "xlarge" => 2,
        _ => size.strip_suffix("xlarge")?.parse::<u64>().ok()? * 2,
    })
}

/// Prices that do not grow with the size within their family. AWS rounds small sizes up, to tenths of a cent,
/// so that larger ones can cost up to 2% less or more than their multiple. The classes of old families in
/// GovCloud are rounded to cents.
fn not_linear<'a>(prices: impl Iterator<Item = (&'a str, Money)>) -> Vec<String> {
    let mut families: BTreeMap<&str, Vec<(u64, Money, &str)>> = BTreeMap::new();
    for (name, price) in prices {
        let (family, size) = name.rsplit_once('.').unwrap();
        if let Some(larges) = larges(size) {
            let sizes = families.entry(family).or_default();
            sizes.push((larges, price, name));
        }
    }
    let cents = |price: Money| {
        price
            .exact()
            .split_once('.')
            .is_none_or(|(_, after)| after.len() <= 2)
    };
    let mut wrong = Vec::new();
    for mut sizes in families.into_values() {
        sizes.sort_unstable();
        let (one, least, _) = sizes[0];
        let in_cents = sizes.len() > 2 && sizes.iter().all(|(_, price, _)| cents(*price));
        let rounding = Money::parse(if in_cents { "0.005" } else { "0.001" }).unwrap();
        for (larges, amount, name) in &sizes {
            let expected = least.times(*larges).part(1, one);
            let tolerance = rounding.times(larges / one + 1) + expected.percent(2);
            if expected > *amount + tolerance || *amount > expected + tolerance {
                wrong.push(format!(
                    "{name}: {} is not {}",
                    amount.exact(),
                    expected.exact()
                ));
            }
        }
    }
    wrong
}

fn single_az(prices: &RegionPrices) -> impl Iterator<Item = (&str, Money)> {
    let rows = prices.db_classes.iter();
    rows.map(|(name, price)| (name.as_str(), price.single_az.amount))
}

#[test]
fn prices_of_a_family_grow_with_the_size_in_every_region() {
    for region in regions() {
        let (catalogue, prices) = CatalogueTexts::embedded().everything(region);
        let known = |name: &str| catalogue.node_types.get(name).is_some();
        let nodes = prices.node_types.iter().filter(|(name, _)| known(name));
        let mut wrong = not_linear(nodes.map(|(name, price)| (name.as_str(), price.amount)));
        wrong.extend(not_linear(single_az(&prices)));
        for engine in [RedisEngine::Redis, RedisEngine::Valkey] {
            let rows = prices
                .cache_nodes
                .iter()
                .filter(|((_, of), _)| *of == engine);
            wrong.extend(not_linear(
                rows.map(|((name, _), price)| (name.as_str(), price.amount)),
            ));
        }
        assert_eq!(wrong, Vec::<String>::new(), "{region}");
    }
}

#[test]
fn an_allocatable_amount_is_what_is_left_of_the_machine() {
    let catalogue = facts();
    let names: Vec<&str> = catalogue.node_types.names().collect();
    assert_eq!(names.len(), 999);
    for name in names {
        let node = catalogue.node_types.get(name).unwrap();
        let cores = u64::from(node.vcpu) * 1000;
        let cpu = node.allocatable_cpu.milli();
        assert!(cpu < cores && cpu * 100 > cores * 90, "{name}");
        assert!(node.pods >= 4 && node.most_pods() <= 250, "{name}");
    }
}
