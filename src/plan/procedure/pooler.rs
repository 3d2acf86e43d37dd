//! PgBouncer: its settings, which a reload applies, and its pods.

use super::workloads::{applied, rolled};
use super::{Procedure, State};
use crate::emit::kubernetes::pooler_template;
use crate::emit::{lock, pgbouncer};
use crate::pair::Pair;

/// PgBouncer after its manifest was applied: where its pods' template differs, new ones come up with
/// the new settings; else those that run read them again.
pub(super) fn follows(states: Pair<State<'_>>) -> Procedure {
    let inis = states.map(|state| pgbouncer::ini(state.environment, state.catalogue));
    let templates = states.map(|state| pooler_template(state.environment, state.catalogue));
    if templates.before != templates.after {
        let state = states.after;
        let name = &state.environment.pgbouncer.name.value;
        Procedure::default().verify(rolled(state, name))
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
    if most.after < most.before {
        procedure.wait(format!(
            "no pod holds more than {} server connections (SHOW DATABASES): open ones drain, they are not cut",
            most.after
        ))
    } else {
        procedure
    }
}

/// A rollout of PgBouncer, one pod at a time.
pub(super) fn rollout(states: Pair<State<'_>>) -> Procedure {
    let state = states.after;
    let procedure = applied(state, "pgbouncer.yaml")
        .verify(rolled(state, &state.environment.pgbouncer.name.value));
    let poolers = states.map(|state| {
        let mut pooler = state.environment.pgbouncer.clone();
        pooler.instances = states.after.environment.pgbouncer.instances.clone();
        pooler
    });
    let counts = states.map(|state| state.environment.pgbouncer.instances.value);
    if poolers.before == poolers.after && counts.after > counts.before {
        procedure
    } else {
        procedure.wait("the pods that go have drained")
    }
}
