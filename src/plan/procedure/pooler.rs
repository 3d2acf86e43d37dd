//! PgBouncer: its settings, which a reload applies, and its pods.

use super::manifests::{applied, manifest, same};
use super::pods::{none_leaving, rolled};
use super::{Procedure, State};
use crate::action::{Action, Question};
use crate::budget::connections::{demand_for, total};
use crate::emit::endpoint::read_entry;
use crate::emit::kubernetes::pooler_template;
use crate::emit::pgbouncer::STATS_USER;
use crate::emit::{lock, pgbouncer, secret};
use crate::model::Entry;
use crate::pair::Pair;

/// PgBouncer after its manifest was applied. If the pod template changed, new pods start with the new
/// settings. Otherwise the running pods reload them.
pub(super) fn follows(states: Pair<State<'_>>) -> Procedure {
    let inis = states.map(|state| pgbouncer::ini(state.environment, state.catalogue));
    let templates = states.map(|state| pooler_template(state.environment, state.catalogue));
    if templates.before != templates.after {
        let state = states.after;
        let name = &state.environment.pgbouncer.name.value;
        let rolled = databases(states)
            .verify(rolled(state, name))
            .verify(gone(state));
        narrower(rolled, states)
    } else if inis.before != inis.after {
        read_again(states)
    } else {
        Procedure::default()
    }
}

/// Settings that a reload applies, unless the pods need another limit of open files and must restart.
pub(super) fn reload(states: Pair<State<'_>>) -> Procedure {
    let limits = states.map(|state| pgbouncer::open_files(state.environment));
    if limits.before == limits.after {
        let file = manifest(states.after, "pgbouncer.yaml");
        applied(states.after, "pgbouncer.yaml")
            .then(same(states, file))
            .then(read_again(states))
    } else {
        rollout(states)
    }
}

/// The running pods reload their settings.
fn read_again(states: Pair<State<'_>>) -> Procedure {
    let state = states.after;
    let digest = lock::hash(pgbouncer::ini(state.environment, state.catalogue).as_bytes());
    let procedure = databases(states).apply(Action::Reload {
        namespace: state.namespace(),
        deployment: state.pooler().deployment,
        config: format!("{}/config/pgbouncer.ini", pgbouncer::FOLDER),
        digest: digest.trim_start_matches("sha256:").to_owned(),
    });
    let procedure = narrowed(procedure, states);
    narrower(procedure, states)
}

/// Waits until no pod holds more server connections than the limits that a reload lowers.
fn narrowed(procedure: Procedure, states: Pair<State<'_>>) -> Procedure {
    let poolers = states.map(|state| &state.environment.pgbouncer);
    let state = states.after;
    let several = poolers.after.entries().nth(1).is_some();
    poolers.after.entries().fold(procedure, |procedure, entry| {
        let mut before = poolers.before.entries();
        let before = before.find(|other| other.name == entry.name);
        if before.is_none_or(|before| before.max_db.value <= entry.max_db.value) {
            return procedure;
        }
        let (pooler, most) = (state.pooler(), entry.max_db.value);
        let databases = match entry.name {
            Some(name) => vec![name.to_owned()],
            None => vec![
                state.environment.database.dbname.value.clone(),
                read_entry(state.environment),
            ],
        };
        let question = if several {
            Question::EntryConnections {
                pooler,
                databases,
                most,
            }
        } else {
            Question::ServerConnections { pooler, most }
        };
        console(procedure, state)
            .verify(question)
            .note("open server connections above the new limit close when they are released")
    })
}

/// The databases that PgBouncer leads to after a step, and not before it, must exist on the server.
fn databases(states: Pair<State<'_>>) -> Procedure {
    let known = |state: State<'_>| -> Vec<String> {
        let environment = state.environment;
        let further = environment.pgbouncer.database.iter();
        let mut names = vec![environment.database.dbname.value.clone()];
        names.extend(further.map(|entry| entry.dbname.value.clone()));
        names
    };
    let names = states.map(known);
    let mut new = names.after;
    new.retain(|name| !names.before.contains(name));
    new.dedup();
    new.iter().fold(Procedure::default(), |procedure, name| {
        procedure.require(format!(
            "the database `{name}` exists on the server: section \"The application's role\" of RUNBOOK.md has the SQL"
        ))
    })
}

/// Notes what smaller pools mean for PgBouncer's clients, and shows the clients that wait.
fn narrower(procedure: Procedure, states: Pair<State<'_>>) -> Procedure {
    let poolers = states.map(|state| &state.environment.pgbouncer);
    poolers.after.entries().fold(procedure, |procedure, entry| {
        let mut before = poolers.before.entries();
        match before.find(|other| other.name == entry.name) {
            Some(before) => fewer_served(procedure, Pair::new(before, entry), states),
            None => procedure,
        }
    })
}

/// The same for one database.
fn fewer_served(
    procedure: Procedure,
    entries: Pair<Entry<'_>>,
    states: Pair<State<'_>>,
) -> Procedure {
    let held = |state: State<'_>, entry: Entry<'_>| {
        let pods = state.environment.pgbouncer.instances.value;
        u64::from(pods) * u64::from(entry.size.value)
    };
    let held = Pair::new(
        held(states.before, entries.before),
        held(states.after, entries.after),
    );
    if held.after >= held.before {
        return procedure;
    }
    let state = states.after;
    let entry = entries.after;
    let wanted = total(&demand_for(state.environment, entry.name));
    let of = entry.told();
    let pools = format!(
        "PgBouncer's pools{of} serve {} clients at once instead of {}; at the autoscalers' maxima, {wanted} can ask for a connection",
        held.after, held.before
    );
    if wanted <= held.after {
        return procedure.note(format!("{pools}: no client has to wait"));
    }
    console(procedure, state)
        .verify(Action::ShowWaiting {
            pooler: state.pooler(),
        })
        .note(format!("{pools}: the others wait, and PgBouncer disconnects those that wait longer than `query_wait_timeout`"))
        .note("the last command shows for each pod how many clients have a connection (`cl_active`), how many wait for one (`cl_waiting`), and for how many seconds the first of them has waited (`maxwait`)")
}

/// Requires the credentials that PgBouncer's console asks for.
pub(super) fn console(procedure: Procedure, state: State<'_>) -> Procedure {
    let secret = secret::userlist(state.environment).secret;
    procedure.require(format!(
        "`PGPASSWORD` holds the password of `{STATS_USER}` from Secret `{secret}`: the commands read PgBouncer's console"
    ))
}

/// Another pace of rollouts. It is not part of the pod template, so no pod is replaced. A faster pace
/// starts once no pod drains.
pub(super) fn pace(state: State<'_>) -> Procedure {
    Procedure::default()
        .apply(gone(state))
        .then(applied(state, "pgbouncer.yaml"))
        .verify(rolled(state, &state.environment.pgbouncer.name.value))
}

/// No PgBouncer pod is draining.
pub(super) fn gone(state: State<'_>) -> Question {
    let name = &state.environment.pgbouncer.name.value;
    none_leaving(state, &format!("app.kubernetes.io/name={name}"))
}

/// A rollout of PgBouncer. The next step may use the connections of the old pods only after these are
/// gone.
pub(super) fn rollout(states: Pair<State<'_>>) -> Procedure {
    let state = states.after;
    let rolled = databases(states)
        .then(applied(state, "pgbouncer.yaml"))
        .verify(rolled(state, &state.environment.pgbouncer.name.value))
        .verify(gone(state));
    narrower(rolled, states)
}
