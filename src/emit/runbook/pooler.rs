//! PgBouncer: its connections, and how many more pods the database allows.

use serde::Serialize;

use super::procedures::Procedures;
use crate::action::kubectl::{logged, pods, scaled};
use crate::action::{Action, Manifests, PoolerDeployment, Question};
use crate::budget::connections as budget;
use crate::catalogue::Catalogue;
use crate::emit::alerts::Watch;
use crate::emit::{lock, pgbouncer, secret};
use crate::model::platform::leaving_at_once;
use crate::model::{Environment, Pgbouncer, PoolerDatabase};

/// PgBouncer.
#[derive(Serialize)]
pub(super) struct Pooler {
    deployment: String,
    instances: u32,
    default: u32,
    reserve: u32,
    /// Of the database of the application.
    max_db: u32,
    further: Vec<RunbookEntry>,
    /// The connections of one pod to all databases, and as a factor.
    all: u64,
    each: String,
    clients: u32,
    admin: &'static str,
    auth_secret: String,
    /// Connections of the database, without the reserved ones.
    usable: u64,
    outside: u64,
    /// The most pods whose pools fit beside the draining ones.
    most: u64,
    /// How many pods drain at once, with the present count and with one more.
    draining: u32,
    draining_of_more: u32,
    image: String,
    /// Whether pgbouncer_exporter can connect, and its first version that can.
    measurable: bool,
    safe: String,
    /// Whether alerts watch it.
    watched: bool,
    pub(super) sh: Procedures,
}

/// A further database of PgBouncer.
#[derive(Serialize)]
struct RunbookEntry {
    name: String,
    dbname: String,
    size: u32,
    reserve: u32,
    max_db: u32,
    mode: String,
}

fn further(entry: &PoolerDatabase) -> RunbookEntry {
    RunbookEntry {
        name: entry.name.value.clone(),
        dbname: entry.dbname.value.clone(),
        size: entry.pool_size.value,
        reserve: entry.reserve.value,
        max_db: entry.max_db.value,
        mode: entry.mode.value.to_string(),
    }
}

pub(super) fn pooler(environment: &Environment, catalogue: &Catalogue, watch: &Watch) -> Pooler {
    let pooler = &environment.pgbouncer;
    let primary = budget::primary(environment);
    let room = primary.usable.saturating_sub(primary.outside());
    let max_db = pooler.max_db();
    let ini = pgbouncer::ini(environment, catalogue);
    let most = beside_draining(room / max_db.max(1), pooler);
    let leaving = |pods| leaving_at_once(pooler.drain.value, pooler.min_ready.value, pods);
    Pooler {
        deployment: pooler.name.value.to_string(),
        instances: pooler.instances.value,
        default: pooler.pool.default.value,
        reserve: pooler.pool.reserve.value,
        max_db: pooler.pool.max_db.value,
        further: pooler.database.iter().map(further).collect(),
        all: max_db,
        each: pooler.each_pod(),
        clients: pooler.clients.max.value,
        admin: pgbouncer::ADMIN_USER,
        auth_secret: secret::userlist(environment).secret,
        usable: primary.usable,
        outside: primary.outside(),
        draining: leaving(u32::try_from(most).unwrap_or(u32::MAX)),
        draining_of_more: leaving(pooler.instances.value.saturating_add(1)),
        most,
        image: pooler.image.value.clone(),
        measurable: catalogue.ignores_startup_parameters(&pooler.image.value),
        safe: catalogue.pgbouncer_safe.clone(),
        watched: watch.measures_pooler,
        sh: procedures(environment, most, &ini),
    }
}

fn procedures(environment: &Environment, most: u64, ini: &str) -> Procedures {
    let namespace = environment.namespace.value.to_string();
    let deployment = environment.pgbouncer.name.value.to_string();
    let labels = format!("app={deployment}");
    let digest = lock::hash(ini.as_bytes());
    Procedures::default()
        .with(
            "look",
            [
                pods(&deployment, &namespace).into(),
                logged(labels, &namespace, 20).into(),
            ],
        )
        .with(
            "pools",
            [Action::ShowConsole {
                pooler: PoolerDeployment {
                    namespace: namespace.clone(),
                    deployment: deployment.clone(),
                },
                questions: vec!["SHOW POOLS", "SHOW DATABASES"],
            }],
        )
        .with(
            "reload",
            [
                Action::Apply {
                    manifests: Manifests::File("kubernetes/pgbouncer.yaml".into()),
                },
                Action::Reload {
                    namespace: namespace.clone(),
                    deployment: deployment.clone(),
                    config: format!("{}/config/pgbouncer.ini", pgbouncer::FOLDER),
                    digest: digest.trim_start_matches("sha256:").to_owned(),
                },
            ],
        )
        .with_some(
            "scale",
            (most > u64::from(environment.pgbouncer.instances.value)).then(|| {
                [
                    scaled(&deployment, &namespace, most).into(),
                    Question::RolledOut {
                        namespace: namespace.clone(),
                        deployment: deployment.clone(),
                    }
                    .into(),
                ]
            }),
        )
}

/// The most pods that can be declared if the database has room for the pools of `pods` pods, those that
/// drain included.
fn beside_draining(pods: u64, pooler: &Pgbouncer) -> u64 {
    let (drain, pace) = (pooler.drain.value, pooler.min_ready.value);
    let draining = u64::from(leaving_at_once(drain, pace, u32::MAX));
    if pods >= draining.saturating_mul(2) {
        pods - draining
    } else {
        // If there are fewer pods than can drain at once, all of them drain at once.
        pods / 2
    }
}
