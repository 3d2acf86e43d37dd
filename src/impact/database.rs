//! What a change of the RDS instance and its replicas does.

use super::{Class, FeltBy, Impact, Step, Undo, When};
use crate::model::{
    BackupField, Database, DatabaseField, DirectField, Environment, MaintenanceField,
    ReadReplicasField, SslMode, StorageField,
};
use crate::pair::Pair;

const MODIFYING: &str = "RDS user guide: modifying a DB instance, available settings";
const PARAMETERS: &str = "RDS user guide: static parameters take effect after a reboot";
const STORAGE: &str = "RDS user guide: increasing DB instance storage capacity";
const REPLICAS: &str = "RDS user guide: working with read replicas";
const PGBOUNCER: &str = "PgBouncer 1.25, doc/config.md: settings that RELOAD applies";
const TERRAFORM: &str = "terraform-provider-aws, aws_db_instance: arguments that force a new one";

/// From this size on RDS stripes a PostgreSQL volume over four.
const STRIPED_FROM: u32 = 400;

pub(super) fn database(field: DatabaseField, step: &Step<'_>) -> Impact {
    match field {
        DatabaseField::name(()) => Impact::new(
            Class::Outage,
            "the instance is renamed and reboots at once; its host name changes",
            MODIFYING,
        )
        .felt_by(FeltBy::Everyone)
        .when(step.when()),
        DatabaseField::instance(()) => class(step),
        DatabaseField::engine(()) => engine(step),
        DatabaseField::max_connections(()) => max_connections(step),
        DatabaseField::multi_az(()) => multi_az(step),
        DatabaseField::storage(field) => storage(field, step),
        DatabaseField::replicas(field) => replicas(field, step),
        DatabaseField::direct(
            DirectField::monitoring(())
            | DirectField::replication(())
            | DirectField::admin(())
            | DirectField::migrations(()),
        ) => Impact::new(
            Class::None,
            "it is counted with other connections",
            "tierc: direct connections are counted, never rendered",
        ),
        DatabaseField::backup(BackupField::days(())) => backup_days(step),
        DatabaseField::backup(BackupField::window(())) => {
            unfelt("backups are taken at another time")
        }
        DatabaseField::maintenance(MaintenanceField::window(())) => {
            unfelt("maintenance happens at another time")
        }
        DatabaseField::maintenance(MaintenanceField::apply(())) => {
            unfelt("it says when later changes happen")
        }
        DatabaseField::endpoint(()) => Impact::new(
            Class::Reload,
            "PgBouncer reads another host; connections to the old one end when they are released",
            PGBOUNCER,
        ),
        DatabaseField::dbname(()) => {
            replaced("the database's name belongs to the instance for life")
        }
        DatabaseField::user(()) => {
            replaced("the master user's name belongs to the instance for life")
        }
        DatabaseField::tls(()) => tls(step),
    }
}

fn sides<'a>(step: &Step<'a>) -> Pair<&'a Database> {
    Pair::new(step.before, step.after).map(|side: &'a Environment| &side.database)
}

fn unfelt(reason: &str) -> Impact {
    Impact::new(Class::None, reason, MODIFYING)
}

fn replaced(reason: &str) -> Impact {
    Impact::new(
        Class::Replace,
        format!("{reason}: a new one takes its place, empty"),
        TERRAFORM,
    )
    .felt_by(FeltBy::Everyone)
    .undo(Undo::Harder)
}

/// A restart of the primary: short where a standby takes over on both sides of the step.
fn restart(reason: Pair<&str>, step: &Step<'_>) -> Impact {
    let Pair { before, after } = sides(step).map(|it| it.multi_az.value);
    let impact = if before && after {
        Impact::new(Class::Failover, reason.before, MODIFYING)
            .on("with Multi-AZ")
            .lasts(60, 120)
    } else {
        let condition = match (before, after) {
            (false, true) => "without Multi-AZ yet: a failover, once that is on",
            (true, false) => "without Multi-AZ any more: a failover, while that is still on",
            (true, true) | (false, false) => "without Multi-AZ",
        };
        Impact::new(Class::Outage, reason.after, MODIFYING).on(condition)
    };
    impact.felt_by(FeltBy::Everyone).when(step.when())
}

fn class(step: &Step<'_>) -> Impact {
    let reason = Pair::new(
        "RDS resizes the standby and fails over to it",
        "RDS stops the instance, resizes it and starts it: minutes",
    );
    restart(reason, step)
}

/// Major, and minor where it is stated.
fn version(engine: &str) -> (u32, Option<u32>) {
    let mut numbers = engine.split('.').map(|number| number.parse().ok());
    (
        numbers.next().flatten().unwrap_or(0),
        numbers.next().flatten(),
    )
}

fn engine(step: &Step<'_>) -> Impact {
    let Pair { before, after } = sides(step).map(|it| version(&it.engine.value));
    let down = after.0 < before.0 || (after.0 == before.0 && after.1 < before.1);
    if after.0 == before.0 && after.1.is_none() {
        return unfelt("any minor version of the same major will do, the one that runs too");
    }
    if down && (after.0 != before.0 || before.1.is_some()) {
        return Impact::new(
            Class::Impossible,
            "RDS does not go back to an older version: restore a snapshot taken before it",
            MODIFYING,
        )
        .felt_by(FeltBy::Everyone);
    }
    let (reason, condition) = if after.0 == before.0 {
        (
            "primary and standby are upgraded together, away until both are",
            "a minor version",
        )
    } else {
        (
            "PostgreSQL is upgraded with the instance away; replicas are upgraded too",
            "a major version",
        )
    };
    Impact::new(Class::Outage, reason, MODIFYING)
        .on(condition)
        .felt_by(FeltBy::Everyone)
        .undo(Undo::Never)
        .when(step.when())
}

/// A static parameter: in the restart that a new class or version needs anyway, else by hand.
fn max_connections(step: &Step<'_>) -> Impact {
    for path in ["database.instance", "database.engine"] {
        if step.changes(path) {
            let shared = if path == "database.instance" {
                class(step)
            } else {
                engine(step)
            };
            if shared.class > Class::None && shared.class < Class::Impossible {
                let reason = format!("the parameter takes effect in the restart of `{path}`");
                return Impact {
                    reason,
                    source: PARAMETERS,
                    ..shared
                };
            }
        }
    }
    let Pair { before, after } = sides(step).map(|it| it.multi_az.value);
    let impact = Impact::new(
        Class::Reboot,
        "the parameter is static: it waits until the instance is rebooted, which no window does",
        PARAMETERS,
    );
    let impact = if before && after {
        impact
            .on("with Multi-AZ: a reboot with failover")
            .lasts(60, 120)
    } else {
        impact.on("without Multi-AZ: a plain reboot")
    };
    impact.felt_by(FeltBy::Everyone).when(When::ByHand)
}

fn multi_az(step: &Step<'_>) -> Impact {
    if step.after.database.multi_az.value {
        Impact::new(
            Class::OnlineDegraded,
            "a standby is made from a snapshot; latency rises until it has caught up",
            MODIFYING,
        )
        .felt_by(FeltBy::Everyone)
        .when(step.when())
    } else {
        unfelt("the standby goes; nothing takes over from now on").when(step.when())
    }
}

fn storage(field: StorageField, step: &Step<'_>) -> Impact {
    match field {
        StorageField::gib(()) => gib(step),
        StorageField::max_gib(()) => max_gib(step),
        StorageField::kind(()) => waits(unfelt("the volume changes its type online"), step),
        StorageField::iops(()) => waits(unfelt("the volume gets other IOPS online"), step),
        StorageField::throughput(()) => {
            waits(unfelt("the volume gets another throughput online"), step)
        }
    }
}

/// After a change of the volume RDS takes none for six hours.
fn waits(impact: Impact, step: &Step<'_>) -> Impact {
    let reason = format!("{}; no further change of it for 6 h", impact.reason);
    Impact {
        reason,
        source: STORAGE,
        ..impact
    }
    .undo(Undo::Harder)
    .when(step.when())
}

fn gib(step: &Step<'_>) -> Impact {
    let Pair { before, after } = sides(step).map(|it| it.storage.gib.value);
    if after < before {
        return Impact::new(
            Class::Impossible,
            format!("RDS does not shrink a volume: it stays at {before} GiB"),
            STORAGE,
        );
    }
    if before < STRIPED_FROM && after >= STRIPED_FROM {
        let impact = Impact::new(
            Class::OnlineDegraded,
            "RDS stripes the volume over four, for hours",
            STORAGE,
        )
        .on("across 400 GiB")
        .felt_by(FeltBy::Everyone);
        return waits(impact, step).undo(Undo::Never);
    }
    let impact = waits(unfelt("the volume grows online"), step).undo(Undo::Never);
    // 10% is the least step: RDS rounds up to it.
    if u64::from(after) * 10 < u64::from(before) * 11 {
        let least = (u64::from(before) * 11).div_ceil(10);
        return impact.on(format!("less than 10%: RDS makes it {least} GiB"));
    }
    impact
}

/// The ceiling of a volume that cannot shrink has to stay above it.
fn max_gib(step: &Step<'_>) -> Impact {
    let Pair { before, after } = sides(step).map(|it| &it.storage);
    let shrinks = after.gib.value < before.gib.value;
    let least = (u64::from(before.gib.value) * 11).div_ceil(10);
    if shrinks && after.max_gib.value != 0 && u64::from(after.max_gib.value) < least {
        return Impact::new(
            Class::Impossible,
            format!(
                "the volume stays at {} GiB, and its ceiling at {least} or more",
                before.gib.value
            ),
            STORAGE,
        );
    }
    Impact {
        source: STORAGE,
        ..unfelt("storage autoscaling has another ceiling")
    }
}

fn backup_days(step: &Step<'_>) -> Impact {
    let Pair { before, after } = sides(step).map(|it| it.backup.days.value > 0);
    if before == after {
        return unfelt("backups are kept for another time");
    }
    let what = if after { "on" } else { "off" };
    Impact::new(
        Class::Outage,
        format!("turning backups {what} is a short outage"),
        MODIFYING,
    )
    .felt_by(FeltBy::Everyone)
    .when(step.when())
}

fn tls(step: &Step<'_>) -> Impact {
    let verifies = |mode: SslMode| match mode {
        SslMode::VerifyCa | SslMode::VerifyFull => true,
        SslMode::Disable | SslMode::Prefer | SslMode::Require => false,
    };
    let Pair { before, after } = sides(step).map(|it| verifies(it.tls.value));
    if before == after {
        return Impact::new(
            Class::Reload,
            "PgBouncer reads how it trusts the server; open connections end when they are released",
            PGBOUNCER,
        );
    }
    Impact::new(
        Class::Rolling,
        "PgBouncer's pods mount the CA bundle, or no longer",
        "Kubernetes: a Deployment replaces its pods when their template changes",
    )
    .on(if after {
        "the certificate is checked from now on"
    } else {
        "the certificate is no longer checked"
    })
    .felt_by(FeltBy::Everyone)
}

fn replicas(field: ReadReplicasField, step: &Step<'_>) -> Impact {
    let Pair { before, after } = sides(step).map(|it| it.replicas.count.value);
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
