//! PgBouncer's pods: rollout, permissions and network policy.

use serde_json::{Value, json};

use super::{all, case, emitted, object, of_tier, text, values};

fn deployment(nodes: &str) -> Value {
    let artifacts = emitted(&text("medium", nodes));
    object(&artifacts, "pgbouncer.yaml", "Deployment")
}

fn template(nodes: &str) -> String {
    deployment(nodes)["spec"]["template"].to_string()
}

#[test]
fn what_a_reload_applies_leaves_the_pods_as_they_are() {
    let before = template("");
    for nodes in [
        "pgbouncer { pool default=40 max-db=60 reserve=2 }",
        "pgbouncer { clients max=790 }",
        "pgbouncer { mode \"session\" }",
        "pgbouncer { instances 2 }",
        "database { endpoint \"kaireon-prod.abc123.us-east-1.rds.amazonaws.com\" }",
        "database { tls \"require\" }",
        "database { dbname \"shop\" }",
        "database { replicas 2 }",
        "api { replicas max=12 }",
        "network database-cidr=\"10.0.32.0/20\"",
    ] {
        assert_eq!(template(nodes), before, "{nodes}");
    }
    let image = "image \"registry.example.com/pgbouncer:1.26.1\"";
    let options = |word: &str| template(&format!("pgbouncer {{ {image}; options \"{word}\" }}"));
    assert_eq!(options("ignore"), options("refuse"));
}

#[test]
fn what_only_a_restart_applies_changes_the_pods() {
    let before = template("");
    for nodes in [
        "pgbouncer { image \"example.com/pgbouncer:1.25.1\" }",
        "pgbouncer { limits cpu=\"500m\" }",
        "pgbouncer { drain \"60s\" }",
        // More open files than any container runtime allows.
        "pgbouncer { clients max=900 }",
    ] {
        assert_ne!(template(nodes), before, "{nodes}");
    }
}

#[test]
fn a_rollout_never_has_more_than_one_pod_draining() {
    for (instances, drain) in [(1, "300s"), (2, "1s"), (3, "90s"), (6, "15m")] {
        let deployment = deployment(&format!(
            "pgbouncer {{ instances {instances}; drain \"{drain}\"; pool default=20 max-db=20 reserve=0 }}"
        ));
        let spec = &deployment["spec"];
        let pod = &spec["template"]["spec"];
        let number = |value: &Value| value.as_u64().unwrap();
        let grace = number(&pod["terminationGracePeriodSeconds"]);
        assert_eq!(number(&spec["replicas"]), instances);
        assert!(number(&spec["minReadySeconds"]) >= grace);
        assert!(
            number(&spec["progressDeadlineSeconds"]) > number(&spec["minReadySeconds"]) + grace
        );
        assert!(i32::try_from(number(&spec["progressDeadlineSeconds"])).is_ok());
        let sleep = number(&pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]);
        assert!(sleep >= 1 && sleep <= grace, "{sleep} of {grace}");
        let (surge, unavailable) = if instances == 1 { (1, 0) } else { (0, 1) };
        assert_eq!(
            spec["strategy"],
            json!({ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": surge, "maxUnavailable": unavailable } })
        );
    }
    assert_eq!(
        crate::support::codes(&text("medium", "pgbouncer { drain \"0s\" }")),
        ["wrong-value"]
    );
}

#[test]
fn the_disruption_budget_lets_one_go_and_never_blocks_on_the_unhealthy() {
    for (_, artifacts) in all() {
        let budget = object(&artifacts, "pgbouncer.yaml", "PodDisruptionBudget");
        assert_eq!(budget["spec"]["maxUnavailable"], 1);
        assert_eq!(budget["spec"]["unhealthyPodEvictionPolicy"], "AlwaysAllow");
        assert_eq!(budget["spec"].get("minAvailable"), None);
    }
}

#[test]
fn the_pods_may_do_nothing_they_need_not() {
    let deployment = deployment("");
    let pod = &deployment["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    assert_eq!(pod["automountServiceAccountToken"], false);
    assert_eq!(pod["serviceAccountName"], "kaireon-pgbouncer");
    for context in [&pod["securityContext"], &container["securityContext"]] {
        assert_eq!(context["runAsNonRoot"], true);
        assert!(context["runAsUser"].as_u64().unwrap() >= 10_000);
        assert!(context["runAsGroup"].as_u64().unwrap() >= 10_000);
        assert_eq!(context["seccompProfile"]["type"], "RuntimeDefault");
    }
    let context = &container["securityContext"];
    assert_eq!(context["readOnlyRootFilesystem"], true);
    assert_eq!(context["allowPrivilegeEscalation"], false);
    assert_eq!(context["privileged"], false);
    assert_eq!(context["capabilities"], json!({ "drop": ["ALL"] }));
    for side in ["requests", "limits"] {
        for resource in ["cpu", "memory", "ephemeral-storage"] {
            assert!(
                container["resources"][side][resource].is_string(),
                "{side} {resource}"
            );
        }
    }
    let account = object(&of_tier("medium"), "pgbouncer.yaml", "ServiceAccount");
    assert_eq!(account["automountServiceAccountToken"], false);
}

#[test]
fn the_probes_differ_and_look_at_the_port() {
    let deployment = deployment("");
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    let (ready, alive) = (&container["readinessProbe"], &container["livenessProbe"]);
    assert_ne!(ready, alive);
    for probe in [ready, alive] {
        assert_eq!(probe["tcpSocket"]["port"], container["ports"][0]["name"]);
    }
}

#[test]
fn mounted_files_follow_their_objects() {
    let deployment = deployment("");
    let pod = &deployment["spec"]["template"]["spec"];
    for mount in pod["containers"][0]["volumeMounts"].as_array().unwrap() {
        assert_eq!(mount.get("subPath"), None);
        assert_eq!(mount["readOnly"], true);
    }
    let names: Vec<&Value> = pod["volumes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|volume| &volume["name"])
        .collect();
    assert_eq!(names, ["config", "auth", "ca"]);
    assert_eq!(
        pod["volumes"][0]["configMap"]["name"],
        "kaireon-pgbouncer-config"
    );
}

#[test]
fn selectors_are_labels_of_the_pods() {
    let artifacts = of_tier("medium");
    let labels = &object(&artifacts, "pgbouncer.yaml", "Deployment")["spec"]["template"]["metadata"]
        ["labels"];
    let of = |kind| object(&artifacts, "pgbouncer.yaml", kind);
    let selectors = [
        of("Deployment")["spec"]["selector"]["matchLabels"].clone(),
        of("Service")["spec"]["selector"].clone(),
        of("PodDisruptionBudget")["spec"]["selector"]["matchLabels"].clone(),
        of("NetworkPolicy")["spec"]["podSelector"]["matchLabels"].clone(),
    ];
    for selector in selectors {
        for (key, value) in selector.as_object().unwrap() {
            assert_eq!(&labels[key], value, "{key}");
        }
    }
    assert_eq!(labels["app"], "kaireon-pgbouncer");
    assert_eq!(labels["app.kubernetes.io/instance"], "kaireon-pgbouncer");
}

#[test]
fn the_workloads_and_nobody_else_are_let_in() {
    let artifacts = case("everything");
    let policy = object(&artifacts, "pgbouncer.yaml", "NetworkPolicy");
    let ingress = &policy["spec"]["ingress"][0];
    let values = values(&artifacts);
    let workers = values["workers"].as_object().unwrap();
    let mut expected = vec![values["api"]["podLabels"]["app"].clone()];
    expected.extend(
        workers
            .values()
            .map(|worker| worker["podLabels"]["app"].clone()),
    );
    expected.extend([json!("outbox"), json!("kaireon-outbox")]);
    assert_eq!(
        ingress["from"][0]["podSelector"]["matchExpressions"][0]["key"],
        "app"
    );
    assert_eq!(
        ingress["from"][0]["podSelector"]["matchExpressions"][0]["values"],
        Value::Array(expected)
    );
    assert_eq!(
        ingress["from"][1]["namespaceSelector"]["matchLabels"],
        json!({ "kubernetes.io/metadata.name": "monitoring" })
    );
    assert_eq!(
        ingress["ports"],
        json!([{ "port": 6432, "protocol": "TCP" }])
    );
}

#[test]
fn only_dns_and_the_database_are_reached() {
    for (nodes, to) in [
        ("", None),
        (
            "network database-cidr=\"10.0.32.0/20\"",
            Some(json!([{ "ipBlock": { "cidr": "10.0.32.0/20" } }])),
        ),
    ] {
        let artifacts = emitted(&text("medium", nodes));
        let policy = object(&artifacts, "pgbouncer.yaml", "NetworkPolicy");
        let egress = policy["spec"]["egress"].as_array().unwrap();
        assert_eq!(egress.len(), 2);
        assert_eq!(
            egress[0]["ports"],
            json!([{ "port": 53, "protocol": "UDP" }, { "port": 53, "protocol": "TCP" }])
        );
        assert_eq!(
            egress[1]["ports"],
            json!([{ "port": 5432, "protocol": "TCP" }])
        );
        assert_eq!(egress[1].get("to").cloned(), to);
        assert_eq!(policy["spec"]["policyTypes"], json!(["Ingress", "Egress"]));
    }
}

#[test]
fn a_service_has_a_name_that_services_may_have() {
    let found = crate::support::codes(&text("medium", "pgbouncer { name \"1pg\" }"));
    assert_eq!(found, ["wrong-value"]);
}

#[test]
fn a_renamed_pooler_keeps_its_settings_to_itself() {
    let artifacts = emitted(&text("medium", "pgbouncer { name \"pool\" }"));
    let config = object(&artifacts, "pgbouncer.yaml", "ConfigMap");
    let deployment = object(&artifacts, "pgbouncer.yaml", "Deployment");
    assert_eq!(config["metadata"]["name"], "pool-config");
    let volumes = &deployment["spec"]["template"]["spec"]["volumes"];
    assert_eq!(volumes[0]["configMap"]["name"], "pool-config");
}
