//! Prometheus judges every alert: it fires just above its threshold, and neither just below nor
//! while the environment does what its file says.

mod cases;

use serde_json::{Value, json};

use self::cases::Case;
use super::tools::{ask, command, tool};

const TEXT: &str = r#"environment "prod"
tier "large"
region "us-east-1"
worker "decisions" { queue "queue:decisions" length=50; replicas min=2 max=12 }
worker "nightly" { queue "queue:pipelines" length=200; replicas min=0 max=4 }
off-hours from="20:00" to="08:00" days="mon-fri" zone="Europe/Berlin" { worker "nightly" 0 }
event "sale" from="2030-11-29T06:00" to="2030-11-30T00:00" zone="Europe/Berlin" { worker "decisions" 12 }
"#;

/// One test file of promtool: each case is a test of its own, which knows the rules of its
/// component alone.
#[test]
fn an_alert_fires_above_its_threshold_and_not_in_steady_state() {
    let Some(promtool) = tool("promtool") else {
        return;
    };
    let artifacts = crate::emit::emitted(TEXT);
    let rule = &crate::support::documents(&artifacts["kubernetes/alerts.yaml"])[0];
    let groups = rule["spec"]["groups"].as_array().unwrap();
    let rules: Vec<&Value> = groups
        .iter()
        .flat_map(|group| group["rules"].as_array().unwrap())
        .collect();
    let cases = cases::all();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for group in groups {
        let component = &group["rules"][0]["labels"]["component"];
        let own = cases.iter().filter(|case| *component == case.component);
        let tests: Vec<Value> = own.map(|case| test(case, &rules)).collect();
        if tests.is_empty() {
            continue;
        }
        let one = json!({ "groups": [group] });
        std::fs::write(path("rules.yaml"), one.to_string()).unwrap();
        let tested = json!({
            "rule_files": ["rules.yaml"],
            "evaluation_interval": "1m",
            "tests": tests,
        });
        std::fs::write(path("test.yaml"), tested.to_string()).unwrap();
        let mut run = command(&promtool, folder.path());
        run.current_dir(folder.path());
        ask(run.args(["test", "rules", "test.yaml"])).accepted();
    }
    for rule in rules {
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

fn test(case: &Case, rules: &[&Value]) -> Value {
    let rule = rules
        .iter()
        .find(|rule| rule["alert"] == case.alert && rule["labels"]["component"] == case.component)
        .unwrap_or_else(|| panic!("no {} of {}", case.alert, case.component));
    let series: Vec<Value> = case
        .series
        .iter()
        .map(|(series, values)| json!({ "series": series, "values": values }))
        .collect();
    // What an alert says depends on its value: only that it is there is judged, by the series
    // that Prometheus keeps of it.
    let expr = format!(
        "count(ALERTS{{alertname=\"{}\",component=\"{}\",alertstate=\"firing\"}}) or vector(0)",
        case.alert, case.component
    );
    assert_eq!(rule["labels"]["environment"], "prod");
    json!({
        "name": format!("{} of {} at minute {}, {:?}", case.alert, case.component, case.minutes, case.series),
        "interval": "1m",
        "input_series": series,
        "promql_expr_test": [{
            "expr": expr,
            "eval_time": format!("{}m", case.minutes),
            "exp_samples": [{ "labels": "{}", "value": u8::from(case.fires) }],
        }],
    })
}
