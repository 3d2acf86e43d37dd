//! What others run and this only counts: services, and connections that are set aside. A step that
//! counts less of them waits until there is less, for the next one uses what they gave back.

use super::{Procedure, State, pooler};
use crate::budget::connections;
use crate::model::{Environment, Name, Service, Via};
use crate::pair::Pair;
use crate::plan::action::Question;

/// A service that is counted otherwise.
pub(super) fn procedure(name: &Name, states: Pair<State<'_>>) -> Procedure {
    let sides = states.map(|state| state.environment.service.get(name));
    let procedure = Procedure::default()
        .note("the service itself is deployed by others: here it is only counted");
    let pods = sides.map(|side| side.map_or(0, |service| service.replicas.value));
    let pooled = sides.map(|side| through(side, Via::Pgbouncer));
    let direct = sides.map(|side| through(side, Via::Direct));
    let shrinks = pods.after < pods.before;
    let leaves_pooler = pooled.after < pooled.before;
    let leaves_server = direct.after < direct.before;
    if !shrinks && !leaves_pooler && !leaves_server {
        return procedure.note(format!(
            "service `{name}` may take what it is counted with once this step is done"
        ));
    }
    let mut procedure = if pooled.after > pooled.before {
        // PgBouncer's network policy lets it in during this step, and not before.
        procedure.note(format!(
            "once the policy is applied, whoever deploys service `{name}` has {}: the commands wait until what it gives back is free",
            wanted(sides.after)
        ))
    } else {
        procedure.require(format!(
            "whoever deploys service `{name}` has {}: the commands wait until its pods and connections are no more",
            wanted(sides.after)
        ))
    };
    let label = label(name, states.after.environment);
    if shrinks {
        procedure = procedure.verify(Question::MostPods {
            namespace: states.after.namespace(),
            pods: label.clone(),
            most: pods.after,
        });
    }
    if leaves_pooler {
        procedure = pooler::console(procedure, states.after).verify(Question::ClientConnections {
            pooler: states.after.pooler(),
            pods: label,
            most: pooled.after,
        });
    }
    if leaves_server {
        procedure = past_pooler(procedure, states.after);
    }
    procedure
}

/// What whoever deploys a service has to bring about.
fn wanted(service: Option<&Service>) -> String {
    match service {
        Some(service) => format!(
            "made it {} pods of at most {} connections over {}",
            service.replicas.value, service.per_pod.value, service.via.value
        ),
        None => "taken it away".to_owned(),
    }
}

fn through(service: Option<&Service>, via: Via) -> u64 {
    service
        .filter(|service| service.via.value == via)
        .map_or(0, |service| {
            u64::from(service.replicas.value) * u64::from(service.per_pod.value)
        })
}

/// The pods of a service: PgBouncer's network policy knows them by the same label.
fn label(name: &Name, environment: &Environment) -> String {
    format!("app in ({name},{}-{name})", environment.app.value)
}

/// Connections that are set aside for what bypasses PgBouncer.
pub(super) fn direct(states: Pair<State<'_>>) -> Procedure {
    let counts = states.map(|state| connections::direct(state.environment));
    let procedure = Procedure::default()
        .note("nothing is applied: these connections are only counted, and opened by others");
    if counts.after >= counts.before {
        return procedure;
    }
    let procedure = procedure.require(format!(
        "whoever opens the connections that are set aside makes do with {}: the commands wait until there are no more",
        counts.after
    ));
    past_pooler(procedure, states.after)
}

/// Waits until no more connections of the primary bypass PgBouncer than are counted.
fn past_pooler(procedure: Procedure, state: State<'_>) -> Procedure {
    procedure
        .require("`PGHOST`, `PGDATABASE`, `PGUSER` and `PGPASSWORD` lead to the primary itself as a member of `pg_monitor`: the commands count its connections")
        .verify(Question::PastPooler {
            pooler: state.pooler(),
            most: connections::primary(state.environment).outside(),
        })
}
