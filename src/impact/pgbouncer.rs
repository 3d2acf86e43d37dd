//! What a change of PgBouncer does: a reload, unless its pods have to be others.

use super::{Class, FeltBy, Impact, Step};
use crate::emit::pgbouncer::open_files;
use crate::model::{ClientsField, PgbouncerField, PoolField, ResourcesField};

const CONFIG: &str = "PgBouncer 1.25, doc/config.md and src/main.c: settings that RELOAD applies";
const TEMPLATE: &str = "PgBouncer 1.25, doc/usage.md: SIGTERM waits for the clients to leave";

pub(super) fn pgbouncer(field: PgbouncerField, step: &Step<'_>) -> Impact {
    match field {
        PgbouncerField::name(()) => Impact::new(
            Class::Outage,
            "the Service of the old name goes, and clients look for the new one when they connect again",
            "Kubernetes: objects are identified by namespace and name",
        )
        .felt_by(FeltBy::Everyone),
        PgbouncerField::instances(()) => instances(step),
        PgbouncerField::pool(_) | PgbouncerField::clients(ClientsField::max(()))
            if open_files(step.before) != open_files(step.after) =>
        {
            restart("the pods start with another limit of open files", step)
        }
        PgbouncerField::pool(PoolField::default(()) | PoolField::reserve(())) => {
            reload("PgBouncer reads its pool sizes again")
        }
        PgbouncerField::pool(PoolField::max_db(())) => max_db(step),
        PgbouncerField::clients(ClientsField::max(())) => {
            reload("PgBouncer reads its client limit again")
        }
        PgbouncerField::options(()) => {
            reload("PgBouncer reads again which startup parameters it ignores")
        }
        PgbouncerField::mode(()) => reload("PgBouncer reads its pool mode again"),
        PgbouncerField::image(()) => restart("the pods run another image", step),
        PgbouncerField::requests(ResourcesField::cpu(()) | ResourcesField::memory(())) => {
            restart("the pods ask for other resources", step)
        }
        PgbouncerField::limits(ResourcesField::cpu(()) | ResourcesField::memory(())) => {
            restart("the pods have other limits", step)
        }
        PgbouncerField::min_ready(()) => Impact::new(
            Class::None,
            "the next rollout goes at another pace",
            "Kubernetes: `minReadySeconds` is not part of a Deployment's pod template",
        ),
        PgbouncerField::drain(()) => restart("the pods wait another time for their clients", step),
    }
}

fn reload(reason: &str) -> Impact {
    Impact::new(Class::Reload, reason, CONFIG)
}

/// A lower limit leaves open what is open.
fn max_db(step: &Step<'_>) -> Impact {
    let max_db = |side: &crate::model::Environment| side.pgbouncer.pool.max_db.value;
    if max_db(step.after) < max_db(step.before) {
        reload("PgBouncer reads its limit again; connections above it stay until they are released")
    } else {
        reload("PgBouncer reads its limit again")
    }
}

fn instances(step: &Step<'_>) -> Impact {
    let before = step.before.pgbouncer.instances.value;
    let after = step.after.pgbouncer.instances.value;
    if after > before {
        return Impact::new(
            Class::None,
            "pods are added beside those that run",
            "Kubernetes: scaling a Deployment leaves its pods alone",
        );
    }
    Impact::new(
        Class::Rolling,
        "the clients of the pods that go connect again to those that stay",
        TEMPLATE,
    )
    .felt_by(FeltBy::Everyone)
    .on("fewer instances")
}

/// Pods are replaced one by one, each after its clients have left or the drain is over.
fn restart(reason: &str, step: &Step<'_>) -> Impact {
    let drain = step.after.pgbouncer.drain.value;
    Impact::new(
        Class::Rolling,
        format!("{reason}; each waits up to {drain} for its clients, who connect again"),
        TEMPLATE,
    )
    .felt_by(FeltBy::Everyone)
}
