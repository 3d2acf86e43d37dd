//! PgBouncer's pods: their settings, their console, and what bypasses them.

use super::layout::{command, indented, nested, until};
use super::words::word;
use crate::action::PoolerDeployment;
use crate::model::{ADMIN_USER, PGBOUNCER_PORT, STATS_USER};

/// A local port that leads to one pod of PgBouncer after the other.
const LOCAL_PORT: u16 = 16432;

/// Every pod has the new file before any pod reloads. The time comes from the cluster, because the log
/// has the cluster's times and the local clock may be wrong.
pub(super) fn reloaded(namespace: &str, deployment: &str, config: &str, digest: &str) -> String {
    let each = |what: &str| {
        format!(
            "PODS=$(kubectl get pods -n {namespace} -l app.kubernetes.io/name={deployment} -o name)\nfor POD in $PODS; do\n{}\ndone",
            indented(what)
        )
    };
    [
        each(&format!(
            "until kubectl exec -n {namespace} \"$POD\" -- sha256sum {config} |\n    grep -q {digest}; do\n    sleep 5\ndone"
        )),
        format!("SINCE=$(kubectl exec -n {namespace} deployment/{deployment} -- date -u +%FT%TZ)"),
        each(&format!("kubectl exec -n {namespace} \"$POD\" -- kill -HUP 1")),
        each(&format!(
            "until kubectl logs -n {namespace} \"$POD\" --since-time=\"${{SINCE:?}}\" |\n    grep 'got SIGHUP, re-reading config'; do\n    sleep 5\ndone"
        )),
    ]
    .join("\n")
}

/// The answers of the console of every PgBouncer pod, with `failed` for a pod that does not answer.
fn answers(pooler: &PoolerDeployment, question: &str) -> String {
    let PoolerDeployment {
        namespace,
        deployment,
    } = pooler;
    format!(
        "{{
    PODS=$(kubectl get pods -n {namespace} -l app.kubernetes.io/name={deployment} -o name) || echo failed
    for POD in $PODS; do
        kubectl port-forward -n {namespace} \"$POD\" {LOCAL_PORT}:{PGBOUNCER_PORT} >/dev/null &
        sleep 3
        {{ kill -0 $! && psql -X -A -h 127.0.0.1 -p {LOCAL_PORT} -U {STATS_USER} -d pgbouncer -c '{question}'; }} || echo failed
        kill $! || :
        wait $! 2>/dev/null || :
    done
}}"
    )
}

pub(super) fn waiting(pooler: &PoolerDeployment) -> String {
    format!(
        "{} | awk -F'|' '
    /^failed/ {{ bad = 1 }}
    /^database\\|/ {{ for (i = 1; i <= NF; i++) at[$i] = i }}
    at[\"maxwait\"] && NF > at[\"maxwait\"] {{ print $at[\"database\"], $at[\"cl_active\"], $at[\"cl_waiting\"], $at[\"maxwait\"] }}
    END {{ exit bad }}'",
        answers(pooler, "SHOW POOLS")
    )
}

pub(super) fn server_connections(pooler: &PoolerDeployment, most: u32) -> String {
    until(&format!(
        "MOST=$({} | awk -F'|' '
        /^failed/ {{ bad = 1 }}
        /^name\\|/ {{ for (i = 1; i <= NF; i++) if ($i == \"current_connections\") at = i; next }}
        at && NF > at && $at + 0 > most {{ most = $at + 0 }}
        END {{ if (bad || !at) exit 1; print most + 0 }}') &&\n    [ \"$MOST\" -le {most} ]",
        nested(&answers(pooler, "SHOW DATABASES"), 1)
    ))
}

pub(super) fn client_connections(pooler: &PoolerDeployment, pods: &str, most: u64) -> String {
    until(&format!(
        "ADDRESSES=$(kubectl get pods -n {} -l {} -o jsonpath='{{.items[*].status.podIP}}') &&
    CLIENTS=$({} | awk -F'|' -v addresses=\"$ADDRESSES\" '
        BEGIN {{ n = split(addresses, list, \" \"); for (i = 1; i <= n; i++) theirs[list[i]] = 1 }}
        /^failed/ {{ bad = 1 }}
        /^type\\|/ {{ for (i = 1; i <= NF; i++) if ($i == \"addr\") at = i; next }}
        at && NF > at && ($at in theirs) {{ count++ }}
        END {{ if (bad || !at) exit 1; print count + 0 }}') &&\n    [ \"$CLIENTS\" -le {most} ]",
        pooler.namespace,
        word(pods),
        nested(&answers(pooler, "SHOW CLIENTS"), 1)
    ))
}

/// PgBouncer's own connections are recognised by the addresses of its pods.
pub(super) fn past_pooler(pooler: &PoolerDeployment, most: u64) -> String {
    let PoolerDeployment {
        namespace,
        deployment,
    } = pooler;
    let count = "
        SELECT count(*) FROM pg_stat_activity
        WHERE usename <> 'rdsadmin' AND pid <> pg_backend_pid()
        AND (client_addr IS NULL OR NOT host(client_addr) = ANY (string_to_array('$POOLER', ' ')))
        AND backend_type IN ('client backend', 'walsender')";
    until(&format!(
        "POOLER=$(kubectl get pods -n {namespace} -l app.kubernetes.io/name={deployment} -o jsonpath='{{.items[*].status.podIP}}') &&\n    COUNT=$(psql -X -A -t -c \"{count}\") &&\n    [ \"$COUNT\" -le {most} ]"
    ))
}

/// Shows what the console of each pod answers; `psql` asks for the password.
pub(super) fn console(pooler: &PoolerDeployment, questions: &[&str]) -> String {
    let PoolerDeployment {
        namespace,
        deployment,
    } = pooler;
    let questions = questions.iter().map(|question| format!("-c '{question}'"));
    let asked = command(
        std::iter::once(format!(
            "psql -h 127.0.0.1 -p {LOCAL_PORT} -U {ADMIN_USER} -d pgbouncer"
        ))
        .chain(questions),
    );
    format!(
        "PODS=$(kubectl get pods -n {namespace} -l app.kubernetes.io/name={deployment} -o name)
for POD in $PODS; do
    kubectl port-forward -n {namespace} \"$POD\" {LOCAL_PORT}:{PGBOUNCER_PORT} >/dev/null &
    sleep 3
{}
    kill $!
done",
        indented(&asked)
    )
}
