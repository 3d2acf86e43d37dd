//! What is emitted, read back by other readers than the ones that wrote it.

use serde::de::DeserializeOwned;
use serde_json::Value;
use tierc::compile::Run;
use tierc::emit::{Artifacts, emit};

use crate::support::{documents, run};

fn compiled(tier: &str) -> (Run, Artifacts) {
    let run = run(&format!(
        "environment \"prod\"\ntier \"{tier}\"\nregion \"us-east-1\"\n"
    ));
    let environment = run.files[0].environment.as_ref().unwrap();
    let artifacts = emit(environment, &run.catalogue, "prod.kdl");
    (run, artifacts)
}

fn find<'a>(documents: &'a [Value], kind: &str) -> &'a Value {
    documents
        .iter()
        .find(|document| document["kind"] == kind)
        .unwrap()
}

/// A typed reader drops what it does not know: nothing may be lost on the way.
fn survives<T: DeserializeOwned + serde::Serialize>(document: &Value) {
    let typed: T = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(&serde_json::to_value(typed).unwrap(), document);
}

#[test]
fn every_kubernetes_object_survives_kubernetes_own_types() {
    use k8s_openapi::api::{
        apps::v1 as apps, autoscaling::v2, core::v1 as core, networking::v1 as networking,
        policy::v1 as policy,
    };
    for tier in ["dev", "small", "medium", "large", "xlarge"] {
        let (_, artifacts) = compiled(tier);
        survives::<v2::HorizontalPodAutoscaler>(find(
            &documents(&artifacts["kubernetes/api-hpa.yaml"]),
            "HorizontalPodAutoscaler",
        ));
        let pgbouncer = documents(&artifacts["kubernetes/pgbouncer.yaml"]);
        survives::<core::ConfigMap>(find(&pgbouncer, "ConfigMap"));
        survives::<apps::Deployment>(find(&pgbouncer, "Deployment"));
        survives::<core::Service>(find(&pgbouncer, "Service"));
        survives::<core::ServiceAccount>(find(&pgbouncer, "ServiceAccount"));
        survives::<policy::PodDisruptionBudget>(find(&pgbouncer, "PodDisruptionBudget"));
        survives::<networking::NetworkPolicy>(find(&pgbouncer, "NetworkPolicy"));
    }
}

#[test]
fn trigger_metadata_is_text_and_polling_is_written_only_where_keda_reads_it() {
    for (tier, at_zero) in [("dev", true), ("medium", false)] {
        let (_, artifacts) = compiled(tier);
        let scaled = documents(&artifacts["kubernetes/worker-worker-scaledobject.yaml"]);
        let spec = &find(&scaled, "ScaledObject")["spec"];
        assert_eq!(spec.get("pollingInterval").is_some(), at_zero, "{tier}");
        assert_eq!(spec.get("cooldownPeriod").is_some(), at_zero, "{tier}");
        for trigger in spec["triggers"].as_array().unwrap() {
            assert!(
                trigger["metadata"]
                    .as_object()
                    .unwrap()
                    .values()
                    .all(Value::is_string),
                "{trigger}"
            );
        }
        let behavior = &spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"];
        assert_eq!(behavior["scaleDown"]["stabilizationWindowSeconds"], 300);
        let formula = spec["advanced"]["scalingModifiers"]["formula"]
            .as_str()
            .unwrap();
        assert!(
            formula.contains("/50") && formula.contains("/20") && formula.contains('+'),
            "{formula}"
        );
    }
}

#[test]
fn no_replica_count_stands_beside_an_autoscaler() {
    let (_, artifacts) = compiled("large");
    let values = &artifacts["helm/values.yaml"];
    assert!(
        !values.contains("replicaCount") && !values.contains("replicas:"),
        "{values}"
    );
}

#[test]
fn the_values_fit_the_published_schema() {
    let schema: Value = serde_json::from_str(tierc::schema::HELM_VALUES).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for tier in ["dev", "small", "medium", "large", "xlarge"] {
        let (_, artifacts) = compiled(tier);
        let values = &documents(&artifacts["helm/values.yaml"])[0];
        let errors: Vec<String> = validator
            .iter_errors(values)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{tier}");
    }
}

#[test]
fn pgbouncer_is_told_what_the_environment_says() {
    let (_, artifacts) = compiled("medium");
    let pgbouncer = documents(&artifacts["kubernetes/pgbouncer.yaml"]);
    let ini = find(&pgbouncer, "ConfigMap")["data"]["pgbouncer.ini"]
        .as_str()
        .unwrap()
        .to_owned();
    for line in [
        "default_pool_size = 55",
        "max_db_connections = 80",
        "reserve_pool_size = 5",
        "max_client_conn = 500",
        "pool_mode = transaction",
    ] {
        assert!(ini.lines().any(|known| known == line), "{line}\n{ini}");
    }
    let deployment = find(&pgbouncer, "Deployment");
    let rolling = &deployment["spec"]["strategy"]["rollingUpdate"];
    assert_eq!(
        (&rolling["maxSurge"], &rolling["maxUnavailable"]),
        (&Value::from(0), &Value::from(1))
    );
    let grace = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        .as_u64()
        .unwrap();
    assert!(deployment["spec"]["minReadySeconds"].as_u64().unwrap() >= grace);
}

#[test]
fn the_declared_attributes_are_the_ones_that_are_written() {
    let (_, artifacts) = compiled("xlarge");
    let tfvars = &artifacts["terraform/prod.tfvars"];
    let declared = tierc::emit::terraform::variables_tf();
    let names = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .filter(|line| line.starts_with("  ") && !line.starts_with("      "));
        lines
            .filter_map(|line| {
                Some(
                    line.trim()
                        .split_once(" =")
                        .or_else(|| line.trim().split_once('='))?
                        .0
                        .trim()
                        .to_owned(),
                )
            })
            .collect()
    };
    for name in names(tfvars) {
        let known = declared.contains(&format!(" {name} "))
            || name.contains(['"', '-'])
            || ["queue", "cache", "general", "app", "environment", "tier"].contains(&name.as_str());
        assert!(known, "`{name}` is not declared");
    }
}
