//! `prices.kdl`: its content, and findings about it.

use tierc::compile;
use tierc::diagnostic::render::{Style, human};
use tierc::model::Money;

use super::{Format, at_prices, costs, reported, snapshot, with};
use crate::support::today;

const STYLE: Style = Style {
    color: false,
    width: 100,
};

const HEADER: &str =
    "prices region=\"us-east-1\" currency=\"USD\" date=\"2026-10-02\" hours=730 source=\"ours\"\n";

/// What a run says of prices, rendered.
fn findings(prices: &str) -> String {
    let text = with("");
    let (run, _) = costs(&[("prod.kdl", &text)], Some(prices));
    human(run.diagnostics(), &run.sources, STYLE)
}

#[test]
fn every_mistake_in_a_price_file_is_reported_where_it_stands() {
    let text = "control-plane hourly=\"0.10\"
prices region=\"us-east-1\" currency=\"EUR\" hours=730 source=\"ours\"
node-type \"m7g.xlarge\" hourly=\"0.1\"
prices region=\"us-east-1\" currency=\"USD\" date=\"2026-10-02\" hours=730 source=\"ours\"
control-plane hourly=0.10
spot discount=100 source=\"ours\"
node-type \"m7g.xlarge\" hourly=\"-0.1632\"
db-class \"db.r6g.large\" hourly=\"22,5\"
db-class \"db.r6g.large\" hourly=\"0.225\"
db-class \"db.r6g.large\" hourly=\"0.226\"
db-storage \"gp3\" gib-month=\"0.115\" iops-hour=\"0.02\"
cache-node \"cache.r6g.large\" hourly=\"0.206\"
load-balancer hourly=\"0.0225\"
";
    snapshot(
        "mistakes_in_prices",
        &[("own/prices.kdl", text)],
        &findings(text),
    );
}

#[test]
fn prices_are_read_only_where_money_is_asked_for() {
    let texts = at_prices("this is no price list");
    let input = compile::Input {
        name: "prod.kdl".into(),
        bytes: with("").into_bytes(),
    };
    let mut run = compile::compile(vec![input], &texts, today());
    assert_eq!(run.diagnostics().count(), 0);
    compile::costs(&mut run, &texts, today());
    assert!(run.has_errors());
}

#[test]
fn rows_that_nobody_needs_are_not_even_parsed() {
    let text = format!("{HEADER}db-class \"db.r5.large\" hourly=\"free\"\n");
    assert_eq!(findings(&text), "");
}

#[test]
fn each_region_has_prices_of_its_own() {
    let prices = "prices region=\"eu-central-1\" currency=\"USD\" date=\"2026-10-02\" hours=730 source=\"ours\"
control-plane hourly=\"0.11\"
prices region=\"us-east-1\" currency=\"USD\" date=\"2026-10-03\" hours=720 source=\"ours too\"
control-plane hourly=\"0.10\"
";
    let text = |name: &str, region: &str| {
        format!("environment \"{name}\"\ntier \"dev\"\nregion \"{region}\"\ncluster \"one-name\"\n")
    };
    let (eu, us) = (text("eu", "eu-central-1"), text("us", "us-east-1"));
    let files = [("eu.kdl", eu.as_str()), ("us.kdl", us.as_str())];
    let (_, costs) = costs(&files, Some(prices));
    let ranges: Vec<String> = costs
        .estimates
        .iter()
        .map(|estimate| estimate.range().unwrap().floor.exact())
        .collect();
    // 0.11 x 730 and 0.10 x 720; the clusters share a name, and no region.
    assert_eq!(ranges, ["$80.30", "$72.00"]);
    let total = tierc::cost::total(&costs.estimates);
    assert_eq!(total.range.unwrap().floor.exact(), "$152.30");
    assert!(total.shared.is_empty());
    let report = reported(&files, Some(prices), Format::Human, true);
    snapshot("two_regions", &files, &report);
}

#[test]
fn an_amount_that_nobody_pays_does_not_overflow() {
    let prices = format!(
        "{HEADER}node-type \"m7g.xlarge\" hourly=\"999999.9999999999\"\ncontrol-plane hourly=\"0\"\n"
    );
    let text = with("nodes \"general\" { count min=2147483647 max=2147483647; }\n");
    let (_, costs) = costs(&[("prod.kdl", &text)], Some(&prices));
    let range = costs.estimates[0].range().unwrap();
    assert_eq!(range.floor, range.ceiling);
    assert!(range.floor > Money::ZERO);
}

#[test]
fn the_example_of_price_missing_lacks_a_price() {
    let explanation = tierc::check::rule("price-missing").unwrap().explanation;
    let example = explanation.split("```kdl\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let (_, costs) = costs(&[("prod.kdl", example)], None);
    let codes: Vec<&str> = costs.notes.iter().map(|note| note.code.0).collect();
    assert!(codes.contains(&"price-missing"), "{codes:?}");
}

#[test]
fn prices_are_old_after_180_days_and_not_before() {
    let old = |date: &str| {
        let prices = HEADER.replace("2026-10-02", date) + "control-plane hourly=\"0.10\"\n";
        let text = with("");
        let (_, costs) = costs(&[("prod.kdl", &text)], Some(&prices));
        costs.notes.iter().any(|note| note.code.0 == "prices-old")
    };
    // 180 and 181 days before 2026-11-24.
    assert!(!old("2026-05-28"));
    assert!(old("2026-05-27"));
}

#[test]
fn a_missing_price_points_at_every_use() {
    let text = with("database { storage gib=400 type=\"io2\" iops=4000; replicas 1; }\n");
    let files = [("prod.kdl", text.as_str())];
    let (run, costs) = costs(&files, None);
    let shown = human(
        costs
            .notes
            .iter()
            .filter(|note| note.code.0 == "price-missing"),
        &run.sources,
        STYLE,
    );
    snapshot("note_of_a_missing_price", &files, &shown);
}

#[test]
fn the_files_that_the_documentation_shows_are_read_without_a_word() {
    let page = std::fs::read_to_string(crate::support::project("docs/prices.md")).unwrap();
    let blocks: Vec<&str> = page
        .split("```kdl\n")
        .skip(1)
        .map(|block| block.split("```").next().unwrap())
        .collect();
    let of = |start: &str| *blocks.iter().find(|it| it.starts_with(start)).unwrap();
    assert_eq!(blocks.len(), 3);
    assert_eq!(findings(of("// A price list")), "");
    assert_eq!(findings(of("// catalogue/discounts.kdl")), "");
    let instances = of("// catalogue/instances.kdl").to_owned();
    let texts = compile::CatalogueTexts::embedded().with(
        compile::CatalogueFile::Instances,
        "own/instances.kdl".into(),
        instances,
    );
    let text = with("nodes \"general\" { instance \"m9x.xlarge\" }\n");
    let input = compile::Input {
        name: "prod.kdl".into(),
        bytes: text.into_bytes(),
    };
    let run = compile::compile(vec![input], &texts, today());
    assert_eq!(human(run.diagnostics(), &run.sources, STYLE), "");
}
