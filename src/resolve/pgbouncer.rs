//! PgBouncer, and the pool sizes that follow from demand and from what the server has to give.

use crate::ast::{Ast, Over, Part, Written};
use crate::budget::connections::{self, RESERVED};
use crate::model::declaration::Settled as _;
use crate::model::{Clients, Duration, Environment, Name, Pgbouncer, Pool, Resources, Via};
use crate::source::Sourced;

use super::resolver::Resolver;
use super::workload::by_convention;

pub(super) fn resolve(
    resolver: &mut Resolver<'_>,
    file: &Ast,
    tier: &Ast,
    app: &Name,
) -> Pgbouncer {
    let node = file
        .stated
        .pgbouncer
        .clone()
        .over(tier.stated.pgbouncer.clone());
    let name = format!("{app}-pgbouncer");
    let drain = resolver.need(node.drain, "pgbouncer.drain");
    let later = || Sourced::derived(1, "pool-for-demand", Vec::new(), String::new(), false);
    Pgbouncer {
        name: resolver.or_derive(node.name, || by_convention(&name)),
        instances: resolver.need(node.instances, "pgbouncer.instances"),
        pool: Pool {
            default: later(),
            max_db: later(),
            reserve: later(),
        },
        clients: Clients::settle(node.clients, resolver, "pgbouncer.clients"),
        mode: resolver.need(node.mode, "pgbouncer.mode"),
        image: resolver.need(node.image, "pgbouncer.image"),
        options: resolver.maybe(node.options),
        requests: Resources::settle(node.requests, resolver, "pgbouncer.requests"),
        limits: Resources::settle(node.limits, resolver, "pgbouncer.limits"),
        min_ready: resolver.or_derive(node.min_ready, || as_long_as(&drain)),
        drain,
    }
}

/// `min-ready`: the drain, so that one pod drains at a time.
fn as_long_as(drain: &Sourced<Duration>) -> Sourced<Duration> {
    Sourced::derived(
        drain.value,
        "one-pod-drains",
        vec!["pgbouncer.drain".to_owned()],
        format!("as long as a pod drains: {}", drain.value),
        drain.sound,
    )
}

/// Fills the pool sizes in, from the merged environment, where nobody writes them.
pub(super) fn derive_pool(
    resolver: &mut Resolver<'_>,
    file: &Ast,
    tier: &Ast,
    environment: &mut Environment,
) {
    let node = file
        .stated
        .pgbouncer
        .pool
        .clone()
        .over(tier.stated.pgbouncer.pool.clone());
    let whole = [
        Part::Api,
        Part::Worker,
        Part::Service,
        Part::Database,
        Part::Pgbouncer,
    ]
    .iter()
    .all(|part| !resolver.broken.contains(part));
    let sound = whole && inputs_sound(environment);
    let pick =
        |written: Written<u32>, derived: Sourced<u32>| resolver.or_derive(written, || derived);
    environment.pgbouncer.pool.default = pick(node.default, for_demand(environment, sound));
    environment.pgbouncer.pool.max_db = pick(node.max_db, for_server(environment, sound));
    environment.pgbouncer.pool.reserve = pick(node.reserve, in_reserve(environment, sound));
}

fn inputs_sound(environment: &Environment) -> bool {
    let database = &environment.database;
    let direct = &database.direct;
    let workload = |workload: &crate::model::Workload| {
        workload.replicas.max.sound
            && workload.connections.per_pod.sound
            && workload.hold.as_ref().is_none_or(|hold| hold.sound)
    };
    let pooler = &environment.pgbouncer;
    pooler.instances.sound
        && pooler.drain.sound
        && pooler.min_ready.sound
        && database.max_connections.sound
        && [
            &direct.monitoring,
            &direct.replication,
            &direct.admin,
            &direct.migrations,
        ]
        .iter()
        .all(|count| count.sound)
        && workload(&environment.api.workload)
        && environment.worker.values().all(|pool| {
            workload(&pool.workload) && pool.pause.as_ref().is_none_or(|pause| pause.sound)
        })
        && environment
            .service
            .values()
            .all(|service| service.replicas.sound && service.per_pod.sound && service.via.sound)
}

fn demand_inputs(environment: &Environment) -> Vec<String> {
    let mut inputs = vec!["pgbouncer.instances".to_owned()];
    let mut add = |who: &str, steps: &[(&str, bool)]| {
        let stated = steps.iter().filter(|(_, stated)| *stated);
        inputs.extend(stated.map(|(step, _)| format!("{who}.{step}")));
    };
    let api = &environment.api.workload;
    let pods = |hold: bool, pause: bool| {
        [
            ("replicas.max", true),
            ("hold", hold),
            ("pause", pause),
            ("connections.per-pod", true),
        ]
    };
    add("api", &pods(api.hold.is_some(), false));
    for (name, pool) in &environment.worker {
        let steps = pods(pool.workload.hold.is_some(), pool.pause.is_some());
        add(&format!("worker.{name}"), &steps);
    }
    for name in environment.service.keys() {
        let steps = [("replicas", true), ("connections.per-pod", true)];
        add(&format!("service.{name}"), &steps);
    }
    inputs
}

/// `default`: demand at the autoscalers' maxima over the instances, rounded up to 5.
fn for_demand(environment: &Environment, sound: bool) -> Sourced<u32> {
    let terms = connections::demand(environment);
    let instances = u64::from(environment.pgbouncer.instances.value.max(1));
    let total = connections::total(&terms);
    let share = total.div_ceil(instances);
    let value = share.div_ceil(5).max(1).saturating_mul(5);
    let done = if share == 0 {
        format!("at least {value}")
    } else {
        format!("rounded up to 5: {value}")
    };
    let arithmetic = format!(
        "{}; / {instances} instances = {}, {done}",
        connections::arithmetic(&terms),
        quotient(i128::from(total), instances)
    );
    Sourced::derived(
        fit(value),
        "pool-for-demand",
        demand_inputs(environment),
        arithmetic,
        sound,
    )
}

/// `max-db`: twice the default pool, but no more than keeps (instances + draining) of them and the
/// direct connections within 90% of what the server has; rounded down to 5 where it is as much, else
/// to a whole number, at least 1 because 0 means no limit to PgBouncer.
fn for_server(environment: &Environment, sound: bool) -> Sourced<u32> {
    let default = &environment.pgbouncer.pool.default;
    let double = u64::from(default.value) * 2;
    let max = u64::from(environment.database.max_connections.value);
    let usable = max.saturating_sub(u64::from(RESERVED));
    let direct = connections::primary(environment).outside();
    let draining = environment.pgbouncer.draining();
    let pods = u64::from(environment.pgbouncer.instances.value) + u64::from(draining);
    let left = 9 * i128::from(usable) - 10 * i128::from(direct);
    let room = u64::try_from(left).unwrap_or_default() / (10 * pods);
    let (value, done) = within(double.min(room));
    let arithmetic = format!(
        "the smaller of 2 x {} = {double} and (0.9 x ({max} - {RESERVED}) - {direct} direct) / ({} + {draining} draining) = {}, {done}",
        default.value,
        environment.pgbouncer.instances.value,
        quotient(left, 10 * pods)
    );
    let inputs = server_inputs(environment);
    let sound = sound && default.sound;
    Sourced::derived(fit(value), "pool-within-server", inputs, arithmetic, sound)
}

/// What `max-db` becomes where `smaller` is the most it can be, and what was done to that.
fn within(smaller: u64) -> (u64, String) {
    match smaller {
        0 => (1, "but at least 1: 0 is no limit to PgBouncer".to_owned()),
        1..5 => (
            smaller,
            format!("rounded down to a whole number: {smaller}"),
        ),
        _ => {
            let value = smaller / 5 * 5;
            (value, format!("rounded down to 5: {value}"))
        }
    }
}

/// A quotient as prose says it: with a digit behind the point where it is no whole number.
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

/// What `max-db` is derived from.
fn server_inputs(environment: &Environment) -> Vec<String> {
    let inputs = [
        "pgbouncer.pool.default",
        "pgbouncer.instances",
        "database.max-connections",
        "database.direct.monitoring",
        "database.direct.replication",
        "database.direct.admin",
        "database.direct.migrations",
    ];
    let mut inputs = inputs.map(str::to_owned).to_vec();
    if environment.pgbouncer.draining() > 1 {
        inputs.extend(["pgbouncer.drain", "pgbouncer.min-ready"].map(str::to_owned));
    }
    let services = environment.service.iter();
    for (name, _) in services.filter(|(_, service)| service.via.value == Via::Direct) {
        inputs.extend(
            ["replicas", "connections.per-pod"].map(|step| format!("service.{name}.{step}")),
        );
    }
    inputs
}

/// `reserve`: 5, or what is left between the default pool and `max-db`.
fn in_reserve(environment: &Environment, sound: bool) -> Sourced<u32> {
    let pool = &environment.pgbouncer.pool;
    let left = pool.max_db.value.saturating_sub(pool.default.value);
    let value = left.min(5);
    let arithmetic = format!(
        "the smaller of 5 and {} - {} = {left}",
        pool.max_db.value, pool.default.value
    );
    let inputs = vec![
        "pgbouncer.pool.default".to_owned(),
        "pgbouncer.pool.max-db".to_owned(),
    ];
    Sourced::derived(
        value,
        "pool-reserve",
        inputs,
        arithmetic,
        sound && pool.default.sound && pool.max_db.sound,
    )
}

fn fit(value: u64) -> u32 {
    let most = i32::MAX.unsigned_abs();
    u32::try_from(value).map_or(most, |value| value.min(most))
}
