//! What a change of the read replicas does.

use super::PARAMETERS;
use crate::impact::{Class, FeltBy, Impact, ImpactStep, ImpactTime};
use crate::model::ReadReplicasField;
use crate::pair::Pair;

const REPLICAS: &str = "RDS user guide: working with read replicas";

pub(super) fn replicas(field: ReadReplicasField, step: &ImpactStep<'_>) -> Impact {
    let Pair { before, after } = super::sides(step).map(|it| it.replicas.count.value);
    if field == ReadReplicasField::count(()) {
        return replica_count(before, after, step);
    }
    // A replica without a counterpart on the other side has no readers to interrupt.
    if before == 0 || after == 0 {
        return Impact::new(
            Class::None,
            "no read replica exists both before and after",
            REPLICAS,
        )
        .on("without read replicas");
    }
    match field {
        ReadReplicasField::count(()) => replica_count(before, after, step),
        ReadReplicasField::instance(()) => replica_class(before, step),
        ReadReplicasField::max_connections(()) => replica_max_connections(before, step),
        ReadReplicasField::via(()) => Impact::new(
            Class::Rolling,
            "the API's pods read from a new address",
            "Kubernetes: a Deployment replaces its pods when their template changes",
        )
        .felt_by(FeltBy::Api),
    }
}

fn replica_count(before: u32, after: u32, step: &ImpactStep<'_>) -> Impact {
    if before == 0 || after == 0 {
        let reason = if before == 0 {
            "pods get the replicas' address once the replicas run"
        } else {
            "pods stop reading from the replicas; then the replicas are deleted"
        };
        let impact = Impact::new(Class::Rolling, reason, REPLICAS).felt_by(FeltBy::Everyone);
        return if before == 0 && !step.before.database.multi_az.value {
            impact
                .on("without Multi-AZ: creating the first replica suspends I/O for about a minute")
        } else {
            impact
        };
    }
    if after < before {
        return Impact::new(
            Class::Rolling,
            "readers of the deleted replicas reconnect",
            REPLICAS,
        )
        .on("fewer replicas")
        .felt_by(FeltBy::Api);
    }
    Impact::new(
        Class::None,
        "new replicas start beside the running ones",
        REPLICAS,
    )
}

/// A replica has no standby, so its readers wait during the resize.
fn replica_class(count: u32, step: &ImpactStep<'_>) -> Impact {
    let impact = if count > 1 {
        Impact::new(
            Class::Rolling,
            "replicas are resized; if you resize one at a time, the others keep serving",
            REPLICAS,
        )
        .on(format!("{count} replicas"))
    } else {
        Impact::new(
            Class::Outage,
            "the only replica is stopped, resized and started again: reads from it wait for minutes",
            REPLICAS,
        )
        .on("one replica")
    };
    impact.felt_by(FeltBy::Api).when(step.when())
}

fn replica_max_connections(count: u32, step: &ImpactStep<'_>) -> Impact {
    if step.changes("database.replicas.instance") {
        let shared = replica_class(count, step);
        let reason =
            "the parameter takes effect in the restart that `database.replicas.instance` causes"
                .into();
        return Impact {
            reason,
            source: PARAMETERS,
            ..shared
        };
    }
    Impact::new(
        Class::Reboot,
        "the parameter is static: it needs a reboot of the replicas, which the step of `tierc plan` does, but no maintenance window",
        PARAMETERS,
    )
    .felt_by(FeltBy::Api)
    .when(ImpactTime::ByHand)
}
