//! The HorizontalPodAutoscalers of the API and of pools without a queue.

use crate::emit::yaml::{Map, YamlValue, yaml};

use crate::emit::metadata::metadata;
use crate::model::{Environment, PodsMetric, PolicyKind, Scaling, Select, Workload};

/// The HPA of a workload, named for its Deployment.
pub(super) fn hpa(
    environment: &Environment,
    workload: &Workload,
    pods: &[PodsMetric],
) -> YamlValue {
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
            "metrics": metrics(workload, pods),
            "behavior": behavior(workload),
        },
    })
}

/// The HPA's metrics: utilisations, then Pods metrics by name.
pub(in crate::emit) fn metrics(workload: &Workload, pods: &[PodsMetric]) -> Vec<YamlValue> {
    let target = &workload.target;
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
    metrics.extend(pods.iter().map(|metric| {
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
