//! Whether a step keeps the rules while it runs: between two good states, more pods and connections
//! exist than in either.

use super::PlanRequest;
use crate::budget::connections::{self, RESERVED};
use crate::budget::packing::{self, Load, Rooms, Shortage};
use crate::budget::transition::{self, Sum, SumSubject};
use crate::diagnostic::{Code, Diagnostic, Help, Severity};
use crate::edit::{Edit, Statement, quoted, statements};
use crate::emit::kubernetes::pooler_template;
use crate::model::Environment;
use crate::pair::Pair;

const SERVER: Code = Code("connection-budget-exceeded");
const CLIENTS: Code = Code("client-connections-exceeded");
const NODES: Code = Code("node-capacity-exceeded");

/// What a step needs while it runs, beyond the state after it.
#[derive(Clone, Debug)]
pub struct Meanwhile {
    /// What is asked.
    pub sum: Sum,
    /// Its longest duration in seconds; `None` if it depends on how fast pods start.
    pub seconds: Option<u64>,
}

/// Whether PgBouncer's pods are replaced.
fn rolls(request: &PlanRequest<'_>, sides: Pair<&Environment>) -> bool {
    let templates = sides.map(|side| pooler_template(side, request.catalogue));
    templates.before != templates.after
}

/// The sums of connections of a step.
fn sums(request: &PlanRequest<'_>, sides: Pair<&Environment>) -> Vec<Sum> {
    let worst = transition::connections(sides, true);
    if worst.iter().all(Sum::holds) || rolls(request, sides) {
        return worst;
    }
    transition::connections(sides, false)
}

/// The rules that a step breaks while it runs, without waived rules and those that BEFORE breaks.
pub(super) fn broken(request: &PlanRequest<'_>, sides: Pair<&Environment>) -> Vec<Diagnostic> {
    let of_connections = sums(request, sides)
        .into_iter()
        .filter(|sum| !sum.holds())
        .map(|sum| exceeded(&sum, sides));
    let mut found: Vec<Diagnostic> = of_connections.collect();
    found.extend(crowded(request, sides));
    found.retain(|finding| !request.waived.contains(&finding.code));
    found
}

/// The same for a step and its undo.
pub(super) fn broken_both_ways(
    request: &PlanRequest<'_>,
    sides: Pair<&Environment>,
) -> Vec<Diagnostic> {
    let mut found = broken(request, sides);
    let back = broken(request, sides.swapped());
    found.extend(back.into_iter().map(|mut finding| {
        finding.message = format!("in the undo, {}", finding.message);
        finding
    }));
    found
}

/// The largest `max-db` at which every sum of a step with PgBouncer fits; `None` if all fit
/// already, or if no value helps.
pub(super) fn largest_max_db(request: &PlanRequest<'_>, sides: Pair<&Environment>) -> Option<u32> {
    let both = [sides, sides.swapped()];
    let sums = both.into_iter().flat_map(|sides| sums(request, sides));
    let exceeded = sums.filter(|sum| !sum.holds() && sum.subject != SumSubject::Clients);
    let fitting: Option<Vec<u64>> = exceeded.map(|sum| fitting(&sum)).collect();
    let least = fitting?.into_iter().min().filter(|least| *least > 0)?;
    u32::try_from(least).ok()
}

/// The largest `max-db` at which a sum fits.
fn fitting(sum: &Sum) -> Option<u64> {
    let (pooled, others): (Vec<_>, Vec<_>) = sum
        .terms
        .iter()
        .partition(|term| transition::is_of_first_entry(term));
    let pods: u64 = pooled.iter().map(|term| u64::from(term.pods)).sum();
    let others: u64 = others.iter().map(|term| term.total()).sum();
    sum.limit.saturating_sub(others).checked_div(pods)
}

fn exceeded(sum: &Sum, sides: Pair<&Environment>) -> Diagnostic {
    let (total, limit) = (sum.total(), sum.limit);
    let (code, message) = match sum.subject {
        SumSubject::Primary => (
            SERVER,
            format!(
                "the primary can get {total} connections during the step, but accepts only {limit}"
            ),
        ),
        SumSubject::Replica => (
            SERVER,
            format!(
                "a read replica can get {total} connections during the step, but accepts only {limit}"
            ),
        ),
        SumSubject::Clients => (
            CLIENTS,
            format!(
                "clients can open {total} connections during the step, but PgBouncer accepts only {limit}"
            ),
        ),
    };
    let mut finding = Diagnostic::new(code, Severity::Error, message).note(arithmetic(sum));
    finding.help.extend(bridges(sum, sides));
    finding
}

/// `4 x 120 (pgbouncer) + 4 x 120 (pgbouncer, draining) + 1 x 20 (direct) = 980 > 795 = 800 - 5`.
fn arithmetic(sum: &Sum) -> String {
    let asked = connections::arithmetic(&sum.terms);
    match sum.subject {
        SumSubject::Primary | SumSubject::Replica => format!(
            "{asked} > {} = {} - {RESERVED}",
            sum.limit,
            sum.limit + u64::from(RESERVED)
        ),
        SumSubject::Clients => format!("{asked} > {}", sum.limit),
    }
}

/// Temporary values with which the step is possible.
fn bridges(sum: &Sum, sides: Pair<&Environment>) -> Vec<Help> {
    let mut bridges = Vec::new();
    let mut open = |sentence: String, path: &str, value: String| {
        let edit = Edit::set(path, value);
        let line = statements([&edit])
            .iter()
            .map(Statement::line)
            .collect::<String>();
        bridges.push(Help::new(format!("{sentence}: `{line}`")).editing([edit]));
    };
    match sum.subject {
        SumSubject::Primary | SumSubject::Replica => {
            let drain = sides.before.pgbouncer.drain.value;
            if sides.after.pgbouncer.min_ready.value < drain {
                open(
                    "let the old pods drain one by one first".into(),
                    "pgbouncer.min-ready",
                    quoted(&drain.to_string()),
                );
            }
            if let Some(fits) = fitting(sum).filter(|fits| *fits > 0) {
                open(
                    format!(
                        "lower `max-db` to {fits}, the largest value that fits during the step"
                    ),
                    "pgbouncer.pool.max-db",
                    fits.to_string(),
                );
            }
            let fewest = sum.total().saturating_add(RESERVED.into());
            let path = if sum.subject == SumSubject::Primary {
                "database.max-connections"
            } else {
                "database.replicas.max-connections"
            };
            open(
                format!(
                    "raise `max-connections` to {fewest}, the smallest value that is enough during the step"
                ),
                path,
                fewest.to_string(),
            );
        }
        SumSubject::Clients => {
            let pods = u64::from(sides.before.pgbouncer.instances.value)
                .min(u64::from(sides.after.pgbouncer.instances.value));
            let fewest = sum.total().div_ceil(pods.max(1));
            open(
                format!(
                    "raise `clients max` to {fewest}, the smallest value that is enough during the step"
                ),
                "pgbouncer.clients.max",
                fewest.to_string(),
            );
        }
    }
    bridges
}

/// A rollout whose old and new pods do not fit side by side.
fn crowded(request: &PlanRequest<'_>, sides: Pair<&Environment>) -> Option<Diagnostic> {
    let (rooms, loads) = transition::loads(sides, request.catalogue)?;
    loads.iter().find_map(|loads| {
        let shortages = packing::shortages(loads, &rooms);
        shortages.first().map(|short| no_room(short, loads, &rooms))
    })
}

fn no_room(short: &Shortage, loads: &[Load], rooms: &Rooms) -> Diagnostic {
    let message = match (short.sums.first(), &short.crowd) {
        (Some(sum), _) => format!(
            "old and new pods request {} during the step, but the nodes have only {}",
            sum.resource.told(sum.asked),
            sum.resource.shown(sum.has)
        ),
        (None, Some(crowd)) => format!(
            "there are {} old and new pods during the step, but the nodes have room for only {} of them",
            crowd.pods, crowd.places
        ),
        (None, None) => "old and new pods have no room during the step".to_owned(),
    };
    let asked: Vec<String> = packing::bound_to(loads, &short.groups)
        .map(|load| {
            format!(
                "{} x {}m and {}Mi ({})",
                load.pods,
                load.cpu,
                load.memory.div_ceil(1 << 20),
                load.who
            )
        })
        .collect();
    let has: Vec<String> = short
        .groups
        .iter()
        .filter_map(|name| Some((name, rooms.get(name)?)))
        .map(|(name, room)| {
            format!(
                "{} x {}m and {}Mi (nodes.{name})",
                room.nodes,
                room.cpu,
                room.memory / (1 << 20)
            )
        })
        .collect();
    Diagnostic::new(NODES, Severity::Error, message)
        .note(format!("{} on {}", asked.join(" + "), has.join(" + ")))
        .help("change `requests` and `rollout` one after the other, or roll with `rollout max-surge=0 max-unavailable=1`")
}

/// What a step needs while it runs, if that is more than in both of its states.
pub(super) fn meanwhile(request: &PlanRequest<'_>, sides: Pair<&Environment>) -> Vec<Meanwhile> {
    let rolls = rolls(request, sides);
    let sums = transition::connections(sides, rolls).into_iter();
    sums.filter(|sum| sum.total() > sum.steady(sides))
        .map(|sum| Meanwhile {
            seconds: seconds(&sum, sides, rolls),
            sum,
        })
        .collect()
}

/// A rollout of PgBouncer takes its pace for each pod, plus the drain of the last one.
fn seconds(sum: &Sum, sides: Pair<&Environment>, rolls: bool) -> Option<u64> {
    let (before, after) = (&sides.before.pgbouncer, &sides.after.pgbouncer);
    let pods = u64::from(after.instances.value.max(before.instances.value));
    let rollout = pods.saturating_mul(after.min_ready.value.secs());
    (rolls && sum.subject == SumSubject::Primary)
        .then(|| rollout.saturating_add(before.drain.value.secs()))
}
