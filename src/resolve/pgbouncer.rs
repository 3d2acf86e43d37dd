//! PgBouncer, and the pool sizes that are derived from the demand and from the server's connections.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::ast::{Ast, Over, Spoil as _, TopPart, Written};
use crate::budget::connections::{self, RESERVED};
use crate::model::declaration::Settled as _;
use crate::model::platform::leaving_at_once;
use crate::model::{
    Api, ByApi, Clients, Database, Duration, Name, Pgbouncer, Pool, PoolMode, PoolNode,
    PoolerDatabase, PoolerDatabaseNode, Resources, Service, Via, Worker,
};
use crate::source::{Inputs, Sourced};

use super::resolver::Resolver;
use super::workload::{by_convention, sorted};

/// The clients of PgBouncer, and its server.
pub(super) struct Neighbours<'a> {
    pub(super) api: &'a ByApi<Api>,
    pub(super) worker: &'a BTreeMap<Name, Worker>,
    pub(super) service: &'a BTreeMap<Name, Service>,
    pub(super) database: &'a Database,
}

pub(super) fn resolve(
    resolver: &mut Resolver<'_>,
    file: &Ast,
    tier: &Ast,
    app: &Sourced<Name>,
    neighbours: &Neighbours<'_>,
) -> Pgbouncer {
    let node = file
        .stated
        .pgbouncer
        .clone()
        .over(tier.stated.pgbouncer.clone());
    let instances = resolver.need(node.instances, "pgbouncer.instances");
    let drain = resolver.need(node.drain, "pgbouncer.drain");
    let min_ready = resolver.or_derive(node.min_ready, || as_long_as(&drain));
    let pods = PoolerPods {
        instances: &instances,
        drain: &drain,
        min_ready: &min_ready,
    };
    let mode = resolver.need(node.mode, "pgbouncer.mode");
    let mut found = Sizes {
        pods: &pods,
        neighbours,
        incomplete: INPUTS.iter().any(|part| resolver.broken.contains(part)),
    };
    let unread_entries = node.database.broken;
    let database = databases(resolver, node.database, &mode, &found, uses_unread(file));
    found.incomplete |= unread_entries;
    let mut pool = pool(resolver, node.pool, &database, &found);
    // A queue that could not be read may be one that KEDA reads over connections of its own.
    if file.stated.worker.values().any(|pool| pool.queue.broken) {
        for size in [&mut pool.max_db, &mut pool.reserve] {
            size.sound &= !size.is_derived();
        }
    }
    Pgbouncer {
        name: resolver.or_derive(node.name, || by_convention(app, "pgbouncer")),
        pool,
        clients: Clients::settle(node.clients, resolver, "pgbouncer.clients"),
        mode,
        database,
        image: resolver.need(node.image, "pgbouncer.image"),
        options: resolver.maybe(node.options),
        requests: Resources::settle(node.requests, resolver, "pgbouncer.requests"),
        limits: Resources::settle(node.limits, resolver, "pgbouncer.limits"),
        instances,
        drain,
        min_ready,
    }
}

/// `min-ready`: the drain, so that one pod drains at a time.
fn as_long_as(drain: &Sourced<Duration>) -> Sourced<Duration> {
    let mut inputs = Inputs::new();
    let drain = *inputs.read("pgbouncer.drain", drain);
    let arithmetic = format!("as long as a pod drains: {drain}");
    inputs.derive(drain, "one-pod-drains", arithmetic)
}

/// PgBouncer's pods, and how they drain.
struct PoolerPods<'a> {
    instances: &'a Sourced<u32>,
    drain: &'a Sourced<Duration>,
    min_ready: &'a Sourced<Duration>,
}

/// The parts from which pool sizes are derived.
const INPUTS: [TopPart; 5] = [
    TopPart::Api,
    TopPart::Worker,
    TopPart::Service,
    TopPart::Database,
    TopPart::Pgbouncer,
];

/// What pool sizes are derived from.
struct Sizes<'a> {
    pods: &'a PoolerPods<'a>,
    neighbours: &'a Neighbours<'a>,
    /// Whether a part of it could not be read. It is missing then, so the results are in doubt.
    incomplete: bool,
}

impl Sizes<'_> {
    fn inputs(&self) -> Inputs {
        let mut inputs = Inputs::new();
        if self.incomplete {
            inputs.doubt();
        }
        inputs
    }
}

/// Whether a workload's use of further databases could not be read.
fn uses_unread(file: &Ast) -> bool {
    let apis = file.stated.api.values();
    let apis = apis.map(|api| &api.workload.connections);
    let workers = file.stated.worker.values();
    let pools = workers.map(|pool| &pool.workload.connections);
    let services = file.stated.service.values();
    pools.chain(apis).any(|it| it.database.broken)
        || services.into_iter().any(|service| service.database.broken)
}

/// The further databases: each value is the stated one, else derived.
fn databases(
    resolver: &Resolver<'_>,
    nodes: Written<Vec<PoolerDatabaseNode>>,
    mode: &Sourced<PoolMode>,
    sizes: &Sizes<'_>,
    uses_unread: bool,
) -> Vec<PoolerDatabase> {
    let broken = nodes.broken;
    let nodes = nodes.value.map(|nodes| nodes.value).unwrap_or_default();
    let entries = nodes.into_iter().filter_map(|mut node| {
        if broken {
            node.spoil();
        }
        let name = resolver.maybe(node.name)?;
        let path = format!("pgbouncer.database.{}", name.value);
        let dbname = resolver.or_derive(node.dbname, || {
            let mut inputs = Inputs::new();
            let name = inputs.read(format_args!("{path}.name"), &name).clone();
            let arithmetic = format!("`{name}`, the name of the entry");
            inputs.derive(name, "dbname-as-entry", arithmetic)
        });
        let size = resolver.or_derive(node.pool_size, || {
            let mut inputs = sizes.inputs();
            if uses_unread {
                inputs.doubt();
            }
            // The workloads that connect to it state its name.
            inputs.read(format_args!("{path}.name"), &name);
            for_demand(Some(&name.value), inputs, sizes)
        });
        let max_db = resolver.or_derive(node.max_db, || {
            let mut inputs = Inputs::new();
            let size = *inputs.read(format_args!("{path}.pool-size"), &size);
            let arithmetic = format!("as many as the pool of one role: {size}");
            inputs.derive(size, "pool-of-one-role", arithmetic)
        });
        let paths = [format!("{path}.pool-size"), format!("{path}.max-db")];
        let reserve = resolver.or_derive(node.reserve, || {
            in_reserve(sizes.inputs(), (&paths[0], &size), (&paths[1], &max_db))
        });
        let mode = resolver.or_derive(node.mode, || {
            let mut inputs = Inputs::new();
            let mode = *inputs.read("pgbouncer.mode", mode);
            inputs.derive(
                mode,
                "mode-of-pgbouncer",
                format!("`pgbouncer.mode`, which is {mode}"),
            )
        });
        Some(PoolerDatabase {
            name,
            dbname,
            pool_size: size,
            max_db,
            reserve,
            mode,
        })
    });
    sorted(entries, |entry| entry.name.value.clone())
}

/// The pool sizes: each is the stated one, else it is derived from the previous ones.
fn pool(
    resolver: &Resolver<'_>,
    node: PoolNode,
    others: &[PoolerDatabase],
    sizes: &Sizes<'_>,
) -> Pool {
    let default = resolver.or_derive(node.default, || for_demand(None, sizes.inputs(), sizes));
    let max_db = resolver.or_derive(node.max_db, || {
        for_server(sizes.inputs(), &default, others, sizes)
    });
    let reserve = resolver.or_derive(node.reserve, || {
        in_reserve(
            sizes.inputs(),
            ("pgbouncer.pool.default", &default),
            ("pgbouncer.pool.max-db", &max_db),
        )
    });
    Pool {
        default,
        max_db,
        reserve,
    }
}

/// `default`: demand at the autoscalers' maxima over the instances, rounded up to 5.
fn for_demand(entry: Option<&str>, mut inputs: Inputs, sizes: &Sizes<'_>) -> Sourced<u32> {
    let (pods, neighbours) = (sizes.pods, sizes.neighbours);
    let mut pooler = Inputs::new();
    let instances = *pooler.read("pgbouncer.instances", pods.instances);
    let mut workloads = Inputs::new();
    let terms = connections::demand_of(
        entry,
        neighbours.api,
        neighbours.worker,
        neighbours.service,
        &mut workloads,
    );
    let instances = u64::from(instances.max(1));
    let total = connections::total(&terms);
    inputs.join(pooler, total > 0);
    inputs.join(workloads, true);
    let share = total.div_ceil(instances);
    let value = share.div_ceil(5).max(1).saturating_mul(5);
    let done = if share == 0 {
        format!("at least {value}")
    } else {
        format!("rounded up to a multiple of 5: {value}")
    };
    let asked = if terms.is_empty() {
        "nothing connects to it".to_owned()
    } else {
        connections::arithmetic(&terms)
    };
    let arithmetic = format!(
        "{asked}; {total} / {instances} instances = {}, {done}",
        quotient(i128::from(total), instances)
    );
    inputs.derive(fit(value), "pool-for-demand", arithmetic)
}

/// `max-db`: twice the default pool, limited so that (instances + draining) x `max-db` plus the direct
/// connections stay within 90% of the server's connections. The further databases of PgBouncer get theirs
/// first. It is rounded down to a multiple of 5 if it
/// is at least 5, else to a whole number. It is at least 1, because 0 means no limit to PgBouncer.
fn for_server(
    mut inputs: Inputs,
    default: &Sourced<u32>,
    others: &[PoolerDatabase],
    sizes: &Sizes<'_>,
) -> Sourced<u32> {
    let (pods, neighbours) = (sizes.pods, sizes.neighbours);
    let database = neighbours.database;
    let (mut pooler, mut leaving) = (Inputs::new(), Inputs::new());
    let (mut demand, mut server) = (Inputs::new(), Inputs::new());
    let default = *demand.read("pgbouncer.pool.default", default);
    let instances = *pooler.read("pgbouncer.instances", pods.instances);
    let max = *server.read("database.max-connections", &database.max_connections);
    let direct = connections::direct_of(&database.direct, &mut server);
    let drain = *leaving.read("pgbouncer.drain", pods.drain);
    let min_ready = *leaving.read("pgbouncer.min-ready", pods.min_ready);
    let services = connections::services(neighbours.service, Via::Direct, &mut server);
    let double = u64::from(default) * 2;
    let max = u64::from(max);
    let usable = max.saturating_sub(u64::from(RESERVED));
    let keda = connections::keda(neighbours.worker, &mut server);
    let direct = direct
        .saturating_add(connections::total(&services))
        .saturating_add(connections::total(&keda));
    let draining = leaving_at_once(drain, min_ready, instances);
    let pods = u64::from(instances) + u64::from(draining);
    let left = 9 * i128::from(usable) - 10 * i128::from(direct);
    let mut taken = 0_u64;
    let mut further = String::new();
    for other in others {
        let name = &other.name.value;
        let path = format!("pgbouncer.database.{name}.max-db");
        let max_db = *server.read(path, &other.max_db);
        taken = taken.saturating_add(max_db.into());
        let _ = write!(further, " - {max_db} ({name})");
    }
    let each_pod = u64::try_from(left).unwrap_or_default() / (10 * pods);
    let room = each_pod.saturating_sub(taken);
    // One pod drains in any case, however long it takes. Nothing is shared if nothing is left.
    pooler.join(leaving, draining > 1);
    let mut shared = Inputs::new();
    shared.join(pooler, left > 0);
    shared.join(server, true);
    inputs.join(demand, double <= room);
    inputs.join(shared, room <= double);
    let (value, done) = within(double.min(room));
    let rest = left - 10 * i128::from(pods) * i128::from(taken);
    let arithmetic = format!(
        "the smaller of 2 x {default} = {double} and (0.9 x ({max} - {RESERVED}) - {direct} direct) / ({instances} + {draining} draining){further} = {}, {done}",
        quotient(rest, 10 * pods)
    );
    inputs.derive(fit(value), "pool-within-server", arithmetic)
}

/// `reserve`: 5, or what is left between the default pool and `max-db`.
fn in_reserve(
    mut inputs: Inputs,
    (default_path, default): (&str, &Sourced<u32>),
    (max_db_path, max_db): (&str, &Sourced<u32>),
) -> Sourced<u32> {
    let mut pools = Inputs::new();
    let default = *pools.read(default_path, default);
    let max_db = *pools.read(max_db_path, max_db);
    let left = max_db.saturating_sub(default);
    inputs.join(pools, left <= 5);
    let arithmetic = format!("the smaller of 5 and {max_db} - {default} = {left}");
    inputs.derive(left.min(5), "pool-reserve", arithmetic)
}

/// The value of `max-db` for the upper bound `smaller`, and the rounding in words.
fn within(smaller: u64) -> (u64, String) {
    match smaller {
        0 => (
            1,
            "but at least 1, because 0 means no limit to PgBouncer".to_owned(),
        ),
        1..5 => (
            smaller,
            format!("rounded down to a whole number: {smaller}"),
        ),
        _ => {
            let value = smaller / 5 * 5;
            (value, format!("rounded down to a multiple of 5: {value}"))
        }
    }
}

/// A quotient for prose, with one decimal if it is not a whole number.
fn quotient(numerator: i128, denominator: u64) -> String {
    let denominator = i128::from(denominator);
    let tenths = numerator * 10 / denominator;
    if numerator < 0 {
        "less than 0".to_owned()
    } else if numerator % denominator == 0 {
        format!("{}", numerator / denominator)
    } else if tenths == 0 {
        "less than 0.1".to_owned()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

fn fit(value: u64) -> u32 {
    let most = i32::MAX.unsigned_abs();
    u32::try_from(value).map_or(most, |value| value.min(most))
}
