//! What a change of the RDS instance does.

mod replicas;
mod storage;

use super::workload::TEMPLATE;
use super::{Class, FeltBy, Impact, ImpactStep, ImpactTime, Undo};
use crate::model::Version;
use crate::model::{
    BackupField, Database, DatabaseField, DirectField, Environment, MaintenanceField, SslMode,
};
use crate::pair::Pair;

const MODIFYING: &str = "RDS user guide: modifying a DB instance, available settings";
const PARAMETERS: &str = "RDS user guide: static parameters take effect after a reboot";
const PGBOUNCER: &str = "PgBouncer 1.25, doc/config.md: settings that RELOAD applies";
const TERRAFORM: &str = "terraform-provider-aws, aws_db_instance: arguments that force a new one";

/// The first major version in which `rds.force_ssl` is dynamic.
const FORCES_SSL: u32 = 15;

pub(super) fn database(field: DatabaseField, step: &ImpactStep<'_>) -> Impact {
    match field {
        DatabaseField::name(()) => name(step),
        DatabaseField::instance(()) => class(step),
        DatabaseField::engine(()) => engine(step),
        DatabaseField::max_connections(()) => max_connections(step),
        DatabaseField::multi_az(()) => multi_az(step),
        DatabaseField::storage(field) => storage::storage(field, step),
        DatabaseField::replicas(field) => replicas::replicas(field, step),
        DatabaseField::direct(
            DirectField::monitoring(())
            | DirectField::replication(())
            | DirectField::admin(())
            | DirectField::migrations(()),
        ) => Impact::new(
            Class::None,
            "only the connection budget counts it differently",
            "tierc: direct connections are counted, never rendered",
        ),
        DatabaseField::backup(BackupField::days(())) => backup_days(step),
        DatabaseField::backup(BackupField::window(())) => unfelt("only the backup window moves"),
        DatabaseField::maintenance(MaintenanceField::window(())) => {
            unfelt("only the maintenance window moves")
        }
        DatabaseField::maintenance(MaintenanceField::apply(())) => {
            unfelt("this only decides when later changes are applied")
        }
        DatabaseField::endpoint(()) => reload(
            "PgBouncer connects to the new host; connections to the old host close when they are released",
        ),
        DatabaseField::dbname(()) => replaced("the database name cannot be changed"),
        DatabaseField::user(()) => user(step),
        DatabaseField::master(()) => replaced("the master user's name cannot be changed"),
        DatabaseField::tls(()) => tls(step),
        DatabaseField::env_host(())
        | DatabaseField::env_port(())
        | DatabaseField::env_name(())
        | DatabaseField::env_user(())
        | DatabaseField::env_password(()) => Impact::new(
            Class::Rolling,
            "pods read the parts of a connection from other variables",
            TEMPLATE,
        )
        .felt_by(FeltBy::Everyone),
    }
}

fn name(step: &ImpactStep<'_>) -> Impact {
    let reason = "the instance is renamed and reboots at once; its host name changes";
    Impact::new(Class::Outage, reason, MODIFYING)
        .felt_by(FeltBy::Everyone)
        .when(step.when())
}

fn reload(reason: &str) -> Impact {
    Impact::new(Class::Reload, reason, PGBOUNCER)
}

fn sides<'a>(step: &ImpactStep<'a>) -> Pair<&'a Database> {
    Pair::new(step.before, step.after).map(|side: &'a Environment| &side.database)
}

fn unfelt(reason: &str) -> Impact {
    Impact::new(Class::None, reason, MODIFYING)
}

fn replaced(reason: &str) -> Impact {
    Impact::new(
        Class::Replace,
        format!("{reason}: Terraform would create a new, empty instance instead"),
        TERRAFORM,
    )
    .felt_by(FeltBy::Everyone)
    .undo(Undo::Harder)
}

/// The Secrets contain the role, and pods read them at their start.
fn user(step: &ImpactStep<'_>) -> Impact {
    let names = sides(step).map(|it| &it.user.value);
    Impact::new(
        Class::Rolling,
        "pods connect as the new role from their next start",
        "tierc: Secrets contain the role, and pods read them when they start",
    )
    .felt_by(FeltBy::Nobody)
    .heed(format!(
        "create the role `{}` with the rights of `{}` before any pod restarts",
        names.after, names.before
    ))
}

/// A restart of the primary. It is short if there is a standby on both sides of the step.
fn restart(reason: Pair<&str>, step: &ImpactStep<'_>) -> Impact {
    let Pair { before, after } = sides(step).map(|it| it.multi_az.value);
    let impact = if before && after {
        Impact::new(Class::Failover, reason.before, MODIFYING)
            .on("with Multi-AZ")
            .lasts(60, 120)
    } else {
        let condition = match (before, after) {
            (false, true) => "Multi-AZ is not on yet: once it is on, this is a failover",
            (true, false) => {
                "Multi-AZ is being turned off: as long as it is on, this is a failover"
            }
            (true, true) | (false, false) => "without Multi-AZ",
        };
        Impact::new(Class::Outage, reason.after, MODIFYING).on(condition)
    };
    impact.felt_by(FeltBy::Everyone).when(step.when())
}

fn class(step: &ImpactStep<'_>) -> Impact {
    let reason = Pair::new(
        "RDS resizes the standby and fails over to it",
        "RDS stops the instance, resizes it and starts it again: this takes minutes",
    );
    restart(reason, step)
}

fn engine(step: &ImpactStep<'_>) -> Impact {
    let Pair { before, after } = sides(step).map(|it| {
        let version = Version::lenient(&it.engine.value);
        (version.major(), version.minor())
    });
    let down = after.0 < before.0 || (after.0 == before.0 && after.1 < before.1);
    if after.0 == before.0 && after.1.is_none() {
        return unfelt(
            "any minor version of this major version is accepted, including the running one",
        );
    }
    if down && (after.0 != before.0 || before.1.is_some()) {
        return Impact::new(
            Class::Impossible,
            "RDS cannot downgrade: restore a snapshot from before the upgrade",
            MODIFYING,
        )
        .felt_by(FeltBy::Everyone);
    }
    let (reason, condition) = if after.0 == before.0 {
        (
            "primary and standby are upgraded together, and unavailable until both are done",
            "a minor version",
        )
    } else {
        (
            "the instance is unavailable during the upgrade; read replicas are upgraded too",
            "a major version",
        )
    };
    Impact::new(Class::Outage, reason, MODIFYING)
        .on(condition)
        .felt_by(FeltBy::Everyone)
        .undo(Undo::Never)
        .when(step.when())
}

/// A static parameter: it takes effect in a restart for a new class or version, else in a manual
/// reboot.
fn max_connections(step: &ImpactStep<'_>) -> Impact {
    for path in ["database.instance", "database.engine"] {
        if step.changes(path) {
            let shared = if path == "database.instance" {
                class(step)
            } else {
                engine(step)
            };
            if shared.class > Class::None && shared.class < Class::Impossible {
                let reason =
                    format!("the parameter takes effect in the restart that `{path}` causes");
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
        "the parameter is static: it needs a reboot, which the step of `tierc plan` does, but no maintenance window",
        PARAMETERS,
    );
    let impact = if before && after {
        impact
            .on("with Multi-AZ: a reboot with failover")
            .lasts(60, 120)
    } else {
        impact.on("without Multi-AZ: a plain reboot")
    };
    impact.felt_by(FeltBy::Everyone).when(ImpactTime::ByHand)
}

fn multi_az(step: &ImpactStep<'_>) -> Impact {
    if step.after.database.multi_az.value {
        Impact::new(
            Class::OnlineDegraded,
            "RDS creates a standby from a snapshot; latency rises until it catches up",
            MODIFYING,
        )
        .felt_by(FeltBy::Everyone)
        .when(step.when())
    } else {
        unfelt("the standby is deleted; there is no failover from now on").when(step.when())
    }
}

fn backup_days(step: &ImpactStep<'_>) -> Impact {
    let Pair { before, after } = sides(step).map(|it| it.backup.days.value > 0);
    if before == after {
        return unfelt("only the backup retention changes");
    }
    let what = if after { "on" } else { "off" };
    Impact::new(
        Class::Outage,
        format!("turning backups {what} causes a short outage"),
        MODIFYING,
    )
    .felt_by(FeltBy::Everyone)
    .when(step.when())
}

/// The Deployment always mounts the CA bundle, so only the configuration changes.
fn tls(step: &ImpactStep<'_>) -> Impact {
    let verifies = |mode: SslMode| match mode {
        SslMode::VerifyCa | SslMode::VerifyFull => true,
        SslMode::Disable | SslMode::Prefer | SslMode::Require => false,
    };
    let impact =
        reload("PgBouncer reloads its TLS settings; open connections close when they are released");
    let plain = sides(step).map(|it| it.tls.value == SslMode::Disable);
    let major = Version::lenient(&step.after.database.engine.value).major();
    if plain.before != plain.after && major < FORCES_SSL {
        return Impact::new(
            Class::Reboot,
            "`rds.force_ssl` needs a reboot, which the step of `tierc plan` does, but no maintenance window",
            PARAMETERS,
        )
        .on("before PostgreSQL 15: the parameter is static")
        .felt_by(FeltBy::Everyone)
        .when(ImpactTime::ByHand);
    }
    let Pair { before, after } = sides(step).map(|it| verifies(it.tls.value));
    match (before, after) {
        (false, true) => impact.on("the certificate is checked from now on"),
        (true, false) => impact.on("the certificate is no longer checked"),
        (true, true) | (false, false) => impact,
    }
}
