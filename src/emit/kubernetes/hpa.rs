//! The API's HorizontalPodAutoscaler.

use crate::emit::yaml::{Map, YamlValue, yaml};

use crate::emit::metadata::metadata;
use crate::model::{Environment, PolicyKind, Scaling, Select, Workload};

/// The HPA, named for its Deployment.
pub(super) fn hpa(environment: &Environment) -> YamlValue {
    let workload = &environment.api.workload;
    let deployment = workload.name.value.as_str();
    let (min, max) = workload.bounds();
    yaml!({
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(environment, &workload.autoscaler_name(), deployment),
        "spec": {
            "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": deployment },
            "minReplicas": min,
            "maxReplicas": max,
            "metrics": metrics(environment),
            "behavior": behavior(workload),
        },
    })
}

/// The HPA's metrics: utilisations, then Pods metrics by name.
pub(in crate::emit) fn metrics(environment: &Environment) -> Vec<YamlValue> {
    let target = &environment.api.workload.target;
    let mut metrics = Vec::new();
    for (name, percent) in [("cpu", &target.cpu), ("memory", &target.memory)] {
        if let Some(percent) = percent {
            metrics.push(yaml!({
                "type": "Resource",
                "resource": {
                    "name": name,
                    "target": { "type": "Utilization", "averageUtilization": percent },
                },
            }));
        }
    }
    metrics.extend(environment.api.metric.iter().map(|metric| {
        yaml!({
            "type": "Pods",
            "pods": {
                "metric": { "name": &metric.metric },
                "target": { "type": "AverageValue", "averageValue": &metric.average },
            },
        })
    }));
    metrics
}

/// `behavior` of `autoscaling/v2`; KEDA uses the same form.
pub(in crate::emit) fn behavior(workload: &Workload) -> YamlValue {
    yaml!({ "scaleUp": rules(&workload.scale_up), "scaleDown": rules(&workload.scale_down) })
}

fn rules(scaling: &Scaling) -> YamlValue {
    let select = match scaling.select.value {
        Select::Max => "Max",
        Select::Min => "Min",
        Select::Disabled => "Disabled",
    };
    let mut rules = Map::new();
    rules.insert("stabilizationWindowSeconds", scaling.window.value.secs());
    rules.insert("selectPolicy", select);
    // An empty list is invalid; without the field, Kubernetes uses its defaults.
    if !scaling.policy.is_empty() {
        let policies = scaling.policy.iter().map(|policy| {
            let kind = match policy.kind.value {
                PolicyKind::Pods => "Pods",
                PolicyKind::Percent => "Percent",
            };
            yaml!({ "type": kind, "value": &policy.value, "periodSeconds": policy.every.value.secs() })
        });
        rules.insert("policies", policies.collect::<YamlValue>());
    }
    YamlValue::Map(rules)
}
