//! What one node of a group offers to pods.

use crate::catalogue::{Catalogue, NodeType};
use crate::model::{Arch, NodeGroup, Quantity};

use super::Room;

/// Millicores of a node that daemons request, unless the group states them.
const DAEMON_MILLICORES: u64 = 300;

/// MiB of a node that daemons request, unless the group states them.
const DAEMON_MEBIBYTES: u64 = 500;

/// Pods of daemons beside [`SYSTEM_PODS`], unless the group states them: usually `ebs-csi-node`,
/// `eks-pod-identity-agent`, a log agent and a node exporter.
const DAEMON_PODS: u32 = 4;

/// `aws-node` and `kube-proxy`, which run on every node. The kubelet also counts them, although they
/// are on the host's network and need no address.
const SYSTEM_PODS: u32 = 2;

/// MiB that the kubelet reserves for each pod that it may run.
const RESERVED_FOR_A_POD: u64 = 11;

/// What the daemons of a node take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaemonTotals {
    /// Millicores.
    pub cpu: u64,
    /// Bytes.
    pub memory: u64,
    /// Pods, with `aws-node` and `kube-proxy`.
    pub pods: u32,
}

/// What the daemons of a group's nodes take.
#[must_use]
pub fn daemons(group: &NodeGroup) -> DaemonTotals {
    let stated = &group.daemons;
    let usual = Quantity::from_mebibytes(DAEMON_MEBIBYTES).units();
    let pods = stated.pods.as_ref().map_or(DAEMON_PODS, |it| it.value);
    let (cpu, memory) = (stated.cpu.as_ref(), stated.memory.as_ref());
    DaemonTotals {
        cpu: cpu.map_or(DAEMON_MILLICORES, |it| it.value.milli()),
        memory: memory.map_or(usual, |it| it.value.units()),
        pods: pods.saturating_add(SYSTEM_PODS),
    }
}

/// The facts about a group's instance types; `None` if the catalogue lacks one of them.
fn node_types<'a>(group: &NodeGroup, catalogue: &'a Catalogue) -> Option<Vec<&'a NodeType>> {
    let types = group.instances();
    types
        .map(|name| catalogue.node_types.get(&name.value))
        .collect()
}

/// The architecture of a group's nodes; `None` if the catalogue lacks its instance type.
#[must_use]
pub fn arch(group: &NodeGroup, catalogue: &Catalogue) -> Option<Arch> {
    let node = catalogue.node_types.get(&group.instance.value)?;
    Some(node.arch)
}

/// The pods that fit the addresses of every instance type of the group, daemons included; `None` if
/// the catalogue lacks one of the types.
#[must_use]
pub fn addressed_pods(group: &NodeGroup, catalogue: &Catalogue) -> Option<u32> {
    let nodes = node_types(group, catalogue)?.into_iter();
    nodes.map(|node| addressed(group, node)).min()
}

fn addressed(group: &NodeGroup, node: &NodeType) -> u32 {
    let addresses = if group.assigns_prefixes() {
        node.pods_with_prefixes()
    } else {
        node.pods
    };
    addresses.min(node.managed_pods())
}

/// The `maxPods` of the kubelet that the group's nodes must be configured with; `None` if the default
/// of EKS is right, or if the catalogue lacks an instance type. A group has one value, so the instance
/// type with the fewest addresses decides it.
#[must_use]
pub fn kubelet_pods(group: &NodeGroup, catalogue: &Catalogue) -> Option<u32> {
    let stated = group.max_pods.as_ref().map(|it| it.value);
    stated.or_else(|| {
        let addressed = || addressed_pods(group, catalogue);
        group.assigns_prefixes().then(addressed).flatten()
    })
}

/// The room on one node; `None` if the catalogue lacks an instance type. Of several types, the
/// smallest amount of each resource counts, because any node may be of any type.
#[must_use]
pub fn room(group: &NodeGroup, catalogue: &Catalogue) -> Option<Room> {
    let kubelet = kubelet_pods(group, catalogue);
    let nodes = node_types(group, catalogue)?;
    let daemons = daemons(group);
    let cpu = nodes
        .iter()
        .map(|node| node.allocatable_cpu.milli())
        .min()?;
    let memory = nodes.iter().map(|node| memory(node, kubelet)).min()?;
    let pods = nodes.iter().map(|node| addressed(group, node)).min()?;
    let pods = pods.min(kubelet.unwrap_or(u32::MAX));
    Some(Room {
        nodes: group.count.max.value,
        cpu: cpu.saturating_sub(daemons.cpu),
        memory: memory.saturating_sub(daemons.memory),
        pods: u64::from(pods.saturating_sub(daemons.pods)),
    })
}

/// The bytes that pods may request. The kubelet reserves memory for the most pods that it may run,
/// and the catalogue's amount is that of the addresses without prefixes.
fn memory(node: &NodeType, kubelet: Option<u32>) -> u64 {
    let more = kubelet.map_or(0, |most| most.saturating_sub(node.pods));
    let reserved = Quantity::from_mebibytes(u64::from(more) * RESERVED_FOR_A_POD).units();
    node.allocatable_memory.units().saturating_sub(reserved)
}
