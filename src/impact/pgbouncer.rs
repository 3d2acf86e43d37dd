//! The impact of changes to PgBouncer: a reload, unless its pods must be replaced.

use super::{Class, FeltBy, Impact, ImpactStep};
use crate::emit::pgbouncer::open_files;
use crate::model::{ClientsField, PgbouncerField, PoolField, PoolerDatabaseField, ResourcesField};

const CONFIG: &str = "PgBouncer 1.25, doc/config.md and src/main.c: settings that RELOAD applies";
const TEMPLATE: &str = "PgBouncer 1.25, doc/usage.md: SIGTERM waits for the clients to leave";

pub(super) fn pgbouncer(field: PgbouncerField, step: &ImpactStep<'_>) -> Impact {
    match field {
        PgbouncerField::name(()) => Impact::new(
            Class::Outage,
            "the Service with the old name is deleted; clients look for the new one when they reconnect",
            "Kubernetes: objects are identified by namespace and name",
        )
        .felt_by(FeltBy::Everyone),
        PgbouncerField::instances(()) => instances(step),
        PgbouncerField::pool(_)
        | PgbouncerField::clients(ClientsField::max(()))
        | PgbouncerField::database(_)
            if open_files(step.before) != open_files(step.after) =>
        {
            restart("the pods run with a different limit of open files", step)
        }
        PgbouncerField::pool(PoolField::default(()) | PoolField::reserve(())) => {
            reload("PgBouncer reloads its pool sizes")
        }
        PgbouncerField::pool(PoolField::max_db(())) => max_db(step),
        PgbouncerField::clients(ClientsField::max(())) => {
            reload("PgBouncer reloads its client limit")
        }
        PgbouncerField::database(field) => database(field, step),
        PgbouncerField::options(()) => {
            reload("PgBouncer reloads the list of startup parameters that it ignores")
        }
        PgbouncerField::mode(()) => reload("PgBouncer reloads its pool mode"),
        PgbouncerField::image(()) => restart("the pods' image changes", step),
        PgbouncerField::requests(ResourcesField::cpu(()) | ResourcesField::memory(())) => {
            restart("the pods' resource requests change", step)
        }
        PgbouncerField::limits(ResourcesField::cpu(()) | ResourcesField::memory(())) => {
            restart("the pods' resource limits change", step)
        }
        PgbouncerField::min_ready(()) => Impact::new(
            Class::None,
            "only the pace of the next rollout changes",
            "Kubernetes: `minReadySeconds` is not part of a Deployment's pod template",
        ),
        PgbouncerField::drain(()) => restart("the pods have a different drain time", step),
    }
}

fn reload(reason: &str) -> Impact {
    Impact::new(Class::Reload, reason, CONFIG)
}

/// A lower limit does not close open connections.
fn max_db(step: &ImpactStep<'_>) -> Impact {
    let max_db = |side: &crate::model::Environment| side.pgbouncer.max_db();
    if max_db(step.after) < max_db(step.before) {
        reload(
            "PgBouncer reloads its limit; connections above it stay open until they are released",
        )
    } else {
        reload("PgBouncer reloads its limit")
    }
}

/// A further entry of `[databases]`. The rules see to it that nothing uses one that is removed.
fn database(field: PoolerDatabaseField, step: &ImpactStep<'_>) -> Impact {
    match field {
        PoolerDatabaseField::name(()) => reload("PgBouncer reloads its list of databases"),
        PoolerDatabaseField::dbname(()) => reload(
            "PgBouncer reloads the entry; transactions that start afterwards run in the other database",
        ),
        PoolerDatabaseField::pool_size(()) | PoolerDatabaseField::reserve(()) => {
            reload("PgBouncer reloads its pool sizes")
        }
        PoolerDatabaseField::max_db(()) => max_db(step),
        PoolerDatabaseField::mode(()) => reload("PgBouncer reloads its pool mode"),
    }
}

fn instances(step: &ImpactStep<'_>) -> Impact {
    let before = step.before.pgbouncer.instances.value;
    let after = step.after.pgbouncer.instances.value;
    if after > before {
        return Impact::new(
            Class::None,
            "new pods start beside the running ones",
            "Kubernetes: scaling a Deployment leaves its pods alone",
        );
    }
    Impact::new(
        Class::Rolling,
        "clients of the removed pods reconnect to the remaining ones",
        TEMPLATE,
    )
    .felt_by(FeltBy::Everyone)
    .on("fewer instances")
}

/// Pods are replaced one by one, each after its clients have left or the drain is over.
fn restart(reason: &str, step: &ImpactStep<'_>) -> Impact {
    let drain = step.after.pgbouncer.drain.value;
    Impact::new(
        Class::Rolling,
        format!("{reason}; each old pod waits up to {drain} for its clients, which reconnect"),
        TEMPLATE,
    )
    .felt_by(FeltBy::Everyone)
}
