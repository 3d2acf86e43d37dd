//! Checks of the Kubernetes API server that no schema has. The server is in no package registry, so its
//! rules (`pkg/apis/*/validation` of Kubernetes) are reimplemented here.

use serde_json::Value;

use super::trees::rendered;

type Check = (&'static str, fn(&Value) -> bool);

/// Rules for all objects; each checks the kinds that it knows and accepts the others.
const CHECKS: &[Check] = &[
    (
        "a name is a DNS subdomain, a Service's a label that begins with a letter",
        |object| {
            let name = text(&object["metadata"]["name"]);
            let letter = name.starts_with(|c: char| c.is_ascii_lowercase());
            is_subdomain(name) && (object["kind"] != "Service" || is_label(name) && letter)
        },
    ),
    ("a namespace is a DNS label", |object| {
        is_label(text(&object["metadata"]["namespace"]))
    }),
    ("label keys and values have their form", |object| {
        maps(object, "labels")
            .iter()
            .chain(&maps(object, "matchLabels"))
            .all(|(key, value)| {
                is_key(key)
                    && value
                        .as_str()
                        .is_some_and(|it| it.is_empty() || is_name_part(it))
            })
    }),
    ("annotations are texts", |object| {
        maps(object, "annotations")
            .iter()
            .all(|(key, value)| is_key(key) && value.is_string())
    }),
    (
        "scaling windows, periods and values are in range",
        |object| {
            within(object, "stabilizationWindowSeconds", 0, 3600)
                && within(object, "periodSeconds", 1, 1800)
                && found(object, "policies").iter().all(|policies| {
                    let policies = policies.as_array().unwrap();
                    !policies.is_empty()
                        && policies
                            .iter()
                            .all(|policy| policy["value"].as_u64() > Some(0))
                })
        },
    ),
    ("the fewest replicas are not more than the most", |object| {
        let spec = &object["spec"];
        let bounds = |min: &str, max: &str| {
            spec.get(max)
                .is_none_or(|most| spec[min].as_u64() <= most.as_u64() && most.as_u64() > Some(0))
        };
        bounds("minReplicas", "maxReplicas") && bounds("minReplicaCount", "maxReplicaCount")
    }),
    (
        "an HPA keeps one pod, and every target is above zero",
        |object| {
            object["kind"] != "HorizontalPodAutoscaler"
                || object["spec"]["minReplicas"].as_u64() > Some(0)
                    && within(object, "averageUtilization", 1, 1000)
                    && found(object, "averageValue")
                        .iter()
                        .all(|it| amount(text(it)) > 0)
        },
    ),
    ("a generated HPA's name has room", |object| {
        object["kind"] != "ScaledObject"
            || "keda-hpa-".len() + text(&object["metadata"]["name"]).len() <= 63
    }),
    ("nothing asks for more than its limit", |object| {
        found(object, "resources").iter().all(|resources| {
            let limits = &resources["limits"];
            resources["requests"].as_object().is_none_or(|requests| {
                requests.iter().all(|(resource, request)| {
                    limits.get(resource).is_none_or(|limit| {
                        amount(text(request)) > 0 && amount(text(request)) <= amount(text(limit))
                    })
                })
            })
        })
    }),
    ("a rollout can move, and has time for it", |object| {
        object["kind"] != "Deployment" || {
            let spec = &object["spec"];
            let rolling = &spec["strategy"]["rollingUpdate"];
            let ready = spec["minReadySeconds"].as_u64().unwrap_or(0);
            let deadline = spec["progressDeadlineSeconds"].as_u64().unwrap_or(600);
            (rolling["maxSurge"] != 0 || rolling["maxUnavailable"] != 0) && ready < deadline
        }
    }),
    ("a hook before the stop ends within the grace", |object| {
        let pod = &object["spec"]["template"]["spec"];
        let grace = pod["terminationGracePeriodSeconds"].as_u64().unwrap_or(30);
        found(object, "sleep").iter().all(|sleep| {
            sleep["seconds"]
                .as_u64()
                .is_some_and(|seconds| seconds > 0 && seconds < grace)
        })
    }),
    ("ports are ports, and their names fit", |object| {
        let is_port = |value: &Value| match value.as_str() {
            Some(name) => !name.is_empty() && name.len() <= 15 && is_label(name),
            None => value
                .as_u64()
                .is_some_and(|port| (1..=65535).contains(&port)),
        };
        ["port", "targetPort", "containerPort"]
            .iter()
            .all(|key| found(object, key).into_iter().all(is_port))
    }),
    ("a disruption budget states one bound", |object| {
        object["kind"] != "PodDisruptionBudget" || {
            let spec = &object["spec"];
            spec.get("minAvailable").is_some() != spec.get("maxUnavailable").is_some()
        }
    }),
    ("volumes, mounts and variables are stated once", |object| {
        let once = |lists: &str, key: &str| {
            found(object, lists).iter().all(|list| {
                let mut names: Vec<&str> = list
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|it| text(&it[key]))
                    .collect();
                let count = names.len();
                names.sort_unstable();
                names.dedup();
                names.len() == count
            })
        };
        once("volumes", "name") && once("volumeMounts", "mountPath") && once("env", "name")
    }),
    ("a block of addresses is one", |object| {
        found(object, "cidr").iter().all(|cidr| {
            let parts = text(cidr).split_once('/').map(|(address, bits)| {
                (address.parse::<std::net::Ipv4Addr>(), bits.parse::<u32>())
            });
            matches!(parts, Some((Ok(address), Ok(bits)))
                if bits <= 32 && address.to_bits().trailing_zeros() >= 32 - bits)
        })
    }),
];

fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
}

fn is_label(text: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (1..=63).contains(&text.len())
        && text.starts_with(alphanumeric)
        && text.ends_with(alphanumeric)
        && text.chars().all(|c| alphanumeric(c) || c == '-')
}

fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

fn is_name_part(text: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_alphanumeric();
    (1..=63).contains(&text.len())
        && text.starts_with(alphanumeric)
        && text.ends_with(alphanumeric)
        && text.chars().all(|c| alphanumeric(c) || "-_.".contains(c))
}

fn is_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name_part(name),
        None => is_name_part(text),
    }
}

/// A quantity in thousandths.
fn amount(text: &str) -> u128 {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor: u128 = match unit {
        "m" => 1,
        "" => 1000,
        "k" => 1000 * 1000,
        "M" => 1000 * 1000_u128.pow(2),
        "G" => 1000 * 1000_u128.pow(3),
        "Ki" => 1000 * 1024,
        "Mi" => 1000 * 1024_u128.pow(2),
        "Gi" => 1000 * 1024_u128.pow(3),
        _ => panic!("{text} is in an unknown unit"),
    };
    number.parse::<u128>().unwrap() * factor
}

/// Every value under `key`, at any depth.
fn found<'a>(value: &'a Value, key: &str) -> Vec<&'a Value> {
    let mut values = Vec::new();
    match value {
        Value::Object(entries) => {
            for (name, entry) in entries {
                if name == key {
                    values.push(entry);
                }
                values.extend(found(entry, key));
            }
        }
        Value::Array(items) => values.extend(items.iter().flat_map(|item| found(item, key))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    values
}

/// The entries of every map under `key`.
fn maps<'a>(value: &'a Value, key: &str) -> Vec<(&'a String, &'a Value)> {
    found(value, key)
        .into_iter()
        .filter_map(Value::as_object)
        .flatten()
        .collect()
}

fn within(object: &Value, key: &str, least: u64, most: u64) -> bool {
    let mut values = found(object, key).into_iter();
    values.all(|value| {
        value
            .as_u64()
            .is_some_and(|value| (least..=most).contains(&value))
    })
}

#[test]
fn the_api_server_has_no_reason_to_refuse_an_object() {
    let trees = rendered();
    let mut refused = Vec::new();
    for tree in trees.iter() {
        for object in tree.objects() {
            let broken = CHECKS.iter().filter(|(_, holds)| !holds(&object));
            refused.extend(broken.map(|(claim, _)| {
                format!("{}: {}: {claim}", tree.name(), object["metadata"]["name"])
            }));
        }
    }
    assert_eq!(refused, Vec::<String>::new());
}

/// Each check refuses something: an object with every mistake breaks all of them.
#[test]
fn every_check_can_fail() {
    let wrong = [
        r#"{"kind": "Service", "metadata": {"name": "7up", "namespace": "a.b"}}"#,
        r#"{"kind": "A", "metadata": {"name": "a", "namespace": "a", "labels": {"a": "-"},
            "annotations": {"a": 1}}, "spec": {"stabilizationWindowSeconds": 3601}}"#,
        r#"{"kind": "HorizontalPodAutoscaler", "metadata": {"name": "a", "namespace": "a"},
            "spec": {"minReplicas": 0, "maxReplicas": 0}}"#,
        r#"{"kind": "ScaledObject", "metadata": {"namespace": "a",
            "name": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}"#,
        r#"{"kind": "Deployment", "metadata": {"name": "a", "namespace": "a"}, "spec": {
            "minReadySeconds": 600, "template": {"spec": {"terminationGracePeriodSeconds": 5,
            "containers": [{"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1999m"}},
            "ports": [{"containerPort": 0}], "env": [{"name": "A"}, {"name": "A"}],
            "lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}]}}}}"#,
        r#"{"kind": "PodDisruptionBudget", "metadata": {"name": "a", "namespace": "a"},
            "spec": {"minAvailable": 1, "maxUnavailable": 1}}"#,
        r#"{"kind": "NetworkPolicy", "metadata": {"name": "a", "namespace": "a"},
            "spec": {"cidr": "10.0.0.1/24"}}"#,
    ]
    .map(|text| serde_json::from_str::<Value>(text).unwrap());
    for (claim, holds) in CHECKS {
        assert!(
            wrong.iter().any(|object| !holds(object)),
            "nothing breaks: {claim}"
        );
    }
}
