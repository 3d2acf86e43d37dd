//! The lock: what was written, by what, and the environment as it was.

use serde_json::{Value, json};
use tierc::emit::lock::{environment, hash};

use super::{TIERS, all, text};

const LOCK: &str = "tierc.lock.json";

#[test]
fn it_has_the_hash_of_every_other_file() {
    for (name, artifacts) in all() {
        let lock: Value = serde_json::from_str(&artifacts[LOCK]).unwrap();
        let mut expected: serde_json::Map<String, Value> = artifacts
            .iter()
            .map(|(path, text)| (path.clone(), json!(hash(text.as_bytes()))))
            .collect();
        expected.remove(LOCK);
        assert_eq!(lock["files"], Value::Object(expected), "{name}");
        assert_eq!(lock["catalogue"], "2026.11");
        assert_eq!(lock["tierc"], env!("CARGO_PKG_VERSION"));
    }
}

#[test]
fn a_hash_is_the_sha_256_of_the_bytes() {
    assert_eq!(
        hash(b"abc"),
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn the_environment_in_it_reads_back_without_a_difference() {
    for tier in TIERS {
        let run = crate::support::run(&text(tier, "database { replicas 1 }"));
        let before = run.files[0].environment.as_ref().unwrap();
        let lock = &super::emitted(&text(tier, "database { replicas 1 }"))[LOCK];
        assert_eq!(&environment(lock).unwrap(), before);
    }
}

#[test]
fn the_environment_in_it_is_what_the_schema_describes() {
    let schema: Value = serde_json::from_str(&tierc::schema::environment()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, artifacts) in all() {
        let lock: Value = serde_json::from_str(&artifacts[LOCK]).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&lock["environment"])
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn another_format_is_refused_by_its_number() {
    for (lock, expected) in [
        (
            r#"{"format": {"version": 2}}"#,
            "the lock has the format 2; this version of tierc reads 1",
        ),
        (
            "{}",
            "the lock does not state its format: render the tree again",
        ),
    ] {
        assert_eq!(environment(lock).unwrap_err(), expected);
    }
    assert!(
        environment("[")
            .unwrap_err()
            .starts_with("the lock is not JSON")
    );
    let empty = environment(r#"{"format": {"version": 1}}"#).unwrap_err();
    assert!(
        empty.starts_with("the lock's environment cannot be read"),
        "{empty}"
    );
}
