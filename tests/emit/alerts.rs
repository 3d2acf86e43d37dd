//! Properties of every alert, tested without Prometheus.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{TIERS, emitted, text};
use crate::support::documents;

/// Everything that has its own alerts: pools that are off, held or paused, replicas, groups with and
/// without shards, and exporters.
const CASES: [&str; 4] = [
    r#"
worker "decisions" { queue "queue:decisions" length=20; replicas min=0 max=4; fallback replicas=3 failures=0 }
worker "held" { queue "queue:a" length=20; queue "queue:b" length=5; replicas min=1 max=2; hold 2; fallback replicas=2 failures=0 }
worker "paused" { queue "queue:c" length=20; replicas min=1 max=2; pause at=2 }
off-hours from="20:00" to="08:00" days="mon-fri" zone="Europe/Berlin" { worker "decisions" 0 }
event "sale" from="2030-03-26T06:00" to="2030-03-27T00:00" zone="Europe/Berlin" { worker "decisions" 4 }
database { replicas 2 }
redis "cache" { cluster shards=3; replicas 1 }
"#,
    r#"
database { replicas 1 }
alerts { source database="exporter" redis="exporter"; route "pagerduty"; sustained "1s"; labels release="x" }
"#,
    "deliver autoscalers=\"helm\"",
    "pgbouncer { image \"registry.example.com/pgbouncer:1.26.1\" }",
];

/// The rules of each environment, with its runbook.
fn rules() -> Vec<(String, Vec<Value>)> {
    let tiers = TIERS.into_iter().map(|tier| text(tier, ""));
    let cases = CASES.into_iter().map(|case| text("large", case));
    tiers
        .chain(cases)
        .map(|text| {
            let files = emitted(&text);
            let rule = documents(&files["kubernetes/alerts.yaml"]).remove(0);
            let groups = rule["spec"]["groups"].as_array().unwrap().clone();
            (files["RUNBOOK.md"].clone(), groups)
        })
        .collect()
}

/// The anchors that a forge gives a page's headings.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let text = line.trim_start_matches('#').trim().to_lowercase();
            let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
            text.chars()
                .filter(kept)
                .collect::<String>()
                .replace(' ', "-")
        })
        .collect()
}

#[test]
fn every_alert_leads_to_a_section_of_the_same_runbook() {
    let mut seen = 0;
    for (page, groups) in rules() {
        let anchors = anchors(&page);
        for rule in groups.iter().flat_map(|it| it["rules"].as_array().unwrap()) {
            let place = rule["annotations"]["runbook"].as_str().unwrap();
            let anchor = place.strip_prefix("RUNBOOK.md#").unwrap();
            assert!(anchors.contains(anchor), "{place} is nowhere");
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn an_alert_stands_once_and_says_what_is_so_and_what_to_do() {
    for (_, groups) in rules() {
        let mut known = BTreeSet::new();
        for group in &groups {
            let name = group["name"].as_str().unwrap();
            assert!(
                known.insert((name.to_owned(), String::new())),
                "{name} twice"
            );
            for rule in group["rules"].as_array().unwrap() {
                let alert = rule["alert"].as_str().unwrap();
                assert!(
                    known.insert((name.to_owned(), alert.to_owned())),
                    "{name} {alert} twice"
                );
                for annotation in ["summary", "description", "action"] {
                    let text = rule["annotations"][annotation].as_str().unwrap();
                    assert!(text.len() > 10 && !text.contains("{{}}"), "{alert}: {text}");
                }
                let expr = rule["expr"].as_str().unwrap();
                assert!(!expr.contains("NaN") && !expr.contains("inf"), "{expr}");
            }
        }
    }
}

/// As the operator's schema has it: years to milliseconds, each once and in this order.
#[test]
fn every_duration_is_one_that_prometheus_takes() {
    for (_, groups) in rules() {
        for rule in groups.iter().flat_map(|it| it["rules"].as_array().unwrap()) {
            let lasting = rule["for"].as_str().unwrap();
            let mut rest = lasting;
            for unit in ["y", "w", "d", "h", "m", "s", "ms"] {
                let unitless = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                let behind = unitless.strip_prefix(unit);
                let whole = behind.filter(|it| !it.starts_with(|c: char| c.is_alphabetic()));
                rest = whole
                    .filter(|_| unitless.len() < rest.len())
                    .unwrap_or(rest);
            }
            assert!(!lasting.is_empty() && rest.is_empty(), "{lasting}");
        }
    }
}

/// Its autoscaler has a fixed count, or the file pauses it: neither needs an alert.
#[test]
fn what_the_file_asks_for_has_no_alert() {
    let (_, groups) = rules().swap_remove(TIERS.len());
    let alerts = |pool: &str| -> BTreeSet<String> {
        let group = groups
            .iter()
            .find(|it| it["name"].as_str().unwrap().ends_with(pool));
        let rules = group.unwrap()["rules"].as_array().unwrap().iter();
        rules
            .map(|it| it["alert"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(alerts(".worker.decisions").contains("WorkerAtMaximum"));
    assert!(!alerts(".worker.held").contains("WorkerAtMaximum"));
    assert!(alerts(".worker.held").contains("WorkerPaused"));
    assert!(alerts(".worker.decisions").contains("KedaFallback"));
    assert!(!alerts(".worker.paused").contains("KedaFallback"));
    assert!(!alerts(".worker.paused").contains("WorkerPaused"));
}

/// PgBouncer in the tiers' image refuses its exporter, so an alert on missing metrics would always fire.
#[test]
fn nothing_asks_for_metrics_of_pgbouncer_that_cannot_be_there() {
    let safe = "pgbouncer { image \"registry.example.com/pgbouncer:1.26.1\" }\n";
    let stated = |source: &str| format!("alerts {{ source pgbouncer=\"{source}\" }}\n");
    for (nodes, watched, told) in [
        (
            String::new(),
            false,
            "Only PgBouncer 1.26.1 and later accept",
        ),
        (
            stated("none"),
            false,
            "Only PgBouncer 1.26.1 and later accept",
        ),
        (
            safe.to_owned(),
            true,
            "PgBouncer's NetworkPolicy admits an exporter",
        ),
        (
            format!("{safe}{}", stated("exporter")),
            true,
            "admits an exporter",
        ),
        (
            format!("{safe}{}", stated("none")),
            false,
            "because `prod.kdl` states",
        ),
        // Its own finding says that it cannot connect.
        (stated("exporter"), true, "admits an exporter"),
    ] {
        let files = emitted(&text("medium", &nodes));
        let page = &files["RUNBOOK.md"];
        assert!(page.contains(told), "{nodes}: {told}");
        for text in [page, &files["kubernetes/alerts.yaml"]] {
            let asks = text.contains("pgbouncer_pools_");
            assert_eq!(asks, watched, "{nodes}");
        }
    }
}

/// KEDA counts no error during a fallback; the metric's value shows it.
#[test]
fn a_fallback_has_an_alert_of_its_own() {
    let (_, groups) = rules().swap_remove(TIERS.len());
    let rules = groups.iter().flat_map(|it| it["rules"].as_array().unwrap());
    let fallbacks = rules.filter(|it| it["alert"] == "KedaFallback");
    let ends: BTreeSet<&str> = fallbacks
        .map(|it| {
            it["expr"]
                .as_str()
                .unwrap()
                .split(" unless ")
                .next()
                .unwrap()
        })
        .map(|fallen| fallen.rsplit(") ").next().unwrap())
        .collect();
    assert_eq!(ends, BTreeSet::from(["< 0", "== 60"]));
}
