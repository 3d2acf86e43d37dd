//! What a change of an environment does, field by field; those that are parts have files of their own.

use super::{Class, FeltBy, Impact, Step, Undo, database, nodes, pgbouncer, redis, workload};
use crate::catalogue::Catalogue;
use crate::diff::Change;
use crate::model::{DeliverField, EnvironmentField, NetworkField};

const KUBERNETES: &str = "Kubernetes: objects are identified by namespace and name";
const LABELS: &str = "Kubernetes: labels of a pod template are part of it";

pub(super) fn environment(change: &Change, step: &Step<'_>, catalogue: &Catalogue) -> Impact {
    match change.field {
        EnvironmentField::environment(()) => Impact::new(
            Class::None,
            "tags and the generated tree carry the new name; what is named after it is listed apart",
            KUBERNETES,
        ),
        EnvironmentField::tier(()) => Impact::new(
            Class::None,
            "the tier itself runs nowhere; the values that follow it are listed apart",
            "tierc: the tier catalogue",
        ),
        EnvironmentField::region(()) => Impact::new(
            Class::Replace,
            "everything is created anew in the other region, and data stays behind",
            "AWS: resources belong to one region",
        )
        .felt_by(FeltBy::Everyone)
        .undo(Undo::Harder),
        EnvironmentField::app(()) => Impact::new(
            Class::Rolling,
            "pods read other Secrets and PgBouncer another ConfigMap, both named after the app",
            KUBERNETES,
        )
        .felt_by(FeltBy::Everyone),
        EnvironmentField::namespace(()) => moved("namespace"),
        EnvironmentField::cluster(()) => moved("cluster"),
        EnvironmentField::labels(()) => Impact::new(
            Class::Rolling,
            "the labels of every object change, those of PgBouncer's pod template among them",
            LABELS,
        )
        .felt_by(FeltBy::Everyone),
        EnvironmentField::framework(()) => Impact::new(
            Class::None,
            "it only says how queue lists are named",
            "tierc: no output holds it",
        ),
        EnvironmentField::network(NetworkField::database_cidr(())) => Impact::new(
            Class::None,
            "the network policy of PgBouncer lets it reach another range from now on",
            "Kubernetes: network policies act on pods as they are",
        ),
        EnvironmentField::network(NetworkField::monitoring_namespace(())) => Impact::new(
            Class::None,
            "metrics are read from another namespace",
            "Kubernetes: network policies act on pods as they are",
        ),
        EnvironmentField::deliver(DeliverField::autoscalers(())) => Impact::new(
            Class::Autoscaler,
            "the autoscalers are deleted by one owner and created by the other; counts hold meanwhile",
            "KEDA admission webhook: one autoscaler for a workload",
        ),
        EnvironmentField::api(field) => workload::api(field),
        EnvironmentField::worker(field) => workload::worker(field, change),
        EnvironmentField::service(field) => workload::service(field),
        EnvironmentField::pgbouncer(field) => pgbouncer::pgbouncer(field, step),
        EnvironmentField::database(field) => database::database(field, step),
        EnvironmentField::redis(field) => redis::redis(field, change, step),
        EnvironmentField::nodes(field) => nodes::nodes(field, change, step, catalogue),
    }
}

/// Everything in Kubernetes is created in another place, and what stands in the old one goes.
fn moved(what: &str) -> Impact {
    Impact::new(
        Class::Outage,
        format!(
            "every workload starts anew in the other {what}, where its Secrets have to be first"
        ),
        KUBERNETES,
    )
    .felt_by(FeltBy::Everyone)
}
