//! Prometheus evaluates every alert: it fires just above its threshold, not just below it, and not in
//! steady state.

mod cases;
mod exporters;

use std::path::Path;

use serde_json::{Value, json};

use self::cases::Case;
use super::tools::{ask, command, tool};

const TEXT: &str = r#"environment "prod"
tier "large"
region "us-east-1"
worker "decisions" { queue "queue:decisions" length=50; replicas min=2 max=12 }
worker "nightly" { queue "queue:pipelines" length=200; replicas min=0 max=4; fallback replicas=3 failures=0 }
pgbouncer { image "registry.example.com/pgbouncer:1.26.1" }
off-hours from="20:00" to="08:00" days="mon-fri" zone="Europe/Berlin" { worker "nightly" 0 }
event "sale" from="2030-11-29T06:00" to="2030-11-30T00:00" zone="Europe/Berlin" { worker "decisions" 12 }
"#;

#[test]
fn an_alert_fires_above_its_threshold_and_not_in_steady_state() {
    let Some(promtool) = tool("promtool") else {
        return;
    };
    let cases = cases::all();
    let groups = groups(TEXT);
    judged(&promtool, &groups, &cases);
    for rule in rules(&groups) {
        let of = |fires| {
            let found = cases
                .iter()
                .filter(|case| case.alert == rule["alert"] && case.fires == fires);
            found.count()
        };
        assert!(
            of(true) > 0 && of(false) > 0,
            "{} is not tried",
            rule["alert"]
        );
    }
}

/// The same environment with the exporters as sources.
#[test]
fn alerts_from_exporters_fire_where_those_from_cloudwatch_would() {
    let Some(promtool) = tool("promtool") else {
        return;
    };
    let source = "alerts { source database=\"exporter\" redis=\"exporter\" }\n";
    let groups = groups(&format!("{TEXT}{source}"));
    judged(&promtool, &groups, &exporters::all());
}

/// The API and a pool whose autoscalers never scale down.
#[test]
fn an_autoscaler_that_only_grows_is_judged_by_what_it_measures() {
    let Some(promtool) = tool("promtool") else {
        return;
    };
    let only_grow = r#"environment "prod"
tier "large"
region "us-east-1"
api { scale-down { select "disabled" } }
worker "decisions" { queue "queue:decisions" length=50; replicas min=2 max=12; scale-down { select "disabled" } }
"#;
    judged(
        &promtool,
        &groups(only_grow),
        &cases::of_those_that_only_grow(),
    );
}

/// How Prometheus writes the value in a description.
#[test]
fn an_alert_tells_its_value_in_words_that_are_true() {
    let Some(promtool) = tool("promtool") else {
        return;
    };
    let groups = groups(TEXT);
    let all = rules(&groups);
    let folder = tempfile::tempdir().unwrap();
    let tests: Vec<Value> = cases::told()
        .into_iter()
        .map(|(case, told)| {
            let rule = rule_of(&case, &all);
            let mut annotations = rule["annotations"].clone();
            let said = annotations["description"].as_str().unwrap();
            let before = said.split("Last value: ").next().unwrap();
            annotations["description"] = json!(format!("{before}Last value: {told}."));
            let alerts = json!([{ "exp_labels": rule["labels"], "exp_annotations": annotations }]);
            json!({
                "interval": "1m",
                "input_series": series(&case),
                "alert_rule_test": [{
                    "eval_time": format!("{}m", case.minutes),
                    "alertname": case.alert,
                    "exp_alerts": alerts,
                }],
            })
        })
        .collect();
    // An alert's name does not tell components apart, so only the groups with a case are kept.
    let own = |group: &&Value| {
        let component = &group["rules"][0]["labels"]["component"];
        cases::told()
            .iter()
            .any(|(case, _)| *component == case.component)
    };
    let told: Vec<&Value> = groups.iter().filter(own).collect();
    accepted(&promtool, folder.path(), &json!(told), &tests);
}

fn groups(text: &str) -> Vec<Value> {
    let artifacts = crate::emit::emitted(text);
    let rule = &crate::support::documents(&artifacts["kubernetes/alerts.yaml"])[0];
    rule["spec"]["groups"].as_array().unwrap().clone()
}

fn rules(groups: &[Value]) -> Vec<&Value> {
    groups
        .iter()
        .flat_map(|group| group["rules"].as_array().unwrap())
        .collect()
}

/// One test file of promtool: each case is a test of its own, which knows the rules of its
/// component alone.
fn judged(promtool: &Path, groups: &[Value], cases: &[Case]) {
    let all = rules(groups);
    let folder = tempfile::tempdir().unwrap();
    for group in groups {
        let component = &group["rules"][0]["labels"]["component"];
        let own = cases.iter().filter(|case| *component == case.component);
        let tests: Vec<Value> = own.map(|case| test(case, &all)).collect();
        if !tests.is_empty() {
            accepted(promtool, folder.path(), &json!([group]), &tests);
        }
    }
}

fn accepted(promtool: &Path, folder: &Path, groups: &Value, tests: &[Value]) {
    let rules = json!({ "groups": groups });
    std::fs::write(folder.join("rules.yaml"), rules.to_string()).unwrap();
    let tested = json!({
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "tests": tests,
    });
    std::fs::write(folder.join("test.yaml"), tested.to_string()).unwrap();
    let mut run = command(promtool, folder);
    run.current_dir(folder);
    ask(run.args(["test", "rules", "test.yaml"])).accepted();
}

fn rule_of<'a>(case: &Case, rules: &[&'a Value]) -> &'a Value {
    rules
        .iter()
        .find(|rule| rule["alert"] == case.alert && rule["labels"]["component"] == case.component)
        .unwrap_or_else(|| panic!("no {} of {}", case.alert, case.component))
}

fn series(case: &Case) -> Vec<Value> {
    case.series
        .iter()
        .map(|(series, values)| json!({ "series": series, "values": values }))
        .collect()
}

fn test(case: &Case, rules: &[&Value]) -> Value {
    let rule = rule_of(case, rules);
    // Only its presence is checked, by Prometheus' own series about it.
    let expr = format!(
        "count(ALERTS{{alertname=\"{}\",component=\"{}\",alertstate=\"firing\"}}) or vector(0)",
        case.alert, case.component
    );
    assert_eq!(rule["labels"]["environment"], "prod");
    json!({
        "name": format!("{} of {} at minute {}, {:?}", case.alert, case.component, case.minutes, case.series),
        "interval": "1m",
        "input_series": series(case),
        "promql_expr_test": [{
            "expr": expr,
            "eval_time": format!("{}m", case.minutes),
            "exp_samples": [{ "labels": "{}", "value": u8::from(case.fires) }],
        }],
    })
}
