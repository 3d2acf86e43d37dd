//! The impact of changes to an environment's own fields. Its parts have their own modules.

use super::{
    Class, FeltBy, Impact, ImpactStep, Undo, database, nodes, operation, pgbouncer, redis, workload,
};
use crate::catalogue::Catalogue;
use crate::diff::AttributeChange;
use crate::model::{DeliverField, EnvironmentField, NetworkField};

const OBJECTS: &str = "Kubernetes: objects are identified by namespace and name";
const OTHER_APP: &str =
    "pods read new Secrets and PgBouncer a new ConfigMap: both are named after the app";
const OTHER_LABELS: &str =
    "the labels of every object change, including those of PgBouncer's pod template";
const LABELS: &str = "Kubernetes: labels of a pod template are part of it";
const POLICIES: &str = "Kubernetes: network policies act on pods as they are";

pub(super) fn environment(
    change: &AttributeChange,
    step: &ImpactStep<'_>,
    catalogue: &Catalogue,
) -> Impact {
    match change.field {
        EnvironmentField::environment(()) => renamed(step),
        EnvironmentField::tier(()) => unfelt(
            "the tier's name is only recorded; the values that follow from the tier are listed separately",
            "tierc: the tier catalogue",
        ),
        EnvironmentField::region(()) => elsewhere(),
        EnvironmentField::app(()) => renewed(OTHER_APP, OBJECTS),
        EnvironmentField::namespace(()) => moved("namespace"),
        EnvironmentField::cluster(()) => moved("cluster"),
        EnvironmentField::labels(()) => renewed(OTHER_LABELS, LABELS),
        EnvironmentField::framework(()) => unfelt(
            "it only sets how queue lists are named",
            "tierc: no output contains it",
        ),
        EnvironmentField::network(field) => network(field),
        EnvironmentField::deliver(field) => deliver(field),
        EnvironmentField::api(field) => workload::api(field, change, step),
        EnvironmentField::worker(field) => workload::worker(field, change, step),
        EnvironmentField::service(field) => workload::service(field),
        EnvironmentField::pgbouncer(field) => pgbouncer::pgbouncer(field, step),
        EnvironmentField::database(field) => database::database(field, step),
        EnvironmentField::redis(field) => redis::redis(field, change, step),
        EnvironmentField::nodes(field) => nodes::nodes(field, change, step, catalogue),
        EnvironmentField::off_hours(field) => operation::off_hours(field, change),
        EnvironmentField::event(field) => operation::event(field, change),
        EnvironmentField::schedule(field) => operation::schedule(field),
        EnvironmentField::alerts(field) => operation::alerts(field),
        EnvironmentField::load_test(field) => operation::load_test(field),
        EnvironmentField::budget(field) => operation::budget(field),
        EnvironmentField::cost(field) => operation::cost(field),
    }
}

fn unfelt(reason: &str, source: &'static str) -> Impact {
    Impact::new(Class::None, reason, source)
}

/// Names derived from the environment's name are listed as changes of their own. Node selectors
/// with the name are not.
fn renamed(step: &ImpactStep<'_>) -> Impact {
    let pools = nodes::selected_by_name(step.after);
    if pools.is_empty() {
        return unfelt(
            "tags and the generated tree get the new name; resources named after it are listed separately",
            OBJECTS,
        );
    }
    Impact::new(
        Class::Rolling,
        "pods select their nodes by labels that include the environment's name",
        LABELS,
    )
    .felt_by(FeltBy::Pools(pools))
}

/// Pods are replaced one by one.
fn renewed(reason: &str, source: &'static str) -> Impact {
    Impact::new(Class::Rolling, reason, source).felt_by(FeltBy::Everyone)
}

fn elsewhere() -> Impact {
    Impact::new(
        Class::Replace,
        "everything is created again in the new region; the data stays in the old region",
        "AWS: resources belong to one region",
    )
    .felt_by(FeltBy::Everyone)
    .undo(Undo::Harder)
}

/// Everything in Kubernetes is created in another place, and the old objects remain until they are
/// deleted.
fn moved(what: &str) -> Impact {
    let reason =
        format!("every workload starts again in the new {what}; create its Secrets there first");
    Impact::new(Class::Outage, reason, OBJECTS).felt_by(FeltBy::Everyone)
}

fn network(field: NetworkField) -> Impact {
    match field {
        NetworkField::database_cidr(()) => unfelt(
            "PgBouncer's network policy allows a different database address range",
            POLICIES,
        ),
        NetworkField::monitoring_namespace(()) => unfelt(
            "PgBouncer's network policy allows pods of a different namespace",
            POLICIES,
        ),
    }
}

fn deliver(field: DeliverField) -> Impact {
    match field {
        DeliverField::autoscalers(()) => Impact::new(
            Class::Autoscaler,
            "one owner deletes the autoscalers and the other creates them; pod counts stay fixed in between",
            "KEDA admission webhook: one autoscaler for a workload",
        ),
    }
}
