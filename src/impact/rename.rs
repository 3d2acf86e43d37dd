//! The impact of a rename itself. Derived names are changes of their own.

use super::{Class, FeltBy, Impact};
use crate::diff::{Changes, DiffPlace};

/// The impact of each rename, in the order of `changes.renames`.
#[must_use]
pub fn renames(changes: &Changes) -> Vec<Impact> {
    changes
        .renames
        .iter()
        .map(|rename| match &rename.place {
            DiffPlace::Worker(name) => Impact::new(
                Class::None,
                "only the key of the pool's values and of its ScaledObject's file changes",
                "tierc: object names are attributes of their own",
            )
            .felt_by(FeltBy::Pools(vec![name.to_string()])),
            DiffPlace::Api(name) => Impact::new(
                Class::None,
                "only the key of the API's values and the name of its autoscaler's file change",
                "tierc: object names are attributes of their own",
            )
            .felt_by(FeltBy::api(name)),
            DiffPlace::Redis(_) => Impact::new(
                Class::Rolling,
                "pods read the group's address from a Secret with the new name",
                "Kubernetes: a Deployment replaces its pods when their template changes",
            )
            .felt_by(FeltBy::Everyone),
            DiffPlace::Nodes(_) => Impact::new(
                Class::Rolling,
                "a group with the new name takes over; the steps of `tierc plan` move the pods node by node",
                "terraform-aws-modules/eks: node groups are a map by name",
            )
            .felt_by(FeltBy::Everyone),
            DiffPlace::Service(_)
            | DiffPlace::Environment
            | DiffPlace::Pgbouncer
            | DiffPlace::Database => Impact::new(
                Class::None,
                "it is counted under a different name",
                "tierc: a service is counted, never rendered",
            ),
        })
        .collect()
}
