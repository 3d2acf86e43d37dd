//! Laws over the tiers, and over environments at random.

use std::collections::BTreeSet;

use proptest::prelude::*;

use tierc::catalogue::Prices;
use tierc::compile::CatalogueTexts;
use tierc::cost::{self, CostDifference, CostLayer, Estimate, Range};
use tierc::diagnostic::Diagnostics;
use tierc::pair::Pair;
use tierc::source::{Source, Sources};

use super::{estimate, shipped};
use crate::laws::environment::{drawn, stating};

/// The built-in discounts and the prices of us-east-1, as one price file.
pub(super) fn built_in() -> String {
    let file = |name| CatalogueTexts::built_in_file(name).unwrap();
    format!(
        "{}\n{}",
        file("discounts.kdl"),
        file("prices/us-east-1.kdl")
    )
}

/// Every built-in price of us-east-1.
pub(super) fn prices() -> Prices {
    let (prices, found) = read(&built_in());
    assert!(found.is_empty(), "{found:?}");
    prices
}

/// Every price of a text, and what is wrong with it.
fn read(text: &str) -> (Prices, Diagnostics) {
    let mut sources = Sources::default();
    let source = sources.add(Source {
        name: "own/prices.kdl".into(),
        text: text.to_owned().into(),
        catalogue: true,
    });
    let mut found = Diagnostics::new();
    let prices = tierc::parse::prices::prices(text, source, None, &mut found);
    (prices, found)
}

fn ordered(range: Option<Range>) -> bool {
    range.is_none_or(|range| range.floor <= range.ceiling)
}

#[test]
fn no_price_falls_from_one_tier_to_the_next() {
    let estimates: Vec<Estimate> = shipped().iter().map(|(_, text)| estimate(text)).collect();
    for pair in estimates.windows(2) {
        for layer in CostLayer::ALL {
            let (smaller, larger) = (pair[0].layer(layer), pair[1].layer(layer));
            let (smaller, larger) = (smaller.unwrap(), larger.unwrap());
            assert!(
                smaller.floor <= larger.floor,
                "{layer}: {smaller:?} {larger:?}"
            );
            assert!(
                smaller.ceiling <= larger.ceiling,
                "{layer}: {smaller:?} {larger:?}"
            );
        }
        let (smaller, larger) = (pair[0].range().unwrap(), pair[1].range().unwrap());
        assert!(smaller.floor < larger.floor && smaller.ceiling < larger.ceiling);
    }
}

#[test]
fn every_instance_of_a_tier_has_a_price_in_every_region_that_has_prices() {
    for region in prices().regions.keys() {
        for (name, text) in shipped() {
            let text = text.replace("us-east-1", region);
            assert_eq!(estimate(&text).unpriced(), 0, "{name} in {region}");
        }
    }
}

/// A random environment file, with all that costs money and a few of all declared attributes. Many break
/// rules; all resolve.
fn environment() -> impl Strategy<Value = String> {
    let tier = prop::sample::select(vec!["dev", "small", "medium", "large", "xlarge"]);
    let storage = prop::sample::select(vec!["gp3", "gp2", "io1", "io2"]);
    let engine = prop::sample::select(vec![("redis", "7.1"), ("valkey", "8.0")]);
    let class = prop::sample::select(vec!["db.r6g.large", "db.r7g.xlarge", "db.x2g.large"]);
    let count = 0_u32..=5_000;
    let pair = (count.clone(), count.clone());
    (
        (tier, class, storage, engine),
        // A volume has a size; no ceiling is 0.
        (pair, (1_u32..=5_000, count), prop::option::of(0_u32..=80_000)),
        (any::<bool>(), 0_u32..=15, 0_u32..=5, 0_u32..=500, 0_u32..=100),
        drawn(2),
    )
        .prop_map(
            |(
                (tier, class, kind, (engine, version)),
                ((min, max), (gib, max_gib), iops),
                (multi_az, replicas, nodes, shards, reserved),
                drawn,
            )| {
                let iops = iops.map_or_else(String::new, |iops| format!(" iops={iops}"));
                let text = format!(
                    "environment \"prod\"\ntier \"{tier}\"\nregion \"us-east-1\"\ncost reserved={reserved}\n\
                     nodes \"general\" {{ count min={min} max={max}; }}\n\
                     nodes \"extra\" {{ instance \"m7g.large\"; count min={max} max={min}; capacity \"spot\"; }}\n\
                     database {{ instance \"{class}\"; multi-az #{multi_az}; replicas {replicas}; \
                     storage gib={gib} max-gib={max_gib} type=\"{kind}\"{iops}; }}\n\
                     redis \"queue\" {{ engine \"{engine}\" version=\"{version}\"; replicas {nodes}; cluster shards={shards}; }}\n"
                );
                stating(&text, &drawn).0
            },
        )
}

/// Items by their paths.
fn sorted(
    mut items: Vec<(CostLayer, String, Pair<Range>)>,
) -> Vec<(CostLayer, String, Pair<Range>)> {
    items.sort_by(|one, other| one.1.cmp(&other.1));
    items
}

proptest! {
    #![proptest_config(crate::laws::config(64))]

    #[test]
    fn a_floor_is_never_above_its_ceiling(text in environment()) {
        let estimate = estimate(&text);
        prop_assert!(ordered(estimate.range()), "{text}");
        for item in &estimate.items {
            prop_assert!(ordered(item.range()), "{}: {text}", item.path);
        }
        for layer in CostLayer::ALL {
            prop_assert!(ordered(estimate.layer(layer)));
        }
    }

    #[test]
    fn a_price_file_that_is_cut_up_has_findings_or_prices_and_never_panics(
        (from, length, with) in (0_usize..9_000, 0_usize..200, "[ -~\n]{0,12}")
    ) {
        let whole = built_in();
        let (from, to) = (from.min(whole.len()), (from + length).min(whole.len()));
        let cut = format!("{}{with}{}", &whole[..from], &whole[to..]);
        let (prices, found) = read(&cut);
        prop_assert!(!prices.regions.is_empty() || !found.is_empty());
    }

    #[test]
    fn more_reserved_capacity_never_costs_more((text, more) in (environment(), 0_u32..=100)) {
        let at = |percent: u32| {
            let (head, rest) = text.split_once("cost reserved=").unwrap();
            let (_, rest) = rest.split_once('\n').unwrap();
            estimate(&format!("{head}cost reserved={percent}\n{rest}"))
        };
        let (none, some, all) = (at(0), at(more), at(100));
        prop_assert_eq!(none.saved(), None);
        let paths = |it: &Estimate| -> Vec<String> { it.items.iter().map(|it| it.path.clone()).collect() };
        prop_assert_eq!(paths(&none), paths(&some));
        prop_assert_eq!(paths(&none), paths(&all));
        for ((none, some), all) in none.items.iter().zip(&some.items).zip(&all.items) {
            let (Some(none), Some(some), Some(all)) = (none.range(), some.range(), all.range()) else {
                continue;
            };
            prop_assert!(all.floor <= some.floor && some.floor <= none.floor);
            prop_assert!(all.ceiling <= some.ceiling && some.ceiling <= none.ceiling);
            // Only items that can be reserved are covered, and no other amount changes.
            prop_assert_eq!(none.ceiling - some.ceiling, none.floor - some.floor);
        }
    }

    #[test]
    fn layers_add_up_to_the_whole(text in environment()) {
        let estimate = estimate(&text);
        let layers = CostLayer::ALL.into_iter().filter_map(|layer| estimate.layer(layer));
        prop_assert_eq!(layers.reduce(|one, other| one + other), estimate.range());
    }

    #[test]
    fn an_environment_differs_from_itself_by_nothing(text in environment()) {
        let estimate = estimate(&text);
        let difference = cost::difference(Pair::new(&estimate, &estimate));
        prop_assert!(difference.items.is_empty());
        prop_assert!(difference.unknown.is_empty());
        prop_assert_eq!(difference.total().floor().signed(), "$0");
    }

    #[test]
    fn the_way_back_costs_what_the_way_there_saves((one, other) in (environment(), environment())) {
        let (one, other) = (estimate(&one), estimate(&other));
        let pair = Pair::new(&one, &other);
        let (there, back) = (cost::difference(pair), cost::difference(pair.swapped()));
        prop_assert_eq!(there.total().0, back.total().0.swapped());
        let shifts = |it: &CostDifference| -> Vec<(CostLayer, String, Pair<Range>)> {
            it.items.iter().map(|it| (it.layer, it.path.clone(), it.shift.0)).collect()
        };
        let mirrored: Vec<_> = shifts(&back)
            .into_iter()
            .map(|(layer, path, shift)| (layer, path, shift.swapped()))
            .collect();
        prop_assert_eq!(sorted(shifts(&there)), sorted(mirrored));
        let unknown = |it: &CostDifference| -> BTreeSet<(CostLayer, String)> {
            it.unknown.iter().map(|it| (it.layer, it.path.clone())).collect()
        };
        prop_assert_eq!(unknown(&there), unknown(&back));
    }
}
