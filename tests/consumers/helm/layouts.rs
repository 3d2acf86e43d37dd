//! The layout of `helm create`, with the chart that the real Helm creates.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tierc::emit::values_template::ValuesTemplate;
use tierc::emit::values_template::layouts::LAYOUTS;
use tierc::model::Autoscalers;
use tierc::source::{Source, Sources};

use super::{HELMS, template};
use crate::consumers::tools::{ask, command, tool};
use crate::consumers::trees::{Tree, rendered};
use crate::support::documents;

/// The chart of `helm create` with the lines that the layout asks for, once for each workload.
fn umbrella(program: &Path, folder: &Path, aliases: &[String]) -> PathBuf {
    let chart = folder.join("platform");
    std::fs::create_dir_all(chart.join("charts")).unwrap();
    let mut create = command(program, folder);
    create.arg("create").arg(chart.join("charts/workload"));
    ask(&mut create).accepted();
    let deployment = chart.join("charts/workload/templates/deployment.yaml");
    let text = std::fs::read_to_string(&deployment).unwrap();
    let container = "          image: ";
    assert!(text.contains(container), "{text}");
    let env = "          env:\n            {{- toYaml .Values.env | nindent 12 }}\n";
    let text = text.replacen(container, &format!("{env}{container}"), 1);
    std::fs::write(&deployment, text).unwrap();
    let dependencies: Vec<Value> = aliases
        .iter()
        .map(|alias| json!({ "name": "workload", "version": "0.1.0", "alias": alias }))
        .collect();
    let about = json!({ "apiVersion": "v2", "name": "platform", "version": "0.1.0", "dependencies": dependencies });
    std::fs::write(chart.join("Chart.yaml"), about.to_string()).unwrap();
    chart
}

/// What the layout `name` writes for a tree's environment.
fn written(name: &str, tree: &Tree<'_>) -> String {
    let layout = LAYOUTS.iter().find(|layout| layout.name == name).unwrap();
    let mut sources = Sources::default();
    let source = sources.add(Source {
        name: "values.yaml.j2".into(),
        text: layout.text.into(),
        catalogue: false,
    });
    let template = ValuesTemplate::parse(layout.text, source).unwrap();
    template.render(tree.environment).unwrap().file("prod.kdl")
}

/// The chart creates no ScaledObject.
fn tierc_owns_autoscalers(tree: &Tree<'_>) -> bool {
    tree.environment.deliver.autoscalers.value == Autoscalers::Manifests
}

#[test]
fn the_chart_of_helm_create_gets_what_the_environment_says() {
    let trees = rendered();
    for name in HELMS {
        let Some(program) = tool(name) else { continue };
        for tree in trees.iter().filter(tierc_owns_autoscalers) {
            let folder = tempfile::tempdir().unwrap();
            let environment = tree.environment;
            let apis = environment.api.iter();
            let apis = apis.map(|(name, api)| (name.to_string(), &api.workload));
            let mut workloads: Vec<_> = apis.collect();
            let pools = environment.worker.iter();
            workloads.extend(pools.map(|(name, pool)| (name.to_string(), &pool.workload)));
            let aliases: Vec<String> = workloads.iter().map(|(key, _)| key.clone()).collect();
            let chart = umbrella(&program, folder.path(), &aliases);
            let values = folder.path().join("values.yaml");
            std::fs::write(&values, written("helm-create", &tree)).unwrap();
            let text = template(&program, folder.path(), &chart, &values).accepted();
            let objects = documents(&text);
            for (key, workload) in workloads {
                let is_it = |object: &&Value| {
                    object["kind"] == "Deployment"
                        && object["metadata"]["name"] == workload.name.value.as_str()
                };
                let found = objects.iter().find(is_it);
                let found = found.unwrap_or_else(|| panic!("{name} {key}: {text}"));
                let spec = &found["spec"];
                let fixed = workload.replicas.count.as_ref();
                let fixed = fixed.map_or(Value::Null, |count| json!(count.value));
                assert_eq!(spec["replicas"], fixed, "{name} {key}");
                let pod = &spec["template"];
                assert_eq!(
                    pod["metadata"]["labels"]["app"],
                    workload.name.value.as_str()
                );
                let container = &pod["spec"]["containers"][0];
                let cpu = &container["resources"]["requests"]["cpu"];
                assert_eq!(
                    *cpu,
                    workload.requests.cpu.value.to_string(),
                    "{name} {key}"
                );
                let memory = &container["resources"]["limits"]["memory"];
                assert_eq!(
                    *memory,
                    workload.limits.memory.value.to_string(),
                    "{name} {key}"
                );
                let env = container["env"].as_array().unwrap();
                let per_pod = json!({
                    "name": workload.connections.env.value,
                    "value": workload.connections.per_pod.value.to_string(),
                });
                assert!(env.contains(&per_pod), "{name} {key}: {env:?}");
                let url = env.iter().find(|it| it["name"] == "DATABASE_URL").unwrap();
                assert_eq!(url["valueFrom"]["secretKeyRef"]["key"], "url");
                let arch = workload.arch.value.to_string();
                assert_eq!(pod["spec"]["nodeSelector"]["kubernetes.io/arch"], arch);
                let probed = !container["livenessProbe"].is_null();
                let is_api = environment.api.keys().any(|it| it.as_str() == key);
                assert_eq!(probed, is_api, "{name} {key}");
            }
            assert!(
                objects
                    .iter()
                    .all(|it| it["kind"] != "HorizontalPodAutoscaler")
            );
        }
    }
}

/// Without null, the chart writes its own default, and an upgrade takes pods away.
#[test]
fn a_layout_without_null_would_set_replicas() {
    let trees = rendered();
    let tree = trees.get("large");
    for name in HELMS {
        let Some(program) = tool(name) else { continue };
        let folder = tempfile::tempdir().unwrap();
        let chart = umbrella(&program, folder.path(), &["api".to_owned()]);
        let values = folder.path().join("values.yaml");
        let text = written("helm-create", &tree).replace("  replicaCount: null\n", "");
        std::fs::write(&values, text).unwrap();
        let text = template(&program, folder.path(), &chart, &values).accepted();
        let objects = documents(&text);
        let deployment = objects
            .iter()
            .find(|it| it["kind"] == "Deployment")
            .unwrap();
        assert_eq!(deployment["spec"]["replicas"], 1, "{name}");
    }
}
