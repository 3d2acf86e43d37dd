//! Secrets: one table lists every key, and no other key is read.

use std::collections::BTreeSet;

use serde_json::Value;
use tierc::emit::{Artifacts, secret};

use super::{all, documents, emitted, text};

type Keys = BTreeSet<(String, String)>;

/// Every key of a Secret that is referred to anywhere.
fn referred(artifacts: &Artifacts) -> Keys {
    let mut keys = Keys::new();
    for (_, text) in artifacts.iter().filter(|(path, _)| super::is(path, "yaml")) {
        for document in documents(text) {
            collect(&document, &mut keys);
        }
    }
    keys
}

/// A reference is an object with a `name` and a `key`. A mounted Secret counts with its file.
fn collect(value: &Value, keys: &mut Keys) {
    match value {
        Value::Object(entries) => {
            if let (Some(Value::String(name)), Some(Value::String(key))) =
                (entries.get("name"), entries.get("key"))
            {
                keys.insert((name.clone(), key.clone()));
            }
            if let Some(Value::String(name)) = entries.get("secretName") {
                keys.insert((name.clone(), secret::USERLIST.to_owned()));
            }
            entries.values().for_each(|inner| collect(inner, keys));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, keys)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn listed(text: &str) -> Keys {
    let run = crate::support::run(text);
    let environment = run.files[0].environment.as_ref().unwrap();
    let entries = secret::entries(environment);
    let keys: Keys = entries
        .iter()
        .map(|entry| (entry.secret.clone(), entry.key.to_string()))
        .collect();
    assert_eq!(keys.len(), entries.len(), "a key stands twice");
    keys
}

#[test]
fn the_table_lists_exactly_what_is_read() {
    let nodes = [
        "",
        "deliver autoscalers=\"helm\"",
        "database { replicas 1 }",
        "database { env host=\"DB_HOST\" password-env=\"DB_PASSWORD\" }",
        "database { replicas 2 via=\"direct\" }",
        "redis \"queue\" { endpoint \"q.example.com:6379\" }",
        "redis \"queue\" { tls \"off\" }",
        "redis \"queue\" { tls \"off\"; endpoint \"q.example.com:6379\" }",
        "redis \"queue\" { replicas 1; cluster shards=2 }",
        "pgbouncer { database \"results\"; database \"events\" }\napi { connections { database \"results\" per-pod=2 url=\"RESULTS_URL\"; database \"events\" per-pod=1 } }",
        "load-test \"a\" url=\"https://example.com/\" { request token-env=\"T\"; rate 9 for=\"1m\" }",
        "load-test \"a\" url=\"https://example.com/\" { rate 9 for=\"1m\"; test-run parallelism=2 }",
        "load-test \"a\" url=\"https://example.com/\" { request token-env=\"T\"; rate 9 for=\"1m\"; test-run parallelism=2 }",
    ];
    for tier in super::TIERS {
        for nodes in nodes {
            let text = text(tier, nodes);
            assert_eq!(listed(&text), referred(&emitted(&text)), "{tier} {nodes}");
        }
    }
}

#[test]
fn the_values_schema_documents_every_key_that_can_be_read() {
    let description = |text: &str, name: &str, key: &str| {
        let secret = text.split(&format!("`<app>-{name}`")).nth(1).unwrap();
        let until = secret.split("`<app>-").next().unwrap();
        assert!(until.contains(&format!("`{key}`")), "`{key}` of {name}");
    };
    let schema: Value = serde_json::from_str(tierc::schema::HELM_VALUES).unwrap();
    let text = schema["definitions"]["secretEnv"]["description"]
        .as_str()
        .unwrap();
    for (_, artifacts) in all() {
        for (name, key) in referred(&artifacts) {
            let name = match name.strip_prefix("kaireon-").unwrap() {
                redis if redis.starts_with("redis-") => "redis-<group>",
                // Only pods of the k6 operator read it.
                load if load.starts_with("load-") => continue,
                other => other,
            };
            let key = match (name, key.strip_prefix("url-")) {
                // `url-1` to `url-15`
                ("redis-<group>", Some(_)) => "url-1",
                (_, Some(_)) => "url-<name>",
                (_, None) => key.as_str(),
            };
            description(text, name, key);
        }
    }
}

#[test]
fn the_table_says_what_belongs_in_each_key() {
    let run = crate::support::run(&text(
        "large",
        "database { replicas 1 }\nredis \"queue\" { cluster shards=2 }",
    ));
    let entries = secret::entries(run.files[0].environment.as_ref().unwrap());
    let lines: Vec<String> = entries
        .iter()
        .map(|entry| {
            format!(
                "{} {}: {} ({})",
                entry.secret, entry.key, entry.content, entry.readers
            )
        })
        .collect();
    super::snapshots::settings().bind(|| insta::assert_snapshot!("secrets", lines.join("\n")));
}
