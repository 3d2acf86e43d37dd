//! The changed resources of an environment, in a few words each.

use schemars::JsonSchema;
use serde::Serialize;

use crate::budget::connections;
use crate::model::count::counted;
use crate::model::{Capacity, Environment, NodeGroup, RedisGroup, Resources, Workload};
use crate::pair::Pair;
use crate::report::tiers::shape;

/// A resource that changes.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Resource")]
pub struct ResourceReport {
    /// What it is.
    pub name: String,
    /// BEFORE's value; null if only AFTER has it.
    pub before: Option<String>,
    /// AFTER's value; null if only BEFORE has it.
    pub after: Option<String>,
}

/// The resources that differ between both sides.
pub(super) fn changed(sides: Pair<Option<&Environment>>) -> Vec<ResourceReport> {
    let Pair { before, mut after } = sides.map(|side| side.map(all).unwrap_or_default());
    let mut resources: Vec<ResourceReport> = Vec::new();
    for (name, was) in before {
        let at = after.iter().position(|(known, _)| *known == name);
        let is = at.map(|at| after.remove(at).1);
        resources.push(ResourceReport {
            name,
            before: Some(was),
            after: is,
        });
    }
    resources.extend(after.into_iter().map(|(name, is)| ResourceReport {
        name,
        before: None,
        after: Some(is),
    }));
    resources.retain(|resource| resource.before != resource.after);
    resources.sort_by_key(|resource| rank(&resource.name));
    resources
}

const ORDER: [&str; 10] = [
    "api",
    "worker",
    "service",
    "pgbouncer",
    "connections",
    "database",
    "storage",
    "read replicas",
    "redis",
    "nodes",
];

fn rank(name: &str) -> usize {
    let kind = name.split('.').next().unwrap_or(name);
    ORDER
        .iter()
        .position(|known| *known == kind)
        .unwrap_or(ORDER.len())
}

fn all(environment: &Environment) -> Vec<(String, String)> {
    let apis = environment.apis();
    let mut all: Vec<(String, String)> = apis.map(|(who, api)| (who, workload(api))).collect();
    let pools = environment.worker.iter();
    all.extend(pools.map(|(name, pool)| (format!("worker.{name}"), workload(&pool.workload))));
    all.extend(environment.service.iter().map(|(name, service)| {
        let pods = counted(service.replicas.value, "pod");
        let requests = format!("{} CPU, {}", service.cpu.value, service.memory.value);
        (format!("service.{name}"), format!("{pods} of {requests}"))
    }));
    let pooler = &environment.pgbouncer;
    let pools = counted(pooler.instances.value, "pod");
    let pools = format!("{pools} of {} connections", pooler.max_db());
    all.push(("pgbouncer".into(), pools));
    let budget = connections::primary(environment);
    let budget = format!("{} of {}", budget.total(), budget.usable);
    all.push(("connections".into(), budget));
    all.extend(database(environment));
    let redis = environment.redis.iter();
    all.extend(redis.map(|(name, group)| (format!("redis.{name}"), redis_group(group))));
    let nodes = environment.nodes.iter();
    all.extend(nodes.map(|(name, group)| (format!("nodes.{name}"), node_group(group))));
    all
}

fn redis_group(group: &RedisGroup) -> String {
    shape(group, &counted(group.replicas.value, "replica"))
}

fn node_group(group: &NodeGroup) -> String {
    let spot = match group.capacity.value {
        Capacity::OnDemand => "",
        Capacity::Spot => " spot",
    };
    let (count, instance) = (&group.count, &group.instance.value);
    let others = match group.instances().count() {
        0 | 1 => String::new(),
        types => format!(" (+{} types)", types - 1),
    };
    format!(
        "{}-{} {instance}{others}{spot}",
        count.min.value, count.max.value
    )
}

fn workload(workload: &Workload) -> String {
    let replicas = &workload.replicas;
    let count = match (&workload.hold, &replicas.count) {
        (Some(hold), _) => format!("{} (held)", counted(hold.value, "pod")),
        (None, Some(count)) => counted(count.value, "pod"),
        (None, None) => format!("{}-{} pods", replicas.min.value, replicas.max.value),
    };
    let Resources { cpu, memory } = &workload.requests;
    format!("{count} of {} CPU, {}", cpu.value, memory.value)
}

fn database(environment: &Environment) -> [(String, String); 3] {
    let database = &environment.database;
    let standby = if database.multi_az.value {
        " Multi-AZ"
    } else {
        ""
    };
    let storage = &database.storage;
    let most = match storage.max_gib.value {
        0 => String::new(),
        most => format!("-{most}"),
    };
    let replicas = match database.replicas.count.value {
        0 => "none".to_owned(),
        count => format!("{count} {}", database.replicas.instance.value),
    };
    [
        (
            "database".into(),
            format!("{}{standby}", database.instance.value),
        ),
        (
            "storage".into(),
            format!("{}{most} GiB {}", storage.gib.value, storage.kind.value),
        ),
        ("read replicas".into(), replicas),
    ]
}
