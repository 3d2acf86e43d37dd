//! PgBouncer's pods: their settings, their console, and what bypasses them.

use super::layout::{command, each_word, indented, nested, until};
use super::words::word;
use crate::action::PoolerDeployment;
use crate::model::{ADMIN_USER, PGBOUNCER_CONTAINER, PGBOUNCER_PORT, STATS_USER};

/// A local port that leads to one pod of PgBouncer after the other.
const LOCAL_PORT: u16 = 16432;

/// Pods of PgBouncer in which it runs.
#[derive(Clone, Copy)]
enum Running {
    /// All of them: a pod that terminates holds its connections until it is gone.
    All,
    /// Those that stay.
    Staying,
}

impl Running {
    /// The template that makes `kubectl get pods` print each of them as `pod/name`. A pod that is pending,
    /// evicted or between two starts has no process that could answer, and reads its settings when it starts.
    fn template(self) -> String {
        let runs = format!(
            "{{{{$pod := .metadata.name}}}}{{{{range .status.containerStatuses}}}}{{{{if and (eq .name \"{PGBOUNCER_CONTAINER}\") .state.running}}}}pod/{{{{$pod}}}}{{{{\"\\n\"}}}}{{{{end}}}}{{{{end}}}}"
        );
        let each = match self {
            Self::All => runs,
            Self::Staying => format!("{{{{if not .metadata.deletionTimestamp}}}}{runs}{{{{end}}}}"),
        };
        format!("'{{{{range .items}}}}{each}{{{{end}}}}'")
    }
}

/// Lists the pods in which PgBouncer runs, by a template.
fn running(namespace: &str, deployment: &str, template: &str) -> String {
    format!(
        "kubectl get pods -n {namespace} -l app.kubernetes.io/name={deployment} \\\n    -o go-template={template}"
    )
}

/// The new file reaches every pod before any is told to read it. The time comes from the cluster, which
/// writes the times of the logs: the local clock may be off. Both loops ask for the pods again in every round,
/// so that none waits for a pod that stopped meanwhile.
pub(super) fn reloaded(namespace: &str, deployment: &str, config: &str, digest: &str) -> String {
    let pods = running(namespace, deployment, "\"$TEMPLATE\"");
    let until_none = |what: &str, says: &str| {
        format!(
            "until PODS=$({}) &&
    LEFT=$({}) &&
    [ -z \"$LEFT\" ]; do
    printf '{says} %s\\n' \"$LEFT\" >&2
    sleep 5
done",
            nested(&pods, 1),
            nested(&each_word("POD", "PODS", what), 1)
        )
    };
    let has_the_file = format!(
        "kubectl exec -n {namespace} \"$POD\" -- sha256sum {config} |\n    grep -q {digest} || echo \"$POD\""
    );
    // A container that restarts can start with the old file: kubelet writes the new one a minute later.
    let has_read_it = format!(
        "if ! kubectl exec -n {namespace} \"$POD\" -- sha256sum {config} |
    grep -q {digest}; then
    echo \"$POD\"
    continue
fi
kubectl logs -n {namespace} \"$POD\" --since-time=\"$SINCE\" |
    grep -q 'got SIGHUP, re-reading config' && continue
kubectl exec -n {namespace} \"$POD\" -- kill -HUP 1 >&2 || :
echo \"$POD\""
    );
    [
        format!("TEMPLATE={}\nLEFT=", Running::Staying.template()),
        until_none(&has_the_file, "the new file has not reached"),
        format!(
            "until SINCE=$(kubectl exec -n {namespace} deployment/{deployment} -- date -u +%FT%TZ); do\n    sleep 5\ndone"
        ),
        until_none(&has_read_it, "told to reload:"),
    ]
    .join("\n")
}

/// What the console of every pod answers in which PgBouncer runs, with `failed` for one that does not.
fn answers(pooler: &PoolerDeployment, question: &str) -> String {
    let PoolerDeployment {
        namespace,
        deployment,
    } = pooler;
    let asked = format!(
        "kubectl port-forward -n {namespace} \"$POD\" {LOCAL_PORT}:{PGBOUNCER_PORT} >/dev/null &
sleep 3
{{ kill -0 $! && psql -X -A -h 127.0.0.1 -p {LOCAL_PORT} -U {STATS_USER} -d pgbouncer -c '{question}'; }} || echo failed
kill $! || :
wait $! 2>/dev/null || :"
    );
    format!(
        "{{
    PODS=$({}) || echo failed
{}
}}",
        nested(&running(namespace, deployment, &Running::All.template()), 1),
        indented(&each_word("POD", "PODS", &asked))
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

/// The first column of `SHOW DATABASES` is the name of the entry.
pub(super) fn server_connections(
    pooler: &PoolerDeployment,
    databases: &[String],
    most: u32,
) -> String {
    let named: Vec<String> = databases
        .iter()
        .map(|name| format!("$1 == \"{name}\""))
        .collect();
    let of = if named.is_empty() {
        String::new()
    } else {
        format!("({}) && ", named.join(" || "))
    };
    until(&format!(
        "MOST=$({} | awk -F'|' '
        /^failed/ {{ bad = 1 }}
        /^name\\|/ {{ for (i = 1; i <= NF; i++) if ($i == \"current_connections\") at = i; next }}
        at && NF > at && {of}$at + 0 > most {{ most = $at + 0 }}
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
        "for POD in $({}); do
    kubectl port-forward -n {namespace} \"$POD\" {LOCAL_PORT}:{PGBOUNCER_PORT} >/dev/null &
    sleep 3
{}
    kill $!
done",
        running(namespace, deployment, &Running::All.template()),
        indented(&asked)
    )
}
