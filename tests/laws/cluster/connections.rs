//! The connections that are open during a step.

use std::collections::{BTreeMap, BTreeSet};

use tierc::model::{Environment, Via};
use tierc::pair::Pair;

use super::Demand;
use super::applied::Applied;
use super::rollout::{Deployment, heaviest, nothing_of};

/// The larger of both sides of every service.
fn larger(sides: Pair<&Applied<'_>>, via: Via) -> u64 {
    let (before, after) = (sides.before.services(via), sides.after.services(via));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let of = |side: &BTreeMap<String, u64>, name: &String| side.get(name).copied().unwrap_or(0);
    let largest = names
        .into_iter()
        .map(|name| of(&before, name).max(of(&after, name)));
    largest.sum()
}

/// The largest weight of the pods of the API or of a pool. A rollout without a change of the template may
/// start at any time, so it counts, too.
fn of_workload(sides: &Pair<Deployment>) -> u64 {
    // Pods with a grace period of up to a minute end before the other pods are replaced.
    let stays = sides.before.grace > 60;
    let again = |side: &Deployment| {
        let mut other = side.clone();
        other.template.push('*');
        heaviest(&Pair::new(side.clone(), other), side.grace > 60)
    };
    heaviest(sides, stays)
        .max(again(&sides.before))
        .max(again(&sides.after))
}

/// Connections of the primary, of a replica, and clients of PgBouncer.
#[allow(clippy::too_many_lines)] // a paragraph for each budget
pub(super) fn asked(sides: Pair<&Applied<'_>>) -> Vec<Demand> {
    let (before, after) = (sides.before, sides.after);
    let poolers = Pair::new(before.pooler(), after.pooler());
    let pooled = heaviest(&poolers, true);
    let aside = before.aside().max(after.aside());
    let limit = |of: fn(&Environment) -> u32| {
        u64::from(of(before.environment).min(of(after.environment))).saturating_sub(5)
    };
    let mut asked = vec![Demand::new(
        "connection-budget-exceeded",
        "primary",
        pooled + aside + larger(sides, Via::Direct),
        limit(|side| side.database.max_connections.value),
    )];
    let names = [before, after].map(|side| side.environment.api.keys());
    let names: BTreeSet<String> = names
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    let apis: Vec<Pair<Deployment>> = names
        .iter()
        .map(|name| match (before.api(name), after.api(name)) {
            (Some(one), Some(other)) => Pair::new(one, other),
            (Some(api), None) => Pair::new(api.clone(), nothing_of(&api)),
            (None, Some(api)) => Pair::new(nothing_of(&api), api),
            (None, None) => unreachable!("a side has `{name}`"),
        })
        .collect();
    let replicas = [before, after].map(|side| side.environment.database.replicas.count.value > 0);
    if replicas == [true, true] {
        let direct = [before, after].map(|side| !side.pools_reads());
        // Old and new pods whose reads bypass PgBouncer.
        let reading = apis.iter().map(|apis| {
            let mut reading = apis.clone();
            for (api, direct) in [
                (&mut reading.before, direct[0]),
                (&mut reading.after, direct[1]),
            ] {
                if !direct {
                    api.weight = 0;
                }
            }
            // The step restarts the pods if their route changes.
            if direct[0] != direct[1] {
                reading.after.template.push('*');
            }
            of_workload(&reading)
        });
        let reads: u64 = if direct[0] || direct[1] {
            reading.sum()
        } else {
            0
        };
        let pools = if direct == [true, true] { 0 } else { pooled };
        asked.push(Demand::new(
            "connection-budget-exceeded",
            "replica",
            pools + reads + aside,
            limit(|side| side.database.replicas.max_connections.value),
        ));
    }
    let clients = apis.into_iter().map(|mut clients| {
        for (api, side) in [(&mut clients.before, before), (&mut clients.after, after)] {
            if side.pools_reads() {
                api.weight *= 2;
            }
        }
        of_workload(&clients)
    });
    let mut all: u64 = clients.sum();
    let names = [before, after].map(|side| side.environment.worker.keys());
    let names: BTreeSet<String> = names
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    for name in names {
        let pools = (before.pool(&name), after.pool(&name));
        all += match pools {
            (Some(one), Some(other)) => of_workload(&Pair::new(one, other)),
            (Some(pool), None) => of_workload(&Pair::new(pool.clone(), nothing_of(&pool))),
            (None, Some(pool)) => of_workload(&Pair::new(nothing_of(&pool), pool)),
            (None, None) => 0,
        };
    }
    let accepted = [before, after].map(|side| {
        u64::from(side.environment.pgbouncer.instances.value) * side.setting("max_client_conn")
    });
    asked.push(Demand::new(
        "client-connections-exceeded",
        "clients",
        all + larger(sides, Via::Pgbouncer),
        accepted[0].min(accepted[1]),
    ));
    asked
}
