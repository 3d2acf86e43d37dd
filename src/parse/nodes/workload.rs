//! What `api` and every worker pool have in common, and `api` itself.

use std::collections::BTreeMap;

use crate::ast::{
    ApiNode, ConnectionsNode, DriverNode, MetricNode, Node as _, PolicyNode, ReplicasNode,
    ResourcesNode, RolloutNode, ScalingNode, TargetNode, WorkloadNode, Written,
};
use crate::model::{Place, PolicyKind};
use crate::parse::fields::Fields;
use crate::parse::{text, value};
use crate::source::Spanned;

/// Bounds of an autoscaler, from `least` up. A maximum of 0, where `least` is, switches a pool off.
fn range(fields: &mut Fields<'_>, least: u32) -> ReplicasNode {
    ReplicasNode {
        place: Some(fields.name_span()),
        min: fields.property("min", value::whole(least..=u32::MAX)),
        max: fields.property("max", value::whole(least..=u32::MAX)),
    }
}

fn target(fields: &mut Fields<'_>) -> TargetNode {
    TargetNode {
        cpu: fields.property("cpu", value::whole(1..=1000)),
        memory: fields.property("memory", value::whole(1..=1000)),
    }
}

/// A second to a week: a connection that is kept for longer is as good as kept for ever.
pub const LIFETIME: std::ops::RangeInclusive<u64> = 1..=604_800;

fn connections(fields: &mut Fields<'_>) -> ConnectionsNode {
    ConnectionsNode {
        per_pod: fields.property("per-pod", value::whole(0..=u32::MAX)),
        env: fields.property("env", value::placed(Place::Variable)),
        via: Written::default(),
        lifetime: fields.property("lifetime", value::duration(LIFETIME)),
        lifetime_env: fields.property("lifetime-env", value::placed(Place::Variable)),
    }
}

/// `driver`.
pub fn driver(fields: &mut Fields<'_>) -> DriverNode {
    fields.group("driver", |driver| {
        let version = driver.property("version", value::text(text::version));
        let libpq = driver.property("libpq", value::text(text::version));
        DriverNode {
            driver: driver.argument("\"pgjdbc\"", value::word),
            version,
            libpq,
        }
    })
}

fn policy(fields: &mut Fields<'_>) -> Option<PolicyNode> {
    let kind = match fields.node_name() {
        "pods" => PolicyKind::Pods,
        _ => PolicyKind::Percent,
    };
    let kind = Spanned::new(kind, fields.name_span());
    let value = fields.argument("6", value::whole(0..=u32::MAX));
    // Kubernetes refuses a period above half an hour.
    let every = fields.required("every", "\"60s\"", value::duration(0..=604_800));
    Some(PolicyNode {
        kind,
        value: value.value?,
        every: every.value?,
    })
}

fn scaling(fields: &mut Fields<'_>) -> ScalingNode {
    ScalingNode {
        // Kubernetes refuses a window above an hour.
        window: fields.property("window", value::duration(0..=604_800)),
        policies: fields.each(&["pods", "percent"], policy),
        select: fields.single("select", "\"max\"", value::word),
    }
}

fn env(fields: &mut Fields<'_>) -> BTreeMap<String, Written<String>> {
    let mut all = BTreeMap::new();
    for mut child in fields.children(&["env"]) {
        for (key, span, written) in
            child.every_property("LOG_LEVEL", text::at(Place::Variable), value::any_text)
        {
            if let Some((first, _)) = all.get(&key) {
                child
                    .cx
                    .duplicate(&format!("{}.{key}", child.path), *first, span);
            } else {
                all.insert(key, (span, written));
            }
        }
        child.finish();
    }
    all.into_iter()
        .map(|(key, (_, written))| (key, written))
        .collect()
}

/// What `api` and `worker` have in common; `least` is the fewest pods its autoscaler can hold: an
/// HPA on utilisation knows no zero, KEDA does.
pub fn workload(fields: &mut Fields<'_>, least: u32) -> WorkloadNode {
    WorkloadNode {
        place: Some(fields.name_span()),
        name: fields.single("name", "\"kaireon-api\"", value::name),
        image: fields.single(
            "image",
            "\"registry.example.com/api:1.4.2\"",
            value::placed(Place::Image),
        ),
        replicas: fields.group("replicas", |replicas| range(replicas, least)),
        target: fields.group("target", target),
        scale_up: fields.group("scale-up", scaling),
        scale_down: fields.group("scale-down", scaling),
        requests: fields.group("requests", ResourcesNode::read),
        limits: fields.group("limits", ResourcesNode::read),
        connections: fields.group("connections", connections),
        rollout: fields.group("rollout", |rollout| RolloutNode {
            max_surge: rollout.property("max-surge", value::portion),
            max_unavailable: rollout.property("max-unavailable", value::portion),
        }),
        // An autoscaler's maximum is at least 1: `pause at=0` stops a pool.
        hold: fields.single("hold", "15", value::whole(1..=u32::MAX)),
        arch: fields.single("arch", "\"arm64\"", value::word),
        driver: driver(fields),
        env: env(fields),
    }
}

fn metric(fields: &mut Fields<'_>) -> Option<MetricNode> {
    let name = fields.argument(
        "\"http_requests_per_second\"",
        value::placed(Place::MetricName),
    );
    let average = fields.required("average", "\"100\"", value::quantity);
    Some(MetricNode {
        metric: name.value?,
        average: average.value?,
    })
}

/// `api`.
pub fn api(fields: &mut Fields<'_>) -> ApiNode {
    ApiNode {
        workload: workload(fields, 1),
        metrics: fields.each_once("metric", metric, |metric| &metric.metric),
    }
}
