//! What a change of a node group does.

use super::{Class, FeltBy, Impact, ImpactStep};
use crate::budget::packing;
use crate::budget::placement::{self, Groups};
use crate::catalogue::Catalogue;
use crate::diff::AttributeChange;
use crate::model::{Capacity, Environment, Name, NodeCountField, NodeGroupField};
use crate::pair::Pair;

use super::workload::TEMPLATE;

const EKS: &str =
    "EKS user guide: managed node groups keep instance type, capacity and AMI for life";

const DAEMONS: &str = "Kubernetes documentation: DaemonSet, a pod of each on every node";

pub(super) fn nodes(
    field: NodeGroupField,
    change: &AttributeChange,
    step: &ImpactStep<'_>,
    catalogue: &Catalogue,
) -> Impact {
    match field {
        NodeGroupField::instance(()) => {
            let impact = replaced("a new group with the new instance type takes over");
            match other_arch(change, step, catalogue) {
                Some(heed) => impact.heed(heed),
                None => impact,
            }
        }
        NodeGroupField::alternatives(()) => {
            replaced("a new group with the new instance types takes over")
        }
        NodeGroupField::capacity(()) => {
            replaced("a new group with the new capacity type takes over")
        }
        NodeGroupField::max_pods(()) | NodeGroupField::prefix_delegation(()) => {
            replaced("a new group whose nodes take another number of pods takes over")
        }
        NodeGroupField::daemons(_) => Impact::new(
            Class::None,
            "only the computed room for pods changes; tierc does not deploy daemons",
            DAEMONS,
        ),
        NodeGroupField::count(NodeCountField::max(())) if shrinks(change, step) => Impact::new(
            Class::Rolling,
            "nodes beyond the new maximum are drained one by one; their pods move to other nodes",
            "EKS user guide: updating a managed node group's scaling configuration",
        )
        .felt_by(FeltBy::Everyone),
        NodeGroupField::count(NodeCountField::min(()) | NodeCountField::max(())) => Impact::new(
            Class::None,
            "only the group's minimum or maximum changes",
            "EKS user guide: updating a managed node group's scaling configuration",
        ),
        NodeGroupField::runs(()) => change
            .place
            .name()
            .and_then(|group| moved(group, step))
            .unwrap_or_else(|| {
                Impact::new(
                    Class::None,
                    "node taints and labels change in place; no pod selects other nodes",
                    "EKS user guide: updating a managed node group's labels and taints",
                )
            }),
    }
}

/// EKS drains several nodes at once, which the connection budget does not cover.
pub(super) const DRAINED_FIRST: &str = "EKS alone would drain all nodes of the old group at once; the steps of `tierc plan` drain them one by one";

/// Whether a group may have fewer nodes than before.
fn shrinks(change: &AttributeChange, step: &ImpactStep<'_>) -> bool {
    let most = |side: &Environment| {
        let group = side.nodes.get(change.place.name()?)?;
        Some(group.count.max.value)
    };
    most(step.after) < most(step.before)
}

/// Pods whose set of allowed groups changes: node selectors are part of their template.
pub(super) fn moved(group: &Name, step: &ImpactStep<'_>) -> Option<Impact> {
    let groups = Pair::new(&step.before.nodes, &step.after.nodes);
    let whom = if rest_moves(group, groups) {
        FeltBy::Everyone
    } else {
        let pools = step.after.worker.iter().filter(|(name, pool)| {
            step.before.worker.contains_key(*name)
                && pool_moves(group, name, pool.capacity.value, groups)
        });
        let pools: Vec<String> = pools.map(|(name, _)| name.to_string()).collect();
        if pools.is_empty() {
            return None;
        }
        FeltBy::Pools(pools)
    };
    let reason = "pods select other nodes, so their Deployments replace them";
    Some(Impact::new(Class::Rolling, reason, TEMPLATE).felt_by(whom))
}

/// Whether the API and PgBouncer select other nodes, if they may use the group.
fn rest_moves(group: &Name, groups: Pair<&Groups>) -> bool {
    let open = |groups: &Groups| groups.get(group).is_some_and(|it| it.runs.is_empty());
    let asked = groups.map(placement::of_the_rest);
    (open(groups.before) || open(groups.after)) && asked.before != asked.after
}

/// Whether a pool selects other nodes, if the group names it.
fn pool_moves(group: &Name, pool: &Name, capacity: Capacity, groups: Pair<&Groups>) -> bool {
    let names_it = |groups: &Groups| {
        let runs = groups.get(group).map(|it| &it.runs);
        runs.is_some_and(|runs| runs.iter().any(|name| name.value == *pool))
    };
    let asked = groups.map(|groups| placement::of_pool(groups, pool, capacity));
    (names_it(groups.before) || names_it(groups.after)) && asked.before != asked.after
}

/// The pods with a node selector that contains the environment's name: those of pools that groups
/// name.
pub(super) fn selected_by_name(environment: &Environment) -> Vec<String> {
    let groups = &environment.nodes;
    let named = environment.worker.keys().filter(|pool| {
        let mut runs = groups.values().flat_map(|group| &group.runs);
        runs.any(|name| name.value == **pool)
    });
    named.map(ToString::to_string).collect()
}

/// A new group; the old one is deleted.
fn replaced(reason: &str) -> Impact {
    let reason = format!("{reason}; {DRAINED_FIRST}");
    Impact::new(Class::Rolling, reason, EKS).felt_by(FeltBy::Everyone)
}

/// A warning if the new instance type has another architecture.
fn other_arch(
    change: &AttributeChange,
    step: &ImpactStep<'_>,
    catalogue: &Catalogue,
) -> Option<String> {
    let name = change.place.name()?;
    let arch = |side: &Environment| packing::arch(side.nodes.get(name)?, catalogue);
    let (before, after) = (arch(step.before)?, arch(step.after)?);
    (before != after)
        .then(|| format!("{after} in place of {before}: images must be built for both"))
}
