//! Node groups, and on which of them a workload runs.

use std::collections::BTreeMap;

use crate::ast::{NodeGroupNode, Over, TopPart};
use crate::budget::placement;
use crate::catalogue::Catalogue;
use crate::model::declaration::Settled as _;
use crate::model::{Arch, Capacity, Daemons, Name, NodeCount, NodeGroup};
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
        let alternatives_are_sound = !node.alternatives.broken;
        // What decides the room on a node has no value of its own unless it is stated. If it cannot be
        // read, the instance type alone says nothing about the room.
        let size_is_known = !node.alternatives.broken
            && !node.max_pods.broken
            && !node.prefix_delegation.broken
            && !node.daemons.pods.broken
            && !node.daemons.cpu.broken
            && !node.daemons.memory.broken;
        let alternatives = node.alternatives.value;
        let alternatives = alternatives.map_or_else(Vec::new, |list| list.value);
        let sound = !node.runs.broken;
        let runs = node.runs.value.map_or_else(Vec::new, |list| list.value);
        let mut group = NodeGroup {
            instance: resolver.need(node.instance, &format!("{path}.instance")),
            alternatives: sorted(
                alternatives
                    .into_iter()
                    .map(|it| sourced(resolver, it.value, it.span, alternatives_are_sound)),
                |instance| instance.value.clone(),
            ),
            count: NodeCount::settle(node.count, resolver, &format!("{path}.count")),
            capacity: resolver.or_derive(node.capacity, on_demand),
            runs: sorted(
                runs.into_iter()
                    .map(|pool| sourced(resolver, pool.value, pool.span, sound)),
                |pool| pool.value.clone(),
            ),
            max_pods: resolver.maybe(node.max_pods),
            prefix_delegation: resolver.maybe(node.prefix_delegation),
            daemons: Daemons::settle(node.daemons, resolver, &format!("{path}.daemons")),
        };
        group.instance.sound &= size_is_known;
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

    fn candidate(&self, name: &'a Name, group: &NodeGroup) -> Candidate<'a> {
        let node_type = self.catalogue.node_types.get(&group.instance.value);
        Candidate {
            name,
            capacity: group.capacity.value,
            arch: node_type.map(|it| it.arch),
        }
    }

    /// The architecture of the first group by name that a workload can land on; `pool` with how
    /// its nodes are to be bought, none for everything that is no pool.
    pub(super) fn arch_for(&self, pool: Option<(&Name, &Sourced<Capacity>)>) -> Sourced<Arch> {
        let mut inputs = Inputs::new();
        let mut bought = Inputs::new();
        let pool = pool.map(|(name, capacity)| {
            let capacity = bought.read(format_args!("worker.{name}.capacity"), capacity);
            (name, *capacity)
        });
        let placement = match pool {
            Some((name, capacity)) => placement::of_pool(self.groups, name, capacity),
            None => placement::of_the_rest(self.groups),
        };
        let landing = placement.among(self.groups).into_iter().next();
        let admission = Admission::new(self, pool);
        inputs.join(bought, admission.is_by_capacity_of_the_pool());
        for (name, group) in self.groups {
            admission.read(&mut inputs, self.candidate(name, group), group);
        }
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

/// A group as a workload may land on it.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    name: &'a Name,
    capacity: Capacity,
    arch: Option<Arch>,
}

/// What of the groups decides a workload's architecture: each value is one without which, or with the
/// other of two, the workload would land on a group of another architecture.
struct Admission<'a> {
    pool: Option<&'a Name>,
    /// How its nodes are to be bought.
    wanted: Capacity,
    /// The groups that name the pool.
    named: Vec<Candidate<'a>>,
    /// The groups that name none.
    open: Vec<Candidate<'a>>,
    arch: Option<Arch>,
}

impl<'a> Admission<'a> {
    fn new(landing: &Landing<'a>, pool: Option<(&'a Name, Capacity)>) -> Self {
        let candidate = |(name, group)| landing.candidate(name, group);
        let (pool, wanted) = pool.map_or((None, Capacity::OnDemand), |(name, capacity)| {
            (Some(name), capacity)
        });
        let names_it = |group: &NodeGroup| group.runs.iter().any(|runs| Some(&runs.value) == pool);
        let named = landing.groups.iter().filter(|(_, group)| names_it(group));
        let mut admission = Self {
            pool,
            wanted,
            named: named.map(candidate).collect(),
            open: placement::open(landing.groups).map(candidate).collect(),
            arch: None,
        };
        admission.arch = admission.arch_among(&admission.named, &admission.open, wanted);
        admission
    }

    /// The architecture of the first candidate that is bought as wanted, else of the first one. Only a
    /// pool that no group names has to be bought as wanted.
    fn arch_among(
        &self,
        named: &[Candidate<'a>],
        open: &[Candidate<'a>],
        wanted: Capacity,
    ) -> Option<Arch> {
        let (among, takes_any) = if named.is_empty() {
            (open, self.pool.is_none())
        } else {
            (named, true)
        };
        let found = among.iter().find(|it| it.capacity == wanted);
        let any = among.first().filter(|_| takes_any);
        found.or(any)?.arch
    }

    /// Reads which pools a group takes, and how it is bought.
    fn read(&self, inputs: &mut Inputs, of: Candidate<'a>, group: &NodeGroup) {
        let name = of.name;
        for pool in &group.runs {
            let mut runs = Inputs::new();
            runs.read(format_args!("nodes.{name}.runs.{}", pool.value), pool);
            inputs.join(runs, self.is_by_name(of, group, &pool.value));
        }
        let mut bought = Inputs::new();
        bought.read(format_args!("nodes.{name}.capacity"), &group.capacity);
        inputs.join(bought, self.is_by_capacity(name));
    }

    fn is_by_capacity_of_the_pool(&self) -> bool {
        let otherwise = self.arch_among(&self.named, &self.open, other(self.wanted));
        otherwise != self.arch
    }

    fn is_by_capacity(&self, name: &Name) -> bool {
        let bought_otherwise = |candidates: &[Candidate<'a>]| -> Vec<Candidate<'a>> {
            let flipped = candidates.iter().map(|it| Candidate {
                capacity: if it.name == name {
                    other(it.capacity)
                } else {
                    it.capacity
                },
                ..*it
            });
            flipped.collect()
        };
        let (named, open) = (bought_otherwise(&self.named), bought_otherwise(&self.open));
        self.arch_among(&named, &open, self.wanted) != self.arch
    }

    fn is_by_name(&self, of: Candidate<'a>, group: &NodeGroup, runs: &Name) -> bool {
        let is_it = Some(runs) == self.pool;
        let named = self.named.iter().filter(|it| !is_it || it.name != of.name);
        let named: Vec<_> = named.copied().collect();
        let mut open = self.open.clone();
        if group.runs.len() == 1 {
            let at = open.partition_point(|it| it.name < of.name);
            open.insert(at, of);
        }
        self.arch_among(&named, &open, self.wanted) != self.arch
    }
}

fn other(capacity: Capacity) -> Capacity {
    match capacity {
        Capacity::OnDemand => Capacity::Spot,
        Capacity::Spot => Capacity::OnDemand,
    }
}
