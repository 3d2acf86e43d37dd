//! PgBouncer: its settings, which a reload applies, and its pods.

use super::manifests::{applied, manifest, same};
use super::pods::{none_leaving, rolled};
use super::{Procedure, State};
use crate::action::{Action, Question};
use crate::budget::connections::{demand, total};
use crate::emit::kubernetes::pooler_template;
use crate::emit::pgbouncer::STATS_USER;
use crate::emit::{lock, pgbouncer, secret};
use crate::pair::Pair;

/// PgBouncer after its manifest was applied. If the pod template changed, new pods start with the new
/// settings. Otherwise the running pods reload them.
pub(super) fn follows(states: Pair<State<'_>>) -> Procedure {
    let inis = states.map(|state| pgbouncer::ini(state.environment, state.catalogue));
    let templates = states.map(|state| pooler_template(state.environment, state.catalogue));
    if templates.before != templates.after {
        let state = states.after;
        let name = &state.environment.pgbouncer.name.value;
        let rolled = Procedure::default()
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
    let procedure = Procedure::default().apply(Action::Reload {
        namespace: state.namespace(),
        deployment: state.pooler().deployment,
        config: format!("{}/config/pgbouncer.ini", pgbouncer::FOLDER),
        digest: digest.trim_start_matches("sha256:").to_owned(),
    });
    let most = states.map(|state| state.environment.pgbouncer.pool.max_db.value);
    let procedure = if most.after < most.before {
        console(procedure, state)
            .verify(Question::ServerConnections {
                pooler: state.pooler(),
                most: most.after,
            })
            .note("open server connections above the new limit close when they are released")
    } else {
        procedure
    };
    narrower(procedure, states)
}

/// Notes what smaller pools mean for PgBouncer's clients, and shows the clients that wait.
fn narrower(procedure: Procedure, states: Pair<State<'_>>) -> Procedure {
    let held = states.map(|state| {
        let pgbouncer = &state.environment.pgbouncer;
        let (pods, pool) = (pgbouncer.instances.value, pgbouncer.pool.default.value);
        u64::from(pods) * u64::from(pool)
    });
    if held.after >= held.before {
        return procedure;
    }
    let state = states.after;
    let wanted = total(&demand(state.environment));
    let pools = format!(
        "PgBouncer's pools serve {} clients at once instead of {}; at the autoscalers' maxima, {wanted} can ask for a connection",
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
    let rolled = applied(state, "pgbouncer.yaml")
        .verify(rolled(state, &state.environment.pgbouncer.name.value))
        .verify(gone(state));
    narrower(rolled, states)
}
