//! Connections on both sides of PgBouncer, at the autoscalers' maxima.
//!
//! On the server side, every PgBouncer pod may open `max_db_connections` to a server. During a
//! rollout, draining pods exist beside the declared ones: one if `min-ready` is at least as long as
//! the drain, more if it is shorter. Connections that bypass PgBouncer are added. PostgreSQL
//! reserves 3 slots for superusers, and RDS 2 more.

use std::collections::BTreeMap;

use crate::model::workload::most;
use crate::model::{
    Api, ByApi, Connections, Direct, Environment, Name, Quantity, Queue, Service, Via, Worker,
    Workload,
};
use crate::source::{Inputs, Sourced};

/// Reserved slots: `superuser_reserved_connections` (3) and RDS' own (2).
pub const RESERVED: u32 = 5;

/// Bytes of instance memory per connection in RDS' default for `max_connections`:
/// `LEAST({DBInstanceClassMemory/9531392},5000)`.
pub const BYTES_EACH: u64 = 9_531_392;

/// The maximum of RDS' default, whatever the memory.
pub const CEILING: u64 = 5000;

/// The connections that RDS' default allows for this nominal memory.
#[must_use]
pub fn good_for(memory: Quantity) -> u64 {
    (memory.units() / BYTES_EACH).min(CEILING)
}

/// The connections that the memory certainly allows. RDS' own processes use a part of the nominal
/// memory, so anything above 95% of the formula is uncertain. If the ceiling is lower than that,
/// memory is not the limit.
#[must_use]
pub fn without_doubt(memory: Quantity) -> u64 {
    let given = memory.units() / BYTES_EACH;
    (given.saturating_mul(95).saturating_sub(1) / 100).min(CEILING)
}

/// The smallest `max-connections` at which the derived `max-db` is at least `max_db`. The
/// derivation keeps the connections of `pods` PgBouncer pods, draining pods included, plus those
/// `outside` of them within 90% of the slots, in steps of 5. This is its inverse.
#[must_use]
pub fn connections_for(max_db: u64, pods: u64, outside: u64) -> u64 {
    let stepped = max_db.next_multiple_of(5);
    let pooled = stepped.saturating_mul(pods);
    let wanted = pooled.saturating_add(outside);
    let slots = wanted.saturating_mul(10).div_ceil(9);
    slots.saturating_add(u64::from(RESERVED))
}

/// One summand of a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Who, such as `worker.decisions`.
    pub who: String,
    /// Pods.
    pub pods: u32,
    /// Connections of each.
    pub per_pod: u32,
}

impl Term {
    /// Connections of all of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        u64::from(self.pods) * u64::from(self.per_pod)
    }

    /// Joins what was read for both factors. A factor decides nothing if the other is 0.
    fn join(&self, pods: Inputs, per_pod: Inputs, inputs: &mut Inputs) {
        inputs.join(pods, self.per_pod > 0);
        inputs.join(per_pod, self.pods > 0);
    }
}

/// What may reach one PostgreSQL server.
#[derive(Clone, Debug)]
pub struct ServerBudget {
    /// `(instances + draining) * max-db`, over all databases of PgBouncer that are on this server.
    pub pooled: u64,
    /// Connections that bypass PgBouncer: the `direct` node.
    pub direct: u64,
    /// Pods that connect directly.
    pub terms: Vec<Term>,
    /// `max-connections` without the reserved slots.
    pub usable: u64,
}

impl ServerBudget {
    /// Everything that may be open at once.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.pooled.saturating_add(self.outside())
    }

    /// What does not come through PgBouncer.
    #[must_use]
    pub fn outside(&self) -> u64 {
        self.direct.saturating_add(total(&self.terms))
    }

    /// Whether it fits.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.total() <= self.usable
    }
}

/// The `direct` node's sum.
#[must_use]
pub fn direct(environment: &Environment) -> u64 {
    direct_of(&environment.database.direct, &mut Inputs::new())
}

/// The `direct` node's sum, for a derivation.
pub fn direct_of(direct: &Direct, inputs: &mut Inputs) -> u64 {
    let counts = [
        ("monitoring", &direct.monitoring),
        ("replication", &direct.replication),
        ("admin", &direct.admin),
        ("migrations", &direct.migrations),
    ];
    let mut sum = 0;
    for (step, count) in counts {
        sum += u64::from(*inputs.read(format_args!("database.direct.{step}"), count));
    }
    sum
}

/// What PgBouncer may open to the primary: every entry of `[databases]` counts for itself.
fn pooled(environment: &Environment) -> u64 {
    pooler_pods(environment).saturating_mul(environment.pgbouncer.max_db())
}

/// What PgBouncer may open to a replica, over the entry for reads.
fn pooled_reads(environment: &Environment) -> u64 {
    pooler_pods(environment).saturating_mul(environment.pgbouncer.pool.max_db.value.into())
}

/// What the pools of `database.dbname` have to leave on the primary: everything outside of PgBouncer, and
/// its further databases.
#[must_use]
pub fn beside_the_first(environment: &Environment) -> u64 {
    let others = environment.pgbouncer.max_db_of_others();
    let others = pooler_pods(environment).saturating_mul(others);
    primary(environment).outside().saturating_add(others)
}

/// PgBouncer pods that can exist at once: the declared ones and the draining ones.
#[must_use]
pub fn pooler_pods(environment: &Environment) -> u64 {
    let pgbouncer = &environment.pgbouncer;
    u64::from(pgbouncer.instances.value) + u64::from(pgbouncer.draining())
}

/// What may reach the primary.
#[must_use]
pub fn primary(environment: &Environment) -> ServerBudget {
    ServerBudget {
        pooled: pooled(environment),
        direct: direct(environment),
        terms: past_pgbouncer(environment),
        usable: u64::from(
            environment
                .database
                .max_connections
                .value
                .saturating_sub(RESERVED),
        ),
    }
}

/// Connections that one read replica may get. It is a server of its own, and all readers may reach
/// the same one.
#[must_use]
pub fn replica(environment: &Environment) -> ServerBudget {
    let replicas = &environment.database.replicas;
    let (pooled, terms) = match replicas.via.value {
        Via::Pgbouncer => (pooled_reads(environment), Vec::new()),
        Via::Direct => (
            0,
            environment
                .apis()
                .map(|(who, api)| at_peak(who, api))
                .collect(),
        ),
    };
    ServerBudget {
        pooled,
        direct: direct(environment),
        terms,
        usable: u64::from(replicas.max_connections.value.saturating_sub(RESERVED)),
    }
}

/// Connections that KEDA keeps open for each of its triggers that reads the database: the pool of Go's
/// `database/sql` keeps two idle ones, and a poll and the HPA may ask at once.
pub const OF_KEDA: u32 = 2;

/// Everything that connects to the primary directly, besides the `direct` node.
fn past_pgbouncer(environment: &Environment) -> Vec<Term> {
    let inputs = &mut Inputs::new();
    let mut terms = services(&environment.service, Via::Direct, inputs);
    terms.extend(keda(&environment.worker, inputs));
    terms
}

/// KEDA's own connections: one trigger for each queue in a table.
pub fn keda(pools: &BTreeMap<Name, Worker>, inputs: &mut Inputs) -> Vec<Term> {
    let mut terms = Vec::new();
    for (pool, worker) in pools {
        for queue in &worker.queue {
            if let Queue::PostgresqlQueue(queue) = queue {
                let name = &queue.name.value;
                inputs.read(format_args!("worker.{pool}.queue.{name}.name"), &queue.name);
                terms.push(Term {
                    who: format!("KEDA, for worker.{pool}.queue.{name}"),
                    pods: 1,
                    per_pod: OF_KEDA,
                });
            }
        }
    }
    terms
}

/// The connections of the services that connect in one way.
pub fn services(services: &BTreeMap<Name, Service>, via: Via, inputs: &mut Inputs) -> Vec<Term> {
    services_to(services, via, |_| true, inputs)
}

/// The connections of the services that connect in one way, to the databases of PgBouncer that are `wanted`.
fn services_to(
    services: &BTreeMap<Name, Service>,
    via: Via,
    wanted: impl Fn(Option<&str>) -> bool,
    inputs: &mut Inputs,
) -> Vec<Term> {
    let mut terms = Vec::new();
    for (name, service) in services {
        let who = format!("service.{name}");
        let (mut way, mut pods, mut per_pod) = (Inputs::new(), Inputs::new(), Inputs::new());
        let to = way.read_optional(
            format_args!("{who}.connections.database"),
            service.database.as_ref(),
        );
        let goes = *way.read(format_args!("{who}.connections.via"), &service.via) == via;
        let counts = goes && wanted(to.map(String::as_str));
        let term = Term {
            pods: *pods.read(format_args!("{who}.replicas"), &service.replicas),
            per_pod: *per_pod.read(format_args!("{who}.connections.per-pod"), &service.per_pod),
            who,
        };
        inputs.join(way, term.total() > 0);
        let mut counted = Inputs::new();
        term.join(pods, per_pod, &mut counted);
        inputs.join(counted, counts);
        if counts {
            terms.push(term);
        }
    }
    terms
}

/// Transactions that may need a server connection at once: every pod at the autoscalers' maxima.
#[must_use]
pub fn demand(environment: &Environment) -> Vec<Term> {
    demand_for(environment, None)
}

/// What [`demand`] is for one entry of PgBouncer: that of `database.dbname`, or the further database of
/// this name.
#[must_use]
pub fn demand_for(environment: &Environment, entry: Option<&str>) -> Vec<Term> {
    let (api, worker, service) = (&environment.api, &environment.worker, &environment.service);
    demand_of(entry, api, worker, service, &mut Inputs::new())
}

/// What [`demand_for`] is of these workloads, for a derivation.
pub fn demand_of(
    entry: Option<&str>,
    api: &ByApi<Api>,
    worker: &BTreeMap<Name, Worker>,
    service: &BTreeMap<Name, Service>,
    inputs: &mut Inputs,
) -> Vec<Term> {
    let mut terms = Vec::new();
    for (name, api) in api {
        terms.extend(at_maximum(
            Api::path(name),
            &api.workload,
            None,
            entry,
            inputs,
        ));
    }
    for (name, pool) in worker {
        let who = format!("worker.{name}");
        let pause = pool.pause.as_ref();
        terms.extend(at_maximum(who, &pool.workload, pause, entry, inputs));
    }
    let to = |database: Option<&str>| database == entry;
    terms.extend(services_to(service, Via::Pgbouncer, to, inputs));
    terms
}

/// The connections of a workload to an entry of PgBouncer at its autoscaler's maximum, or at the count that
/// may be in force instead; `None` if it does not use the entry.
fn at_maximum(
    who: String,
    workload: &Workload,
    pause: Option<&Sourced<u32>>,
    entry: Option<&str>,
    inputs: &mut Inputs,
) -> Option<Term> {
    let (step, each) = match entry {
        None => ("per-pod".to_owned(), &workload.connections.per_pod),
        Some(entry) => {
            let step = format!("database.{entry}.per-pod");
            (step, &workload.connections.to(entry)?.per_pod)
        }
    };
    let counts = [
        ("replicas.max", Some(&workload.replicas.max)),
        ("hold", workload.hold.as_ref()),
        ("pause", pause),
    ];
    let [max, hold, pause] = counts.map(|(step, count)| {
        let mut read = Inputs::new();
        let count = read.read_optional(format_args!("{who}.{step}"), count);
        (count.copied(), read)
    });
    let most = most(max.0.unwrap_or_default(), [hold.0, pause.0]);
    let mut pods = Inputs::new();
    for (count, read) in [max, hold, pause] {
        pods.join(read, count == Some(most));
    }
    let mut per_pod = Inputs::new();
    let term = Term {
        pods: most,
        per_pod: *per_pod.read(format_args!("{who}.connections.{step}"), each),
        who,
    };
    term.join(pods, per_pod, inputs);
    Some(term)
}

/// The connections of an API at its maximum, the surge of a rollout included.
fn at_peak(who: String, api: &Workload) -> Term {
    Term {
        who,
        pods: api.peak(),
        per_pod: api.connections.per_pod.value,
    }
}

/// Client connections that PgBouncer must accept: the maxima plus the surge of every rollout. If a
/// pool's pods end slowly, all old pods exist beside all new ones. If APIs read from replicas through
/// PgBouncer, each has a second address there, and a second pool of the same size. Each further
/// database has pools of its own.
#[must_use]
pub fn client_connections(environment: &Environment) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut push = |who: &str, pods: u32, connections: &Connections, reads: bool| {
        let mut of = |who: String, per_pod: u32| terms.push(Term { who, pods, per_pod });
        of(who.to_owned(), connections.per_pod.value);
        if reads {
            of(format!("{who}, reading"), connections.per_pod.value);
        }
        for further in &connections.database {
            let who = format!("{who}, database {}", further.database.value);
            of(who, further.per_pod.value);
        }
    };
    let reads = reads_through_pgbouncer(environment);
    for (who, api) in environment.apis() {
        push(&who, api.peak(), &api.connections, reads);
    }
    for (name, worker) in &environment.worker {
        let connections = &worker.workload.connections;
        push(
            &format!("worker.{name}"),
            worker.connected(),
            connections,
            false,
        );
    }
    terms.extend(services(
        &environment.service,
        Via::Pgbouncer,
        &mut Inputs::new(),
    ));
    terms
}

/// Whether each API opens a second pool at PgBouncer, for the read replicas.
#[must_use]
pub fn reads_through_pgbouncer(environment: &Environment) -> bool {
    let replicas = &environment.database.replicas;
    replicas.count.value > 0 && replicas.via.value == Via::Pgbouncer
}

/// The sum of terms; it saturates.
#[must_use]
pub fn total(terms: &[Term]) -> u64 {
    let totals = terms.iter().map(Term::total);
    totals.fold(0, u64::saturating_add)
}

/// A sum for the reader: `20 x 5 (api) + 10 x 3 (worker.worker) = 130`.
#[must_use]
pub fn arithmetic(terms: &[Term]) -> String {
    let parts: Vec<String> = terms
        .iter()
        .map(|term| format!("{} x {} ({})", term.pods, term.per_pod, term.who))
        .collect();
    format!("{} = {}", parts.join(" + "), total(terms))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gib(count: u64) -> Quantity {
        Quantity::from_mebibytes(count * 1024)
    }

    #[test]
    fn memory_is_good_for_what_the_default_of_rds_gives() {
        // By GiB: the formula's result, and what stays below 95% of it.
        for (memory, good, sure) in [
            (4, 450, 427),
            (8, 901, 855),
            (16, 1802, 1711),
            (32, 3604, 3423),
            (64, 5000, 5000),
            (128, 5000, 5000),
        ] {
            let memory = gib(memory);
            assert_eq!((good_for(memory), without_doubt(memory)), (good, sure));
        }
    }

    #[test]
    fn the_fewest_connections_give_the_pool_that_is_asked_for() {
        for (max_db, instances, outside) in [(55, 2, 20), (60, 2, 20), (83, 3, 20), (5, 1, 0)] {
            let enough = connections_for(max_db, instances + 1, outside);
            // The derivation of `max-db`: within 90%, rounded down to a multiple of 5.
            let derived = |max: u64| {
                let usable = max - u64::from(RESERVED);
                (9 * usable).saturating_sub(outside.saturating_mul(10)) / (10 * (instances + 1)) / 5
                    * 5
            };
            assert!(derived(enough) >= max_db, "{max_db}");
            assert!(derived(enough - 1) < max_db, "{max_db}");
        }
    }

    #[test]
    fn a_sum_shows_its_terms() {
        let term = |who: &str, pods, per_pod| Term {
            who: who.to_owned(),
            pods,
            per_pod,
        };
        let terms = [term("api", 20, 5), term("worker.worker", 10, 3)];
        assert_eq!(total(&terms), 130);
        let shown = "20 x 5 (api) + 10 x 3 (worker.worker) = 130";
        assert_eq!(arithmetic(&terms), shown);
    }
}
