//! What is up at once, at worst, while one state becomes the next.
//!
//! A budget of a state counts what that state says. While a step runs, pods of both states exist
//! side by side: old pods with their old values up to the old maximum, new ones with theirs, pods
//! that leave, and both ways of a read path that moves. The sums here are those of the budgets of
//! states, over that mixture.

use std::collections::BTreeSet;

use super::connections::{self, RESERVED, Term};
use super::packing::{self, Load, Rooms};
use crate::catalogue::Catalogue;
use crate::model::platform::leaving_at_once;
use crate::model::{Environment, Name, Service, Via, Worker, Workload};
use crate::pair::Pair;

/// What a sum is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Server connections of the primary.
    Primary,
    /// Server connections of a read replica.
    Replica,
    /// Client connections of PgBouncer.
    Clients,
}

/// Connections that can be open at once, and how many there may be.
#[derive(Clone, Debug)]
pub struct Sum {
    /// Of what.
    pub subject: Subject,
    /// Who opens them.
    pub terms: Vec<Term>,
    /// How many may be open: the fewer of both states.
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

    /// The larger of what the two states can ask for.
    #[must_use]
    pub fn steady(&self, sides: Pair<&Environment>) -> u64 {
        let totals = sides.map(|side| steady(self.subject, side));
        totals.before.max(totals.after)
    }
}

fn steady(subject: Subject, side: &Environment) -> u64 {
    match subject {
        Subject::Primary => connections::primary(side).total(),
        Subject::Replica => connections::replica(side).total(),
        Subject::Clients => connections::total(&connections::client_connections(side)),
    }
}

/// The connections that can be open while a step runs. `rolls` says whether the step replaces
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

/// PgBouncer's pods. Each that leaves keeps its old `max-db` for its old drain. The new
/// Deployment says how fast they follow each other; those that are no longer declared leave at
/// once. Beside them runs every declared pod; a reload that lowers `max-db` closes no connection
/// that is in use.
fn pooler(sides: Pair<&Environment>, rolls: bool) -> Vec<Term> {
    let poolers = sides.map(|side| &side.pgbouncer);
    let (before, after) = (poolers.before, poolers.after);
    let counts = poolers.map(|pooler| pooler.instances.value);
    let removed = counts.before.saturating_sub(counts.after);
    let leaving = if rolls {
        // The Deployment has its new count before its first new pod: old pods are as many as that.
        let (drain, pace) = (before.drain.value, after.min_ready.value);
        let rolled = leaving_at_once(drain, pace, counts.after);
        removed.saturating_add(rolled)
    } else {
        removed.max(after.draining())
    };
    let max_db = poolers.map(|pooler| pooler.pool.max_db.value);
    let most = max_db.before.max(max_db.after);
    vec![
        Term {
            who: "pgbouncer".into(),
            pods: counts.after,
            per_pod: most,
        },
        Term {
            who: "pgbouncer, draining".into(),
            pods: leaving,
            per_pod: if rolls { max_db.before } else { most },
        },
    ]
}

fn primary(sides: Pair<&Environment>, rolls: bool) -> Sum {
    let mut terms = pooler(sides, rolls);
    terms.extend(services(sides, Via::Direct));
    terms.push(direct(sides));
    let usable = sides.map(|side| connections::primary(side).usable);
    Sum {
        subject: Subject::Primary,
        terms,
        limit: usable.before.min(usable.after),
    }
}

/// A replica that is read over both ways for a while: pods that are new take the new one, and the
/// pools of the old one stay open until the last pod has left it.
fn replica(sides: Pair<&Environment>, rolls: bool) -> Sum {
    let via = sides.map(|side| side.database.replicas.via.value);
    let mut terms = Vec::new();
    if via.before == Via::Pgbouncer || via.after == Via::Pgbouncer {
        terms.extend(pooler(sides, rolls));
    }
    let api = sides.map(|side| &side.api.workload);
    match (via.before, via.after) {
        (Via::Direct, Via::Direct) => {
            let weights = api.map(|api| u64::from(api.connections.per_pod.value));
            terms.extend(mixed("api", &api.map(Rolled::of), weights));
        }
        (Via::Direct, Via::Pgbouncer) => terms.push(all_of(api.before)),
        (Via::Pgbouncer, Via::Direct) => terms.push(all_of(api.after)),
        (Via::Pgbouncer, Via::Pgbouncer) => {}
    }
    terms.push(direct(sides));
    let most = sides.map(|side| side.database.replicas.max_connections.value);
    Sum {
        subject: Subject::Replica,
        terms,
        limit: most.before.min(most.after).saturating_sub(RESERVED).into(),
    }
}

fn all_of(api: &Workload) -> Term {
    Term {
        who: "api".into(),
        pods: api.peak(),
        per_pod: api.connections.per_pod.value,
    }
}

/// Connections that are set aside, because it is unknown when uncounted connections close.
fn direct(sides: Pair<&Environment>) -> Term {
    let counts = sides.map(connections::direct);
    let most = counts.before.max(counts.after);
    Term {
        who: "direct".into(),
        pods: 1,
        per_pod: u32::try_from(most).unwrap_or(u32::MAX),
    }
}

/// Services that connect over `via` on either side, each with what it has more of: others deploy
/// them, before or after the step.
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
    let api = sides.map(|side| &side.api.workload);
    let weights = sides.map(|side| {
        let pools = 1 + u64::from(connections::reads_through_pgbouncer(side));
        pools * u64::from(side.api.workload.connections.per_pod.value)
    });
    let mut terms = mixed("api", &api.map(Rolled::of), weights);
    let names = sides.map(|side| side.worker.keys());
    let names: BTreeSet<&Name> = names.before.chain(names.after).collect();
    for name in names {
        let who = format!("worker.{name}");
        let pools = sides.map(|side| side.worker.get(name));
        match (pools.before, pools.after) {
            (Some(before), Some(after)) => {
                let pools = Pair::new(before, after);
                let weights = pools.map(|it| it.workload.connections.per_pod.value.into());
                terms.extend(mixed(&who, &pools.map(Rolled::of_pool), weights));
            }
            (Some(pool), None) | (None, Some(pool)) => terms.push(Term {
                who,
                pods: pool.connected(),
                per_pod: pool.workload.connections.per_pod.value,
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
        subject: Subject::Clients,
        terms,
        limit: limits.before.min(limits.after),
    }
}

/// Pods of a Deployment on one side of a step.
struct Rolled<'a> {
    workload: &'a Workload,
    most: u32,
    /// Whether pods that leave stay long enough to be counted beside those that replace them.
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

/// Old pods and new ones of a Deployment: pods and how many come on top, under the strategy that is
/// applied together with the new template.
#[derive(Clone, Copy)]
struct Counts {
    old: u32,
    new: u32,
}

/// The two ends of a rollout, between which every mixture lies: every old pod and the first new
/// ones, every new pod and the last old ones. Pods that stay long after they were told to go are
/// all there beside all that replace them.
fn ends(rolled: &Pair<Rolled<'_>>) -> [Counts; 2] {
    let most = rolled.before.most.max(rolled.after.most);
    if rolled.before.stays {
        let all = Counts {
            old: most,
            new: most,
        };
        return [all, all];
    }
    let surge = surge(&rolled.after, most);
    [
        Counts {
            old: most,
            new: surge,
        },
        Counts {
            old: surge,
            new: most,
        },
    ]
}

fn surge(rolled: &Rolled<'_>, pods: u32) -> u32 {
    let surge = rolled.workload.rollout.max_surge.value;
    // A rollout never has more new pods than the Deployment asks for.
    surge.of_rounded_up(pods).min(pods)
}

/// The connections of a Deployment whose pods are old and new, at the worse end of its rollout. A
/// rollout of like for like can begin at any time, too, before the step or after it: that is what
/// the budget of a state counts.
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
    let total = |counts: &Counts| {
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

/// The pods of a Deployment that replaces its pods by others that are alike.
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

/// What asks for room on the nodes while a step runs, once at its worst for CPU and once for
/// memory; none where no pod asks for other room than before, and where the nodes change with
/// them, for those come and go by themselves.
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

/// Old and new pods of a Deployment at the end of its rollout that asks for more.
fn placed(loads: Pair<&Load>, rolled: &Pair<Rolled<'_>>, weight: fn(&Load) -> u64) -> Vec<Load> {
    // Pods that stay long after they were told to go only delay those that replace them.
    let short = Pair::new(&rolled.before, &rolled.after).map(|side| Rolled {
        stays: false,
        ..*side
    });
    let total = |counts: &Counts| {
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

/// The Deployment that a load is of, where a rollout replaces its pods by others.
fn rolled<'a>(who: &str, sides: Pair<&'a Environment>) -> Option<Pair<Rolled<'a>>> {
    if who == "api" {
        return Some(sides.map(|side| Rolled::of(&side.api.workload)));
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
