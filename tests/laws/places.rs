//! Every text in an emitted object is valid in its place, including names that tierc composes.

use serde_json::Value;
use tierc::emit::hcl::Hcl;
use tierc::emit::terraform::variables;
use tierc::emit::{Artifacts, emit};
use tierc::model::{Environment, Place};

use crate::emit::all;
use crate::plan::catalogue;
use crate::support::{documents, run};

/// The place of a text in an object, by its path; `None` if any text is valid there.
#[allow(clippy::match_same_arms)] // an arm for each part of a manifest
fn place(kind: &str, path: &[&str]) -> Option<Place> {
    let place = match path {
        ["metadata", "name"] if kind == "Service" => Place::ServiceName,
        ["metadata", "name"] | [.., "serviceAccountName" | "secretName"] => Place::ObjectName,
        [
            ..,
            "scaleTargetRef" | "authenticationRef" | "secretTargetRef" | "roleRef",
            "name",
        ]
        | ["subjects" | "spec", .., "configMap" | "secret", "name"]
        | ["rules", "resourceNames"] => Place::ObjectName,
        ["metadata" | "subjects", "namespace"] => Place::DnsLabel,
        [.., "labels" | "matchLabels" | "nodeSelector", _]
        | [.., "matchExpressions", "values"]
        | [.., "tolerations", "value"]
            if kind != "PrometheusRule" || path.first() == Some(&"metadata") =>
        {
            Place::LabelValue
        }
        [.., "matchExpressions" | "tolerations", "key"] | [.., "topologyKey"] => Place::LabelKey,
        [
            ..,
            "containers" | "initContainers" | "volumes" | "volumeMounts",
            "name",
        ] => Place::DnsLabel,
        [.., "ports", "name"] => Place::PortName,
        [.., "env", "name"] => Place::Variable,
        [.., "image"] => Place::Image,
        [.., "pods", "metric", "name"] => Place::MetricName,
        [.., "ipBlock", "cidr"] => Place::Cidr,
        [.., "secretTargetRef", "key"] => Place::DataKey,
        [.., "metadata", "listName" | "stream"] => Place::RedisList,
        [.., "metadata", "queueURL"] => Place::SqsUrl,
        [.., "metadata", "bootstrapServers"] => Place::Brokers,
        [
            ..,
            "metadata",
            "topic" | "consumerGroup" | "queueName" | "vhostName",
        ] => Place::QueueName,
        [.., "triggers", "metadata", "query"] => Place::Query,
        _ => return None,
    };
    Some(place)
}

/// The place of a key of an object.
fn place_of_key(path: &[&str]) -> Option<Place> {
    match path {
        [.., "labels" | "matchLabels" | "nodeSelector"] => Some(Place::LabelKey),
        ["metadata", "annotations"] | [.., "metadata", "annotations"] => Some(Place::AnnotationKey),
        ["data"] => Some(Place::DataKey),
        _ => None,
    }
}

/// The number of checked texts, and the invalid ones.
#[derive(Default)]
struct Held {
    seen: usize,
    wrong: Vec<String>,
}

impl Held {
    fn to(&mut self, place: Option<Place>, what: &str, text: &str) {
        let Some(place) = place else { return };
        self.seen += 1;
        if let Err(why) = place.check(text) {
            self.wrong.push(format!("{what}: {why}"));
        }
    }

    fn walk(&mut self, kind: &str, path: &mut Vec<String>, value: &Value) {
        let steps: Vec<&str> = path.iter().map(String::as_str).collect();
        match value {
            Value::String(text) => self.to(place(kind, &steps), &path.join("."), text),
            Value::Array(items) => items.iter().for_each(|item| self.walk(kind, path, item)),
            Value::Object(entries) => {
                let of_keys = place_of_key(&steps);
                for (key, item) in entries {
                    self.to(of_keys, &path.join("."), key);
                    path.push(key.clone());
                    self.walk(kind, path, item);
                    path.pop();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn manifests(&mut self, artifacts: &Artifacts) {
        let yaml = artifacts.iter().filter(|(path, _)| {
            path.starts_with("kubernetes/") && !path.ends_with("kustomization.yaml")
        });
        for (path, text) in yaml {
            assert!(path.len() <= 255);
            for object in documents(text) {
                let kind = object["kind"].as_str().unwrap().to_owned();
                self.walk(&kind, &mut Vec::new(), &object);
                // The copy of an object that `kubectl apply` stores in its annotations.
                let size = serde_json::to_string(&object).unwrap().len();
                if size > 262_144 {
                    self.wrong.push(format!("{path}: {kind} has {size} bytes"));
                }
            }
        }
    }

    fn terraform(&mut self, environment: &Environment) {
        for (name, value) in variables(environment, catalogue()) {
            self.attribute(&name, &name, &value);
        }
    }

    fn attribute(&mut self, variable: &str, name: &str, value: &Hcl) {
        let place = match name {
            "identifier" | "replicate_source_db" => Some(Place::RdsIdentifier),
            "replication_group_id" => Some(Place::ReplicationGroup),
            "parameter_group_name" => Some(Place::ParameterGroup),
            "instance_class" | "node_type" | "engine_version" | "instance_types" => {
                Some(Place::AwsWord)
            }
            "db_name" | "username" => Some(Place::PostgresName),
            _ if variable == "tags" => Some(Place::TagValue),
            _ => None,
        };
        match value {
            Hcl::String(text) => self.to(place, name, text),
            Hcl::List(items) => {
                for item in items {
                    self.attribute(variable, name, item);
                }
            }
            Hcl::Object(entries) => {
                for (key, value) in entries {
                    match name {
                        "tags" => self.to(Some(Place::TagKey), name, key),
                        "node_groups" => self.to(Some(Place::NodeGroup), name, key),
                        "labels" => self.to(Some(Place::LabelKey), name, key),
                        _ => {}
                    }
                    self.attribute(variable, key, value);
                }
            }
            Hcl::Number(_) | Hcl::Bool(_) => {}
        }
    }
}

#[test]
fn every_text_of_what_is_shipped_keeps_the_rule_of_its_place() {
    let mut held = Held::default();
    for (_, artifacts) in all() {
        held.manifests(&artifacts);
    }
    assert!(held.wrong.is_empty(), "{}", held.wrong.join("\n"));
    assert!(held.seen > 2000, "{}", held.seen);
}

/// The longest and strangest names that the language and the rules accept.
#[test]
fn names_at_their_longest_keep_the_rule_of_every_place() {
    let long = |count: usize| format!("a{}", "b".repeat(count - 1));
    let (service, label, prefix) = (long(63), long(63), format!("{}.example.com", long(40)));
    let (app, deployment) = (long(43), long(47));
    let begins = |first: char, count: usize| format!("{first}{}", "b".repeat(count - 1));
    let (pool, pooler, cache) = (begins('p', 47), begins('q', 47), begins('c', 40));
    let text = format!(
        r#"
environment "{environment}"
tier "medium"
region "us-east-1"
app "{app}"
namespace "{label}"
cluster "{label}"
labels "{prefix}/{label}"="{label}"
api {{
    name "{deployment}"
    image "registry.example.com/{path}:{tag}"
    env {variable}="x"
    metric "...x{{}}:y" average="1"
}}
worker "{label}" {{
    name "{pool}"
    queue "bull:{{{{x}}}}:wait|\"y\"" length=1
    queue "{list}" length=1
    replicas min=0 max=2
    tolerate "{prefix}/{label}={label}:NoSchedule"
}}
service "{service}" {{ replicas 1; requests cpu="1m" memory="1Mi"; connections per-pod=1 via="pgbouncer"; }}
pgbouncer {{ name "{pooler}"; }}
database {{ name "{database}"; replicas 1; dbname "{dbname}"; user "{postgres}"; }}
redis "queue" {{ name "{group}"; }}
redis "cache" {{ name "{cache}"; }}
network database-cidr="fd00::/8" monitoring-namespace="{label}"
off-hours from="20:00" to="08:00" zone="Europe/Berlin" {{ api 0; }}
alerts {{ route "{label}"; labels "{prefix}/release"="{label}"; }}
"#,
        environment = long(63),
        path = long(100),
        tag = "T".repeat(128),
        variable = "V".repeat(253),
        list = "q".repeat(512),
        database = long(56),
        dbname = "P".repeat(58),
        postgres = "P".repeat(63),
        group = long(40),
    );
    let run = run(&text);
    let language = crate::support::language_errors(&run);
    assert_eq!(language, "");
    let too_long = run.diagnostics().any(|it| it.code.0 == "name-too-long");
    assert!(!too_long, "{}", crate::support::shown(&run));
    let environment = run.files[0].environment.as_ref().unwrap();
    let artifacts = emit(environment, None, catalogue(), "prod.kdl");
    let mut held = Held::default();
    held.manifests(&artifacts);
    held.terraform(environment);
    assert!(held.wrong.is_empty(), "{}", held.wrong.join("\n"));
    assert!(held.seen > 150, "{}", held.seen);
}

/// Texts one character over each limit, and forms that only the API server refuses, are errors.
#[test]
fn what_a_place_refuses_is_refused_where_it_is_written() {
    let long = |count: usize| "a".repeat(count);
    let labels: Vec<String> = (0..46).map(|n| format!("l{n}=\"x\"")).collect();
    for line in [
        "labels \"Example.com/team\"=\"x\"".to_owned(),
        format!(
            "labels \"{}.{}.com/{}\"=\"x\"",
            long(50),
            long(50),
            long(40)
        ),
        "alerts { labels \"Example.com/release\"=\"x\"; }".into(),
        "api { metric \"a/b\" average=\"1\"; }".into(),
        "api { metric \"%2e\" average=\"1\"; }".into(),
        "api { metric \".\" average=\"1\"; }".into(),
        "api { image \"Registry.example.com/API:1\"; }".into(),
        format!("api {{ env {}=\"x\"; }}", "V".repeat(254)),
        "network database-cidr=\"10.0.33.5/20\"".into(),
        "network database-cidr=\"10.0.032.0/20\"".into(),
        "network database-cidr=\"10.0.32.0/020\"".into(),
        "network database-cidr=\"::ffff:10.0.0.0/104\"".into(),
        format!(
            "load-test \"l\" url=\"https://example.com/\" {{ request \"POST\" body=\"{}.json\"; rate 1 for=\"1m\"; }}",
            long(249)
        ),
        format!("labels {}", labels.join(" ")),
    ] {
        let text = format!("environment \"prod\"\ntier \"small\"\nregion \"us-east-1\"\n{line}\n");
        let run = run(&text);
        let language = crate::support::language_errors(&run);
        assert!(language.contains("wrong-value"), "{line}: {language}");
    }
}

/// More alerts than fit into one object.
#[test]
fn alerts_of_many_pools_are_objects_that_can_be_applied() {
    let pools = (0..120).map(|number| {
        format!("worker \"pool-{number}\" {{ queue \"queue:{number}\" length=10; replicas min=1 max=2; }}\n")
    });
    let text = format!(
        "environment \"prod\"\ntier \"xlarge\"\nregion \"us-east-1\"\n{}",
        pools.collect::<String>()
    );
    let run = run(&text);
    let environment = run.files[0].environment.as_ref().unwrap();
    let artifacts = emit(environment, None, catalogue(), "prod.kdl");
    let rules = documents(&artifacts["kubernetes/alerts.yaml"]);
    assert!(rules.len() > 1, "{}", rules.len());
    let mut held = Held::default();
    held.manifests(&artifacts);
    assert!(held.wrong.is_empty(), "{}", held.wrong.join("\n"));
    let names: Vec<&str> = rules
        .iter()
        .map(|rule| rule["metadata"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names[..2], ["kaireon-capacity", "kaireon-capacity-2"]);
    let groups = rules
        .iter()
        .flat_map(|rule| rule["spec"]["groups"].as_array().unwrap())
        .map(|group| group["name"].as_str().unwrap());
    let groups: Vec<&str> = groups.collect();
    let distinct: std::collections::BTreeSet<&&str> = groups.iter().collect();
    assert_eq!(distinct.len(), groups.len());
    for number in 0..120 {
        let group = format!("kaireon-prod.worker.pool-{number}");
        assert!(groups.contains(&group.as_str()), "{group}");
    }
}
