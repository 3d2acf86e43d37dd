//! Worker pools' ScaledObjects.

use serde_json::{Value, json};

use super::{case, documents, emitted, of_tier, scaled_object, text, under};

fn pool(nodes: &str) -> Value {
    scaled_object(&emitted(&text("medium", nodes)), "worker")
}

#[test]
fn polling_and_cooldown_are_written_only_where_keda_reads_them() {
    for (tier, at_zero) in [("dev", true), ("medium", false)] {
        let spec = &scaled_object(&of_tier(tier), "worker")["spec"];
        for field in ["pollingInterval", "cooldownPeriod"] {
            assert_eq!(spec.get(field).is_some(), at_zero, "{tier} {field}");
        }
        let behavior = &spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"];
        assert_eq!(behavior["scaleDown"]["stabilizationWindowSeconds"], 300);
    }
}

#[test]
fn all_metadata_is_text() {
    for (_, artifacts) in super::all() {
        let files = artifacts
            .iter()
            .filter(|(path, _)| path.contains("scaledobject"));
        for (_, text) in files {
            for metadata in under(&documents(text)[0]["spec"], "metadata") {
                let entries = metadata.as_object().unwrap();
                assert!(entries.values().all(Value::is_string), "{metadata}");
            }
        }
    }
}

#[test]
fn several_lists_are_added_up_and_one_needs_no_formula() {
    let two = pool("");
    let modifiers = &two["spec"]["advanced"]["scalingModifiers"];
    assert_eq!(
        modifiers["formula"],
        "queue_decisions/50 + queue_pipelines/20"
    );
    assert_eq!(modifiers["target"], "1");
    assert_eq!(modifiers["metricType"], "AverageValue");
    let one = pool("worker \"worker\" { queue \"queue:decisions\" length=50 }");
    assert_eq!(one["spec"]["advanced"].get("scalingModifiers"), None);
    let largest = pool("worker \"worker\" { combine \"max\" }");
    assert_eq!(largest["spec"]["advanced"].get("scalingModifiers"), None);
}

#[test]
fn names_in_a_formula_are_no_words_of_its_language() {
    let lists = "queue \"count\" length=1; queue \"in\" length=1; queue \"9\" length=1; queue \"a:b\" length=1; queue \"a-b\" length=1";
    let pool = pool(&format!("worker \"worker\" {{ {lists} }}"));
    let names: Vec<&str> = pool["spec"]["triggers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|trigger| trigger["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["list_9", "a_b", "a_b_2", "list_count", "list_in"]);
    let formula = pool["spec"]["advanced"]["scalingModifiers"]["formula"].clone();
    assert_eq!(
        formula,
        "list_9/1 + a_b/1 + a_b_2/1 + list_count/1 + list_in/1"
    );
}

#[test]
fn a_fallback_beside_a_formula_is_part_of_it() {
    let fallback = "fallback replicas=4 failures=3";
    let two = pool(&format!("worker \"worker\" {{ {fallback} }}"));
    assert_eq!(
        two["spec"]["fallback"],
        json!({ "failureThreshold": 3, "replicas": 4, "behavior": "scalingModifiers" })
    );
    assert_eq!(
        two["spec"]["advanced"]["scalingModifiers"]["formula"],
        "(queue_decisions ?? (200.0/2))/50 + (queue_pipelines ?? (80.0/2))/20"
    );
    for alone in ["combine \"max\"", "queue \"a\" length=1"] {
        let pool = pool(&format!("worker \"worker\" {{ {fallback}; {alone} }}"));
        assert_eq!(pool["spec"]["fallback"]["behavior"], "static", "{alone}");
    }
}

#[test]
fn activation_counts_items_of_one_list_and_the_formulas_value_of_several() {
    let lists = "queue \"a\" length=10; queue \"b\" length=30";
    let at_zero = "replicas min=0; activation 12";
    let one = pool(&format!(
        "worker \"worker\" {{ queue \"a\" length=10; {at_zero} }}"
    ));
    assert_eq!(under(&one, "activationListLength"), [&json!("12")]);
    let several = pool(&format!("worker \"worker\" {{ {lists}; {at_zero} }}"));
    assert_eq!(
        several["spec"]["advanced"]["scalingModifiers"]["activationTarget"],
        "0.400000"
    );
    assert!(under(&several, "activationListLength").is_empty());
    let largest = pool(&format!(
        "worker \"worker\" {{ {lists}; {at_zero}; combine \"max\" }}"
    ));
    assert_eq!(
        under(&largest, "activationListLength"),
        [&json!("12"), &json!("12")]
    );
    let above = pool(&format!(
        "worker \"worker\" {{ {lists}; replicas min=1; activation 12 }}"
    ));
    assert!(under(&above, "activationListLength").is_empty());
    assert!(under(&above, "activationTarget").is_empty());
    // 7 items of 15 are not more than 7: the target is no less than 7/15.
    let thirds = "worker \"worker\" { queue \"a\" length=15; queue \"b\" length=15; replicas min=0; activation 7 }";
    let thirds = scaled_object(&emitted(&text("medium", thirds)), "worker");
    assert_eq!(under(&thirds, "activationTarget"), [&json!("0.466667")]);
}

#[test]
fn a_floor_below_the_activation_wakes_the_pool_all_the_same() {
    let event = |pods: u32| {
        format!(
            "worker \"worker\" {{ queue \"a\" length=10; queue \"b\" length=30; replicas min=0; activation 120 }}\n\
             event \"sale\" from=\"2030-11-29T06:00\" to=\"2030-11-30T00:00\" zone=\"Europe/Berlin\" {{ worker \"worker\" {pods} }}"
        )
    };
    let modifiers = |pods| {
        let object = pool(&event(pods));
        object["spec"]["advanced"]["scalingModifiers"].clone()
    };
    // 120 items are 4 pods of the longer queue: 5 pass that, 4 do not.
    let above = modifiers(5);
    assert_eq!(above["activationTarget"], "4.000000");
    assert_eq!(above["formula"], "max(list_a/10 + list_b/30, event_sale)");
    let below = modifiers(4);
    assert_eq!(below["activationTarget"], json!(null));
    assert_eq!(
        below["formula"],
        "max(((list_a/10 + list_b/30) > 4.000000 ? (list_a/10 + list_b/30) : 0), event_sale)"
    );
}

#[test]
fn a_held_pool_is_fixed_and_a_paused_one_is_annotated() {
    let held = pool("worker \"worker\" { hold 9; replicas min=0 }");
    let bounds = (
        &held["spec"]["minReplicaCount"],
        &held["spec"]["maxReplicaCount"],
    );
    assert_eq!(bounds, (&json!(9), &json!(9)));
    assert_eq!(held["metadata"].get("annotations"), None);
    let paused = pool("worker \"worker\" { pause at=0 }");
    assert_eq!(
        paused["metadata"]["annotations"],
        json!({ "autoscaling.keda.sh/paused-replicas": "0" })
    );
}

#[test]
fn a_cluster_is_read_at_its_configuration_endpoint_and_has_no_databases() {
    let scaled = scaled_object(&case("everything"), "batch");
    for trigger in scaled["spec"]["triggers"].as_array().unwrap() {
        if trigger["type"] == "memory" {
            assert_eq!(trigger["metricType"], "Utilization");
            continue;
        }
        assert_eq!(trigger["type"], "redis-cluster");
        let metadata = &trigger["metadata"];
        let address = "queue.abc.clustercfg.use1.cache.amazonaws.com:6379";
        assert_eq!(metadata["addresses"], address);
        assert_eq!(metadata.get("address"), None);
        assert_eq!(metadata.get("databaseIndex"), None);
        assert_eq!(metadata["enableTLS"], "true");
    }
}

#[test]
fn what_the_file_does_not_state_comes_from_the_secret() {
    let artifacts = of_tier("medium");
    let objects = documents(&artifacts["kubernetes/worker-worker-scaledobject.yaml"]);
    assert_eq!(objects[1]["kind"], "TriggerAuthentication");
    assert_eq!(objects[1]["metadata"]["name"], "kaireon-worker-redis");
    assert_eq!(
        objects[1]["spec"]["secretTargetRef"],
        json!([
            { "parameter": "address", "name": "kaireon-redis-queue", "key": "address" },
            { "parameter": "password", "name": "kaireon-redis-queue", "key": "password" },
        ])
    );
    for trigger in objects[0]["spec"]["triggers"].as_array().unwrap() {
        assert_eq!(
            trigger["authenticationRef"],
            json!({ "name": "kaireon-worker-redis" })
        );
    }
}

#[test]
fn plain_redis_at_a_stated_address_needs_no_secret() {
    let objects = documents(&case("plain_redis")["kubernetes/worker-worker-scaledobject.yaml"]);
    assert_eq!(objects.len(), 1);
    for trigger in objects[0]["spec"]["triggers"].as_array().unwrap() {
        assert_eq!(trigger.get("authenticationRef"), None);
        assert_eq!(trigger["metadata"]["enableTLS"], "false");
        assert_eq!(trigger["metadata"]["address"], "redis.example.com:6379");
    }
}

#[test]
fn the_longest_deployment_still_leaves_kedas_hpa_a_name() {
    let name = "d".repeat(47);
    let pool = pool(&format!("worker \"worker\" {{ name \"{name}\" }}"));
    let scaler = pool["metadata"]["name"].as_str().unwrap().to_owned();
    assert!(scaler.len() <= 54, "{scaler}");
    assert_eq!(pool["spec"]["scaleTargetRef"]["name"], name);
}
