//! Actions as POSIX shell: the one place where an action becomes a text that a shell reads.

use super::{
    Action, Argument, ArgumentValue, AwsCall, AwsQuery, Emptying, Holds, Manifests, Memory,
    NodeLabels, Number, PoolerDeployment, Question, Remembered,
};
use crate::emit::endpoint::PORT;
use crate::emit::pgbouncer::STATS_USER;
use crate::emit::placement::{ENVIRONMENT, NODE_GROUP};
use crate::emit::shell::{message, quoted, word};

/// Columns of a command, after which it goes on in the next line.
const WIDTH: usize = 76;

/// A local port that leads to one pod of PgBouncer after the other.
const LOCAL_PORT: u16 = 16432;

/// The mark of what the schedule has put to sleep.
const MARK: &str = "jsonpath='{.metadata.annotations.tierc\\.dev/off-hours}'";

/// The count at which KEDA holds a pool.
const PAUSE: &str = "jsonpath='{.metadata.annotations.autoscaling\\.keda\\.sh/paused-replicas}'";

impl Action {
    /// What to type, without a line feed at its end.
    #[must_use]
    pub fn shell(&self) -> String {
        match self {
            Self::Apply { manifests } => format!("kubectl apply {}", flag(manifests)),
            Self::Delete { manifests } => {
                format!("kubectl delete --ignore-not-found {}", flag(manifests))
            }
            Self::DeleteObjects { namespace, objects } => {
                let first = format!("kubectl delete --ignore-not-found -n {}", word(namespace));
                command(std::iter::once(first).chain(objects.iter().map(|it| word(it))))
            }
            Self::Helm {
                release,
                namespace,
                values,
            } => command([
                format!("helm upgrade --install {} ./helm", word(release)),
                format!("-n {}", word(namespace)),
                format!("-f {}", word(values)),
            ]),
            Self::Terraform { variables, targets } => terraform(variables, targets),
            Self::Forget { address, unless } => forgotten(address, unless),
            Self::Aws { call, unless } => {
                let unless = unless.map_or_else(String::new, |(one, other)| {
                    format!("[ \"${one}\" -ge \"${other}\" ] || ")
                });
                unless + &aws(call)
            }
            Self::Restart {
                namespace,
                deployment,
            } => restarted(namespace, deployment),
            Self::LetIn {
                namespace,
                policy,
                apps,
            } => let_in(namespace, policy, apps),
            Self::Cordon { nodes } => format!("kubectl cordon -l {}", word(&nodes.selector())),
            Self::Uncordon { nodes } => format!("kubectl uncordon -l {}", word(&nodes.selector())),
            Self::EmptyNodes { nodes, emptying } => each_emptied(nodes, emptying),
            Self::Shrink {
                cluster,
                group,
                nodes,
                most,
                emptying,
            } => shrunk(cluster, group, nodes, *most, emptying),
            Self::Reload {
                namespace,
                deployment,
                config,
                digest,
            } => reloaded(namespace, deployment, config, digest),
            Self::WakeApi {
                namespace,
                deployment,
                replicas,
            } => format!(
                "REPLICAS=$(kubectl get deployment/{deployment} -n {namespace} -o jsonpath='{{.spec.replicas}}')\n[ \"$API\" = awake ] || [ \"$REPLICAS\" != 0 ] ||\n    kubectl scale deployment/{deployment} -n {namespace} --current-replicas=0 --replicas={replicas}"
            ),
            Self::WakePool {
                namespace,
                scaled_object,
            } => woken(namespace, scaled_object),
            Self::Remember { variable, value } => format!("{variable}={}", memory(value)),
            Self::Need {
                variable,
                otherwise,
            } => format!(": \"${{{variable}:?{}}}\"", message(otherwise)),
            Self::Unless {
                variable,
                holds,
                actions,
            } => unless(variable, holds, actions),
            Self::ShowWaiting { pooler } => waiting(pooler),
            Self::Wait { until } => question(until),
        }
    }
}

fn unless(variable: &str, holds: &[String], actions: &[Action]) -> String {
    let holds = holds.iter().map(|value| match value.as_str() {
        "" => "''",
        value => value,
    });
    let holds: Vec<&str> = holds.collect();
    let actions: Vec<String> = actions.iter().map(Action::shell).collect();
    format!(
        "case \"${variable}\" in\n{}) ;;\n*)\n{}\n    ;;\nesac",
        holds.join(" | "),
        indented(&actions.join("\n"))
    )
}

fn terraform(variables: &str, targets: &[String]) -> String {
    let variables = format!("-var-file={}", word(variables));
    let targets = targets.iter().map(|it| format!("-target={}", quoted(it)));
    let first = "terraform apply".to_owned();
    command([first, variables].into_iter().chain(targets))
}

/// What is forgotten already, as after an apply that was given up, is no failure.
fn forgotten(address: &str, unless: &str) -> String {
    format!(
        "STATE=$(terraform state list)
if printf '%s\\n' \"$STATE\" | grep -Fqx {0}; then
    GROUP_STATE=$(terraform state show {0})
    printf '%s\\n' \"$GROUP_STATE\" |
        grep -Fq {1} ||
        terraform state rm {0}
fi",
        quoted(address),
        quoted(&format!("\"{unless}\""))
    )
}

fn restarted(namespace: &str, deployment: &str) -> String {
    format!(
        "kubectl rollout restart deployment/{} -n {}",
        word(deployment),
        word(namespace)
    )
}

impl NodeLabels {
    /// The label selector.
    fn selector(&self) -> String {
        format!(
            "{ENVIRONMENT}={},{NODE_GROUP}={}",
            self.environment, self.group
        )
    }
}

/// A command over as many lines as it needs; no word is cut.
fn command(words: impl IntoIterator<Item = String>) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in words {
        let wide = word.lines().next().unwrap_or_default().chars().count();
        if text.is_empty() {
            column = 0;
        } else if column + 1 + wide > WIDTH {
            text += " \\\n    ";
            column = 4;
        } else {
            text.push(' ');
            column += 1;
        }
        text += &word;
        column = match word.rsplit_once('\n') {
            Some((_, last)) => last.chars().count(),
            None => column + wide,
        };
    }
    text
}

/// A text one level further in.
fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| format!("    {line}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A text within one that stands further in: its first line goes on there.
fn nested(text: &str, levels: usize) -> String {
    text.replace('\n', &format!("\n{}", "    ".repeat(levels)))
}

/// A loop that ends when a command ends well.
fn until(command: &str) -> String {
    format!("until {command}; do\n    sleep 15\ndone")
}

/// Manifests as `kubectl` takes them.
fn flag(manifests: &Manifests) -> String {
    match manifests {
        Manifests::File(path) => format!("-f {}", word(path)),
        Manifests::Folder(path) => format!("-k {}", word(path)),
    }
}

fn aws(call: &AwsCall) -> String {
    let first = format!("aws {} {}", call.service, call.operation);
    command(std::iter::once(first).chain(call.arguments.iter().map(argument)))
}

fn argument(argument: &Argument) -> String {
    let name = argument.name;
    match &argument.value {
        ArgumentValue::Switch(true) => format!("--{name}"),
        ArgumentValue::Switch(false) => format!("--no-{name}"),
        value @ (ArgumentValue::Text(_)
        | ArgumentValue::Remembered(_)
        | ArgumentValue::Larger(..)
        | ArgumentValue::Fields(_)
        | ArgumentValue::Answer(_)
        | ArgumentValue::Answers(_)) => format!("--{name} {}", self::value(value)),
    }
}

fn value(value: &ArgumentValue) -> String {
    match value {
        ArgumentValue::Switch(on) => on.to_string(),
        ArgumentValue::Text(text) => word(text),
        ArgumentValue::Remembered(variable) => remembered(variable),
        ArgumentValue::Larger(variable, number) => format!("\"{}\"", larger(variable, *number)),
        ArgumentValue::Fields(fields) => {
            let known = fields
                .iter()
                .all(|it| matches!(it.value, ArgumentValue::Text(_)));
            let fields = fields
                .iter()
                .map(|it| format!("{}={}", it.name, field(&it.value)));
            let fields = fields.collect::<Vec<_>>().join(",");
            if known {
                word(&fields)
            } else {
                format!("\"{fields}\"")
            }
        }
        ArgumentValue::Answer(query) => format!("\"$({})\"", asked(query)),
        ArgumentValue::Answers(query) => format!("$({})", asked(query)),
    }
}

/// A field of a structure, within double quotes where any of them is asked for.
fn field(value: &ArgumentValue) -> String {
    match value {
        ArgumentValue::Text(text) => text.clone(),
        ArgumentValue::Larger(variable, number) => larger(variable, *number),
        ArgumentValue::Remembered(variable) => format!("${}", variable.variable),
        ArgumentValue::Switch(on) => on.to_string(),
        ArgumentValue::Fields(_) | ArgumentValue::Answer(_) | ArgumentValue::Answers(_) => {
            self::value(value)
        }
    }
}

fn remembered(variable: &Remembered) -> String {
    let name = variable.variable;
    match &variable.otherwise {
        Some(otherwise) => format!("\"${{{name}:?{}}}\"", message(otherwise)),
        None => format!("\"${name}\""),
    }
}

fn larger(variable: &str, number: u32) -> String {
    format!("$(({variable} > {number} ? {variable} : {number}))")
}

/// A question to AWS, whose answer is text.
fn asked(query: &AwsQuery) -> String {
    let call = &query.call;
    let first = format!("aws {} {}", call.service, call.operation);
    let last = [
        format!("--query {}", word(&query.query)),
        "--output text".into(),
    ];
    command(
        std::iter::once(first)
            .chain(call.arguments.iter().map(argument))
            .chain(last),
    )
}

/// What a variable is set to.
fn memory(memory: &Memory) -> String {
    match memory {
        Memory::Answer(query) => format!("$({})", asked(query)),
        Memory::Versions(query) => format!("$({} |\n    sed -n '/^[0-9]/p')", asked(query)),
        Memory::Newest(query) => format!(
            "$({} |\n    tr '\\t' '\\n' | sed -n '/^[0-9]/p' | sort -t . -k 2,2n | tail -n 1)",
            asked(query)
        ),
        Memory::Variable(variable) => format!("${variable}"),
        Memory::Larger(variable, number) => larger(variable, *number),
        Memory::Smaller(variable, number) => {
            format!("$(({variable} > {number} ? {number} : {variable}))")
        }
        Memory::NodeGroup {
            cluster,
            environment,
            group,
        } => {
            let [list, describe] = looking_up(cluster);
            format!(
                "$(\n    for NAME in $({}); do\n{}\n    done | awk '$2 == \"{environment}\" && $3 == \"{group}\" {{ print $1 }}'\n)",
                asked(&list.query("nodegroups")),
                indented(&indented(&asked(&describe.query(format!(
                    "nodegroup.[nodegroupName, labels.\"{ENVIRONMENT}\", labels.\"{NODE_GROUP}\"]"
                )))))
            )
        }
        Memory::Nodes { nodes } => {
            format!(
                "$(NODES=$(kubectl get nodes -l {} -o name) &&\n    printf '%s\\n' \"$NODES\" | awk 'NF {{ nodes++ }} END {{ print nodes + 0 }}')",
                word(&nodes.selector())
            )
        }
        Memory::ApiMark {
            namespace,
            config_map,
        } => format!(
            "$(kubectl get configmap/{} -n {} --ignore-not-found \\\n    -o {MARK})",
            word(config_map),
            word(namespace)
        ),
    }
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

/// Lets pods in beside those that are let in.
fn let_in(namespace: &str, policy: &str, apps: &[String]) -> String {
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

/// Empties one node after the other until none is left that was not emptied: a node that joins
/// meanwhile is cordoned before the next one is drained, and drained in its turn.
fn each_emptied(nodes: &NodeLabels, emptying: &Emptying) -> String {
    let selector = nodes.selector();
    let selector = word(&selector);
    format!(
        "DONE=' '
while :; do
    kubectl cordon -l {selector}
    NODES=$(kubectl get nodes -l {selector} -o name)
    NODE=
    for NAME in $NODES; do
        case \"$DONE\" in
        *\" $NAME \"*) ;;
        *) NODE=${{NODE:-$NAME}} ;;
        esac
    done
    [ -n \"$NODE\" ] || break
{}
    DONE=\"$DONE$NODE \"
done",
        indented(&emptied(emptying))
    )
}

/// Takes every pod off `$NODE`. PgBouncer's pods leave one at a time, however many share the node:
/// a disruption budget does not count those that are on their way out. The only one leaves when
/// another is there, as in a rollout. The node is done when everything that left it runs elsewhere.
fn emptied(emptying: &Emptying) -> String {
    let PoolerDeployment {
        namespace,
        deployment,
    } = &emptying.pooler;
    let available = |deployment: &str| {
        indented(&until(&format!(
            "kubectl rollout status deployment/{deployment} -n {namespace}"
        )))
    };
    // A simple assignment ends a script where its command fails; a list of `for` does not.
    let pods = format!(
        "PODS=$(kubectl get pods -n {namespace} -l app.kubernetes.io/name={deployment} --field-selector=spec.nodeName=\"${{NODE#node/}}\" -o name)"
    );
    let moved = if emptying.only_one {
        format!(
            "{pods}\nif [ -n \"$PODS\" ]; then\n    kubectl rollout restart deployment/{deployment} -n {namespace}\n{}\nfi",
            available(deployment)
        )
    } else {
        format!(
            "{pods}\nfor POD in $PODS; do\n    kubectl delete -n {namespace} \"$POD\"\n{}\ndone",
            available(deployment)
        )
    };
    format!(
        "{moved}\n{}\nfor DEPLOYMENT in {deployment} {}; do\n{}\ndone",
        until(&format!(
            "kubectl drain \"$NODE\" --ignore-daemonsets --delete-emptydir-data --timeout={}s ||\n    {{ LEFT=$(kubectl get \"$NODE\" --ignore-not-found -o name) && [ -z \"$LEFT\" ]; }}",
            emptying.timeout
        )),
        emptying.workloads.join(" "),
        available("\"$DEPLOYMENT\""),
    )
}

/// The calls that take nodes out of a group: its bound, its size, another bound, and a node that goes.
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

/// A node autoscaler would put new nodes in the place of those that leave as soon as evicted pods find
/// no room: before a node is emptied, the maximum becomes the size. EKS takes no maximum below the
/// size, so that a group which grew in between is noticed.
fn shrunk(
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
        aws(&terminate)
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
        nested(&aws(&lower), 2),
    )
}

/// The new file reaches every pod before any is told to read it. The time comes from the cluster, which
/// writes the times of the logs: the local clock may be off.
fn reloaded(namespace: &str, deployment: &str, config: &str, digest: &str) -> String {
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

/// By day it finds nothing to do. What somebody else paused has no mark of the schedule's, or another
/// count than the mark says.
fn woken(namespace: &str, scaled_object: &str) -> String {
    let scaler = format!("scaledobject/{scaled_object} -n {namespace}");
    format!(
        "POOL=$(kubectl get {scaler} -o {MARK})
PAUSED=$(kubectl get {scaler} -o {PAUSE})
[ -z \"$POOL\" ] || [ \"$PAUSED\" != \"$POOL\" ] ||
    kubectl annotate {scaler} autoscaling.keda.sh/paused-replicas-
[ -z \"$POOL\" ] || kubectl annotate {scaler} tierc.dev/off-hours-"
    )
}

/// What the console of every pod of PgBouncer answers, with `failed` for one that does not.
fn answers(pooler: &PoolerDeployment, question: &str) -> String {
    let PoolerDeployment {
        namespace,
        deployment,
    } = pooler;
    format!(
        "{{
    PODS=$(kubectl get pods -n {namespace} -l app.kubernetes.io/name={deployment} -o name) || echo failed
    for POD in $PODS; do
        kubectl port-forward -n {namespace} \"$POD\" {LOCAL_PORT}:{PORT} >/dev/null &
        sleep 3
        {{ kill -0 $! && psql -X -A -h 127.0.0.1 -p {LOCAL_PORT} -U {STATS_USER} -d pgbouncer -c '{question}'; }} || echo failed
        kill $! || :
        wait $! 2>/dev/null || :
    done
}}"
    )
}

fn waiting(pooler: &PoolerDeployment) -> String {
    format!(
        "{} | awk -F'|' '
    /^failed/ {{ bad = 1 }}
    /^database\\|/ {{ for (i = 1; i <= NF; i++) at[$i] = i }}
    at[\"maxwait\"] && NF > at[\"maxwait\"] {{ print $at[\"database\"], $at[\"cl_active\"], $at[\"cl_waiting\"], $at[\"maxwait\"] }}
    END {{ exit bad }}'",
        answers(pooler, "SHOW POOLS")
    )
}

fn question(question: &Question) -> String {
    match question {
        Question::Aws {
            call,
            fields,
            answer,
            each,
        } => of_aws(call, fields, answer, each.as_ref()),
        Question::Waiter {
            service,
            waiter,
            arguments,
        } => {
            let first = format!("aws {service} wait {waiter}");
            command(std::iter::once(first).chain(arguments.iter().map(argument)))
        }
        Question::Same { manifests, raised } => {
            let raised = if *raised {
                "KUBECTL_EXTERNAL_DIFF='diff -u -N -IminReplicas -Igeneration' "
            } else {
                ""
            };
            format!("{raised}kubectl diff {}", flag(manifests))
        }
        Question::Minimum {
            namespace,
            autoscaler,
            least,
        } => format!(
            "[ \"$(kubectl get hpa/{autoscaler} -n {namespace} -o jsonpath='{{.spec.minReplicas}}')\" -ge {least} ]"
        ),
        Question::NothingLeft { variables } => command([
            "terraform plan -detailed-exitcode".into(),
            format!("-var-file={}", word(variables)),
        ]),
        Question::RolledOut {
            namespace,
            deployment,
        } => format!("kubectl rollout status deployment/{deployment} -n {namespace}"),
        Question::Condition {
            namespace,
            object,
            condition,
            unless_asleep,
        } => conditioned(namespace, object, condition, unless_asleep.as_deref()),
        Question::NoneLeaving { namespace, pods } => none_leaving(namespace, pods.as_deref()),
        Question::MostPods {
            namespace,
            pods,
            most,
        } => most_pods(namespace, pods, *most),
        Question::Secret {
            namespace,
            secret,
            key,
            holds,
        } => of_secret(namespace, secret, key, holds),
        Question::NodesReady { nodes: None } => {
            "kubectl wait --for=condition=Ready nodes --all --timeout=15m".into()
        }
        Question::NodesReady { nodes: Some(nodes) } => {
            let selector = nodes.selector();
            let which = word(&selector);
            // kubectl takes a selector that finds nothing for an error.
            format!(
                "NODES=$(kubectl get nodes -l {which} -o name)\n[ -z \"$NODES\" ] ||\n    kubectl wait --for=condition=Ready nodes -l {which} --timeout=15m"
            )
        }
        Question::Nodes { nodes, least } => as_many(nodes, least),
        Question::NonePending => until(
            "PODS=$(kubectl get pods --all-namespaces --field-selector=status.phase=Pending -o name) &&\n    [ -z \"$PODS\" ]",
        ),
        Question::ServerConnections { pooler, most } => server_connections(pooler, *most),
        Question::ClientConnections { pooler, pods, most } => {
            client_connections(pooler, pods, *most)
        }
        Question::PastPooler { pooler, most } => past_pooler(pooler, *most),
    }
}

fn of_secret(namespace: &str, secret: &str, key: &str, holds: &Holds) -> String {
    let holds = match holds {
        Holds::Start(start) => quoted(&format!("^{start}")),
        Holds::Text(text) => format!("-F {}", word(text)),
    };
    until(&format!(
        "kubectl get secret {secret} -n {namespace} -o jsonpath='{{.data.{key}}}' |\n    base64 -d | grep -q {holds}"
    ))
}

fn as_many(nodes: &NodeLabels, least: &Number) -> String {
    let least = match least {
        Number::Known(number) => number.to_string(),
        Number::Variable(variable) => format!("\"${variable}\""),
    };
    let nodes = memory(&Memory::Nodes {
        nodes: nodes.clone(),
    });
    until(&format!("[ \"{nodes}\" -ge {least} ]"))
}

/// The loop shows each answer meanwhile. The waiters that come with the command line give up after 10
/// to 30 minutes, and see what was there before where the change has not begun yet.
fn of_aws(call: &AwsCall, fields: &[String], answer: &str, each: Option<&AwsQuery>) -> String {
    let query = AwsQuery {
        call: call.clone(),
        query: format!("join(' ', [{}])", fields.join(", ")),
    };
    let one = until(&format!(
        "ANSWER=$({}) &&\n    printf '%s\\n' \"$ANSWER\" >&2 &&\n    printf '%s\\n' \"$ANSWER\" | grep -Eqx {}",
        asked(&query),
        quoted(answer)
    ));
    match each {
        Some(each) => format!(
            "NODES=$({})\nfor NODE in $NODES; do\n{}\ndone",
            asked(each),
            indented(&one)
        ),
        None => one,
    }
}

fn conditioned(
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

/// An answer that does not come is none: the loop goes on until the cluster says that no pod leaves.
fn none_leaving(namespace: &str, pods: Option<&str>) -> String {
    let which = pods.map_or_else(String::new, |pods| format!(" -l {}", word(pods)));
    until(&format!(
        "LEAVING=$(kubectl get pods -n {namespace}{which} -o jsonpath='{{.items[?(@.metadata.deletionTimestamp)].metadata.name}}') &&\n    [ -z \"$LEAVING\" ]"
    ))
}

fn most_pods(namespace: &str, pods: &str, most: u32) -> String {
    let are_few = match most {
        0 => "[ -z \"$PODS\" ]".to_owned(),
        _ => format!("[ \"$(printf %s \"$PODS\" | grep -c .)\" -le {most} ]"),
    };
    until(&format!(
        "PODS=$(kubectl get pods -n {namespace} -l {} --field-selector=status.phase!=Failed,status.phase!=Succeeded -o name) &&\n    {are_few}",
        word(pods)
    ))
}

fn server_connections(pooler: &PoolerDeployment, most: u32) -> String {
    until(&format!(
        "MOST=$({} | awk -F'|' '
        /^failed/ {{ bad = 1 }}
        /^name\\|/ {{ for (i = 1; i <= NF; i++) if ($i == \"current_connections\") at = i; next }}
        at && NF > at && $at + 0 > most {{ most = $at + 0 }}
        END {{ if (bad || !at) exit 1; print most + 0 }}') &&\n    [ \"$MOST\" -le {most} ]",
        nested(&answers(pooler, "SHOW DATABASES"), 1)
    ))
}

fn client_connections(pooler: &PoolerDeployment, pods: &str, most: u64) -> String {
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

/// The pods of PgBouncer are told by their addresses.
fn past_pooler(pooler: &PoolerDeployment, most: u64) -> String {
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
