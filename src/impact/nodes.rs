//! What a change of a node group does.

use super::{Class, FeltBy, Impact, Step};
use crate::catalogue::Catalogue;
use crate::diff::Change;
use crate::model::{NodeGroupField, ReplicasField};

const EKS: &str =
    "EKS user guide: managed node groups keep instance type, capacity and AMI for life";

pub(super) fn nodes(
    field: NodeGroupField,
    change: &Change,
    step: &Step<'_>,
    catalogue: &Catalogue,
) -> Impact {
    match field {
        NodeGroupField::instance(()) => {
            let impact = replaced("a group of the new type takes over, node by node");
            match other_arch(change, step, catalogue) {
                Some(heed) => impact.heed(heed),
                None => impact,
            }
        }
        NodeGroupField::capacity(()) => {
            replaced("a group that is bought otherwise takes over, node by node")
        }
        NodeGroupField::count(ReplicasField::min(()) | ReplicasField::max(())) => Impact::new(
            Class::None,
            "the group has other bounds",
            "EKS user guide: updating a managed node group's scaling configuration",
        ),
        NodeGroupField::runs(()) => Impact::new(
            Class::None,
            "a label of the nodes changes in place; pods move when they are next replaced",
            "EKS user guide: updating a managed node group's labels",
        ),
    }
}

/// A new group, the old one cordoned, drained and deleted.
fn replaced(reason: &str) -> Impact {
    Impact::new(Class::Rolling, reason, EKS).felt_by(FeltBy::Everyone)
}

/// What to say where the new instance type has another architecture.
fn other_arch(change: &Change, step: &Step<'_>, catalogue: &Catalogue) -> Option<String> {
    let name = change.place.name()?;
    let arch = |side: &crate::model::Environment| {
        let group = side.nodes.get(name)?;
        Some(catalogue.node_types.get(&group.instance.value)?.arch)
    };
    let (before, after) = (arch(step.before)?, arch(step.after)?);
    (before != after)
        .then(|| format!("{after} in place of {before}: images must be built for both"))
}
