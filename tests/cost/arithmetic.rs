//! The totals of two tiers, worked out beside the program.

use tierc::cost::{CostLayer, Range};

use super::{estimate, shipped};

/// Floor and ceiling as exact text.
fn exact(range: Option<Range>) -> (String, String) {
    let range = range.expect("it has a price");
    (range.floor.exact(), range.ceiling.exact())
}

fn both(amount: &str) -> (String, String) {
    (amount.into(), amount.into())
}

fn between(floor: &str, ceiling: &str) -> (String, String) {
    (floor.into(), ceiling.into())
}

#[test]
fn dev_is_the_sum_of_its_list_prices() {
    let shipped = shipped();
    let dev = estimate(&shipped[0].1);
    // 0.10 x 730
    assert_eq!(exact(dev.layer(CostLayer::ControlPlane)), both("$73.00"));
    // 1 x 0.0816 x 730 = 59.568; 3 x 59.568 = 178.704
    assert_eq!(
        exact(dev.layer(CostLayer::Nodes)),
        between("$59.568", "$178.704")
    );
    // 0.072 x 730
    assert_eq!(exact(dev.layer(CostLayer::Database)), both("$52.56"));
    // 50 x 0.115 = 5.75; 100 x 0.115 = 11.50
    assert_eq!(
        exact(dev.layer(CostLayer::Storage)),
        between("$5.75", "$11.50")
    );
    // 0.034 x 730
    assert_eq!(exact(dev.layer(CostLayer::Redis)), both("$24.82"));
    // 73 + 59.568 + 52.56 + 5.75 + 24.82 = 215.698
    // 73 + 178.704 + 52.56 + 11.50 + 24.82 = 340.584
    assert_eq!(exact(dev.range()), between("$215.698", "$340.584"));
}

#[test]
fn large_is_the_sum_of_its_list_prices() {
    let shipped = shipped();
    let large = estimate(&shipped[3].1);
    // 3 x 0.3264 x 730 = 714.816; 12 x 0.3264 x 730 = 2,859.264
    assert_eq!(
        exact(large.layer(CostLayer::Nodes)),
        between("$714.816", "$2,859.264")
    );
    // Multi-AZ: 2 x 0.899 x 730 = 1,312.54; one replica: 656.27
    assert_eq!(exact(large.layer(CostLayer::Database)), both("$1,968.81"));
    // two copies and a replica's: 3 x 500 x 0.115 = 172.50; 3 x 1,000 x 0.115 = 345
    assert_eq!(
        exact(large.layer(CostLayer::Storage)),
        between("$172.50", "$345.00")
    );
    // queue: 2 x 0.411 x 730 = 600.06; cache: 2 x 0.821 x 730 = 1,198.66
    assert_eq!(exact(large.layer(CostLayer::Redis)), both("$1,798.72"));
    // 73 + 714.816 + 1,968.81 + 172.50 + 1,798.72 = 4,727.846
    // 73 + 2,859.264 + 1,968.81 + 345 + 1,798.72 = 7,044.794
    assert_eq!(exact(large.range()), between("$4,727.846", "$7,044.794"));
}

#[test]
fn every_tier_costs_what_its_catalogue_is_designed_for() {
    let ranges: Vec<(String, String)> = shipped()
        .iter()
        .map(|(_, text)| {
            let range = estimate(text).range().expect("a tier has prices");
            (range.floor.to_string(), range.ceiling.to_string())
        })
        .collect();
    assert_eq!(
        ranges,
        [
            between("$216", "$341"),
            between("$964", "$1,463"),
            between("$2,033", "$3,147"),
            between("$4,728", "$7,045"),
            between("$12,008", "$20,569"),
        ]
    );
}

#[test]
fn reserved_capacity_takes_its_discount_off_the_part_of_the_floor_that_it_covers() {
    let large = "environment \"prod\"\ntier \"large\"\nregion \"us-east-1\"\ncost reserved=60\n";
    let large = estimate(large);
    // nodes: 3 x 0.3264 x 730 = 714.816; 60% x 714.816 x 27% = 115.800192
    // 714.816 - 115.800192 = 599.015808; 2,859.264 - 115.800192 = 2,743.463808
    assert_eq!(
        exact(large.layer(CostLayer::Nodes)),
        between("$599.015808", "$2,743.463808")
    );
    // database: 60% x 1,968.81 x 42% = 496.14012; 1,968.81 - 496.14012 = 1,472.66988
    assert_eq!(
        exact(large.layer(CostLayer::Database)),
        both("$1,472.66988")
    );
    // Redis: 60% x 1,798.72 x 28% = 302.18496; 1,798.72 - 302.18496 = 1,496.53504
    assert_eq!(exact(large.layer(CostLayer::Redis)), both("$1,496.53504"));
    // Neither can be reserved.
    assert_eq!(exact(large.layer(CostLayer::ControlPlane)), both("$73.00"));
    assert_eq!(
        exact(large.layer(CostLayer::Storage)),
        between("$172.50", "$345.00")
    );
    // 115.800192 + 496.14012 + 302.18496 = 914.125272
    assert_eq!(large.saved().unwrap().exact(), "$914.125272");
    // 4,727.846 - 914.125272; 7,044.794 - 914.125272
    assert_eq!(
        exact(large.range()),
        between("$3,813.720728", "$6,130.668728")
    );
}
