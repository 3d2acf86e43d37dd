//! The API's HorizontalPodAutoscaler.

use serde_json::{Value, json};

use super::{case, emitted, object, of_tier, text};

fn hpa(nodes: &str) -> Value {
    object(
        &emitted(&text("medium", nodes)),
        "api-hpa.yaml",
        "HorizontalPodAutoscaler",
    )
}

#[test]
fn it_is_named_for_its_deployment_and_points_at_it() {
    let hpa = hpa("api { name \"front\" }");
    assert_eq!(hpa["metadata"]["name"], "front-hpa");
    assert_eq!(
        hpa["spec"]["scaleTargetRef"],
        json!({ "apiVersion": "apps/v1", "kind": "Deployment", "name": "front" })
    );
}

#[test]
fn a_held_count_is_minimum_and_maximum() {
    let spec = &hpa("api { hold 7 }")["spec"];
    assert_eq!(
        (&spec["minReplicas"], &spec["maxReplicas"]),
        (&json!(7), &json!(7))
    );
}

#[test]
fn it_never_asks_for_none() {
    let spec = &object(&of_tier("dev"), "api-hpa.yaml", "HorizontalPodAutoscaler")["spec"];
    assert_eq!(spec["minReplicas"], 1);
    for nodes in ["api { replicas min=0 }", "api { hold 0 }"] {
        let found = crate::support::codes(&text("medium", nodes));
        assert_eq!(found, ["wrong-value"], "{nodes}");
    }
}

#[test]
fn metrics_are_utilisations_and_then_pods_metrics_by_name() {
    let hpa = object(
        &case("everything"),
        "api-hpa.yaml",
        "HorizontalPodAutoscaler",
    );
    let names: Vec<Value> = hpa["spec"]["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|metric| match metric["type"].as_str().unwrap() {
            "Resource" => metric["resource"]["name"].clone(),
            _ => metric["pods"]["metric"]["name"].clone(),
        })
        .collect();
    assert_eq!(
        names,
        [
            "cpu",
            "memory",
            "http_requests_per_second",
            "queue_wait_seconds"
        ]
    );
    let averages: Vec<&Value> = super::under(&hpa, "averageValue");
    assert_eq!(averages, [&json!("100"), &json!("500m")]);
}

#[test]
fn behavior_says_every_rule_of_both_directions() {
    let hpa = object(
        &case("everything"),
        "api-hpa.yaml",
        "HorizontalPodAutoscaler",
    );
    assert_eq!(
        hpa["spec"]["behavior"]["scaleDown"],
        json!({
            "stabilizationWindowSeconds": 600,
            "selectPolicy": "Min",
            "policies": [{ "type": "Percent", "value": 10, "periodSeconds": 60 }],
        })
    );
    assert_eq!(
        hpa["spec"]["behavior"]["scaleUp"]["policies"],
        json!([
            { "type": "Pods", "value": 6, "periodSeconds": 15 },
            { "type": "Percent", "value": 100, "periodSeconds": 15 },
        ])
    );
}
