//! The most pods and connections that exist at once while one state becomes the next.
//!
//! The budget of a state counts that state alone. During a step, pods of both states exist: old
//! pods with their old values up to the old maximum, new pods with the new values, terminating
//! pods, and both routes of a read path that moves. The sums here are those of the budgets, over
//! that mixture.

use std::collections::BTreeSet;

use super::connections::{self, RESERVED, Term};
use super::packing::{self, Load, Rooms};
use crate::catalogue::Catalogue;
use crate::model::platform::leaving_at_once;
use crate::model::{Api, Environment, Name, Service, Via, Worker, Workload};
use crate::pair::Pair;
use crate::source::Inputs;

/// What a sum is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SumSubject {
    /// Server connections of the primary.
    Primary,
    /// Server connections of a read replica.
    Replica,
    /// Client connections of PgBouncer.
    Clients,
}

/// The connections that can be open at once, and their limit.
#[derive(Clone, Debug)]
pub struct Sum {
    /// Of what.
    pub subject: SumSubject,
    /// Who opens them.
    pub terms: Vec<Term>,
    /// The limit: the smaller one of both states.
    pub limit: u64,
}

impl Sum {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        connections::total(&self.terms)
    }

    /// Whether they fit.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.total() <= self.limit
    }

    /// The larger sum of the two states.
    #[must_use]
    pub fn steady(&self, sides: Pair<&Environment>) -> u64 {
        let totals = sides.map(|side| steady(self.subject, side));
        totals.before.max(totals.after)
    }
}

fn steady(subject: SumSubject, side: &Environment) -> u64 {
    match subject {
        SumSubject::Primary => connections::primary(side).total(),
        SumSubject::Replica => connections::replica(side).total(),
        SumSubject::Clients => connections::total(&connections::client_connections(side)),
    }
}

/// The connections that can be open during a step. `rolls` says whether the step replaces
/// PgBouncer's pods.
#[must_use]
pub fn connections(sides: Pair<&Environment>, rolls: bool) -> Vec<Sum> {
    let mut sums = vec![primary(sides, rolls), clients(sides)];
    let replicas = sides.map(|side| side.database.replicas.count.value > 0);
    if replicas.before && replicas.after {
        sums.push(replica(sides, rolls));
    }
    sums
}

/// PgBouncer's pods. Each terminating pod keeps its old `max-db` for its old drain. The new
/// Deployment decides how fast pods are replaced, and surplus pods terminate at once. Every
/// declared pod runs beside them. A reload that lowers `max-db` closes no connection in use, and neither does
/// one that removes a database. `further` counts the databases beside `database.dbname`.
fn pooler(sides: Pair<&Environment>, rolls: bool, further: bool) -> Vec<Term> {
    let poolers = sides.map(|side| &side.pgbouncer);
    let (before, after) = (poolers.before, poolers.after);
    let counts = poolers.map(|pooler| pooler.instances.value);
    let removed = counts.before.saturating_sub(counts.after);
    let leaving = if rolls {
        // The Deployment gets its new count before its first new pod, so there are that many old
        // pods.
        let (drain, pace) = (before.drain.value, after.min_ready.value);
        let rolled = leaving_at_once(drain, pace, counts.after);
        removed.saturating_add(rolled)
    } else {
        removed.max(after.draining())
    };
    let names = poolers.map(|pooler| pooler.entries().map(|entry| entry.name));
    let names: BTreeSet<Option<&str>> = names.before.chain(names.after).collect();
    let names = names.into_iter().filter(|name| further || name.is_none());
    let terms = names.flat_map(|name| {
        let max_db = poolers.map(|pooler| {
            let mut entries = pooler.entries();
            let entry = entries.find(|entry| entry.name == name);
            entry.map_or(0, |entry| entry.max_db.value)
        });
        let most = max_db.before.max(max_db.after);
        let who = name.map_or_else(
            || POOLER.to_owned(),
            |name| format!("{POOLER}, database {name}"),
        );
        let draining = Term {
            who: format!("{who}, draining"),
            pods: leaving,
            per_pod: if rolls { max_db.before } else { most },
        };
        let running = Term {
            who,
            pods: counts.after,
            per_pod: most,
        };
        [running, draining]
    });
    terms.collect()
}

/// The owner of PgBouncer's connections.
const POOLER: &str = "pgbouncer";

/// Whether a term counts PgBouncer's connections to the database of `database.dbname`.
#[must_use]
pub fn is_of_first_entry(term: &Term) -> bool {
    let rest = term.who.strip_prefix(POOLER);
    rest.is_some_and(|rest| matches!(rest, "" | ", draining"))
}

fn primary(sides: Pair<&Environment>, rolls: bool) -> Sum {
    let mut terms = pooler(sides, rolls, true);
    terms.extend(services(sides, Via::Direct));
    terms.extend(keda(sides));
    terms.push(direct(sides));
    let usable = sides.map(|side| connections::primary(side).usable);
    Sum {
        subject: SumSubject::Primary,
        terms,
        limit: usable.before.min(usable.after),
    }
}

/// A replica that both routes reach for a while: new pods use the new one, and the old pools stay
/// open until the last old pod has terminated.
fn replica(sides: Pair<&Environment>, rolls: bool) -> Sum {
    let via = sides.map(|side| side.database.replicas.via.value);
    let mut terms = Vec::new();
    if via.before == Via::Pgbouncer || via.after == Via::Pgbouncer {
        terms.extend(pooler(sides, rolls, false));
    }
    match (via.before, via.after) {
        (Via::Direct, Via::Direct) => terms.extend(of_apis(sides, |_, api| {
            u64::from(api.connections.per_pod.value)
        })),
        (Via::Direct, Via::Pgbouncer) => terms.extend(all_of(sides.before)),
        (Via::Pgbouncer, Via::Direct) => terms.extend(all_of(sides.after)),
        (Via::Pgbouncer, Via::Pgbouncer) => {}
    }
    terms.push(direct(sides));
    let most = sides.map(|side| side.database.replicas.max_connections.value);
    Sum {
        subject: SumSubject::Replica,
        terms,
        limit: most.before.min(most.after).saturating_sub(RESERVED).into(),
    }
}

fn all_of(side: &Environment) -> impl Iterator<Item = Term> {
    side.apis().map(|(who, api)| Term {
        who,
        pods: api.peak(),
        per_pod: api.connections.per_pod.value,
    })
}

/// The connections of every API during the step. `weight` says how many a pod of a side has. One that only
/// one side has comes or goes with all of its pods.
fn of_apis(
    sides: Pair<&Environment>,
    weight: impl Fn(&Environment, &Workload) -> u64,
) -> Vec<Term> {
    let names = sides.map(|side| side.api.keys());
    let names: BTreeSet<&Name> = names.before.chain(names.after).collect();
    let mut terms = Vec::new();
    for name in names {
        let who = Api::path(name);
        let of = |side: &Environment| -> Option<u64> {
            Some(weight(side, &side.api.get(name)?.workload))
        };
        let weights = sides.map(of);
        let apis = sides.map(|side| side.api.get(name).map(|api| &api.workload));
        match (
            apis.before.zip(weights.before),
            apis.after.zip(weights.after),
        ) {
            (Some((before, old)), Some((after, new))) => {
                let rolled = Pair::new(before, after).map(Rolled::of);
                terms.extend(mixed(&who, &rolled, Pair::new(old, new)));
            }
            (Some((api, weight)), None) | (None, Some((api, weight))) => terms.push(Term {
                who,
                pods: api.peak(),
                per_pod: u32::try_from(weight).unwrap_or(u32::MAX),
            }),
            (None, None) => {}
        }
    }
    terms
}

/// The larger reserve of both states: it is unknown when uncounted connections close.
fn direct(sides: Pair<&Environment>) -> Term {
    let counts = sides.map(connections::direct);
    let most = counts.before.max(counts.after);
    Term {
        who: "direct".into(),
        pods: 1,
        per_pod: u32::try_from(most).unwrap_or(u32::MAX),
    }
}

/// KEDA's own connections on either side: a trigger that a step removes may be read until the step is done.
fn keda(sides: Pair<&Environment>) -> Vec<Term> {
    let of = |side: &Environment| connections::keda(&side.worker, &mut Inputs::new());
    let Pair { before, after } = sides.map(of);
    let new = after.into_iter().filter(|term| !before.contains(term));
    let new: Vec<Term> = new.collect();
    before.into_iter().chain(new).collect()
}

/// Services that connect over `via` on either side, each with its larger count. Others deploy them,
/// before or after the step.
fn services(sides: Pair<&Environment>, via: Via) -> Vec<Term> {
    let names = sides.map(|side| side.service.keys());
    let names: BTreeSet<&Name> = names.before.chain(names.after).collect();
    let terms = names.into_iter().filter_map(|name| {
        let of = |side: &Environment| -> Option<Term> {
            let service: &Service = side.service.get(name).filter(|it| it.via.value == via)?;
            Some(Term {
                who: format!("service.{name}"),
                pods: service.replicas.value,
                per_pod: service.per_pod.value,
            })
        };
        let terms = sides.map(of);
        let both = terms.after.into_iter().chain(terms.before);
        both.max_by_key(Term::total)
    });
    terms.collect()
}

fn clients(sides: Pair<&Environment>) -> Sum {
    let mut terms = of_apis(sides, |side, api| {
        let connections = &api.connections;
        let reads = connections::reads_through_pgbouncer(side);
        connections.of_a_pod() + u64::from(reads) * u64::from(connections.per_pod.value)
    });
    let names = sides.map(|side| side.worker.keys());
    let names: BTreeSet<&Name> = names.before.chain(names.after).collect();
    for name in names {
        let who = format!("worker.{name}");
        let pools = sides.map(|side| side.worker.get(name));
        match (pools.before, pools.after) {
            (Some(before), Some(after)) => {
                let pools = Pair::new(before, after);
                let weights = pools.map(|it| it.workload.connections.of_a_pod());
                terms.extend(mixed(&who, &pools.map(Rolled::of_pool), weights));
            }
            (Some(pool), None) | (None, Some(pool)) => terms.push(Term {
                who,
                pods: pool.connected(),
                per_pod: u32::try_from(pool.workload.connections.of_a_pod()).unwrap_or(u32::MAX),
            }),
            (None, None) => {}
        }
    }
    terms.extend(services(sides, Via::Pgbouncer));
    let limits = sides.map(|side| {
        let pooler = &side.pgbouncer;
        u64::from(pooler.instances.value).saturating_mul(pooler.clients.max.value.into())
    });
    Sum {
        subject: SumSubject::Clients,
        terms,
        limit: limits.before.min(limits.after),
    }
}

/// The pods of a Deployment on one side of a step.
struct Rolled<'a> {
    workload: &'a Workload,
    most: u32,
    /// Whether terminating pods stay long enough to count beside their replacements.
    stays: bool,
}

impl<'a> Rolled<'a> {
    fn of(workload: &'a Workload) -> Self {
        Self {
            workload,
            most: workload.most(),
            stays: false,
        }
    }

    fn of_pool(pool: &'a Worker) -> Self {
        Self {
            workload: &pool.workload,
            most: pool.most(),
            stays: pool.finishes_long(),
        }
    }
}

/// The old and new pods of a Deployment during its rollout, under the strategy that is applied
/// together with the new template.
#[derive(Clone, Copy)]
struct RolledCounts {
    old: u32,
    new: u32,
}

/// The two extremes of a rollout; every other mixture is between them: every old pod and the first
/// new ones, or every new pod and the last old ones. Pods that terminate slowly all exist beside
/// their replacements.
fn ends(rolled: &Pair<Rolled<'_>>) -> [RolledCounts; 2] {
    let most = rolled.before.most.max(rolled.after.most);
    if rolled.before.stays {
        let all = RolledCounts {
            old: most,
            new: most,
        };
        return [all, all];
    }
    let surge = surge(&rolled.after, most);
    [
        RolledCounts {
            old: most,
            new: surge,
        },
        RolledCounts {
            old: surge,
            new: most,
        },
    ]
}

fn surge(rolled: &Rolled<'_>, pods: u32) -> u32 {
    let surge = rolled.workload.rollout.max_surge.value;
    // A rollout never has more new pods than the Deployment's replicas.
    surge.of_rounded_up(pods).min(pods)
}

/// The connections of a Deployment with old and new pods, at the worse extreme of its rollout. An
/// unchanged Deployment can roll at any time, too, which the budget of a state covers.
fn mixed(who: &str, rolled: &Pair<Rolled<'_>>, weights: Pair<u64>) -> Vec<Term> {
    let term = |who: String, pods: u32, weight: u64| Term {
        who,
        pods,
        per_pod: u32::try_from(weight).unwrap_or(u32::MAX),
    };
    let alike = [
        (peak(&rolled.before), weights.before),
        (peak(&rolled.after), weights.after),
    ];
    let alike = alike
        .into_iter()
        .max_by_key(|(pods, weight)| u64::from(*pods) * weight);
    let (pods, weight) = alike.unwrap_or_default();
    let total = |counts: &RolledCounts| {
        u64::from(counts.old) * weights.before + u64::from(counts.new) * weights.after
    };
    let [first, last] = ends(rolled);
    let worse = if total(&first) >= total(&last) {
        first
    } else {
        last
    };
    if weights.before == weights.after || total(&worse) <= u64::from(pods) * weight {
        return vec![term(who.to_owned(), pods, weight)];
    }
    vec![
        term(format!("{who}, old"), worse.old, weights.before),
        term(format!("{who}, new"), worse.new, weights.after),
    ]
}

/// The most pods of a Deployment when it replaces its pods by identical ones.
fn peak(side: &Rolled<'_>) -> u32 {
    let beside = if side.stays {
        side.most
    } else {
        surge_of(side)
    };
    side.most.saturating_add(beside)
}

fn surge_of(rolled: &Rolled<'_>) -> u32 {
    let surge = rolled.workload.rollout.max_surge.value;
    surge.of_rounded_up(rolled.most)
}

/// What needs room on the nodes during a step, at its worst for CPU and at its worst for memory.
/// `None` if no pod's requests change, or if the node groups change in the same step.
#[must_use]
pub fn loads(sides: Pair<&Environment>, catalogue: &Catalogue) -> Option<(Rooms, [Vec<Load>; 2])> {
    if sides.before.nodes != sides.after.nodes {
        return None;
    }
    let rooms = packing::rooms(sides.after, catalogue)?;
    let loads = sides.map(|side| packing::loads(side, catalogue));
    let otherwise = |load: &Load| {
        let mut before = loads.before.iter().filter(|other| other.who == load.who);
        before.any(|old| (old.cpu, old.memory) != (load.cpu, load.memory))
    };
    if !loads.after.iter().any(otherwise) {
        return None;
    }
    let worst = |weight: fn(&Load) -> u64| {
        let of = |load: &Load| {
            let mut before = loads.before.iter().filter(|other| other.who == load.who);
            let both = before.find(|_| otherwise(load));
            let both = both.and_then(|old| Some((old, rolled(&load.who, sides)?)));
            both.map_or_else(
                || vec![load.clone()],
                |(old, rolled)| placed(Pair::new(old, load), &rolled, weight),
            )
        };
        loads.after.iter().flat_map(of).collect()
    };
    Some((rooms, [worst(|load| load.cpu), worst(|load| load.memory)]))
}

/// The old and new pods of a Deployment at the extreme with the larger requests.
fn placed(loads: Pair<&Load>, rolled: &Pair<Rolled<'_>>, weight: fn(&Load) -> u64) -> Vec<Load> {
    // Pods that terminate slowly only delay their replacements here.
    let short = Pair::new(&rolled.before, &rolled.after).map(|side| Rolled {
        stays: false,
        ..*side
    });
    let total = |counts: &RolledCounts| {
        u64::from(counts.old)
            .saturating_mul(weight(loads.before))
            .saturating_add(u64::from(counts.new).saturating_mul(weight(loads.after)))
    };
    let [first, last] = ends(&short);
    let worse = if total(&first) >= total(&last) {
        first
    } else {
        last
    };
    let with = |load: &Load, state: &str, pods: u32| Load {
        who: format!("{}, {state}", load.who),
        pods,
        ..load.clone()
    };
    vec![
        with(loads.before, "old", worse.old),
        with(loads.after, "new", worse.new),
    ]
}

/// The Deployment of a load, if a rollout replaces its pods.
fn rolled<'a>(who: &str, sides: Pair<&'a Environment>) -> Option<Pair<Rolled<'a>>> {
    let apis = sides.map(|side| side.api_at(who).map(|api| Rolled::of(&api.workload)));
    if let (Some(before), Some(after)) = (apis.before, apis.after) {
        return Some(Pair::new(before, after));
    }
    let name = who.strip_prefix("worker.")?;
    let pool = |side: &'a Environment| -> Option<Rolled<'a>> {
        let mut pools = side.worker.iter();
        let (_, pool) = pools.find(|(known, _)| known.as_str() == name)?;
        Some(Rolled::of_pool(pool))
    };
    let pools = sides.map(pool);
    Some(Pair::new(pools.before?, pools.after?))
}
