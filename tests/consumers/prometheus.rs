//! Prometheus reads the alert rules.

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
