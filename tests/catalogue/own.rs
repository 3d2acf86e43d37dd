//! A user's catalogue: rows that add to the built-in ones, override them, and contradict themselves.

use tierc::catalogue::Reservable;
use tierc::compile::{self, CatalogueFile, CatalogueTexts, Input, Run};
use tierc::diagnostic::render::{Style, human};

use crate::support::{ruler, snapshot, today};

const STYLE: Style = Style {
    color: false,
    width: 100,
};

const SMALL: &str = "environment \"prod\"\ntier \"small\"\nregion \"us-east-1\"\n";

fn with(files: &[(CatalogueFile, &str)]) -> CatalogueTexts {
    let add = |texts: CatalogueTexts, (file, text): &(CatalogueFile, &str)| {
        let name = format!("own/{}", file.name());
        texts.with(*file, name, (*text).to_owned())
    };
    files.iter().fold(CatalogueTexts::embedded(), add)
}

fn run(text: &str, texts: &CatalogueTexts) -> Run {
    let input = Input {
        name: "prod.kdl".into(),
        bytes: text.as_bytes().to_vec(),
    };
    compile::compile(vec![input], texts, today())
}

fn found(run: &Run) -> String {
    human(run.diagnostics(), &run.sources, STYLE)
}

/// The ceiling of an environment's total in cents, and its notes.
fn cost(text: &str, texts: &CatalogueTexts) -> (String, String) {
    let mut run = run(text, texts);
    let costs = compile::costs(&mut run, texts, today());
    assert!(!run.has_errors(), "{}", found(&run));
    let range = costs.estimates[0].range();
    let notes = human(costs.notes.iter(), &run.sources, STYLE);
    (range.unwrap().ceiling.exact(), notes)
}

#[test]
fn one_line_makes_an_instance_type_known_and_leaves_the_others() {
    let line =
        "node-type \"m9x.xlarge\" arch=\"amd64\" vcpu=4 memory=\"16Gi\" enis=4 addresses=15\n";
    let texts = with(&[(CatalogueFile::Instances, line)]);
    let text = format!("{SMALL}nodes \"general\" {{ instance \"m9x.xlarge\" }}\n");
    assert_eq!(found(&run(&text, &texts)), "");
    assert_ne!(found(&run(&text, &CatalogueTexts::embedded())), "");
    let other = format!("{SMALL}nodes \"general\" {{ instance \"m8g.2xlarge\" }}\n");
    assert_eq!(found(&run(&other, &texts)), "");
    let known = run(&text, &texts).catalogue;
    let node = known.node_types.get("m9x.xlarge").unwrap();
    // Those of every built-in amd64 type with this size, such as m6i.xlarge.
    let shape = (
        node.allocatable_cpu.milli(),
        node.allocatable_memory.mebibytes(),
        node.pods,
    );
    assert_eq!(shape, (3920, 14_162, 58));
}

#[test]
fn a_row_of_ones_own_takes_precedence() {
    let prices = "prices region=\"us-east-1\" currency=\"USD\" date=\"2026-11-01\" hours=730 source=\"ours\"\ncontrol-plane hourly=\"1.10\"\n";
    let (own, _) = cost(SMALL, &with(&[(CatalogueFile::Prices, prices)]));
    let (built_in, _) = cost(SMALL, &CatalogueTexts::embedded());
    let dollars = |text: &str| text.replace(['$', ','], "").parse::<f64>().unwrap();
    let more = dollars(&own) - dollars(&built_in);
    assert!((more - 730.0).abs() < 0.01, "{built_in} and {own}");
}

#[test]
fn a_tier_of_ones_own_changes_what_it_states_and_nothing_else() {
    let texts = with(&[(
        CatalogueFile::Tiers,
        "defaults { database { backup days=30 } }\ntier \"small\" { api { replicas max=9 } }\n",
    )]);
    let environment =
        |texts: &CatalogueTexts| run(SMALL, texts).files.remove(0).environment.unwrap();
    let (own, built_in) = (
        environment(&texts),
        environment(&CatalogueTexts::embedded()),
    );
    assert_eq!(own.api.sole().unwrap().workload.replicas.max.value, 9);
    // Own defaults take precedence over built-in tiers, which state 7 days or more.
    assert_eq!(own.database.backup.days.value, 30);
    let changed: Vec<String> = built_in
        .compare(&own)
        .iter()
        .map(|change| change.path.clone())
        .collect();
    assert_eq!(changed, ["api.replicas.max", "database.backup.days"]);
}

#[test]
fn a_file_that_replaces_leaves_nothing_of_the_built_in_one() {
    let line = "catalogue replace=#true\nnode-type \"m9x.xlarge\" arch=\"amd64\" vcpu=4 memory=\"16Gi\" enis=4 addresses=15\n";
    let texts = with(&[(CatalogueFile::Instances, line)]);
    let run = run(SMALL, &texts);
    let names: Vec<&str> = run.catalogue.node_types.names().collect();
    assert_eq!(names, ["m9x.xlarge"]);
    assert!(run.has_errors(), "the tier's own instances are unknown");
    let texts = with(&[(CatalogueFile::Instances, &line.replace("#true", "#false"))]);
    assert_eq!(found(&self::run(SMALL, &texts)), "");
}

#[test]
fn a_contract_takes_off_before_all_other_discounts() {
    let text = format!("{SMALL}cost reserved=100\n");
    let contract = "contract \"control-plane\" discount=10 source=\"EDP\"\ncontract \"nodes\" discount=10 source=\"EDP\"\ncontract \"database\" discount=10 source=\"EDP\"\ncontract \"redis\" discount=10 source=\"EDP\"\n";
    let (less, _) = cost(&text, &with(&[(CatalogueFile::Discounts, contract)]));
    let (list, _) = cost(&text, &CatalogueTexts::embedded());
    let dollars = |text: &str| text.replace(['$', ','], "").parse::<f64>().unwrap();
    assert!(
        (dollars(&list) * 0.9 - dollars(&less)).abs() < 0.01,
        "{list} and {less}"
    );
}

#[test]
fn own_reserved_discounts_of_a_kind_replace_the_built_in_ones() {
    let texts = with(&[(
        CatalogueFile::Discounts,
        "reserved \"database\" discount=10 source=\"ours\"\n",
    )]);
    let (_, prices) = texts.everything("us-east-1");
    let off = |kind, name| prices.discounts.reserved(kind, name).unwrap().percent;
    assert_eq!(off(Reservable::Database, "db.r6g.large"), 10);
    assert_eq!(off(Reservable::Redis, "cache.r6g.large"), 28);
}

#[test]
fn every_contradiction_in_a_fact_is_reported_on_its_value() {
    let rows = "node-type \"m9x.large\" arch=\"arm64\" vcpu=2 memory=\"8Gi\" enis=3 addresses=10
node-type \"m9g.large\" arch=\"amd64\" vcpu=2 memory=\"8Gi\" enis=3 addresses=10
node-type \"m9x.xlarge\" arch=\"amd64\" vcpu=4 memory=\"16Gi\" enis=4 addresses=15 { allocatable cpu=\"5\" memory=\"17Gi\" pods=59; }
node-type \"m9x.nano\" arch=\"amd64\" vcpu=1 memory=\"512Mi\" enis=4 addresses=15
node-type \"m9x.2xlarge\" arch=\"amd64\" vcpu=8 memory=\"32Gi\" enis=4
node-type \"m9x.4xlarge\" arch=\"amd64\" vcpu=16 memory=\"64Gi\" enis=4 addresses=1
node-type \"m9x.8xlarge\" arch=\"amd64\" vcpu=32 memory=\"128Gi\"
db-class \"db.t5g.large\" arch=\"arm64\" vcpu=2 memory=\"8Gi\" burstable=#false
db-class \"db.m9g.large\" arch=\"amd64\" vcpu=2 memory=\"8Gi\"
cache-node \"cache.m9g.large\" arch=\"arm64\" vcpu=2 maxmemory=6854542746 burstable=#true
";
    let names: Vec<&str> = rows
        .lines()
        .filter_map(|line| line.split('"').nth(1))
        .collect();
    let groups = names.iter().filter(|name| name.starts_with('m'));
    let groups: String = groups
        .enumerate()
        .map(|(at, name)| {
            format!("nodes \"g{at}\" {{ instance \"{name}\"; count min=3 max=4; }}\n")
        })
        .collect();
    let text = format!(
        "{SMALL}{groups}database {{ instance \"db.t5g.large\"; replicas 1 instance=\"db.m9g.large\" }}\nredis \"cache\" {{ node \"cache.m9g.large\" }}\n"
    );
    let run = run(&text, &with(&[(CatalogueFile::Instances, rows)]));
    let about = run.diagnostics().filter(|finding| {
        ["catalogue-contradiction", "missing-value", "wrong-value"].contains(&finding.code.0)
    });
    let about = human(about, &run.sources, STYLE);
    snapshot(
        "catalogue",
        "contradictions",
        &format!("{rows}{}\n{about}", ruler()),
    );
}

#[test]
fn prices_that_contradict_each_other_are_reported() {
    let rows = "prices region=\"us-east-1\" currency=\"USD\" date=\"2026-11-01\" hours=730 confidence=\"high\" source=\"ours\"
prices region=\"us-east-1\" currency=\"USD\" date=\"2026-11-01\" hours=730 source=\"ours\"
db-class \"db.t4g.medium\" hourly=\"0.065\" multi-az=\"0.065\"
db-class \"db.r6g.large\" hourly=\"0.225\" multi-az=\"0.460\"
cache-node \"cache.t4g.medium\" engine=\"redis\" hourly=\"0.052\"
cache-node \"cache.t4g.medium\" engine=\"valkey\" hourly=\"0.065\"
db-storage \"gp3\"
db-storage \"gp3\" gib-month=\"0.1\"
db-storage \"gp3\" gib-month=\"0.2\" iops-month=\"0.02\"
prices region=\"cn-north-1\" currency=\"CNY\" date=\"2026-11-01\" hours=730 source=\"ours\"
contract \"ec2\" discount=12 source=\"EDP\"
";
    let texts = CatalogueTexts::embedded().with(
        CatalogueFile::Prices,
        "own/prices.kdl".into(),
        rows.to_owned(),
    );
    let text = format!(
        "{SMALL}database {{ instance \"db.r6g.large\"; replicas 1 instance=\"db.t4g.medium\" }}\nredis \"queue\" {{ node \"cache.t4g.medium\" }}\n"
    );
    let mut run = run(&text, &texts);
    compile::costs(&mut run, &texts, today());
    let about = run
        .diagnostics()
        .filter(|finding| finding.code.0 != "burstable-in-production");
    let own = about.filter(|finding| {
        let label = finding.labels.first();
        label.is_some_and(|label| run.sources.get(label.span.source).name.starts_with("own/"))
    });
    let about = human(own, &run.sources, STYLE);
    snapshot(
        "catalogue",
        "contradicting_prices",
        &format!("{rows}{}\n{about}", ruler()),
    );
}
