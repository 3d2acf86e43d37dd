//! Node groups, and on which of them a workload runs.

use std::collections::BTreeMap;

use crate::ast::{NodeGroupNode, Over, TopPart};
use crate::budget::placement;
use crate::catalogue::Catalogue;
use crate::model::declaration::Settled as _;
use crate::model::{Arch, Capacity, Name, NodeGroup, Replicas};
use crate::source::{Inputs, Sourced};

use super::resolver::Resolver;
use super::workload::{sorted, sourced};

/// The groups of file and tier by name. A group with a maximum of 0 is off.
pub(super) fn resolve(
    resolver: &mut Resolver<'_>,
    file: &BTreeMap<Name, NodeGroupNode>,
    tier: &BTreeMap<Name, NodeGroupNode>,
) -> BTreeMap<Name, NodeGroup> {
    let mut groups = BTreeMap::new();
    for (name, node) in file.clone().over(tier.clone()) {
        let lacks = [
            ("instance", node.instance.is_absent()),
            ("count min=", node.count.min.is_absent()),
            ("count max=", node.count.max.is_absent()),
        ];
        if !resolver.complete("nodes", &name, node.place, &lacks, TopPart::Nodes) {
            continue;
        }
        let path = format!("nodes.{name}");
        let sound = !node.runs.broken;
        let runs = node.runs.value.map_or_else(Vec::new, |list| list.value);
        let group = NodeGroup {
            instance: resolver.need(node.instance, &format!("{path}.instance")),
            count: Replicas::settle(node.count, resolver, &format!("{path}.count")),
            capacity: resolver.or_derive(node.capacity, on_demand),
            runs: sorted(
                runs.into_iter()
                    .map(|pool| sourced(resolver, pool.value, pool.span, sound)),
                |pool| pool.value.clone(),
            ),
        };
        if group.count.max.value > 0 || !group.count.max.sound {
            groups.insert(name, group);
        }
    }
    groups
}

/// The default `capacity` of groups and pools.
pub(super) fn on_demand() -> Sourced<Capacity> {
    Sourced::unless_stated(
        Capacity::OnDemand,
        "on-demand-by-default",
        "on-demand unless stated",
    )
}

/// Where workloads run.
pub(super) struct Landing<'a> {
    groups: &'a BTreeMap<Name, NodeGroup>,
    catalogue: &'a Catalogue,
}

impl<'a> Landing<'a> {
    pub(super) fn new(groups: &'a BTreeMap<Name, NodeGroup>, catalogue: &'a Catalogue) -> Self {
        Self { groups, catalogue }
    }

    /// The architecture of the first group by name on which a workload can run. `pool` is the pool and its
    /// `capacity`; `None` for other workloads.
    pub(super) fn arch_for(&self, pool: Option<(&Name, &Sourced<Capacity>)>) -> Sourced<Arch> {
        let mut inputs = Inputs::new();
        let placement = match pool {
            Some((name, capacity)) => {
                let capacity = inputs.read(format_args!("worker.{name}.capacity"), capacity);
                placement::of_pool(self.groups, name, *capacity)
            }
            None => placement::of_the_rest(self.groups),
        };
        for (name, group) in self.groups {
            read_admission(&mut inputs, name, group);
        }
        let landing = placement.among(self.groups).into_iter().next();
        let known = landing.and_then(|(name, group)| {
            let instance = inputs.read(format_args!("nodes.{name}.instance"), &group.instance);
            let node_type = self.catalogue.node_types.get(instance)?;
            let arithmetic = format!("the architecture of `nodes.{name}`, {instance}");
            Some((node_type.arch, arithmetic))
        });
        let (arch, arithmetic) = known.unwrap_or_else(|| {
            inputs.doubt();
            (Arch::Arm64, "no node group to land on".to_owned())
        });
        inputs.derive(arch, "arch-of-node-group", arithmetic)
    }
}

/// Reads the values that decide which workloads a group takes: its `runs` and its `capacity`.
fn read_admission(inputs: &mut Inputs, name: &Name, group: &NodeGroup) {
    for pool in &group.runs {
        inputs.read(format_args!("nodes.{name}.runs.{}", pool.value), pool);
    }
    inputs.read(format_args!("nodes.{name}.capacity"), &group.capacity);
}
