//! kubectl reads and patches the emitted objects as the CronJob's script asks, by itself and without a
//! cluster: what the script's JSON paths find, and what its patches make.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use super::tools::{ask, command, tool};
use crate::emit::emitted;
use crate::support::documents;

const TEXT: &str = r#"environment "prod"
tier "medium"
region "us-east-1"
worker "decisions" { queue "queue:decisions" length=50; replicas min=2 max=12 }
off-hours from="20:00" to="08:00" zone="Etc/UTC" { api 0; worker "decisions" 1 }
event "sale" from="2027-03-10T09:00" to="2027-03-10T18:00" zone="Etc/UTC" { api 9 }
"#;

/// A cluster of files, each of which kubectl reads and patches.
const STANDS_IN: &str = r#"#!/bin/sh
set -eu
verb=$1 file=$OBJECTS/$2-$3.json
shift 3
for last; do :; done
case $verb in
get) "$KUBECTL" patch --local -f "$file" --type=merge -p '{}' -o "$last" ;;
patch)
    "$KUBECTL" patch --local -f "$file" --type=merge -p "$last" -o json >"$file.new"
    mv "$file.new" "$file"
    ;;
esac
"#;

/// The objects that the script looks at, by the names of their files.
fn objects() -> BTreeMap<String, Value> {
    let files = emitted(TEXT);
    let manifests = files.iter().filter(|(path, _)| {
        path.starts_with("kubernetes/") && !path.ends_with("kustomization.yaml")
    });
    let mut objects: BTreeMap<String, Value> = manifests
        .flat_map(|(_, text)| documents(text))
        .filter_map(|object| {
            let kind = match object["kind"].as_str().unwrap() {
                "HorizontalPodAutoscaler" => "hpa",
                "ScaledObject" => "scaledobject",
                "ConfigMap" => "configmap",
                _ => return None,
            };
            let name = object["metadata"]["name"].as_str().unwrap();
            Some((format!("{kind}-{name}.json"), object.clone()))
        })
        .collect();
    let api = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "kaireon-api" },
        "spec": { "replicas": 4 },
    });
    objects.insert("deployment-kaireon-api.json".into(), api);
    objects
}

/// An object's annotations without the server's own.
fn annotations(object: &Value) -> Value {
    object["metadata"]
        .get("annotations")
        .cloned()
        .unwrap_or(json!({}))
}

#[test]
fn kubectl_reads_and_patches_what_the_schedule_means() {
    let Some(kubectl) = tool("kubectl") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, text) in [
        ("kubectl", STANDS_IN),
        ("date", include_str!("../emit/schedules/date.sh")),
    ] {
        std::fs::write(path(name), text).unwrap();
        std::fs::set_permissions(path(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let before = objects();
    for (name, object) in &before {
        std::fs::write(path(name), object.to_string()).unwrap();
    }
    let script = before["configmap-kaireon-schedule.json"]["data"]["schedule.sh"].as_str();
    std::fs::write(path("schedule.sh"), script.unwrap()).unwrap();
    let read = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(path(name)).unwrap()).unwrap()
    };
    let run = |shell: &str, at: &str| {
        let now: jiff::Timestamp = at.parse().unwrap();
        let mut run = command(Path::new(shell), folder.path());
        let programs = format!("{}:/usr/bin:/bin", folder.path().display());
        run.arg(path("schedule.sh"))
            .env("PATH", programs)
            .env("OBJECTS", folder.path())
            .env("KUBECTL", &kubectl)
            .env("NOW", now.as_second().to_string());
        assert_eq!(ask(&mut run).accepted(), "", "{at}");
    };
    let [api, hpa, pool, marks] = [
        "deployment-kaireon-api.json",
        "hpa-kaireon-api-hpa.json",
        "scaledobject-kaireon-worker-decisions-scaler.json",
        "configmap-kaireon-schedule.json",
    ];
    let (mark, pause) = ("tierc.dev/off-hours", "autoscaling.keda.sh/paused-replicas");
    for shell in ["/bin/sh", "/bin/bash"] {
        run(shell, "2027-03-09T12:00:00Z");
        assert_eq!(annotations(&read(marks))[mark], "awake");
        run(shell, "2027-03-09T22:00:00Z");
        assert_eq!(read(api)["spec"]["replicas"], 0);
        assert_eq!(annotations(&read(pool)), json!({ mark: "1", pause: "1" }));
        run(shell, "2027-03-10T10:00:00Z");
        assert_eq!(read(api)["spec"]["replicas"], 9);
        assert_eq!(read(hpa)["spec"]["minReplicas"], 9);
        assert_eq!(annotations(&read(pool)), json!({}));
        run(shell, "2027-03-10T19:00:00Z");
        assert_eq!(read(hpa)["spec"], before[hpa]["spec"]);
        assert_eq!(read(pool)["spec"], before[pool]["spec"]);
        assert_eq!(read(marks)["data"], before[marks]["data"]);
        assert_eq!(annotations(&read(hpa)), json!({ "tierc.dev/minimum": "3" }));
    }
}
