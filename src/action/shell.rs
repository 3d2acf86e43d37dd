//! Actions as POSIX shell: the only place where an action becomes shell text.

mod aws;
mod kubectl;
mod layout;
mod nodes;
mod pooler;
pub mod queue;
mod terraform;
mod words;

use super::{Action, Memory, Question};
use layout::{command, indented};
pub use words::{literal, message, quoted, word};

impl Action {
    /// The command, without a final line feed.
    #[must_use]
    pub fn shell(&self) -> String {
        match self {
            Self::Apply { manifests } => format!("kubectl apply {}", kubectl::flag(manifests)),
            Self::Delete { manifests } => kubectl::deleted(manifests),
            Self::DeleteObjects { namespace, objects } => kubectl::each_deleted(namespace, objects),
            Self::Helm {
                release,
                namespace,
                values,
            } => helm(release, namespace, values),
            Self::Terraform { variables, targets } => terraform::apply(variables, targets),
            Self::Forget { address, unless } => terraform::forgotten(address, unless),
            Self::Aws { call, unless } => aws::called(call, *unless),
            Self::Kubectl { call } => kubectl::call(call),
            Self::Show { query } => aws::shown(query),
            Self::SetUp { cluster, region } => set_up(cluster, region),
            Self::Import {
                variables,
                address,
                id,
            } => terraform::imported(variables, address, id),
            Self::ApplyMade { call } => kubectl::made_applied(call),
            Self::Restart {
                namespace,
                deployment,
            } => kubectl::restarted(namespace, deployment),
            Self::LetIn {
                namespace,
                policy,
                apps,
            } => kubectl::let_in(namespace, policy, apps),
            Self::Cordon { nodes } => format!("kubectl cordon -l {}", word(&nodes.selector())),
            Self::Uncordon { nodes } => format!("kubectl uncordon -l {}", word(&nodes.selector())),
            Self::EmptyNodes { nodes, emptying } => nodes::each_emptied(nodes, emptying),
            Self::Shrink {
                cluster,
                group,
                nodes,
                most,
                emptying,
            } => nodes::shrunk(cluster, group, nodes, *most, emptying),
            Self::Reload {
                namespace,
                deployment,
                config,
                digest,
            } => pooler::reloaded(namespace, deployment, config, digest),
            Self::WakeApi {
                namespace,
                deployment,
                replicas,
            } => kubectl::api_woken(namespace, deployment, *replicas),
            Self::Start {
                namespace,
                deployment,
                replicas,
            } => kubectl::started(namespace, deployment, *replicas),
            Self::WakePool {
                namespace,
                scaled_object,
            } => kubectl::woken(namespace, scaled_object),
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
            Self::Each {
                variable,
                values,
                actions,
            } => each(variable, values, actions),
            Self::ShowConsole { pooler, questions } => pooler::console(pooler, questions),
            Self::ShowWaiting { pooler } => pooler::waiting(pooler),
            Self::Wait { until } => question(until),
        }
    }
}

fn helm(release: &str, namespace: &str, values: &str) -> String {
    command([
        format!("helm upgrade --install {} ./helm", word(release)),
        format!("-n {}", word(namespace)),
        format!("-f {}", word(values)),
    ])
}

fn set_up(cluster: &str, region: &str) -> String {
    let (cluster, region) = (word(cluster), word(region));
    format!(
        "aws eks update-kubeconfig --name {cluster} --region {region}\nexport AWS_REGION={region}"
    )
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

fn each(variable: &str, values: &[String], actions: &[Action]) -> String {
    let values: Vec<String> = values.iter().map(|value| word(value)).collect();
    let actions: Vec<String> = actions.iter().map(Action::shell).collect();
    format!(
        "for {variable} in {}; do\n{}\ndone",
        values.join(" "),
        indented(&actions.join("\n"))
    )
}

/// The value that a variable gets.
fn memory(memory: &Memory) -> String {
    match memory {
        Memory::Answer(query) => format!("$({})", aws::asked(query)),
        Memory::Number(query) | Memory::Versions(query) => {
            format!("$({} |\n    sed -n '/^[0-9]/p')", aws::asked(query))
        }
        Memory::Newest { query, .. } => format!(
            "$({} |\n    tr '\\t' '\\n' | sed -n '/^[0-9]/p' | sort -t . -k 2,2n | tail -n 1)",
            aws::asked(query)
        ),
        Memory::Variable(variable) => format!("${variable}"),
        Memory::Larger(variable, number) => aws::larger(variable, *number),
        Memory::Smaller(variable, number) => {
            format!("$(({variable} > {number} ? {number} : {variable}))")
        }
        Memory::NodeGroup {
            cluster,
            environment,
            group,
        } => nodes::group_name(cluster, environment, group),
        Memory::Nodes { nodes } => nodes::counted(nodes),
        Memory::ApiMark {
            namespace,
            config_map,
        } => kubectl::api_mark(namespace, config_map),
    }
}

fn question(question: &Question) -> String {
    match question {
        Question::Aws {
            call,
            fields,
            answer,
            each,
            settled,
        } => aws::waited(call, fields, answer, each.as_ref(), settled.as_ref()),
        Question::Waiter {
            service,
            waiter,
            arguments,
        } => {
            let first = format!("aws {service} wait {waiter}");
            command(std::iter::once(first).chain(arguments.iter().map(aws::argument)))
        }
        Question::Same { manifests, raised } => {
            let raised = if *raised {
                "KUBECTL_EXTERNAL_DIFF='diff -u -N -IminReplicas -Igeneration' "
            } else {
                ""
            };
            format!("{raised}kubectl diff {}", kubectl::flag(manifests))
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
        Question::Ready {
            namespace,
            deployment,
            least,
        } => kubectl::ready(namespace, deployment, *least),
        Question::RolledOut {
            namespace,
            deployment,
        } => format!("kubectl rollout status deployment/{deployment} -n {namespace}"),
        Question::Condition {
            namespace,
            object,
            condition,
            unless_asleep,
        } => kubectl::conditioned(namespace, object, condition, unless_asleep.as_deref()),
        Question::NoneLeaving { namespace, pods } => {
            kubectl::none_leaving(namespace, pods.as_deref())
        }
        Question::MostPods {
            namespace,
            pods,
            most,
        } => kubectl::most_pods(namespace, pods, *most),
        Question::Secret {
            namespace,
            secret,
            key,
            holds,
        } => kubectl::of_secret(namespace, secret, key, holds),
        Question::NodesReady { nodes } => nodes::ready(nodes),
        Question::Nodes { nodes, least } => nodes::as_many(nodes, least),
        Question::NonePending => kubectl::none_pending(),
        Question::ServerConnections { pooler, most } => {
            pooler::server_connections(pooler, &[], *most)
        }
        Question::EntryConnections {
            pooler,
            databases,
            most,
        } => pooler::server_connections(pooler, databases, *most),
        Question::ClientConnections { pooler, pods, most } => {
            pooler::client_connections(pooler, pods, *most)
        }
        Question::PastPooler { pooler, most } => pooler::past_pooler(pooler, *most),
    }
}
