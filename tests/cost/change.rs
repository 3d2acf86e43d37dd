//! What a change costs, and the gate that stops one.

use tierc::cost::{CostDifference, CostGate, CostLayer, Verdict, difference};
use tierc::pair::Pair;

use super::{estimate, with};

fn between(before: &str, after: &str) -> CostDifference {
    difference(Pair::new(&estimate(before), &estimate(after)))
}

fn tier(tier: &str) -> String {
    format!("environment \"prod\"\ntier \"{tier}\"\nregion \"us-east-1\"\n")
}

fn paths(difference: &CostDifference) -> Vec<&str> {
    difference
        .items
        .iter()
        .map(|item| item.path.as_str())
        .collect()
}

#[test]
fn medium_to_large_costs_2694_to_3898_more() {
    let difference = between(&tier("medium"), &tier("large"));
    let total = difference.total();
    assert_eq!(total.floor().signed(), "+$2,694");
    assert_eq!(total.ceiling().signed(), "+$3,898");
    assert_eq!(
        paths(&difference),
        [
            "nodes.general",
            "database.instance",
            "database.replicas",
            "database.replicas.storage",
            "database.storage",
            "redis.cache",
            "redis.queue",
        ]
    );
    let layers: Vec<(String, String)> = difference
        .layers
        .iter()
        .map(|(layer, shift)| (layer.to_string(), shift.floor().signed()))
        .collect();
    // nodes 714.816 - 357.408, database 1,968.81 - 656.27, storage 172.50 - 46, Redis 1,798.72 - 900.82
    let expected = [
        ("control plane", "$0"),
        ("nodes", "+$357"),
        ("database", "+$1,313"),
        ("storage", "+$127"),
        ("redis", "+$898"),
    ];
    assert_eq!(
        layers,
        expected.map(|(layer, by)| (layer.to_owned(), by.to_owned()))
    );
}

#[test]
fn a_group_that_moves_to_another_type_of_the_same_price_is_a_change() {
    let before = with("nodes \"general\" { instance \"m5.large\"; }\n");
    let after = with("nodes \"general\" { instance \"m6i.large\"; }\n");
    let difference = between(&before, &after);
    assert_eq!(paths(&difference), ["nodes.general"]);
    assert_eq!(difference.total().floor().signed(), "$0");
}

#[test]
fn a_price_that_is_missing_is_no_saving() {
    let (before, after) = (with(""), with("database { instance \"db.x9z.large\"; }\n"));
    let difference = between(&before, &after);
    assert!(difference.items.is_empty());
    assert_eq!(difference.total().floor().signed(), "$0");
    let unknown: Vec<&str> = difference
        .unknown
        .iter()
        .map(|unknown| unknown.path.as_str())
        .collect();
    assert_eq!(unknown, ["database.instance"]);
    let layers: Vec<CostLayer> = difference.layers.iter().map(|(layer, _)| *layer).collect();
    assert!(!layers.contains(&CostLayer::Database), "{layers:?}");
}

#[test]
fn what_has_no_price_and_stays_as_it_is_is_no_change() {
    let text = with("database { instance \"db.x9z.large\"; }\n");
    let more = with("database { instance \"db.x9z.large\"; replicas 1; }\n");
    assert!(between(&text, &text).unknown.is_empty());
    let difference = between(&text, &more);
    assert_eq!(difference.unknown.len(), 1);
    assert_eq!(difference.unknown[0].path, "database.replicas");
}

#[test]
fn a_new_environment_costs_all_of_it_and_no_percentage() {
    let estimate = estimate(&tier("dev"));
    let difference = difference(Pair::new(&estimate.absent(), &estimate));
    let total = difference.total();
    assert_eq!(total.floor().signed(), "+$216");
    assert_eq!(total.floor_percent(), None);
    let gone = tierc::cost::difference(Pair::new(&estimate, &estimate.absent()));
    let percent = gone.total().ceiling_percent().unwrap();
    assert_eq!(percent.to_string(), "-100.0%");
}

fn judge(gate: &str, difference: &CostDifference) -> Verdict {
    CostGate::parse(gate).unwrap().judge(difference)
}

#[test]
fn a_gate_holds_floor_and_ceiling_to_its_limit() {
    // floor +2,694 of 2,033 (+132.5%), ceiling +3,898 of 3,147 (+123.9%)
    let difference = between(&tier("medium"), &tier("large"));
    assert_eq!(judge("+20%", &difference), Verdict::Exceeded);
    assert_eq!(judge("+132%", &difference), Verdict::Exceeded);
    assert_eq!(judge("+133%", &difference), Verdict::Within);
    assert_eq!(judge("+3897", &difference), Verdict::Exceeded);
    assert_eq!(judge("+3898", &difference), Verdict::Within);
    // Only the ceiling grows: 2 x 200 GiB more at most is 2 x 200 x 0.115 = 46.
    let higher = with("database { storage gib=100 max-gib=400; }\n");
    let difference = between(&with(""), &higher);
    assert_eq!(judge("+45.99", &difference), Verdict::Exceeded);
    assert_eq!(judge("+46", &difference), Verdict::Within);
}

#[test]
fn a_gate_lets_what_falls_pass() {
    let difference = between(&tier("large"), &tier("medium"));
    assert_eq!(judge("+0", &difference), Verdict::Within);
    assert_eq!(judge("+0%", &difference), Verdict::Within);
}

#[test]
fn from_nothing_everything_is_more_than_any_percentage() {
    let estimate = estimate(&tier("dev"));
    let new = difference(Pair::new(&estimate.absent(), &estimate));
    assert_eq!(judge("+999999%", &new), Verdict::Exceeded);
    assert_eq!(judge("+341", &new), Verdict::Within);
}

#[test]
fn a_gate_does_not_open_on_what_it_cannot_see() {
    let after = with("database { instance \"db.x9z.large\"; }\n");
    let difference = between(&with(""), &after);
    assert_eq!(judge("+500", &difference), Verdict::Undecided);
}

#[test]
fn a_gate_is_a_plus_and_a_plain_number() {
    assert_eq!(CostGate::parse("+12.5%"), "+12.5%".parse());
    for text in [
        "", "20%", "500", "-5%", "+", "+%", "+1e3", "+$500", "+5%%", "+ 5",
    ] {
        let message = CostGate::parse(text).unwrap_err();
        assert_eq!(
            message,
            format!(
                "`{text}` is not a limit on cost: write `+20%` for growth in percent, or `+500` for dollars a month"
            )
        );
    }
}
