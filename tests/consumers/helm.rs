//! Helm 4 and Helm 3 read the values, with a chart that uses each of them.

mod coverage;
mod expected;
mod layouts;

use std::path::{Path, PathBuf};

use serde_json::Value;
use tierc::emit::emit;
use tierc::model::Autoscalers;

use super::schemas;
use super::tools::{Answer, ask, command, tool};
use super::trees::{Trees, rendered};
use crate::support::{documents, files, project};
use coverage::Step;

const HELMS: [&str; 2] = ["helm", "helm3"];

/// A copy of `tests/chart`, with the published schema of the values or with none.
fn chart(folder: &Path, schema: bool) -> PathBuf {
    let chart = folder.join("chart");
    let source = project("tests/chart");
    for ending in ["yaml", "tpl"] {
        for file in files("tests/chart", ending) {
            let copy = chart.join(file.strip_prefix(&source).unwrap());
            std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
            std::fs::copy(file, copy).unwrap();
        }
    }
    if schema {
        std::fs::write(chart.join("values.schema.json"), tierc::schema::HELM_VALUES).unwrap();
    }
    chart
}

fn helm(program: &Path, home: &Path, verb: &[&str], chart: &Path, values: &Path) -> Answer {
    ask(command(program, home)
        .args(verb)
        .arg(chart)
        .arg("-f")
        .arg(values))
}

fn template(program: &Path, home: &Path, chart: &Path, values: &Path) -> Answer {
    helm(program, home, &["template", "release"], chart, values)
}

/// No number became a float, whose large form is `1e+06`.
fn holds_no_float(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_f64(),
        Value::Array(items) => items.iter().all(holds_no_float),
        Value::Object(entries) => entries.values().all(holds_no_float),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// The autoscalers that the chart has to make: what tierc writes itself where they are its own.
fn autoscalers(trees: &Trees, name: &str) -> Vec<Value> {
    let tree = trees.get(name);
    if tree.environment.deliver.autoscalers.value == Autoscalers::Manifests {
        return Vec::new();
    }
    let mut environment = tree.environment.clone();
    environment.deliver.autoscalers.value = Autoscalers::Manifests;
    let artifacts = emit(&environment, None, trees.catalogue(), "prod.kdl");
    let manifests = artifacts
        .iter()
        .filter(|(path, _)| path.starts_with("kubernetes/"));
    manifests.flat_map(|(_, text)| documents(text)).collect()
}

#[test]
fn a_chart_gets_what_the_environment_says() {
    let trees = rendered();
    let chart = chart(trees.folder(), true);
    for name in HELMS {
        let Some(program) = tool(name) else { continue };
        let mut written = Vec::new();
        for tree in trees.iter() {
            let text = template(&program, trees.folder(), &chart, &tree.values()).accepted();
            let objects = documents(&text);
            assert!(!text.contains("e+"), "{text}");
            assert!(objects.iter().all(holds_no_float), "{text}");
            expected::check(tree.environment, &objects);
            expected::check_autoscalers(&autoscalers(&trees, tree.name()), &objects);
            let file = trees.folder().join(format!("{name}-{}.yaml", tree.name()));
            std::fs::write(&file, text).unwrap();
            written.push(file);
        }
        schemas::accept(trees.folder(), &written);
    }
}

#[test]
fn lint_warns_of_nothing() {
    let trees = rendered();
    let chart = chart(trees.folder(), true);
    for name in HELMS {
        let Some(program) = tool(name) else { continue };
        for tree in trees.iter() {
            let lint = ["lint", "--strict"];
            let told = helm(&program, trees.folder(), &lint, &chart, &tree.values()).accepted();
            assert!(
                told.contains("1 chart(s) linted, 0 chart(s) failed"),
                "{told}"
            );
        }
    }
}

/// Without this, the two tests above would not test the schema.
#[test]
fn values_that_the_schema_forbids_are_refused() {
    let trees = rendered();
    let chart = chart(trees.folder(), true);
    for name in HELMS {
        let Some(program) = tool(name) else { continue };
        for (from, to) in [
            ("minReplicas: 4", "minReplicas: four"),
            ("minReplicas: 4", "minReplicaz: 4"),
            ("cluster: false", "cluster: \"false\""),
            ("namespace: ", "namespacf: "),
        ] {
            let text = std::fs::read_to_string(trees.get("helm").values()).unwrap();
            assert!(text.contains(from), "{text}");
            let file = trees.folder().join("spoilt.yaml");
            std::fs::write(&file, text.replacen(from, to, 1)).unwrap();
            let answer = template(&program, trees.folder(), &chart, &file);
            assert_eq!(answer.code, Some(1), "{to}: {}", answer.told);
            assert!(
                answer.told.contains("specifications of the schema"),
                "{}",
                answer.told
            );
        }
    }
}

#[test]
fn the_chart_reads_every_value() {
    let trees = rendered();
    let chart = chart(trees.folder(), false);
    for name in HELMS {
        let Some(program) = tool(name) else { continue };
        every_leaf_lands(&program, &trees, &chart);
        every_switch_matters(&program, &trees, &chart);
    }
}

/// Every text and number of the values is replaced by one that occurs nowhere else.
fn every_leaf_lands(program: &Path, trees: &Trees, chart: &Path) {
    for tree in trees.iter() {
        let mut values = super::trees::read(&tree.values()).remove(0);
        let marks = coverage::mark(&mut values);
        assert!(marks.len() > 40, "{marks:?}");
        let file = trees.folder().join("marked.yaml");
        std::fs::write(&file, values.to_string()).unwrap();
        let text = template(program, trees.folder(), chart, &file).accepted();
        for (path, mark) in marks {
            assert!(
                text.contains(&mark),
                "{}: {path} is not read: {mark}\n{text}",
                tree.name()
            );
        }
    }
}

/// A boolean has no third value: flipping it must change the output.
fn every_switch_matters(program: &Path, trees: &Trees, chart: &Path) {
    for name in ["helm", "manifests"] {
        let values = super::trees::read(&trees.get(name).values()).remove(0);
        let file = trees.folder().join("turned.yaml");
        let render = |values: &Value| {
            std::fs::write(&file, values.to_string()).unwrap();
            template(program, trees.folder(), chart, &file).accepted()
        };
        let before = render(&values);
        let switches = coverage::switches(&values);
        assert!(switches.len() > 2, "{switches:?}");
        for (path, turned) in switches {
            assert_ne!(render(&turned), before, "{path} is not read");
        }
    }
}

#[test]
fn the_environments_of_these_tests_write_every_key_of_the_schema() {
    let trees = rendered();
    let values: Vec<Value> = trees
        .iter()
        .map(|tree| super::trees::read(&tree.values()).remove(0))
        .collect();
    let schema: Value = serde_json::from_str(tierc::schema::HELM_VALUES).unwrap();
    let keys = coverage::keys(&schema);
    assert!(keys.len() > 40, "{keys:?}");
    // An API has no `tolerate`, and no group of its own.
    let tolerations = || [Step::Key("tolerations".into()), Step::Any];
    let api = [Step::Key("api".into())].into_iter().chain(tolerations());
    let apis = [Step::Key("apis".into()), Step::Any];
    let apis = apis.into_iter().chain(tolerations());
    let never: [Vec<Step>; 2] = [api.collect(), apis.collect()];
    let may = |key: &&Vec<Step>| never.iter().all(|never| !key.starts_with(never));
    for key in keys.iter().filter(may) {
        assert!(
            values.iter().any(|values| coverage::has(values, key)),
            "{key:?} is never written"
        );
    }
}
