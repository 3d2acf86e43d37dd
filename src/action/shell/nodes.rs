//! Nodes of a group: selecting, draining and removing them.

use super::aws::{asked, call};
use super::layout::{each_word, indented, nested, until};
use super::words::word;
use crate::action::{
    Argument, ArgumentValue, AwsCall, Emptying, NodeLabels, Number, PoolerDeployment, Remembered,
};
use crate::model::{ENVIRONMENT_LABEL, NODE_GROUP_LABEL};

impl NodeLabels {
    /// The label selector.
    pub(super) fn selector(&self) -> String {
        format!(
            "{ENVIRONMENT_LABEL}={},{NODE_GROUP_LABEL}={}",
            self.environment, self.group
        )
    }
}

/// The name of a group in EKS.
pub(super) fn group_name(cluster: &str, environment: &str, group: &str) -> String {
    let [list, describe] = looking_up(cluster);
    format!(
        "$(\n    for NAME in $({}); do\n{}\n    done | awk '$2 == \"{environment}\" && $3 == \"{group}\" {{ print $1 }}'\n)",
        asked(&list.query("nodegroups")),
        indented(&indented(&asked(&describe.query(format!(
            "nodegroup.[nodegroupName, labels.\"{ENVIRONMENT_LABEL}\", labels.\"{NODE_GROUP_LABEL}\"]"
        )))))
    )
}

/// How many nodes there are.
pub(super) fn counted(nodes: &NodeLabels) -> String {
    format!(
        "$(NODES=$(kubectl get nodes -l {} -o name) &&\n    printf '%s\\n' \"$NODES\" | awk 'NF {{ nodes++ }} END {{ print nodes + 0 }}')",
        word(&nodes.selector())
    )
}

/// The calls that look a node group up.
fn looking_up(cluster: &str) -> [AwsCall; 2] {
    let name = ArgumentValue::Remembered(Remembered {
        variable: "NAME",
        otherwise: None,
    });
    [
        AwsCall::new("eks", "list-nodegroups").text("cluster-name", cluster),
        AwsCall::new("eks", "describe-nodegroup")
            .text("cluster-name", cluster)
            .with("nodegroup-name", name),
    ]
}

/// Drains one node after the other until all are drained. A node that joins meanwhile is cordoned before
/// the next node is drained, and is drained, too.
pub(super) fn each_emptied(nodes: &NodeLabels, emptying: &Emptying) -> String {
    let selector = nodes.selector();
    let selector = word(&selector);
    let next = "case \"$DONE\" in\n*\" $NAME \"*) ;;\n*) NODE=${NODE:-$NAME} ;;\nesac";
    format!(
        "DONE=' '
while :; do
    kubectl cordon -l {selector}
    NODES=$(kubectl get nodes -l {selector} -o name)
    NODE=
{}
    [ -n \"$NODE\" ] || break
{}
    DONE=\"$DONE$NODE \"
done",
        indented(&each_word("NAME", "NODES", next)),
        indented(&emptied(emptying))
    )
}

/// Drains `$NODE`. PgBouncer's pods leave the node one at a time, because a disruption budget does not
/// count terminating pods. A single PgBouncer pod leaves after its replacement is ready, as in a rollout.
/// The node is done when all evicted workloads are available elsewhere.
fn emptied(emptying: &Emptying) -> String {
    let PoolerDeployment {
        namespace,
        deployment,
    } = &emptying.pooler;
    let available = |deployment: &str| {
        until(&format!(
            "kubectl rollout status deployment/{deployment} -n {namespace}"
        ))
    };
    // With `set -e`, a failed command in an assignment ends the script; in the list of a `for` it does not.
    let pods = format!(
        "PODS=$(kubectl get pods -n {namespace} -l app.kubernetes.io/name={deployment} --field-selector=spec.nodeName=\"${{NODE#node/}}\" -o name)"
    );
    let moved = if emptying.only_one {
        format!(
            "{pods}\nif [ -n \"$PODS\" ]; then\n    kubectl rollout restart deployment/{deployment} -n {namespace}\n{}\nfi",
            indented(&available(deployment))
        )
    } else {
        format!(
            "{pods}\n{}",
            each_word(
                "POD",
                "PODS",
                &format!(
                    "kubectl delete -n {namespace} \"$POD\"\n{}",
                    available(deployment)
                )
            )
        )
    };
    format!(
        "{moved}\n{}\nfor DEPLOYMENT in {deployment} {}; do\n{}\ndone",
        until(&format!(
            "kubectl drain \"$NODE\" --ignore-daemonsets --delete-emptydir-data --timeout={}s ||\n    {{ LEFT=$(kubectl get \"$NODE\" --ignore-not-found -o name) && [ -z \"$LEFT\" ]; }}",
            emptying.timeout
        )),
        emptying.workloads.join(" "),
        indented(&available("\"$DEPLOYMENT\"")),
    )
}

/// The calls that remove nodes from a group: its maximum, its size, another maximum, and one node.
fn shrinking(cluster: &str, group: &Remembered, most: u32) -> [AwsCall; 4] {
    let variable = |variable| {
        ArgumentValue::Remembered(Remembered {
            variable,
            otherwise: None,
        })
    };
    let of_group = |operation| {
        AwsCall::new("eks", operation)
            .text("cluster-name", cluster)
            .with("nodegroup-name", ArgumentValue::Remembered(group.clone()))
    };
    let bound = Argument {
        name: "maxSize",
        value: ArgumentValue::Larger("SIZE", most),
    };
    [
        of_group("describe-nodegroup"),
        AwsCall::new("autoscaling", "describe-auto-scaling-groups")
            .with("auto-scaling-group-names", variable("ASG")),
        of_group("update-nodegroup-config")
            .with("scaling-config", ArgumentValue::Fields(vec![bound])),
        AwsCall::new("autoscaling", "terminate-instance-in-auto-scaling-group")
            .with("instance-id", variable("INSTANCE"))
            .and([Argument::switch("should-decrement-desired-capacity", true)]),
    ]
}

/// When evicted pods find no room, a node autoscaler would replace removed nodes. So the maximum is set to
/// the current size before a node is drained. EKS refuses a maximum below the size, so a group that grew
/// in between is noticed.
pub(super) fn shrunk(
    cluster: &str,
    group: &Remembered,
    nodes: &NodeLabels,
    most: u32,
    emptying: &Emptying,
) -> String {
    let [bound, size, lower, terminate] = shrinking(cluster, group, most);
    let bound =
        bound.query("join(' ', [nodegroup.status, to_string(nodegroup.scalingConfig.maxSize)])");
    let size = size.query("AutoScalingGroups[0].DesiredCapacity");
    let leaves = format!(
        "kubectl cordon \"$NODE\"\n{}\nINSTANCE=$(kubectl get \"$NODE\" -o jsonpath='{{.spec.providerID}}' | sed 's|.*/||')\n{}\nkubectl wait --for=delete \"$NODE\" --timeout=15m",
        emptied(emptying),
        call(&terminate)
    );
    format!(
        "until BOUND=$({}) && [ \"$BOUND\" = 'ACTIVE {most}' ]; do
    SIZE=$({} | grep -Ex '[0-9]+') || SIZE=
    NODE=$(kubectl get nodes -l {} --sort-by=.metadata.creationTimestamp -o name | tail -n 1)
    case \"$SIZE $BOUND\" in
    \"$((SIZE > {most} ? SIZE : 0)) ACTIVE $SIZE\")
        if [ -n \"$NODE\" ]; then
{}
        else
            sleep 15
        fi
        ;;
    [0-9]*\" ACTIVE \"*)
        {} || sleep 15
        ;;
    *)
        sleep 15
        ;;
    esac
done",
        asked(&bound),
        nested(&asked(&size), 1),
        word(&nodes.selector()),
        indented(&indented(&indented(&leaves))),
        nested(&call(&lower), 2),
    )
}

pub(super) fn as_many(nodes: &NodeLabels, least: &Number) -> String {
    let least = match least {
        Number::Known(number) => number.to_string(),
        Number::Variable(variable) => format!("\"${variable}\""),
    };
    until(&format!("[ \"{}\" -ge {least} ]", counted(nodes)))
}

/// kubectl takes a selector that finds nothing for an error.
pub(super) fn ready(nodes: &NodeLabels) -> String {
    let selector = nodes.selector();
    let which = word(&selector);
    format!(
        "NODES=$(kubectl get nodes -l {which} -o name)\n[ -z \"$NODES\" ] ||\n    kubectl wait --for=condition=Ready nodes -l {which} --timeout=15m"
    )
}
