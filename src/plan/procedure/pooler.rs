//! PgBouncer: its settings, which a reload applies, and its pods.

use super::workloads::{applied, none_leaving, rolled};
use super::{Procedure, State};
use crate::budget::connections::{demand, total};
use crate::emit::kubernetes::pooler_template;
use crate::emit::pgbouncer::{PORT, STATS_USER};
use crate::emit::{lock, pgbouncer, secret};
use crate::pair::Pair;

/// PgBouncer after its manifest was applied: where its pods' template differs, new ones come up with
/// the new settings; else those that run read them again.
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

/// PgBouncer's settings that a reload applies, unless its pods have to start with another limit of
/// open files.
pub(super) fn reload(states: Pair<State<'_>>) -> Procedure {
    let limits = states.map(|state| pgbouncer::open_files(state.environment));
    if limits.before == limits.after {
        applied(states.after, "pgbouncer.yaml").then(read_again(states))
    } else {
        rollout(states)
    }
}

/// The new file reaches every pod before any is told to read it.
fn read_again(states: Pair<State<'_>>) -> Procedure {
    let state = states.after;
    let namespace = &state.environment.namespace.value;
    let name = &state.environment.pgbouncer.name.value;
    let hash = lock::hash(pgbouncer::ini(state.environment, state.catalogue).as_bytes());
    let hash = hash.trim_start_matches("sha256:");
    let pods =
        format!("$(kubectl get pods -n {namespace} -l app.kubernetes.io/name={name} -o name)");
    let config = format!("{}/config/pgbouncer.ini", pgbouncer::FOLDER);
    let each = |what: &str| format!("for POD in {pods}; do {what}; done");
    let procedure = Procedure::default()
        .apply(each(&format!(
            "until kubectl exec -n {namespace} \"$POD\" -- sha256sum {config} | grep -q {hash}; do sleep 5; done"
        )))
        // The cluster's clock, which writes the times of the logs: that of whoever types may be off.
        .apply(format!(
            "SINCE=$(kubectl exec -n {namespace} deployment/{name} -- date -u +%FT%TZ)"
        ))
        .apply(each(&format!(
            "kubectl exec -n {namespace} \"$POD\" -- kill -HUP 1"
        )))
        .verify(format!(
            "({})",
            each(&format!(
                "kubectl logs -n {namespace} \"$POD\" --since-time=\"${{SINCE:?}}\" | grep 'got SIGHUP, re-reading config' || {{ echo \"$POD has not read it\" >&2; exit 1; }}"
            ))
        ));
    let most = states.map(|state| state.environment.pgbouncer.pool.max_db.value);
    let procedure = if most.after < most.before {
        console(procedure, state)
            .verify(released(state, most.after))
            .note("open server connections above the new limit are not cut: they close once they are released")
    } else {
        procedure
    };
    narrower(procedure, states)
}

/// What smaller pools mean for the clients of PgBouncer, and what shows those that wait.
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
        "PgBouncer's pools serve {} clients at once instead of {}, and {wanted} can want a connection at the autoscalers' maxima",
        held.after, held.before
    );
    if wanted <= held.after {
        return procedure.note(format!("{pools}: no client has to wait"));
    }
    console(procedure, state)
        .verify(waiting(state))
        .note(format!("{pools}: the others wait, and PgBouncer disconnects those that wait longer than `query_wait_timeout`"))
        .note("the last command shows for each pod how many clients have a connection (`cl_active`), how many wait for one (`cl_waiting`), and for how many seconds the first of them has waited (`maxwait`)")
}

/// Shows the clients of every pod of PgBouncer that wait.
fn waiting(state: State<'_>) -> String {
    format!(
        "{} | awk -F'|' '/^failed/{{bad=1}} /^database\\|/{{for(i=1;i<=NF;i++)at[$i]=i}} at[\"maxwait\"]&&NF>at[\"maxwait\"]{{print $at[\"database\"],$at[\"cl_active\"],$at[\"cl_waiting\"],$at[\"maxwait\"]}} END{{exit bad}}'",
        answers(state, "SHOW POOLS")
    )
}

/// Asks for what the console of PgBouncer wants to know of whoever looks.
pub(super) fn console(procedure: Procedure, state: State<'_>) -> Procedure {
    let secret = secret::userlist(state.environment).secret;
    procedure.require(format!(
        "`PGPASSWORD` is set to the password of `{STATS_USER}`, which Secret `{secret}` holds: the commands read PgBouncer's console"
    ))
}

/// A local port that leads to one pod of PgBouncer after the other.
const LOCAL_PORT: u16 = 16432;

/// What the console of every pod of PgBouncer answers, with `failed` for one that does not.
fn answers(state: State<'_>, question: &str) -> String {
    let namespace = &state.environment.namespace.value;
    let name = &state.environment.pgbouncer.name.value;
    format!(
        "{{ PODS=$(kubectl get pods -n {namespace} -l app.kubernetes.io/name={name} -o name) || echo failed; for POD in $PODS; do kubectl port-forward -n {namespace} \"$POD\" {LOCAL_PORT}:{PORT} >/dev/null & sleep 3; {{ kill -0 $! && psql -X -A -h 127.0.0.1 -p {LOCAL_PORT} -U {STATS_USER} -d pgbouncer -c '{question}'; }} || echo failed; kill $!; wait $! 2>/dev/null; done; }}"
    )
}

/// The loop that ends when no pod of PgBouncer has more than so many connections of any entry.
fn released(state: State<'_>, most: u32) -> String {
    format!(
        "until MOST=$({} | awk -F'|' '/^failed/{{bad=1}} /^name\\|/{{for(i=1;i<=NF;i++)if($i==\"current_connections\")at=i;next}} at&&NF>at&&$at+0>most{{most=$at+0}} END{{if(bad||!at)exit 1;print most+0}}') && [ \"$MOST\" -le {most} ]; do sleep 15; done",
        answers(state, "SHOW DATABASES")
    )
}

/// The loop that ends when the pods of a service hold no more than so many client connections of
/// PgBouncer.
pub(super) fn clients_of(state: State<'_>, label: &str, most: u64) -> String {
    let namespace = &state.environment.namespace.value;
    format!(
        "until ADDRESSES=$(kubectl get pods -n {namespace} -l {} -o jsonpath='{{.items[*].status.podIP}}') && CLIENTS=$({} | awk -F'|' -v addresses=\"$ADDRESSES\" 'BEGIN{{n=split(addresses,list,\" \");for(i=1;i<=n;i++)theirs[list[i]]=1}} /^failed/{{bad=1}} /^type\\|/{{for(i=1;i<=NF;i++)if($i==\"addr\")at=i;next}} at&&NF>at&&($at in theirs){{count++}} END{{if(bad||!at)exit 1;print count+0}}') && [ \"$CLIENTS\" -le {most} ]; do sleep 15; done",
        super::quoted(label),
        answers(state, "SHOW CLIENTS")
    )
}

/// Another pace of rollouts: no pod's template has it, so that none is replaced. A faster one
/// begins once no pod drains.
pub(super) fn pace(state: State<'_>) -> Procedure {
    Procedure::default()
        .apply(gone(state))
        .then(applied(state, "pgbouncer.yaml"))
        .verify(rolled(state, &state.environment.pgbouncer.name.value))
}

/// The loop that ends when no pod of PgBouncer drains any more.
pub(super) fn gone(state: State<'_>) -> String {
    let name = &state.environment.pgbouncer.name.value;
    none_leaving(state, &format!("app.kubernetes.io/name={name}"))
}

/// A rollout of PgBouncer. The next step may count on the connections of the pods that leave only
/// once they are gone.
pub(super) fn rollout(states: Pair<State<'_>>) -> Procedure {
    let state = states.after;
    let rolled = applied(state, "pgbouncer.yaml")
        .verify(rolled(state, &state.environment.pgbouncer.name.value))
        .verify(gone(state));
    narrower(rolled, states)
}
