//! The lock: what was written, by what, and the environment as it was.

use serde_json::{Value, json};
use tierc::emit::lock::{hash, read};

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
        assert_eq!(&read(lock.as_bytes()).unwrap().environment, before);
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
fn a_lock_without_a_master_user_had_the_applications_role() {
    let lock = &super::emitted(&text("medium", "database { user \"app\" }"))[LOCK];
    let mut old: Value = serde_json::from_str(lock).unwrap();
    let database = old["environment"]["database"].as_object_mut().unwrap();
    assert_eq!(database.remove("master"), Some(json!("postgres")));
    let read = read(old.to_string().as_bytes()).unwrap().environment;
    assert_eq!(read.database.master.value, "app");
}

#[test]
fn another_format_is_refused_by_its_number() {
    for (lock, expected) in [
        (
            r#"{"format": {"version": 2}}"#,
            "its format is 2, and 1 is read",
        ),
        ("{}", "it does not state its format"),
        ("[", "EOF while parsing a list at line 1 column 1"),
        (
            r#"{"format": {"version": 1}}"#,
            "missing field `environment` at line 1 column 26",
        ),
    ] {
        assert_eq!(read(lock.as_bytes()).unwrap_err(), expected);
    }
}
