//! What a change of the read replicas does.

use super::PARAMETERS;
use crate::impact::{Class, FeltBy, Impact, Step, When};
use crate::model::ReadReplicasField;
use crate::pair::Pair;

const REPLICAS: &str = "RDS user guide: working with read replicas";

pub(super) fn replicas(field: ReadReplicasField, step: &Step<'_>) -> Impact {
    let Pair { before, after } = super::sides(step).map(|it| it.replicas.count.value);
    if field == ReadReplicasField::count(()) {
        return replica_count(before, after, step);
    }
    // Nobody reads from a replica that is not there on both sides.
    if before == 0 || after == 0 {
        return Impact::new(Class::None, "no replica runs on both sides", REPLICAS)
            .on("without read replicas");
    }
    match field {
        ReadReplicasField::count(()) => replica_count(before, after, step),
        ReadReplicasField::instance(()) => replica_class(before, step),
        ReadReplicasField::max_connections(()) => replica_max_connections(before, step),
        ReadReplicasField::via(()) => Impact::new(
            Class::Rolling,
            "the API's pods read from another address",
            "Kubernetes: a Deployment replaces its pods when their template changes",
        )
        .felt_by(FeltBy::Api),
    }
}

fn replica_count(before: u32, after: u32, step: &Step<'_>) -> Impact {
    if before == 0 || after == 0 {
        let reason = if before == 0 {
            "pods are given the address of the replicas, once they run"
        } else {
            "pods no longer read from replicas, and then these go"
        };
        let impact = Impact::new(Class::Rolling, reason, REPLICAS).felt_by(FeltBy::Everyone);
        return if before == 0 && !step.before.database.multi_az.value {
            impact.on("without Multi-AZ: making the first suspends I/O for about a minute")
        } else {
            impact
        };
    }
    if after < before {
        return Impact::new(
            Class::Rolling,
            "reads on the replicas that go connect again",
            REPLICAS,
        )
        .on("fewer replicas")
        .felt_by(FeltBy::Api);
    }
    Impact::new(
        Class::None,
        "replicas are added beside those that run",
        REPLICAS,
    )
}

/// A replica has no standby: its readers wait while it is resized.
fn replica_class(count: u32, step: &Step<'_>) -> Impact {
    let impact = if count > 1 {
        Impact::new(
            Class::Rolling,
            "replicas are resized; the others serve meanwhile, if it is done one by one",
            REPLICAS,
        )
        .on(format!("{count} replicas"))
    } else {
        Impact::new(
            Class::Outage,
            "the only replica is stopped, resized and started: reads from it wait for minutes",
            REPLICAS,
        )
        .on("one replica")
    };
    impact.felt_by(FeltBy::Api).when(step.when())
}

fn replica_max_connections(count: u32, step: &Step<'_>) -> Impact {
    if step.changes("database.replicas.instance") {
        let shared = replica_class(count, step);
        let reason =
            "the parameter takes effect in the restart of `database.replicas.instance`".into();
        return Impact {
            reason,
            source: PARAMETERS,
            ..shared
        };
    }
    Impact::new(
        Class::Reboot,
        "the parameter is static: it waits until the replicas are rebooted, which no window does",
        PARAMETERS,
    )
    .felt_by(FeltBy::Api)
    .when(When::ByHand)
}
