//! What environments cost: input, and the estimate in every format.

mod arithmetic;
mod calendar;
mod change;
mod laws;
mod prices;

use tierc::compile::{self, CatalogueFile, CatalogueTexts, EnvironmentCosts, Input, Run};
use tierc::cost::{self, Estimate};
use tierc::report;

use crate::support::{project, today};

/// Files of a run, by name.
type Files<'a> = &'a [(&'a str, &'a str)];

/// Compiles files, and estimates what they cost at prices of a user's own, or the built-in ones.
fn costs(files: Files<'_>, prices: Option<&str>) -> (Run, EnvironmentCosts) {
    let texts = match prices {
        Some(prices) => at_prices(prices),
        None => CatalogueTexts::embedded(),
    };
    let inputs = files
        .iter()
        .map(|(name, text)| Input {
            name: (*name).into(),
            bytes: text.as_bytes().to_vec(),
        })
        .collect();
    let mut run = compile::compile(inputs, &texts, today());
    let costs = compile::costs(&mut run, &texts, today());
    (run, costs)
}

/// The built-in catalogue with other prices, and without the built-in discounts.
fn at_prices(prices: &str) -> CatalogueTexts {
    CatalogueTexts::embedded()
        .replacing(CatalogueFile::Prices, "own/prices.kdl", prices.to_owned())
        .replacing(CatalogueFile::Discounts, "own/discounts.kdl", String::new())
}

/// The estimate of one file at the built-in prices.
fn estimate(text: &str) -> Estimate {
    let (_, mut costs) = costs(&[("prod.kdl", text)], None);
    costs.estimates.remove(0)
}

/// A report in one of its formats.
#[derive(Clone, Copy)]
enum Format {
    Human,
    Markdown,
    Json,
}

fn reported(files: Files<'_>, prices: Option<&str>, format: Format, detail: bool) -> String {
    let (run, costs) = costs(files, prices);
    let report = report::cost::ReportedCosts {
        estimates: &costs.estimates,
        total: &cost::total(&costs.estimates),
        notes: &costs.notes,
        sources: &run.sources,
    };
    match format {
        Format::Human => report::cost::text::text(&report, detail),
        Format::Markdown => report::cost::markdown::markdown(&report, detail),
        Format::Json => report::cost::json::json(&report),
    }
}

/// Compares input and result with `snapshots/cost/NAME.snap`.
fn snapshot(name: &str, files: Files<'_>, result: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(project("snapshots/cost"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let input: String = files
        .iter()
        .map(|(file, text)| format!("// {file}\n{text}\n"))
        .collect();
    settings.bind(|| insta::assert_snapshot!(name, format!("{input}---\n{result}")));
}

fn story(name: &str, files: Files<'_>) {
    let result = reported(files, None, Format::Human, false);
    snapshot(name, files, &result);
}

/// A small environment with more written below its header.
fn with(more: &str) -> String {
    format!("environment \"prod\"\ntier \"small\"\nregion \"us-east-1\"\n{more}")
}

/// The shipped environments, from the least tier to the most.
fn shipped() -> Vec<(String, String)> {
    ["dev", "small", "medium", "large", "xlarge"]
        .into_iter()
        .map(|tier| {
            let name = format!("environments/{tier}.kdl");
            let text = std::fs::read_to_string(project(&name)).unwrap();
            (name, text)
        })
        .collect()
}

#[test]
fn every_shipped_environment_is_estimated_in_every_format() {
    for (name, text) in &shipped() {
        let files = [(name.as_str(), text.as_str())];
        let tier = name.trim_start_matches("environments/");
        let tier = tier.trim_end_matches(".kdl");
        for (format, word) in [
            (Format::Human, "human"),
            (Format::Markdown, "markdown"),
            (Format::Json, "json"),
        ] {
            let result = reported(&files, None, format, false);
            snapshot(&format!("{tier}_as_{word}"), &files, &result);
        }
    }
}

#[test]
fn several_environments_are_a_table_with_a_total() {
    let shipped = shipped();
    let files: Vec<(&str, &str)> = shipped
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    for (format, word) in [(Format::Human, "human"), (Format::Markdown, "markdown")] {
        let result = reported(&files, None, format, false);
        snapshot(&format!("five_as_{word}"), &files, &result);
    }
}

#[test]
fn what_has_no_price_is_listed_and_in_no_sum() {
    let text = with(
        "database {\n    instance \"db.x9z.large\"\n    replicas 1\n    storage gib=500 max-gib=1000 type=\"io2\" iops=3000\n}\n",
    );
    story("unpriced_items", &[("prod.kdl", &text)]);
    let estimate = estimate(&text);
    let unpriced: Vec<&str> = estimate
        .items
        .iter()
        .filter(|item| item.rate.is_err())
        .map(|item| item.path.as_str())
        .collect();
    assert_eq!(
        unpriced,
        [
            "database.instance",
            "database.replicas",
            "database.storage",
            "database.storage.iops",
            "database.replicas.storage",
            "database.replicas.storage.iops"
        ]
    );
    assert_eq!(estimate.layer(cost::CostLayer::Storage), None);
}

#[test]
fn a_region_without_prices_is_said_once_and_never_guessed() {
    let text = "environment \"prod\"\ntier \"small\"\nregion \"ap-southeast-6\"\n";
    story("region_without_prices", &[("prod.kdl", text)]);
    assert_eq!(estimate(text).range(), None);
}

#[test]
fn spot_nodes_are_priced_at_the_stated_discount() {
    let text = with(
        "worker \"batch\" {\n    queue \"queue:batch\" length=10\n    capacity \"spot\"\n}\nnodes \"spot\" {\n    instance \"m7g.xlarge\"\n    count min=0 max=10\n    capacity \"spot\"\n    runs \"batch\"\n}\n",
    );
    story("spot_nodes", &[("prod.kdl", &text)]);
}

#[test]
fn reserved_capacity_is_a_row_and_spot_nodes_are_not_covered() {
    let text = with(
        "cost reserved=50\nworker \"batch\" {\n    queue \"queue:batch\" length=10\n    capacity \"spot\"\n}\nnodes \"spot\" {\n    instance \"m7g.xlarge\"\n    count min=1 max=10\n    capacity \"spot\"\n    runs \"batch\"\n}\n",
    );
    story("reserved_capacity", &[("prod.kdl", &text)]);
    let files = [("prod.kdl", text.as_str())];
    let markdown = reported(&files, None, Format::Markdown, false);
    snapshot("reserved_capacity_as_markdown", &files, &markdown);
    let estimate = estimate(&text);
    let spot = estimate.items.iter().find(|item| item.path == "nodes.spot");
    assert_eq!(spot.unwrap().saved(), None);
}

#[test]
fn what_has_no_discount_stays_at_its_list_price_and_is_said() {
    let text = with("cost reserved=50\n");
    let prices = laws::built_in();
    let without: Vec<&str> = prices
        .lines()
        .filter(|line| !line.starts_with("reserved \"redis\""))
        .collect();
    let files = [("prod.kdl", text.as_str())];
    let report = reported(&files, Some(&without.join("\n")), Format::Human, false);
    assert!(
        report
            .contains("prod: redis at list prices, because the catalogue has no reserved discount"),
        "{report}"
    );
    let (_, costs) = costs(&files, Some(&without.join("\n")));
    let redis = |estimate: &Estimate| estimate.layer(cost::CostLayer::Redis);
    assert_eq!(redis(&costs.estimates[0]), redis(&estimate(&with(""))));
}

#[test]
fn valkey_and_shards_are_priced_by_node() {
    let text = with(
        "redis \"cache\" {\n    engine \"valkey\" version=\"8.0\"\n    node \"cache.r7g.xlarge\"\n    replicas 2\n    policy \"volatile-lru\"\n    uses \"cache\"\n    cluster shards=3 mode=\"enabled\"\n}\n",
    );
    story("valkey_shards", &[("prod.kdl", &text)]);
}

#[test]
fn iops_and_throughput_are_priced_above_what_is_included() {
    let text =
        with("database { storage gib=400 max-gib=500 type=\"gp3\" iops=14000 throughput=600; }\n");
    story("iops_and_throughput", &[("prod.kdl", &text)]);
}

#[test]
fn a_shared_cluster_is_paid_once() {
    let files = [
        (
            "blue.kdl",
            "environment \"blue\"\ntier \"dev\"\nregion \"us-east-1\"\ncluster \"shared\"\nnamespace \"blue\"\n",
        ),
        (
            "green.kdl",
            "environment \"green\"\ntier \"dev\"\nregion \"us-east-1\"\ncluster \"shared\"\nnamespace \"green\"\n",
        ),
    ];
    story("shared_cluster", &files);
    let (_, costs) = costs(&files, None);
    let total = cost::total(&costs.estimates).range.unwrap();
    // 2 x $215.698 and $340.584, less one control plane of $73.
    assert_eq!(total.floor.exact(), "$358.396");
    assert_eq!(total.ceiling.exact(), "$608.168");
}

#[test]
fn a_value_that_could_not_be_read_is_not_priced_as_the_tiers() {
    let text = with("nodes \"general\" { count max=\"many\"; }\n");
    let (run, costs) = costs(&[("prod.kdl", &text)], None);
    assert!(!compile::all_read(&run));
    let nodes = costs.estimates[0].items_of(cost::CostLayer::Nodes);
    let rates: Vec<_> = nodes.map(|item| item.rate.as_ref().err()).collect();
    assert_eq!(rates, [Some(&cost::Missing::Value)]);
}

#[test]
fn a_waiver_that_is_over_hides_no_amount() {
    let text = with("waive \"single-az\" reason=\"trial\" until=\"2020-01-31\"\n");
    let (run, _) = costs(&[("prod.kdl", &text)], None);
    assert!(run.has_errors());
    assert!(compile::all_read(&run));
}

#[test]
fn every_json_report_fits_its_schema() {
    let schema = std::fs::read_to_string(project("schema/report.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut files = shipped();
    files.push((
        "prod.kdl".into(),
        with("database { instance \"db.x9z.large\"; }\n"),
    ));
    files.push((
        "eu.kdl".into(),
        "environment \"eu\"\ntier \"dev\"\nregion \"ap-southeast-6\"\ncluster \"dev\"\n".into(),
    ));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let one_by_one = files.chunks(1).chain([files.as_slice()]);
    for files in one_by_one {
        let report = reported(files, None, Format::Json, false);
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{files:?}");
        let mut wrong = report.clone();
        wrong["total"]["cost"]["floor"] = serde_json::json!(215.698);
        assert!(!validator.is_valid(&wrong), "a float is no amount");
    }
}

#[test]
fn the_report_schema_in_the_tree_is_the_one_the_reports_have() {
    let committed = std::fs::read_to_string(project("schema/report.schema.json")).unwrap();
    assert_eq!(
        committed,
        report::schema::schema(),
        "write it with `cargo run -- schema --report > schema/report.schema.json`"
    );
}

#[test]
fn a_comment_holds_whole_sections_and_counts_the_rest() {
    let files: Vec<(String, String)> = (0..100)
        .map(|number| {
            let name = format!("team-{number}");
            let text = format!("environment \"{name}\"\ntier \"large\"\nregion \"us-east-1\"\n");
            (format!("{name}.kdl"), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let text = reported(&files, None, Format::Markdown, true);
    assert!(text.len() <= 65_536, "{}", text.len());
    let shown = text.matches("\n## team-").count();
    assert!(shown > 20, "{shown}");
    let dropped = format!("{} sections were left out", 100 - shown);
    assert!(text.contains(&dropped), "{dropped}");
    assert!(text.contains("**How to read it**"));
    assert_eq!(text.matches("| **total** |").count(), shown + 1);
}

#[test]
fn no_line_of_a_shipped_environment_is_wider_than_80_columns() {
    for (name, text) in &shipped() {
        let report = reported(&[(name, text)], None, Format::Human, true);
        for line in report.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn a_budget_stands_beside_what_is_used_of_it() {
    let text = with("budget monthly=1000\n");
    let files = [("prod.kdl", text.as_str())];
    for (format, word) in [
        (Format::Human, "human"),
        (Format::Markdown, "markdown"),
        (Format::Json, "json"),
    ] {
        let result = reported(&files, None, format, false);
        snapshot(&format!("budget_as_{word}"), &files, &result);
    }
    let other = with("").replace("prod", "staging");
    let both = [files[0], ("staging.kdl", other.as_str())];
    for format in [Format::Human, Format::Markdown] {
        let told = reported(&both, None, format, false);
        assert_eq!(told.matches("share of the budget").count(), 1, "{told}");
    }
}
