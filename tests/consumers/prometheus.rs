//! Prometheus reads the alert rules, and every query.

use serde_json::json;
use tierc::metric::tracked;

use super::tools::{ask, command, tool};
use super::trees::rendered;

/// promtool wants the rules without the object around them.
#[test]
fn prometheus_accepts_every_rule() {
    let Some(promtool) = tool("promtool") else {
        return;
    };
    let trees = rendered();
    for tree in trees.iter() {
        for object in tree.objects() {
            if object["kind"] != "PrometheusRule" {
                continue;
            }
            let groups = object["spec"]["groups"].as_array().unwrap();
            let rules: usize = groups
                .iter()
                .map(|it| it["rules"].as_array().unwrap().len())
                .sum();
            let file = trees.folder().join("rules.yaml");
            std::fs::write(&file, object["spec"].to_string()).unwrap();
            let mut run = command(&promtool, trees.folder());
            let told = ask(run.args(["check", "rules"]).arg(&file)).accepted();
            assert!(
                told.contains(&format!("SUCCESS: {rules} rules found")),
                "{told}"
            );
        }
    }
}

/// Each tracked metric as a recording rule, and as an alert at its threshold.
#[test]
fn prometheus_accepts_every_query() {
    let Some(promtool) = tool("promtool") else {
        return;
    };
    let text =
        "environment \"prod\"\ntier \"large\"\nregion \"us-east-1\"\ndatabase { replicas 2 }\n";
    let exporters = "alerts { source database=\"exporter\" redis=\"exporter\" }\n";
    let tracked: Vec<_> = [text.to_owned(), format!("{text}{exporters}")]
        .iter()
        .flat_map(|text| {
            tracked(
                crate::support::run(text).files[0]
                    .environment
                    .as_ref()
                    .unwrap(),
            )
        })
        .collect();
    let rules: Vec<_> = tracked
        .iter()
        .enumerate()
        .flat_map(|(index, it)| {
            let name = format!("{} {} {index}", it.component, it.metric);
            let record = name.replace(['.', '-', ' '], "_");
            let alert = format!("{} > {}", it.query, it.threshold);
            [
                json!({ "record": record, "expr": it.query }),
                json!({ "alert": name, "expr": alert }),
            ]
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.yaml");
    let groups = json!({ "groups": [{ "name": "tracked", "rules": rules }] });
    std::fs::write(&file, groups.to_string()).unwrap();
    let mut check = command(&promtool, folder.path());
    let told = ask(check.args(["check", "rules"]).arg(&file)).accepted();
    let count = rules.len();
    assert!(
        told.contains(&format!("SUCCESS: {count} rules found")),
        "{told}"
    );
}
