//! Price lists of AWS: what is read from them, what is refused, and what `tierc prices import` writes.
//!
//! The files in `tests/price_list` have rows of AWS's own lists of eu-west-1, among similar rows that must
//! not be taken.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::process::Output;

use proptest::prelude::*;

use tierc::price_list::{MARK, Offer, OfferPrices, PriceSelection, merged, read};

use crate::diff::{code, stderr, stdout, tierc};
use crate::support::project;

fn file(offer: Offer) -> String {
    let path = project(&format!("tests/price_list/{}.csv", offer.code()));
    fs::read_to_string(path).unwrap()
}

fn everything() -> PriceSelection {
    PriceSelection {
        regions: BTreeSet::from(["eu-west-1".to_owned()]),
        names: BTreeSet::new(),
        all: true,
    }
}

fn imported(text: &str) -> Result<OfferPrices, String> {
    read(text.as_bytes(), &everything())
}

/// The rows of an offer file as the text of a `prices.kdl`, without the lines about it.
fn rows(offers: &[OfferPrices]) -> String {
    let text = merged("", offers);
    let rows = text
        .lines()
        .filter(|line| !line.starts_with("//") && !line.is_empty());
    rows.map(|line| format!("{line}\n")).collect()
}

#[test]
fn each_kind_of_row_is_found_among_its_likes() {
    let offers = Offer::ALL.map(|offer| imported(&file(offer)).unwrap());
    assert_eq!(
        rows(&offers),
        "prices region=\"eu-west-1\" currency=\"USD\" date=\"2026-11-20\" hours=730 source=\"AWS bulk price list of AmazonEC2\"
node-type \"c7g.xlarge\" hourly=\"0.155\"
node-type \"m6g.large\" hourly=\"0.086\"
node-type \"t4g.medium\" hourly=\"0.0368\"
prices region=\"eu-west-1\" currency=\"USD\" date=\"2026-11-20\" hours=730 source=\"AWS bulk price list of AmazonEKS\"
control-plane hourly=\"0.1\"
prices region=\"eu-west-1\" currency=\"USD\" date=\"2026-11-20\" hours=730 source=\"AWS bulk price list of AmazonElastiCache\"
cache-node \"cache.m5.large\" engine=\"redis\" hourly=\"0.172\"
cache-node \"cache.m6g.large\" engine=\"redis\" hourly=\"0.164\"
cache-node \"cache.r6g.large\" engine=\"redis\" hourly=\"0.229\"
cache-node \"cache.t4g.small\" engine=\"redis\" hourly=\"0.034\"
prices region=\"eu-west-1\" currency=\"USD\" date=\"2026-11-20\" hours=730 source=\"AWS bulk price list of AmazonRDS\"
db-class \"db.m6g.large\" hourly=\"0.176\" multi-az=\"0.352\"
db-class \"db.r6g.xlarge\" hourly=\"0.504\" multi-az=\"1.007\"
db-class \"db.t4g.medium\" hourly=\"0.069\" multi-az=\"0.138\"
db-storage \"gp3\" gib-month=\"0.127\" iops-month=\"0.022\" throughput-month=\"0.088\"
"
    );
}

/// A CSV as the JSON that AWS publishes of the same offer.
fn as_json(csv: &str) -> String {
    let names = [
        ("Instance Type", "instanceType"),
        ("Operating System", "operatingSystem"),
        ("Tenancy", "tenancy"),
        ("Pre Installed S/W", "preInstalledSw"),
        ("CapacityStatus", "capacitystatus"),
        ("License Model", "licenseModel"),
        ("usageType", "usagetype"),
        ("operation", "operation"),
        ("Database Engine", "databaseEngine"),
        ("Deployment Option", "deploymentOption"),
        ("Cache Engine", "cacheEngine"),
        ("Volume Type", "volumeType"),
        ("Region Code", "regionCode"),
    ];
    let cells = |line: &str| -> Vec<String> {
        let line = line.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
        line.split("\",\"").map(str::to_owned).collect()
    };
    let lines: Vec<Vec<String>> = csv.lines().map(cells).collect();
    let about = |key: &str| lines.iter().find(|line| line[0] == key).unwrap()[1].clone();
    let (mut products, mut terms) = (String::new(), [String::new(), String::new()]);
    for row in &lines[6..] {
        let cell = |name: &str| {
            let at = lines[5].iter().position(|it| it == name);
            at.map(|at| row[at].clone()).unwrap_or_default()
        };
        let sku = cell("SKU");
        let attributes: Vec<String> = names
            .iter()
            .map(|(csv, json)| format!("\"{json}\":\"{}\"", cell(csv)))
            .collect();
        let comma = if products.is_empty() { "" } else { "," };
        let _ = write!(
            products,
            "{comma}\"{sku}\":{{\"sku\":\"{sku}\",\"productFamily\":\"{}\",\"attributes\":{{{}}}}}",
            cell("Product Family"),
            attributes.join(",")
        );
        let terms = &mut terms[usize::from(cell("TermType") == "Reserved")];
        let comma = if terms.is_empty() { "" } else { "," };
        let _ = write!(
            terms,
            "{comma}\"{sku}\":{{\"{sku}.T\":{{\"offerTermCode\":\"T\",\"priceDimensions\":{{\"{sku}.T.R\":{{\"unit\":\"{}\",\"beginRange\":\"0\",\"endRange\":\"Inf\",\"pricePerUnit\":{{\"{}\":\"{}\"}}}}}}}}}}",
            cell("Unit"),
            cell("Currency"),
            cell("PricePerUnit")
        );
    }
    let [on_demand, reserved] = terms;
    format!(
        "{{\n\"formatVersion\":\"v1.0\",\"disclaimer\":\"x\",\"offerCode\":\"{}\",\"version\":\"1\",\"publicationDate\":\"{}\",\n\"products\":{{{products}}},\n\"terms\":{{\"OnDemand\":{{{on_demand}}},\"Reserved\":{{{reserved}}}}}}}\n",
        about("OfferCode"),
        about("Publication Date")
    )
}

#[test]
fn json_gives_the_prices_of_the_csv() {
    for offer in Offer::ALL {
        let csv = file(offer);
        let both = [imported(&csv).unwrap(), imported(&as_json(&csv)).unwrap()];
        let [csv, json] = both.map(|it| rows(&[it]));
        assert_eq!(csv, json);
    }
}

#[test]
fn columns_in_another_order_give_the_same_prices() {
    for offer in Offer::ALL {
        let text = file(offer);
        let turned: String = text
            .lines()
            .map(|line| {
                let mut cells: Vec<&str> =
                    line.split("\",\"").map(|it| it.trim_matches('"')).collect();
                // The SKU stays first: it marks the header.
                if cells.len() > 2 {
                    cells[1..].reverse();
                    cells.push("new");
                }
                format!("\"{}\"\n", cells.join("\",\""))
            })
            .collect();
        let rows = |text: &str| rows(&[imported(text).unwrap()]);
        assert_eq!(rows(&text), rows(&turned));
    }
}

#[test]
fn only_wanted_regions_and_names_are_kept() {
    let wanted = |region: &str, name: &str| PriceSelection {
        regions: BTreeSet::from([region.to_owned()]),
        names: BTreeSet::from([name.to_owned()]),
        all: false,
    };
    let text = file(Offer::Ec2);
    let one = read(text.as_bytes(), &wanted("eu-west-1", "m6g.large")).unwrap();
    assert_eq!(one.prices.len(), 1);
    let none = read(text.as_bytes(), &wanted("us-west-2", "m6g.large")).unwrap();
    assert!(none.prices.is_empty());
    assert_eq!(none.regions, BTreeSet::from(["eu-west-1".to_owned()]));
}

#[test]
fn what_is_no_price_list_or_half_of_one_is_refused() {
    let ec2 = file(Offer::Ec2);
    let json = as_json(&ec2);
    let cut = |text: &str, less: usize| text[..text.len() - less].to_owned();
    for (text, says) in [
        (String::new(), "it is empty"),
        ("a,b\n1,2\n".to_owned(), "no line has the column `SKU`"),
        (
            ec2.replace("AmazonEC2", "AmazonS3"),
            "it has the prices of `AmazonS3`; an environment uses `AmazonEC2`, `AmazonRDS`, `AmazonElastiCache` and `AmazonEKS`",
        ),
        (
            ec2.replace("\"Tenancy\"", "\"tenancy\"")
                .replace("\"Region Code\"", "\"Region\""),
            "it lacks the columns `Region Code` and `Tenancy`: download",
        ),
        (
            ec2.replace("\"PricePerUnit\"", "\"Price\""),
            "it lacks the columns `PricePerUnit`",
        ),
        (
            ec2.replace("\"OfferCode\"", "\"Code\""),
            "its first lines lack `OfferCode`",
        ),
        (ec2.replace("2026-11-20T", "November 20 "), "is not a date"),
        (cut(&ec2, 40), "columns: the file is cut off or damaged"),
        (
            ec2.replace("\"USD\"", "\"CNY\""),
            "the price is in `CNY`, and estimates are in USD",
        ),
        (
            ec2.replace("0.0860000000", "0.086x"),
            "`0.086x` is not an amount of dollars",
        ),
        (
            ec2.replace("UnusedCapacityReservation", "Used"),
            "a second price, $0.099, after $0.086, for node-type \"m6g.large\"",
        ),
        (cut(&json, 20), "it ends in the middle, at line"),
        (
            json.replace("AmazonEC2", "AmazonS3"),
            "it has the prices of `AmazonS3`",
        ),
        (
            json.replace("\"offerCode\"", "\"code\""),
            "it must state `offerCode` before its products",
        ),
        (
            json.replace("\"terms\"", "\"conditions\""),
            "it has no `terms`",
        ),
        (json + "{", "trailing characters"),
        (
            "\u{1f}\u{8b}".to_owned(),
            "it is compressed: unpack it first",
        ),
    ] {
        let refused = imported(&text).expect_err(says);
        assert!(refused.contains(says), "{refused}\n    {says}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A price list that is cut anywhere but after a line or a quote is refused.
    #[test]
    fn a_cut_price_list_is_never_half_read(at in 0_usize..4000) {
        for text in [file(Offer::Rds), as_json(&file(Offer::Rds))] {
            let at = at.min(text.len() - 2);
            let cut = &text[..at];
            if text.starts_with('{') || !cut.ends_with(['\n', '"']) {
                prop_assert!(imported(cut).is_err(), "{cut}");
            }
        }
    }
}

#[test]
fn an_import_keeps_what_is_not_its_own() {
    let offers = Offer::ALL.map(|offer| imported(&file(offer)).unwrap());
    let own = "// Ours.\nspot discount=60 source=\"last month\"\n";
    let first = merged(own, &offers);
    assert!(first.starts_with(&format!("{}\n\n{MARK}\n", own.trim_end())));
    // Again, nothing changes; and one service alone keeps the others.
    assert_eq!(merged(&first, &offers), first);
    assert_eq!(merged(&first, &offers[1..2]), first);
    let changed = file(Offer::Ec2).replace("0.0860000000", "0.0870000000");
    let second = merged(&first, &[imported(&changed).unwrap()]);
    assert_eq!(second, first.replace("\"0.086\"", "\"0.087\""));
}

/// A folder with an environment in eu-west-1, and the sample price lists.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("environments")).unwrap();
    let text = "environment \"prod\"\ntier \"small\"\nregion \"eu-west-1\"\nnodes \"general\" { instance \"m6g.large\"; count min=3 max=9; }\ndatabase { instance \"db.r6g.xlarge\" }\n";
    fs::write(at.join("environments/prod.kdl"), text).unwrap();
    for offer in Offer::ALL {
        fs::write(at.join(format!("{}.csv", offer.code())), file(offer)).unwrap();
    }
    folder
}

fn import(at: &tempfile::TempDir, more: &[&str]) -> Output {
    tierc(at.path(), &[&["prices", "import"], more].concat())
}

#[test]
fn an_import_prices_the_environments_beside_it() {
    let folder = folder();
    let output = import(
        &folder,
        &[
            "AmazonEC2.csv",
            "AmazonRDS.csv",
            "AmazonElastiCache.csv",
            "AmazonEKS.csv",
        ],
    );
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let told = stdout(&output) + &stderr(&output);
    assert!(
        told.starts_with("wrote `catalogue/prices.kdl`\n  AmazonEC2, eu-west-1, 2026-11-20: "),
        "{told}"
    );
    let cost = tierc(folder.path(), &["cost"]);
    // The report wraps its lines.
    let told = stdout(&cost)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(told.contains("x $0.086 x 730 h"), "{told}");
    assert!(told.contains("AWS bulk price list of AmazonEKS"), "{told}");
    assert!(
        told.contains("$1.007 x 730 h") || told.contains("$0.504 x 730 h"),
        "{told}"
    );
}

#[test]
fn a_failed_import_changes_nothing() {
    let folder = folder();
    let at = folder.path();
    assert_eq!(code(&import(&folder, &["AmazonEC2.csv"])), 0);
    let before = fs::read_to_string(at.join("catalogue/prices.kdl")).unwrap();
    let rds = file(Offer::Rds);
    fs::write(at.join("cut.csv"), &rds[..rds.len() - 30]).unwrap();
    fs::write(at.join("other.csv"), rds.replace("eu-west-1", "us-west-2")).unwrap();
    for (files, says) in [
        (&["AmazonEKS.csv", "cut.csv"][..], "is cut off or damaged"),
        (
            &["other.csv"],
            "it has prices of `us-west-2`, and the environments are in `eu-west-1`",
        ),
        (
            &["AmazonEC2.csv", "AmazonEC2.csv"],
            "an earlier file also has the prices of AmazonEC2 in eu-west-1",
        ),
    ] {
        let output = import(&folder, files);
        assert_eq!(code(&output), 3, "{files:?}");
        let told = stderr(&output);
        assert!(
            told.contains(says) && told.ends_with("nothing was written\n"),
            "{told}"
        );
    }
    let missing = import(&folder, &["missing.csv"]);
    assert_eq!(code(&missing), 3);
    assert_eq!(
        fs::read_to_string(at.join("catalogue/prices.kdl")).unwrap(),
        before
    );
    // A row of the user's own that an import would state again.
    let own = "prices region=\"eu-west-1\" currency=\"USD\" date=\"2026-11-01\" hours=730 source=\"ours\"\ncontrol-plane hourly=\"0.09\"\n";
    fs::write(at.join("catalogue/prices.kdl"), own).unwrap();
    let output = import(&folder, &["AmazonEKS.csv"]);
    assert_eq!(code(&output), 3, "{}", stdout(&output));
    assert!(stderr(&output).contains("nothing was written: the file would have these errors"));
    assert_eq!(
        fs::read_to_string(at.join("catalogue/prices.kdl")).unwrap(),
        own
    );
}

#[test]
fn an_import_says_which_prices_the_lists_lack() {
    let folder = folder();
    let text = "environment \"prod\"\ntier \"small\"\nregion \"eu-west-1\"\nnodes \"general\" { instance \"m8i.2xlarge\" }\n";
    fs::write(folder.path().join("environments/prod.kdl"), text).unwrap();
    let output = import(&folder, &["AmazonEC2.csv", "--all"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let told = stderr(&output)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        told.contains("warning: the price list of AmazonEC2 in eu-west-1 lacks `m8i.2xlarge`"),
        "{told}"
    );
}
