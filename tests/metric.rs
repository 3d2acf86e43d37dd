//! The metrics and alerts of an environment.

use std::collections::BTreeSet;

use tierc::metric::{Component, Metric, tracked};
use tierc::model::Environment;

use crate::support::{run, snapshot};

fn environment(text: &str) -> Environment {
    run(text).files[0].environment.clone().unwrap()
}

fn tier(name: &str) -> Environment {
    environment(&format!(
        "environment \"prod\"\ntier \"{name}\"\nregion \"us-east-1\"\n"
    ))
}

/// Two pools, replicas, and groups with and without shards.
const FULL: &str = r#"environment "prod"
tier "large"
region "us-east-1"
namespace "apps"
worker "decisions" { queue "queue:decisions" length=50; replicas min=2 max=12 }
worker "nightly" { queue "queue:pipelines" length=20; replicas min=0 max=8 }
database { replicas 2 }
redis "cache" { cluster shards=3 }
"#;

#[test]
fn the_table_names_what_this_environment_runs() {
    let shown: String = tracked(&environment(FULL))
        .iter()
        .map(|it| {
            format!(
                "{} {} from {}{}: {}\n    {}\n",
                it.component,
                it.metric,
                it.threshold,
                it.metric.unit(),
                it.relieved_by.join(", "),
                it.query
            )
        })
        .collect();
    snapshot("metric", "table", &format!("{FULL}\n{shown}"));
}

/// The same components, by what asks the servers themselves, with thresholds of one's own.
#[test]
fn thresholds_and_exporters_are_those_of_the_alerts_node() {
    let own = "alerts { db-connections 55; redis-ops 50 benchmark=40000; source database=\"exporter\" redis=\"exporter\" }\n";
    let shown: String = tracked(&environment(&format!("{FULL}{own}")))
        .iter()
        .filter(|it| it.component >= Component::Database)
        .map(|it| {
            let (threshold, unit) = (it.threshold, it.metric.unit());
            let (component, metric) = (&it.component, it.metric);
            format!(
                "{component} {metric} from {threshold}{unit}\n    {}\n",
                it.query
            )
        })
        .collect();
    snapshot("metric", "exporters", &format!("{own}\n{shown}"));
}

#[test]
fn every_tier_is_watched_by_every_metric_that_it_can_have() {
    for name in ["dev", "small", "medium", "large", "xlarge"] {
        let environment = tier(name);
        let found: BTreeSet<Metric> = tracked(&environment).iter().map(|it| it.metric).collect();
        assert_eq!(found, BTreeSet::from(Metric::ALL), "{name}");
    }
}

#[test]
fn a_metric_of_a_component_stands_once() {
    let tracked = tracked(&environment(FULL));
    let keys: BTreeSet<(Metric, Component)> = tracked
        .iter()
        .map(|it| (it.metric, it.component.clone()))
        .collect();
    assert_eq!(keys.len(), tracked.len());
}

/// What relieves a metric is an attribute of the environment, or can become one.
#[test]
fn what_relieves_a_metric_is_an_attribute() {
    let environment = environment(FULL);
    let known: Vec<String> = environment.list().into_iter().map(|it| it.path).collect();
    for it in tracked(&environment) {
        for path in &it.relieved_by {
            let found = known
                .iter()
                .any(|known| known == path || known.starts_with(&format!("{path}.")));
            assert!(found, "{path}");
        }
    }
}

#[test]
fn names_are_those_of_the_generated_objects() {
    let environment = environment(FULL);
    let catalogue = run(FULL).catalogue;
    let artifacts = tierc::emit::emit(&environment, None, &catalogue, "prod.kdl");
    let all: String = artifacts.values().map(String::as_str).collect();
    for name in [
        environment.api.sole().unwrap().workload.autoscaler_name(),
        environment
            .worker
            .values()
            .next()
            .unwrap()
            .scaled_object_name(),
    ] {
        assert!(all.contains(&format!("name: {name}")), "{name}");
        let used = tracked(&environment)
            .iter()
            .any(|it| it.query.contains(&name));
        assert!(used, "{name}");
    }
}
