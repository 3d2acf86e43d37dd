//! kubectl: manifests, pods and the marks of the schedule.

use super::layout::{command, until};
use super::words::{argument, quoted, word};
use crate::action::{Holds, KubectlArgument, KubectlCall, Manifests};

/// The mark of a workload that the schedule stopped.
const MARK: &str = "jsonpath='{.metadata.annotations.tierc\\.dev/off-hours}'";

/// The count at which KEDA pauses a pool.
const PAUSE: &str = "jsonpath='{.metadata.annotations.autoscaling\\.keda\\.sh/paused-replicas}'";

/// Manifests as arguments of `kubectl`.
pub(super) fn flag(manifests: &Manifests) -> String {
    match manifests {
        Manifests::File(path) => format!("-f {}", word(path)),
        Manifests::Folder(path) => format!("-k {}", word(path)),
    }
}

pub(super) fn restarted(namespace: &str, deployment: &str) -> String {
    format!(
        "kubectl rollout restart deployment/{} -n {}",
        word(deployment),
        word(namespace)
    )
}

/// Adds pods to those that a network policy admits.
pub(super) fn let_in(namespace: &str, policy: &str, apps: &[String]) -> String {
    let apps: Vec<String> = apps.iter().map(|app| format!("\"{app}\"")).collect();
    let patch = format!(
        "[{{\"op\":\"add\",\"path\":\"/spec/ingress/0/from/-\",\"value\":{{\"podSelector\":{{\"matchExpressions\":[{{\"key\":\"app\",\"operator\":\"In\",\"values\":[{}]}}]}}}}}}]",
        apps.join(",")
    );
    command([
        format!("kubectl patch networkpolicy {}", word(policy)),
        format!("-n {}", word(namespace)),
        "--type=json".into(),
        format!("-p {}", word(&patch)),
    ])
}

/// Does nothing if the Deployment has pods.
pub(super) fn started(namespace: &str, deployment: &str, replicas: u32) -> String {
    format!(
        "[ \"$(kubectl get deployment/{deployment} -n {namespace} -o jsonpath='{{.spec.replicas}}')\" != 0 ] ||
    kubectl scale deployment/{deployment} -n {namespace} --replicas={replicas}"
    )
}

/// Outside off-hours it does nothing. A pool that a person paused has no mark of the schedule, or a count
/// that differs from the mark.
pub(super) fn woken(namespace: &str, scaled_object: &str) -> String {
    let scaler = format!("scaledobject/{scaled_object} -n {namespace}");
    format!(
        "POOL=$(kubectl get {scaler} -o {MARK})
PAUSED=$(kubectl get {scaler} -o {PAUSE})
[ -z \"$POOL\" ] || [ \"$PAUSED\" != \"$POOL\" ] ||
    kubectl annotate {scaler} autoscaling.keda.sh/paused-replicas-
[ -z \"$POOL\" ] || kubectl annotate {scaler} tierc.dev/off-hours-"
    )
}

pub(super) fn conditioned(
    namespace: &str,
    object: &str,
    condition: &str,
    unless_asleep: Option<&str>,
) -> String {
    let wait =
        format!("kubectl wait --for=condition={condition} {object} -n {namespace} --timeout=5m");
    match unless_asleep {
        Some(deployment) => format!(
            "[ \"$(kubectl get deployment/{deployment} -n {namespace} -o jsonpath='{{.spec.replicas}}')\" = 0 ] ||\n    {wait}"
        ),
        None => wait,
    }
}

/// A failed query counts as "not yet": the loop continues until the cluster reports no terminating pod.
pub(super) fn none_leaving(namespace: &str, pods: Option<&str>) -> String {
    let which = pods.map_or_else(String::new, |pods| format!(" -l {}", word(pods)));
    until(&format!(
        "LEAVING=$(kubectl get pods -n {namespace}{which} -o jsonpath='{{.items[?(@.metadata.deletionTimestamp)].metadata.name}}') &&\n    [ -z \"$LEAVING\" ]"
    ))
}

/// The loop shows the pods that are pending: what keeps one waiting may have nothing to do with the step.
pub(super) fn none_pending() -> String {
    until(
        "PODS=$(kubectl get pods --all-namespaces --field-selector=status.phase=Pending) &&\n    printf '%s\\n' \"$PODS\" >&2 &&\n    [ -z \"$PODS\" ]",
    )
}

pub(super) fn most_pods(namespace: &str, pods: &str, most: u32) -> String {
    let are_few = match most {
        0 => "[ -z \"$PODS\" ]".to_owned(),
        _ => format!("[ \"$(printf %s \"$PODS\" | grep -c .)\" -le {most} ]"),
    };
    until(&format!(
        "PODS=$(kubectl get pods -n {namespace} -l {} --field-selector=status.phase!=Failed,status.phase!=Succeeded -o name) &&\n    {are_few}",
        word(pods)
    ))
}

pub(super) fn of_secret(namespace: &str, secret: &str, key: &str, holds: &Holds) -> String {
    let holds = match holds {
        Holds::Start(start) => quoted(&format!("^{start}")),
        Holds::Text(text) => format!("-F {}", word(text)),
    };
    until(&format!(
        "kubectl get secret {secret} -n {namespace} -o jsonpath='{{.data.{key}}}' |\n    base64 -d | grep -q {holds}"
    ))
}

/// The API's mark, which exists while the schedule keeps the API stopped.
pub(super) fn api_mark(namespace: &str, config_map: &str) -> String {
    format!(
        "$(kubectl get configmap/{} -n {} --ignore-not-found \\\n    -o {MARK})",
        word(config_map),
        word(namespace)
    )
}

/// Outside off-hours the API is already running.
pub(super) fn api_woken(namespace: &str, deployment: &str, replicas: u32) -> String {
    format!(
        "REPLICAS=$(kubectl get deployment/{deployment} -n {namespace} -o jsonpath='{{.spec.replicas}}')\n[ \"$API\" = awake ] || [ \"$REPLICAS\" != 0 ] ||\n    kubectl scale deployment/{deployment} -n {namespace} --current-replicas=0 --replicas={replicas}"
    )
}

/// A call as a shell command.
pub(super) fn call(call: &KubectlCall) -> String {
    let first = format!("kubectl {}", call.command);
    let operands = call.operands.iter().map(|operand| word(operand));
    let namespace = call.namespace.iter().map(|it| format!("-n {}", word(it)));
    let arguments = call.arguments.iter().map(|it| match it {
        KubectlArgument::Word(text) => argument(text),
        KubectlArgument::Switch(name) => format!("--{name}"),
        KubectlArgument::Flag { name, value } if name.len() == 1 => {
            format!("-{name} {}", argument(value))
        }
        KubectlArgument::Flag { name, value } => format!("--{name}={}", argument(value)),
    });
    command(
        std::iter::once(first)
            .chain(operands)
            .chain(namespace)
            .chain(arguments),
    )
}

/// `kubectl create` fails for an existing object, so its output is applied instead.
pub(super) fn made_applied(made: &KubectlCall) -> String {
    let made = made.clone().flag("dry-run", "client").flag("o", "yaml");
    format!("{} |\n    kubectl apply -f -", call(&made))
}

/// Every object of manifests is deleted.
pub(super) fn deleted(manifests: &Manifests) -> String {
    format!("kubectl delete --ignore-not-found {}", flag(manifests))
}

/// Objects are deleted by their names.
pub(super) fn each_deleted(namespace: &str, objects: &[String]) -> String {
    let first = format!("kubectl delete --ignore-not-found -n {}", word(namespace));
    command(std::iter::once(first).chain(objects.iter().map(|it| word(it))))
}

/// A Deployment without ready pods reports no number.
pub(super) fn ready(namespace: &str, deployment: &str, least: u32) -> String {
    until(&format!(
        "READY=$(kubectl get deployment/{deployment} -n {namespace} \\\n    -o go-template='{{{{or .status.readyReplicas 0}}}}') &&\n    [ \"$READY\" -ge {least} ]"
    ))
}
