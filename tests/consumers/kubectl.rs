//! kubectl reads the manifests, and its kustomize builds them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::support::written;

use super::tools::{ask, command, tool};
use super::trees::rendered;
use crate::support::documents;

/// Objects by their identity.
fn by_name(objects: Vec<Value>) -> BTreeMap<String, Value> {
    let count = objects.len();
    let key = |object: &Value| {
        let meta = &object["metadata"];
        [
            &object["apiVersion"],
            &object["kind"],
            &meta["namespace"],
            &meta["name"],
        ]
        .map(Value::to_string)
        .join(" ")
    };
    let named: BTreeMap<_, _> = objects
        .into_iter()
        .map(|object| (key(&object), object))
        .collect();
    assert_eq!(named.len(), count, "two objects of one name");
    named
}

#[test]
fn kustomize_builds_exactly_the_objects_of_the_files() {
    let Some(kubectl) = tool("kubectl") else {
        return;
    };
    let trees = rendered();
    for tree in trees.iter() {
        let mut run = command(&kubectl, trees.folder());
        let built = ask(run.arg("kustomize").arg(tree.folder.join("kubernetes"))).accepted();
        assert_eq!(
            by_name(documents(&built)),
            by_name(tree.objects()),
            "{}",
            tree.name()
        );
    }
}

/// Texts that some reader takes for something else.
const MISTAKABLE: &[&str] = &[
    "",
    " ",
    "  lead",
    "trail ",
    "\tTab",
    "on",
    "On",
    "OFF",
    "yes",
    "n",
    "Y",
    "true",
    "False",
    "~",
    "null",
    "Null",
    "0",
    "-1",
    "+1",
    "08",
    "010",
    "0o14",
    "0x1f",
    "0b11",
    "1_000",
    "1e3",
    "12e03",
    "1.e+3",
    ".5",
    "1.0",
    ".inf",
    "-.Inf",
    ".nan",
    "1e400",
    "9007199254740993",
    "1:30",
    "12:30:45",
    "2024-01-01",
    "2024-01-01T00:00:00Z",
    "=",
    "<<",
    "!x",
    "&a",
    "*a",
    "@x",
    "`x",
    "%x",
    "{x",
    "[x",
    "'x",
    "\"x",
    "a: b",
    "a #b",
    "- a",
    "? a",
    "|",
    ">",
    "---",
    "...",
    "a\nb",
    "a\n",
    "\na",
    "a\n\n",
    " a\nb",
    "a\r\nb",
    "q\"uote ${x} %{y}",
    "C:\\n",
    "{{ .Values.x }}",
    "grün ✓ 値 🦀",
    "\u{feff}a",
    "\u{85}",
    "\u{2028}",
    "x\u{7f}",
];

#[test]
fn kubectl_reads_every_text_as_it_was_written() {
    let Some(kubectl) = tool("kubectl") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut data = Map::new();
    for (index, text) in MISTAKABLE.iter().enumerate() {
        data.insert(format!("value-{index}"), json!(text));
        data.insert((*text).to_owned(), json!("as a key"));
    }
    let object = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "texts" }, "data": data,
    });
    let file = folder.path().join("texts.yaml");
    std::fs::write(&file, written(&object)).unwrap();
    let mut run = command(&kubectl, folder.path());
    run.args(["annotate", "--local", "-o", "json", "a=b", "-f"])
        .arg(&file);
    let back: Value = serde_json::from_str(&ask(&mut run).accepted()).unwrap();
    for (key, value) in object["data"].as_object().unwrap() {
        assert_eq!(back["data"].get(key), Some(value), "{key:?}");
    }
    assert_eq!(
        back["data"].as_object().unwrap().len(),
        object["data"].as_object().unwrap().len()
    );
}
