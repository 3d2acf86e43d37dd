//! What runs in the cluster: Helm's values, autoscalers and PgBouncer.

use super::{Procedure, State};
use crate::emit::{lock, pgbouncer};
use crate::model::{Autoscalers, Name};
use crate::pair::Pair;
use crate::plan::kind::{ApiMove, Kind, PoolMove};

pub(super) fn procedure(kind: &Kind, states: Pair<State<'_>>) -> Procedure {
    let after = states.after;
    match kind {
        Kind::Api(ApiMove::Autoscaler) => api(after),
        Kind::Api(ApiMove::Pods) => {
            values(after).verify(rolled(after, &after.environment.api.workload.name.value))
        }
        Kind::Pool(name, what) => pool(name, *what, states),
        Kind::PoolSizes => reload(states),
        Kind::Pooler => pooler(states),
        Kind::Network => applied(after, "pgbouncer.yaml"),
        Kind::Service(_) => Procedure::default()
            .wait("nothing is applied: services are only counted, and deployed by others"),
        Kind::Delivery | Kind::Identity => whole(states),
        Kind::Database(_) | Kind::Redis(..) | Kind::RedisUses | Kind::Nodes(..) => {
            Procedure::default()
        }
    }
}

fn owns(state: State<'_>) -> bool {
    state.environment.deliver.autoscalers.value == Autoscalers::Manifests
}

fn applied(state: State<'_>, file: &str) -> Procedure {
    Procedure::default().apply(format!("kubectl apply -f {}/kubernetes/{file}", state.tree))
}

fn rolled(state: State<'_>, deployment: &Name) -> String {
    format!(
        "kubectl rollout status deployment/{deployment} -n {}",
        state.environment.namespace.value
    )
}

/// `helm upgrade` with the state's values; the chart is the platform's own.
pub(super) fn values(state: State<'_>) -> Procedure {
    let environment = state.environment;
    Procedure::default().apply(format!(
        "helm upgrade --install {} ./helm -n {} -f {}/helm/values.yaml",
        environment.app.value, environment.namespace.value, state.tree
    ))
}

/// Everything in the cluster.
pub(super) fn whole(states: Pair<State<'_>>) -> Procedure {
    let state = states.after;
    Procedure::default()
        .apply(format!("kubectl apply -k {}/kubernetes", state.tree))
        .then(values(state))
}

fn api(state: State<'_>) -> Procedure {
    let api = &state.environment.api.workload.name.value;
    let namespace = &state.environment.namespace.value;
    let procedure = if owns(state) {
        applied(state, "api-hpa.yaml")
    } else {
        values(state)
    };
    procedure.verify(format!("kubectl get hpa {api}-hpa -n {namespace}"))
}

fn pool(name: &Name, what: PoolMove, states: Pair<State<'_>>) -> Procedure {
    let (before, after) = (states.before, states.after);
    let file = format!("worker-{name}-scaledobject.yaml");
    let namespace = &after.environment.namespace.value;
    let scaler = |state: State<'_>| {
        if owns(state) {
            applied(state, &file)
        } else {
            values(state)
        }
    };
    let named = |state: State<'_>| {
        let pool = state.environment.worker.get(name);
        pool.map(|pool| pool.workload.name.value.clone())
    };
    match (what, named(before), named(after)) {
        (PoolMove::Removed, Some(deployment), _) if owns(before) => Procedure::default()
            .apply(format!(
                "kubectl delete scaledobject/{deployment}-scaler -n {namespace}"
            ))
            .then(values(after))
            .wait("its queues are empty, or another pool reads them"),
        (PoolMove::Autoscaler, _, Some(deployment)) => scaler(after).verify(format!(
            "kubectl get scaledobject {deployment}-scaler -n {namespace}"
        )),
        (PoolMove::Pods, _, Some(deployment)) => values(after).verify(rolled(after, &deployment)),
        (PoolMove::Added, _, Some(deployment)) => values(after)
            .then(scaler(after))
            .verify(rolled(after, &deployment)),
        (_, _, _) => values(after),
    }
}

/// The new file reaches every pod before any is told to read it.
fn reload(states: Pair<State<'_>>) -> Procedure {
    let state = states.after;
    let namespace = &state.environment.namespace.value;
    let name = &state.environment.pgbouncer.name.value;
    let hash = lock::hash(pgbouncer::ini(state.environment, state.catalogue).as_bytes());
    let hash = hash.trim_start_matches("sha256:");
    let pods =
        format!("$(kubectl get pods -n {namespace} -l app.kubernetes.io/name={name} -o name)");
    let config = format!("{}/config/pgbouncer.ini", pgbouncer::FOLDER);
    let each = |what: &str| format!("for POD in {pods}; do {what}; done");
    let procedure = applied(state, "pgbouncer.yaml")
        .apply(each(&format!(
            "until kubectl exec -n {namespace} \"$POD\" -- sha256sum {config} | grep -q {hash}; do sleep 5; done"
        )))
        .apply(each(&format!(
            "kubectl exec -n {namespace} \"$POD\" -- kill -HUP 1"
        )))
        .verify(each(&format!(
            "kubectl logs -n {namespace} \"$POD\" --since=1m | grep -c 'got SIGHUP, re-reading config'"
        )));
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
pub(super) fn pooler(states: Pair<State<'_>>) -> Procedure {
    let state = states.after;
    applied(state, "pgbouncer.yaml")
        .verify(rolled(state, &state.environment.pgbouncer.name.value))
        .wait("the pods that go have drained")
}
