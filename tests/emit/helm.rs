//! The Helm values and their schema.

use serde_json::{Map, Value, json};

use super::{TIERS, all, case, emitted, of_tier, scaled_object, text, under, values};

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(tierc::schema::HELM_VALUES).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn errors(validator: &jsonschema::Validator, values: &Value) -> Vec<String> {
    validator
        .iter_errors(values)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn the_values_fit_the_published_schema() {
    let validator = validator();
    for (name, artifacts) in all() {
        let values = values(&artifacts);
        assert_eq!(errors(&validator, &values), Vec::<String>::new(), "{name}");
    }
}

/// `values` with an additional key in the object at `path`.
fn with_more(values: &Value, path: &str) -> Value {
    let mut values = values.clone();
    let object = values.pointer_mut(path).unwrap().as_object_mut().unwrap();
    object.insert("unheard-of".into(), json!("x"));
    values
}

/// The path of every object below `value`.
fn objects(value: &Value, path: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            into.push(path.to_owned());
            for (key, inner) in entries {
                let key = key.replace('~', "~0").replace('/', "~1");
                objects(inner, &format!("{path}/{key}"), into);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                objects(inner, &format!("{path}/{index}"), into);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_schema_refuses_a_key_it_does_not_know_wherever_it_stands() {
    let validator = validator();
    // Maps with names that the user chooses.
    let open = [
        "labels",
        "podLabels",
        "env",
        "secretEnv",
        "nodeSelector",
        "workers",
    ];
    for name in ["everything", "owned_by_helm", "queues_owned_by_helm"] {
        let values = values(&case(name));
        let mut paths = Vec::new();
        objects(&values, "", &mut paths);
        assert!(paths.len() > 50);
        for path in paths {
            let is_open = open.iter().any(|map| path.ends_with(&format!("/{map}")));
            let fits = errors(&validator, &with_more(&values, &path)).is_empty();
            let texts = ["labels", "podLabels", "env", "nodeSelector"];
            let takes_texts = texts.iter().any(|map| path.ends_with(&format!("/{map}")));
            assert_eq!(fits, is_open && takes_texts, "{path}");
        }
    }
}

#[test]
fn the_schema_refuses_bounds_beside_an_autoscaler_that_is_not_the_charts() {
    let validator = validator();
    let mut values = values(&of_tier("medium"));
    values["api"]["autoscaling"]["minReplicas"] = json!(3);
    assert!(!errors(&validator, &values).is_empty());
    values["api"]["autoscaling"] = json!({ "enabled": true });
    assert!(!errors(&validator, &values).is_empty());
}

#[test]
fn the_chart_of_the_tests_is_held_against_the_published_schema() {
    let chart = crate::support::project("tests/chart/values.schema.json");
    assert_eq!(
        std::fs::read_to_string(chart).unwrap(),
        tierc::schema::HELM_VALUES
    );
}

#[test]
fn no_replica_count_stands_beside_an_autoscaler() {
    for (name, artifacts) in all() {
        let values = values(&artifacts);
        let workers = values["workers"].as_object().unwrap();
        let apis = values["apis"]
            .as_object()
            .into_iter()
            .flat_map(|apis| apis.values());
        let alone = values.get("api").into_iter();
        for workload in workers.values().chain(apis).chain(alone) {
            // A fixed number has no autoscaler, in the values or in the manifests.
            if workload.get("replicaCount").is_some() {
                let deployment = workload["name"].as_str().unwrap();
                assert_eq!(
                    workload["autoscaling"],
                    json!({ "enabled": false }),
                    "{name}"
                );
                let target = format!("    name: {deployment}\n  min");
                assert!(
                    !artifacts.values().any(|text| text.contains(&target)),
                    "{name}"
                );
            }
        }
        let counts = under(&values, "replicas");
        // A fallback's count is KEDA's own.
        assert_eq!(counts.len(), under(&values, "fallback").len(), "{name}");
    }
}

#[test]
fn a_pool_is_scaled_by_what_it_states() {
    let tree = case("pools_of_every_kind");
    let values = values(&tree);
    let workers = &values["workers"];
    assert_eq!(workers["import"]["replicaCount"], json!(3));
    assert_eq!(workers["beat"]["replicaCount"], json!(1));
    assert_eq!(workers["beat"]["strategy"], json!({ "type": "Recreate" }));
    for pool in ["mail", "import", "beat"] {
        assert_eq!(workers[pool].get("queues"), None, "{pool}");
    }
    let scalers: Vec<&str> = tree
        .keys()
        .filter_map(|path| path.strip_prefix("kubernetes/worker-"))
        .collect();
    assert_eq!(scalers, ["decisions-scaledobject.yaml", "mail-hpa.yaml"]);
}

#[test]
fn manifests_and_chart_never_own_an_autoscaler_both() {
    for tier in TIERS {
        for (owner, in_values) in [("manifests", false), ("helm", true)] {
            let artifacts = emitted(&text(tier, &format!("deliver autoscalers=\"{owner}\"")));
            let values = values(&artifacts);
            let mut enabled = under(&values, "enabled");
            enabled.dedup();
            assert_eq!(enabled, [&json!(in_values)], "{tier} {owner}");
            if !in_values {
                assert_eq!(values["api"]["autoscaling"], json!({ "enabled": false }));
            }
            let owned = artifacts
                .keys()
                .filter(|path| path.contains("hpa") || path.contains("scaledobject"))
                .count();
            assert_eq!(owned > 0, !in_values, "{tier} {owner}");
        }
    }
}

/// The case with the manifests as owner of the autoscalers.
fn as_manifests(name: &str) -> tierc::emit::Artifacts {
    let path = crate::support::project(&format!("tests/cases/emit/{name}.kdl"));
    let text = std::fs::read_to_string(path).unwrap();
    emitted(&text.replace("autoscalers=\"helm\"", "autoscalers=\"manifests\""))
}

#[test]
fn a_chart_that_owns_the_hpa_is_told_all_that_the_manifest_would_say() {
    let values = values(&case("owned_by_helm"));
    let manifests = as_manifests("owned_by_helm");
    let hpa = super::object(&manifests, "api-hpa.yaml", "HorizontalPodAutoscaler");
    let told = &values["api"]["autoscaling"];
    assert_eq!(told["name"], hpa["metadata"]["name"]);
    assert_eq!(
        without(told, &["enabled", "name"]),
        without(&hpa["spec"], &["scaleTargetRef"])
    );
}

#[test]
fn a_chart_that_owns_a_scaled_object_is_told_all_that_the_manifest_would_say() {
    let values = values(&case("owned_by_helm"));
    let manifests = as_manifests("owned_by_helm");
    let own = [
        "enabled",
        "name",
        "annotations",
        "minReplicas",
        "maxReplicas",
        "authentication",
    ];
    let bounds = ["scaleTargetRef", "minReplicaCount", "maxReplicaCount"];
    for pool in ["batch", "decisions"] {
        let scaled = scaled_object(&manifests, pool);
        let told = &values["workers"][pool]["autoscaling"];
        assert_eq!(told["name"], scaled["metadata"]["name"]);
        assert_eq!(
            told.get("annotations"),
            scaled["metadata"].get("annotations")
        );
        assert_eq!(told["minReplicas"], scaled["spec"]["minReplicaCount"]);
        assert_eq!(told["maxReplicas"], scaled["spec"]["maxReplicaCount"]);
        assert_eq!(without(told, &own), without(&scaled["spec"], &bounds));
        let file = format!("worker-{pool}-scaledobject.yaml");
        let authentication = super::object(&manifests, &file, "TriggerAuthentication");
        let expected = json!({
            "name": authentication["metadata"]["name"],
            "secretTargetRef": authentication["spec"]["secretTargetRef"],
        });
        assert_eq!(told["authentication"], expected);
    }
}

fn without(value: &Value, keys: &[&str]) -> Map<String, Value> {
    let entries = value.as_object().unwrap().clone().into_iter();
    entries
        .filter(|(key, _)| !keys.contains(&key.as_str()))
        .collect()
}

#[test]
fn numbers_that_helm_would_make_floats_are_text_but_for_what_is_passed_on_whole() {
    let values = values(&case("owned_by_helm"));
    assert_eq!(values["workers"]["batch"]["queues"][1]["length"], "2000000");
    let nodes = "deliver autoscalers=\"helm\"\napi { scale-up window=\"0s\" { percent 2000000 every=\"15s\" } }";
    let values = super::values(&emitted(&text("medium", nodes)));
    let policy = &values["api"]["autoscaling"]["behavior"]["scaleUp"]["policies"][0];
    assert_eq!(policy["value"], 2_000_000);
}

/// Nodes that state what is reserved, and say why.
fn waived(nodes: &str) -> String {
    let waiver = "waive \"variable-reserved\" reason=\"a trial\" until=\"2030-01-31\"";
    text("medium", &format!("{nodes}\n{waiver}"))
}

#[test]
fn the_limit_of_connections_cannot_be_lifted_by_a_variable() {
    let nodes = "api { env DATABASE_POOL_MAX=\"500\" }";
    let values = values(&emitted(&waived(nodes)));
    assert_eq!(values["api"]["env"]["DATABASE_POOL_MAX"], "5");
}

#[test]
fn no_variable_is_set_twice() {
    let nodes = "api { env REDIS_URL=\"redis://localhost\" }";
    let values = values(&emitted(&waived(nodes)));
    assert_eq!(values["api"]["env"]["REDIS_URL"], "redis://localhost");
    assert_eq!(values["api"]["secretEnv"].get("REDIS_URL"), None);
    assert!(
        values["workers"]["worker"]["secretEnv"]
            .get("REDIS_URL")
            .is_some()
    );
    for (name, artifacts) in all() {
        let values = super::values(&artifacts);
        let workers = values["workers"].as_object().unwrap();
        let apis = values["apis"]
            .as_object()
            .into_iter()
            .flat_map(|apis| apis.values());
        let alone = values.get("api").into_iter();
        for workload in workers.values().chain(apis).chain(alone) {
            let plain = workload["env"].as_object().unwrap();
            let secret = workload["secretEnv"].as_object().unwrap();
            assert!(plain.keys().all(|key| !secret.contains_key(key)), "{name}");
        }
    }
}

#[test]
fn only_the_api_reads_from_replicas() {
    let values = values(&of_tier("xlarge"));
    let read = json!({ "name": "kaireon-database", "key": "read-url" });
    assert_eq!(values["api"]["secretEnv"]["DATABASE_READ_URL"], read);
    assert_eq!(
        values["workers"]["worker"]["secretEnv"].get("DATABASE_READ_URL"),
        None
    );
    assert_eq!(values["postgresExternalReplicas"], 2);
    let none = super::values(&of_tier("medium"));
    assert_eq!(none["api"]["secretEnv"].get("DATABASE_READ_URL"), None);
}

#[test]
fn the_api_leaves_the_queues_to_the_workers() {
    for tier in TIERS {
        let values = values(&of_tier(tier));
        assert_eq!(values["api"]["env"]["WORKER_INPROCESS"], "0");
        assert_eq!(
            values["workers"]["worker"]["env"].get("WORKER_INPROCESS"),
            None
        );
    }
}

#[test]
fn a_label_of_the_users_never_says_what_an_object_is() {
    let nodes = "labels app=\"mine\" team=\"core\" \"app.kubernetes.io/name\"=\"mine\" \"app.kubernetes.io/version\"=\"7\"";
    let artifacts = emitted(&text("small", nodes));
    let own = json!({ "app.kubernetes.io/version": "7", "team": "core" });
    assert_eq!(values(&artifacts)["labels"], own);
    let deployment = super::object(&artifacts, "pgbouncer.yaml", "Deployment");
    let labels = &deployment["spec"]["template"]["metadata"]["labels"];
    assert_eq!(labels["app.kubernetes.io/name"], "kaireon-pgbouncer");
    assert_eq!(labels["app"], "kaireon-pgbouncer");
    assert_eq!(labels["team"], "core");
}

#[test]
fn migrations_go_past_pgbouncer() {
    let values = values(&of_tier("small"));
    let key = |variable: &str| values["migration"]["secretEnv"][variable]["key"].clone();
    assert_eq!(
        (key("DATABASE_URL"), key("DIRECT_URL")),
        (json!("direct-url"), json!("direct-url"))
    );
}

#[test]
fn an_image_falls_into_its_parts() {
    let values = values(&case("everything"));
    assert_eq!(
        values["api"]["image"],
        json!({
            "repository": "registry.example.com:5000/kaireon/api",
            "tag": "1.4.2",
            "digest": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        })
    );
    assert_eq!(values["workers"]["batch"].get("image"), None);
}

#[test]
fn redis_cluster_speaks_of_the_group_that_redis_url_leads_to() {
    let cluster = |statements: &str| {
        let values = values(&emitted(&text("medium", statements)));
        let env = &values["api"]["env"];
        (
            values["redis"]["cluster"].clone(),
            env["REDIS_CLUSTER_MODE"].clone(),
        )
    };
    let sharded = "cluster shards=3 mode=\"enabled\"";
    let cache = format!("redis \"cache\" {{ {sharded} }}");
    assert_eq!(cluster(&cache), (json!(false), json!("false")));
    let queue = format!("redis \"queue\" {{ {sharded} }}");
    assert_eq!(cluster(&queue), (json!(true), json!("true")));
}
