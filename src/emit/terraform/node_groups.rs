//! EKS managed node groups.

use crate::budget::packing;
use crate::catalogue::Catalogue;
use crate::emit::hcl::Hcl;
use crate::emit::yaml::{self, yaml};
use crate::model::{
    Arch, Capacity, ENVIRONMENT_LABEL, Environment, NODE_GROUP_LABEL, Name, NodeGroup,
};

use super::number;

/// The groups, by name.
pub(super) fn groups(environment: &Environment, catalogue: &Catalogue) -> Hcl {
    let groups = environment.nodes.iter();
    Hcl::Object(
        groups
            .map(|(name, group)| (name.to_string(), one(environment, name, group, catalogue)))
            .collect(),
    )
}

fn one(environment: &Environment, name: &Name, group: &NodeGroup, catalogue: &Catalogue) -> Hcl {
    let arch = packing::arch(group, catalogue).unwrap_or(Arch::Arm64);
    let ami = match arch {
        Arch::Arm64 => "AL2023_ARM_64_STANDARD",
        Arch::Amd64 => "AL2023_x86_64_STANDARD",
    };
    let capacity = match group.capacity.value {
        Capacity::OnDemand => "ON_DEMAND",
        Capacity::Spot => "SPOT",
    };
    let labels = Hcl::object([
        (ENVIRONMENT_LABEL, Hcl::text(&environment.environment.value)),
        (NODE_GROUP_LABEL, Hcl::text(name)),
    ]);
    let instances = group.instances().map(|it| Hcl::text(&it.value));
    let instances = Hcl::List(instances.collect());
    let mut attributes = vec![
        ("instance_types", instances),
        ("ami_type", Hcl::text(ami)),
        ("capacity_type", Hcl::text(capacity)),
        ("min_size", number(group.count.min.value)),
        ("max_size", number(group.count.max.value)),
        ("desired_size", number(group.count.min.value)),
        // One node at a time: the connection budget counts the draining pods of one rollout, and a
        // disruption budget ignores terminating pods.
        (
            "update_config",
            Hcl::object([("max_unavailable", number(1))]),
        ),
        ("labels", labels),
        ("taints", taints(name, group)),
    ];
    if let Some(pods) = packing::kubelet_pods(group, catalogue) {
        attributes.push(("cloudinit_pre_nodeadm", Hcl::List(vec![kubelet(pods)])));
    }
    let named = attributes.into_iter();
    Hcl::Object(
        named
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

/// The part of the user data that sets `maxPods`. EKS merges it with its own `NodeConfig`.
fn kubelet(pods: u32) -> Hcl {
    let config = yaml!({
        "apiVersion": "node.eks.aws/v1alpha1",
        "kind": "NodeConfig",
        "spec": { "kubelet": { "config": { "maxPods": pods } } },
    });
    Hcl::object([
        ("content_type", Hcl::text("application/node.eks.aws")),
        ("content", Hcl::text(yaml::fragment(&config))),
    ])
}

/// The taint that keeps out all pods except the named pools. EKS spells effects in capitals.
fn taints(name: &Name, group: &NodeGroup) -> Hcl {
    if group.runs.is_empty() {
        return Hcl::Object(Vec::new());
    }
    let taint = Hcl::object([
        ("key", Hcl::text(NODE_GROUP_LABEL)),
        ("value", Hcl::text(name)),
        ("effect", Hcl::text("NO_SCHEDULE")),
    ]);
    Hcl::object([("runs", taint)])
}
