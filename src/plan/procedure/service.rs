//! Services and `direct` connections, which tierc counts but does not deploy. A step with fewer of their
//! connections waits until the surplus is gone, because the next step may use it.

use super::{Procedure, State, pooler};
use crate::action::Question;
use crate::budget::connections;
use crate::model::{Environment, Name, Service, Via};
use crate::pair::Pair;

/// A service with other counts.
pub(super) fn procedure(name: &Name, states: Pair<State<'_>>) -> Procedure {
    let sides = states.map(|state| state.environment.service.get(name));
    let procedure =
        Procedure::default().note("tierc only counts the service: its owner deploys it");
    let procedure = moved(procedure, name, sides, states);
    let pods = sides.map(|side| side.map_or(0, |service| service.replicas.value));
    let pooled = sides.map(|side| through(side, Via::Pgbouncer));
    let direct = sides.map(|side| through(side, Via::Direct));
    let shrinks = pods.after < pods.before;
    let leaves_pooler = pooled.after < pooled.before;
    let leaves_server = direct.after < direct.before;
    if !shrinks && !leaves_pooler && !leaves_server {
        return procedure.note(format!(
            "the owner of service `{name}` can deploy the change once this step is done"
        ));
    }
    let mut procedure = if pooled.after > pooled.before {
        // PgBouncer's network policy admits the service only from this step on.
        procedure.note(format!(
            "once the policy is applied, the owner of service `{name}` must {}: the commands wait until surplus pods and connections are gone",
            wanted(sides.after)
        ))
    } else {
        procedure.require(format!(
            "the owner of service `{name}` must {}: the commands wait until surplus pods and connections are gone",
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

/// Requires that a service has left the database of PgBouncer that it no longer uses: a later step may remove
/// it. Both databases exist at this step.
fn moved(
    procedure: Procedure,
    name: &Name,
    sides: Pair<Option<&Service>>,
    states: Pair<State<'_>>,
) -> Procedure {
    let (Some(before), Some(after)) = (sides.before, sides.after) else {
        return procedure;
    };
    let to = Pair::new(before, after).map(|side| side.database.as_ref().map(|it| &it.value));
    if to.before == to.after {
        return procedure;
    }
    let first = states.map(|state| &state.environment.database.dbname.value);
    procedure.require(format!(
        "the owner of service `{name}` must let it connect to `{}` instead of `{}`",
        to.after.unwrap_or(first.after),
        to.before.unwrap_or(first.before)
    ))
}

/// The required state of a service.
fn wanted(service: Option<&Service>) -> String {
    match service {
        Some(service) => format!(
            "scale it to {} pods with at most {} connections each over {}",
            service.replicas.value, service.per_pod.value, service.via.value
        ),
        None => "remove it".to_owned(),
    }
}

fn through(service: Option<&Service>, via: Via) -> u64 {
    service
        .filter(|service| service.via.value == via)
        .map_or(0, |service| {
            u64::from(service.replicas.value) * u64::from(service.per_pod.value)
        })
}

/// The label of a service's pods, by which PgBouncer's network policy admits them.
fn label(name: &Name, environment: &Environment) -> String {
    format!("app in ({name},{}-{name})", environment.app.value)
}

/// Connections that are reserved for clients that bypass PgBouncer.
pub(super) fn direct(states: Pair<State<'_>>) -> Procedure {
    let counts = states.map(|state| connections::direct(state.environment));
    let procedure = Procedure::default()
        .note("nothing is applied: tierc only counts these connections, and others open them");
    if counts.after >= counts.before {
        return procedure;
    }
    let procedure = procedure.require(format!(
        "direct connections to the database use at most {}: the commands wait until no more are open",
        counts.after
    ));
    past_pooler(procedure, states.after)
}

/// Waits until at most the counted connections to the primary bypass PgBouncer.
fn past_pooler(procedure: Procedure, state: State<'_>) -> Procedure {
    procedure
        .require("`PGHOST`, `PGDATABASE`, `PGUSER` and `PGPASSWORD` connect to the primary itself as a member of `pg_monitor`: the commands count its connections")
        .verify(Question::PastPooler {
            pooler: state.pooler(),
            most: connections::primary(state.environment).outside(),
        })
}
