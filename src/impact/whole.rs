//! The impact of adding or removing a whole part.

use super::{Class, FeltBy, Impact, ImpactStep, Undo, nodes};
use crate::diff::DiffPlace;
use crate::model::{Name, Use};
use crate::source::Sourced;

const CREATED: &str = "a resource that nothing uses yet interrupts nothing";

/// An environment that did not exist.
pub(super) fn environment_added() -> Impact {
    Impact::new(Class::None, "the environment is new", CREATED)
}

/// The environment is removed, with its database and Redis.
pub(super) fn environment_removed() -> Impact {
    Impact::new(
        Class::Replace,
        "everything in it is deleted, including its database and Redis groups",
        "RDS user guide: deleting an instance deletes its automated backups",
    )
    .felt_by(FeltBy::Everyone)
    .undo(Undo::Never)
}

/// The attributes of a new pool, service or group. Users do not notice, unless running pods also
/// move to the nodes of a new group.
pub(super) fn added(place: &DiffPlace, step: &ImpactStep<'_>) -> Impact {
    let moved = match place {
        DiffPlace::Nodes(group) => nodes::moved(group, step),
        DiffPlace::Environment
        | DiffPlace::Api(_)
        | DiffPlace::Worker(_)
        | DiffPlace::Service(_)
        | DiffPlace::Pgbouncer
        | DiffPlace::Database
        | DiffPlace::Redis(_) => None,
    };
    moved.unwrap_or_else(|| Impact::new(Class::None, format!("`{place}` is new"), CREATED))
}

/// The attributes of a removed pool, service or group.
pub(super) fn removed(place: &DiffPlace, step: &ImpactStep<'_>) -> Impact {
    match place {
        DiffPlace::Worker(name) => Impact::new(
            Class::Rolling,
            "the pods finish their jobs and stop; their queues wait unless other pools read them",
            "Kubernetes: a deleted Deployment's pods have their grace period",
        )
        .felt_by(FeltBy::Pools(vec![name.to_string()])),
        DiffPlace::Api(name) => Impact::new(
            Class::Outage,
            "the Deployment is deleted: requests that still arrive fail",
            "Kubernetes: a deleted Deployment's pods terminate, and its Service has no endpoints",
        )
        .felt_by(FeltBy::api(name)),
        DiffPlace::Redis(name) => group_removed(name, step),
        DiffPlace::Nodes(_) => Impact::new(
            Class::Rolling,
            format!("its pods move to other nodes; {}", nodes::DRAINED_FIRST),
            "EKS user guide: deleting a managed node group drains all of its nodes",
        )
        .felt_by(FeltBy::Everyone),
        DiffPlace::Service(_)
        | DiffPlace::Environment
        | DiffPlace::Pgbouncer
        | DiffPlace::Database => Impact::new(
            Class::None,
            "it is no longer counted",
            "tierc: a service is counted, never rendered",
        ),
    }
}

/// The loss of a cache is acceptable, that of queues and sessions is not.
fn group_removed(name: &Name, step: &ImpactStep<'_>) -> Impact {
    let held = step.before.redis.get(name);
    let keeps = held.is_some_and(|group| {
        let kept = |used: &&Sourced<Use>| used.value != Use::Cache;
        let cache = Use::Cache.to_string();
        let mut roles = group.database.iter().map(|it| it.role.value.as_str());
        group.uses.iter().find(kept).is_some() || roles.any(|role| role != cache)
    });
    let source = "ElastiCache user guide: deleting a replication group deletes its data";
    if keeps {
        return Impact::new(
            Class::Replace,
            "the group is deleted with its jobs and sessions: drain it first",
            source,
        )
        .felt_by(FeltBy::Everyone)
        .undo(Undo::Never);
    }
    if held.is_some_and(|group| !group.is_used()) {
        return Impact::new(
            Class::Rolling,
            "the group is deleted with the data that is left in it: nothing uses it any more",
            source,
        )
        .felt_by(FeltBy::Everyone);
    }
    Impact::new(
        Class::Rolling,
        "the group is deleted; new pods cache elsewhere, with a cold cache at first",
        source,
    )
    .felt_by(FeltBy::Api)
    .on("it holds only a cache")
}
