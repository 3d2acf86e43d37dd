//! Triggers of KEDA, against the parameters that its scalers read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{case, scaled_object};

/// A scaler of KEDA 2.20.2, `pkg/scalers`: its type, the metadata that it requires, the other metadata that
/// it reads, and the parameters that only a TriggerAuthentication gives.
type Scaler = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

/// Metadata that the scalers of Redis read, besides their own.
const SCALERS: &[Scaler] = &[
    (
        "redis",
        "redis_scaler.go",
        &["listName"],
        &[
            "address",
            "listLength",
            "activationListLength",
            "databaseIndex",
            "enableTLS",
        ],
        &["address", "username", "password"],
    ),
    (
        "postgresql",
        "postgresql_scaler.go",
        &["query"],
        &["targetQueryValue", "activationTargetQueryValue"],
        &["connection"],
    ),
    (
        "aws-sqs-queue",
        "aws_sqs_queue_scaler.go",
        &["queueURL", "awsRegion"],
        &[
            "queueLength",
            "activationQueueLength",
            "scaleOnInFlight",
            "scaleOnDelayed",
        ],
        &[],
    ),
    (
        "kafka",
        "kafka_scaler.go",
        &["bootstrapServers", "consumerGroup"],
        &[
            "topic",
            "lagThreshold",
            "activationLagThreshold",
            "offsetResetPolicy",
            "tls",
            "sasl",
            "saslTokenProvider",
            "awsRegion",
        ],
        &["username", "password"],
    ),
    (
        "rabbitmq",
        "rabbitmq_scaler.go",
        &["queueName"],
        &["mode", "value", "activationValue", "protocol", "vhostName"],
        &["host"],
    ),
    (
        "redis-streams",
        "redis_streams_scaler.go",
        &["stream"],
        &[
            "address",
            "consumerGroup",
            "pendingEntriesCount",
            "lagCount",
            "activationLagCount",
            "databaseIndex",
            "enableTLS",
        ],
        &["address", "username", "password"],
    ),
    (
        "prometheus",
        "prometheus_scaler.go",
        &["serverAddress", "query", "threshold"],
        &["activationThreshold"],
        &[],
    ),
];

/// Defaults of KEDA that tierc writes out, with the value of a queue that does not state them.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("aws-sqs-queue", "scaleOnInFlight", "true"),
    ("aws-sqs-queue", "scaleOnDelayed", "false"),
    ("kafka", "offsetResetPolicy", "latest"),
];

const POOLS: [&str; 11] = [
    "mailers",
    "table",
    "orders",
    "events",
    "audit",
    "exports",
    "rates",
    "decisions",
    "acks",
    "mail",
    "mixed",
];

fn keys(value: &Value) -> BTreeSet<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// The triggers of queues, each with the parameters of its TriggerAuthentication.
fn triggers() -> Vec<(Value, BTreeSet<String>)> {
    let mut all = of_pools("queues", &POOLS);
    all.extend(of_pools("redis_databases", &["lists", "streams"]));
    all
}

fn of_pools(name: &str, pools: &[&str]) -> Vec<(Value, BTreeSet<String>)> {
    let artifacts = case(name);
    let mut all = Vec::new();
    for pool in pools {
        let path = format!("kubernetes/worker-{pool}-scaledobject.yaml");
        let mut given: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for object in super::documents(&artifacts[&path]) {
            if object["kind"] == "TriggerAuthentication" {
                let name = object["metadata"]["name"].as_str().unwrap().to_owned();
                let references = object["spec"]["secretTargetRef"].as_array();
                let references = references.into_iter().flatten();
                let parameter = |it: &Value| it["parameter"].as_str().unwrap().to_owned();
                given.insert(name, references.map(parameter).collect());
            }
        }
        let object = scaled_object(&artifacts, pool);
        for trigger in object["spec"]["triggers"].as_array().unwrap() {
            let reference = trigger["authenticationRef"]["name"].as_str();
            let parameters = reference.map(|name| given[name].clone());
            all.push((trigger.clone(), parameters.unwrap_or_default()));
        }
    }
    all
}

#[test]
fn every_key_of_a_queue_is_one_that_its_scaler_reads() {
    let mut seen = BTreeSet::new();
    for (trigger, parameters) in triggers() {
        let kind = trigger["type"].as_str().unwrap();
        let Some((_, file, required, optional, secret)) =
            SCALERS.iter().find(|(known, ..)| *known == kind)
        else {
            assert!(["cpu", "memory", "cron"].contains(&kind), "{kind}");
            continue;
        };
        seen.insert(kind.to_owned());
        let written = keys(&trigger["metadata"]);
        let given = |key: &str| written.contains(key) || parameters.contains(key);
        for key in *required {
            assert!(given(key), "{file} requires {key}: {trigger}");
        }
        for key in &written {
            assert!(
                required.contains(key) || optional.contains(key),
                "{file} does not read {key}"
            );
        }
        for key in &parameters {
            assert!(secret.contains(&key.as_str()), "{file}: {key}");
        }
    }
    let known: BTreeSet<String> = SCALERS
        .iter()
        .map(|(kind, ..)| (*kind).to_owned())
        .collect();
    assert_eq!(seen, known);
}

/// Each key of the table is written by some queue.
#[test]
fn every_key_of_the_table_is_written() {
    let mut written: BTreeSet<(String, String)> = BTreeSet::new();
    for (trigger, parameters) in triggers() {
        let kind = trigger["type"].as_str().unwrap();
        let metadata = keys(&trigger["metadata"]);
        let parameters = parameters.iter().map(String::as_str);
        written.extend(
            metadata
                .into_iter()
                .chain(parameters)
                .map(|key| (kind.to_owned(), key.to_owned())),
        );
    }
    for (kind, _, required, optional, secret) in SCALERS {
        for key in required.iter().chain(*optional).chain(*secret) {
            // The pool with the list has a formula, which has the activation.
            let formula = *key == "activationListLength";
            let entry = ((*kind).to_owned(), (*key).to_owned());
            assert!(formula || written.contains(&entry), "{kind} {key}");
        }
    }
}

#[test]
fn what_a_queue_does_not_state_is_as_in_keda() {
    for (kind, key, default) in DEFAULTS {
        let values: Vec<Value> = triggers()
            .into_iter()
            .filter(|(trigger, _)| trigger["type"] == *kind)
            .map(|(trigger, _)| trigger["metadata"][*key].clone())
            .collect();
        assert!(
            values.contains(&Value::from(*default)),
            "{kind} {key}: {values:?}"
        );
    }
}

/// KEDA reads neither a password nor a key from the metadata of a trigger.
#[test]
fn no_trigger_has_a_credential_in_its_metadata() {
    for (trigger, _) in triggers() {
        for key in [
            "password",
            "connection",
            "host",
            "username",
            "awsAccessKeyID",
        ] {
            assert_eq!(trigger["metadata"].get(key), None, "{trigger}");
        }
    }
}

#[test]
fn sources_in_aws_are_read_with_a_role() {
    let artifacts = case("queues");
    for (pool, name) in [("orders", "sqs"), ("events", "msk"), ("mixed", "sqs")] {
        let path = format!("kubernetes/worker-{pool}-scaledobject.yaml");
        let named = format!("kaireon-worker-{pool}-{name}");
        let object = super::documents(&artifacts[&path])
            .into_iter()
            .find(|object| object["metadata"]["name"] == *named)
            .unwrap_or_else(|| panic!("{path} has no {named}"));
        assert_eq!(object["spec"]["podIdentity"]["provider"], "aws");
    }
}

/// The formula counts each kind by its own name, and no kind twice.
#[test]
fn a_pool_adds_up_queues_of_several_kinds() {
    let object = scaled_object(&case("queues"), "mixed");
    let modifiers = &object["spec"]["advanced"]["scalingModifiers"];
    assert_eq!(
        modifiers["formula"],
        "(queue_bulk ?? (10.0/3))/5 + (queue_digest ?? (20.0/3))/10 + (queue_mixed ?? (100.0/3))/50"
    );
    assert_eq!(modifiers["activationTarget"], "0.080000");
}
