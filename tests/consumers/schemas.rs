//! Kubernetes' and KEDA's schemas, read by three validators that find different mistakes: see
//! each one's line in `.ci/install-consumers.sh`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::tools::{ask, command, tool};
use super::trees::{read, rendered};
use crate::support::project;

/// Kinds of which Kubernetes has no schema, since they come with an operator.
const OF_OPERATORS: [&str; 3] = ["PrometheusRule", "ScaledObject", "TriggerAuthentication"];

fn of_an_operator(object: &Value) -> bool {
    OF_OPERATORS.iter().any(|kind| object["kind"] == *kind)
}

/// The oldest and the newest of the versions that are installed.
fn versions() -> [String; 2] {
    let script = std::fs::read_to_string(project(".ci/install-consumers.sh")).unwrap();
    let line = script
        .lines()
        .find_map(|line| line.strip_prefix("KUBERNETES_SCHEMAS=\""))
        .unwrap();
    let versions: Vec<&str> = line.split('"').next().unwrap().split(' ').collect();
    [*versions.first().unwrap(), *versions.last().unwrap()].map(str::to_owned)
}

/// Every validator that there is takes every object in `files`.
pub(crate) fn accept(home: &Path, files: &[PathBuf]) {
    let objects: Vec<Value> = files.iter().flat_map(|file| read(file)).collect();
    let accepts: [(&str, Accepts); 3] = [
        ("kubernetes-validate", kubernetes_accepts),
        ("keda-validate", every_schema_accepts),
        ("keda-validate-strict", keda_accepts),
    ];
    for (name, accepts) in accepts {
        if let Some(validator) = tool(name) {
            accepts(&validator, home, files, &objects);
        }
    }
}

type Accepts = fn(&Path, &Path, &[PathBuf], &[Value]);

/// Every object is of a kind that Kubernetes knows, and holds nothing unknown; those of operators
/// excepted.
fn kubernetes_accepts(validator: &Path, home: &Path, files: &[PathBuf], objects: &[Value]) {
    let foreign = objects
        .iter()
        .filter(|object| of_an_operator(object))
        .count();
    for version in versions() {
        let mut run = command(validator, home);
        let told = ask(run.args(["--strict", "-k", &version]).args(files)).accepted();
        let count = |what: &str| told.lines().filter(|line| line.contains(what)).count();
        let passed = format!("against version {version}");
        assert_eq!(count(&passed), objects.len() - foreign, "{told}");
        assert_eq!(count("WARN "), foreign, "{told}");
    }
}

/// KEDA 2.20's field for a fallback in a formula. The schemas of `keda-validate` are older and lack
/// only this field; those of `keda-validate-strict` have it.
const NEWER_WORD: &str =
    "INVALID data/spec/fallback/behavior must be equal to one of the allowed values";

/// Types and quantities are right, in the objects of operators too.
fn every_schema_accepts(validator: &Path, home: &Path, files: &[PathBuf], objects: &[Value]) {
    for (line, object) in lines(validator, home, files, objects) {
        let newer = object["spec"]["fallback"]["behavior"] == "scalingModifiers";
        let expected = if newer { NEWER_WORD } else { "ok" };
        assert!(line.ends_with(&format!(": {expected}")), "{line}");
    }
}

/// KEDA's objects hold nothing that KEDA does not know. Other objects it does not read.
fn keda_accepts(validator: &Path, home: &Path, files: &[PathBuf], objects: &[Value]) {
    for (line, object) in lines(validator, home, files, objects) {
        let keda = object["apiVersion"] == "keda.sh/v1alpha1";
        let expected = if keda {
            "ok"
        } else {
            "INVALID no schema for this kind"
        };
        assert!(line.ends_with(&format!(": {expected}")), "{line}");
    }
}

/// What a validator that has a line for each object says of each.
fn lines<'a>(
    validator: &Path,
    home: &Path,
    files: &[PathBuf],
    objects: &'a [Value],
) -> Vec<(String, &'a Value)> {
    let answer = ask(command(validator, home).args(files));
    let lines: Vec<(String, &Value)> = answer
        .stdout
        .lines()
        .map(str::to_owned)
        .zip(objects)
        .collect();
    assert_eq!(
        answer.stdout.lines().count(),
        objects.len(),
        "{}",
        answer.told
    );
    for (line, object) in &lines {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let name = format!(
            "{}/{}",
            text(&object["kind"]),
            text(&object["metadata"]["name"])
        );
        assert!(line.contains(&format!(": {name}: ")), "{line}");
    }
    lines
}

#[test]
fn every_schema_takes_every_object() {
    let trees = rendered();
    accept(trees.folder(), &trees.manifests());
}

#[test]
fn the_validators_refuse_what_is_wrong() {
    let (Some(kubernetes), Some(keda), Some(strict)) = (
        tool("kubernetes-validate"),
        tool("keda-validate"),
        tool("keda-validate-strict"),
    ) else {
        return;
    };
    let trees = rendered();
    let tree = trees.get("large").folder.join("kubernetes");
    let spoil = |file: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(tree.join(file)).unwrap();
        assert!(text.contains(from), "{text}");
        let path = trees.folder().join("spoilt.yaml");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        path
    };
    for (validator, file, from, to) in [
        (&kubernetes, "api-hpa.yaml", "maxReplicas:", "maxReplicaz:"),
        (
            &kubernetes,
            "pgbouncer.yaml",
            "minReadySeconds: 300",
            "minReadySeconds: '300'",
        ),
        (&keda, "pgbouncer.yaml", "cpu: 250m", "cpu: 250q"),
        (
            &keda,
            "worker-worker-scaledobject.yaml",
            "listLength: \"50\"",
            "listLength: 50",
        ),
        (
            &strict,
            "worker-worker-scaledobject.yaml",
            "maxReplicaCount",
            "maxReplicaz",
        ),
        (
            &strict,
            "worker-worker-scaledobject.yaml",
            "AverageValue",
            "Average",
        ),
    ] {
        let mut run = command(validator, trees.folder());
        if validator == &kubernetes {
            run.arg("--strict");
        }
        let answer = ask(run.arg(spoil(file, from, to)));
        assert_eq!(answer.code, Some(1), "{to}: {}", answer.told);
    }
}
