//! One line for people about each action.

use super::answer::{Awaited, awaited, by_waiter, name};
use super::summary::UNLESS;
use super::variables::{Variables, newest, one_of};
use super::{
    Action, Argument, ArgumentValue, AwsCall, Holds, KubectlCall, Manifests, Memory, NodeLabels,
    Number, Question,
};

impl Action {
    /// What it does, as one line in the imperative.
    #[must_use]
    pub fn does(&self) -> String {
        self.told(&Variables::default())
    }

    pub(super) fn told(&self, variables: &Variables) -> String {
        match self {
            Self::Apply { manifests } => format!("apply {}", named(manifests)),
            Self::Delete { manifests } => format!("delete every object in {}", named(manifests)),
            Self::DeleteObjects { objects, .. } => format!("delete {}", objects.join(", ")),
            Self::Helm { release, .. } => {
                format!("upgrade the Helm release {release} with the step's values")
            }
            Self::Terraform { targets, .. } => applied(targets),
            Self::Forget { address, .. } => {
                format!("remove {address} from Terraform's state, unless it is already the new one")
            }
            Self::Aws { call, unless } => called(call, variables) + &too_small(*unless, variables),
            Self::Kubectl { call } => format!("run kubectl {}", typed(call)),
            Self::Show { query } => format!(
                "show what aws {} {} answers{}",
                query.call.service,
                query.call.operation,
                named_by(&query.call, " for", variables)
            ),
            Self::SetUp { cluster, .. } => format!("set kubectl up for the cluster {cluster}"),
            Self::Import { address, id, .. } => {
                format!("import {id} as {address} into Terraform's state")
            }
            Self::ApplyMade { call } => {
                format!("apply what kubectl {} would make", typed(call))
            }
            Self::Restart { deployment, .. } => format!("restart deployment/{deployment}"),
            Self::LetIn { apps, policy, .. } => {
                format!("allow {} in network policy {policy}", apps.join(", "))
            }
            Self::Cordon { nodes } => format!("cordon the nodes of group {}", nodes.group),
            Self::Uncordon { nodes } => format!("uncordon the nodes of group {}", nodes.group),
            Self::EmptyNodes { nodes, .. } => {
                format!("drain the nodes of group {}, one by one", nodes.group)
            }
            Self::Shrink { nodes, most, .. } => format!(
                "drain and terminate nodes of group {}, one by one, until at most {most} are left",
                nodes.group
            ),
            Self::Reload { deployment, .. } => {
                format!("reload the settings of every pod of deployment/{deployment}")
            }
            Self::WakeApi { deployment, .. } => {
                format!("wake deployment/{deployment} if off-hours put it to sleep")
            }
            Self::Start {
                deployment,
                replicas,
                ..
            } => {
                format!("scale deployment/{deployment} to {replicas} if it has no pods")
            }
            Self::WakePool { scaled_object, .. } => {
                format!("wake scaledobject/{scaled_object} if off-hours put it to sleep")
            }
            Self::Remember { variable, value } => remembered(variable, value),
            Self::Need { otherwise, .. } => format!("stop if {otherwise}"),
            Self::Unless {
                variable,
                holds,
                actions,
            } => {
                let does: Vec<String> = actions.iter().map(|it| it.told(variables)).collect();
                format!("unless {}: {}", held(variable, holds), does.join("; "))
            }
            Self::Each {
                variable,
                values,
                actions,
            } => each(variable, values, actions, variables),
            Self::ShowConsole { questions, .. } => format!(
                "show what each PgBouncer pod answers to {}",
                questions.join(" and ")
            ),
            Self::ShowWaiting { .. } => {
                "show the clients that wait for a connection at each PgBouncer pod".into()
            }
            Self::Wait { until } => asked(until, variables),
        }
    }
}

fn applied(targets: &[String]) -> String {
    match targets {
        [] => "run Terraform with the step's variables".into(),
        [target] => format!("apply {target} with Terraform"),
        _ => format!("apply {} resources with Terraform", targets.len()),
    }
}

/// `$STATUS is empty or deleting`.
fn held(variable: &str, values: &[String]) -> String {
    let values = values.iter().map(|value| match value.as_str() {
        "" => "empty",
        value => value.trim_start_matches('*'),
    });
    let values: Vec<&str> = values.collect();
    format!("${variable} is {}", values.join(" or "))
}

fn each(variable: &str, values: &[String], actions: &[Action], variables: &Variables) -> String {
    let does: Vec<String> = actions.iter().map(|it| it.told(variables)).collect();
    let values = values.join(", ");
    format!("for each ${variable} of {values}: {}", does.join("; "))
}

/// The path of manifests.
fn named(manifests: &Manifests) -> String {
    match manifests {
        Manifests::File(path) => path.clone(),
        Manifests::Folder(path) => format!("every manifest in {path}"),
    }
}

/// `run aws rds modify-db-instance for kaireon-prod: db-instance-class db.r6g.large`.
fn called(call: &AwsCall, variables: &Variables) -> String {
    let mut subject = String::new();
    let mut rest = Vec::new();
    for argument in &call.arguments {
        if subject.is_empty() && NAMES.contains(&argument.name) {
            subject = format!(" for {}", target(argument, variables));
        } else if !WHEN.contains(&argument.name) && argument.name != "cluster-name" {
            rest.push(set(argument, variables));
        }
    }
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!(": {}", rest.join(", "))
    };
    format!("run aws {} {}{subject}{rest}", call.service, call.operation)
}

/// Why a call is not made where one variable is no smaller than another.
fn too_small(unless: Option<(&str, &str)>, variables: &Variables) -> String {
    unless.map_or_else(String::new, |(one, other)| {
        let (one, other) = (variables.show(one), variables.show(other));
        format!("{UNLESS}{one} is at least {other}")
    })
}

/// Arguments that name what a call is about.
const NAMES: [&str; 6] = [
    "db-instance-identifier",
    "replication-group-id",
    "nodegroup-name",
    "db-parameter-group-name",
    "cache-parameter-group-name",
    "instance-id",
];

/// Arguments about the time of a change, which the step itself states.
const WHEN: [&str; 1] = ["apply-immediately"];

/// `patch hpa kaireon-api`.
fn typed(call: &KubectlCall) -> String {
    let operands = call.operands.iter().map(String::as_str);
    let words: Vec<&str> = std::iter::once(call.command).chain(operands).collect();
    words.join(" ")
}

fn set(argument: &Argument, variables: &Variables) -> String {
    match &argument.value {
        ArgumentValue::Switch(true) => argument.name.to_owned(),
        ArgumentValue::Switch(false) => format!("no {}", argument.name),
        ArgumentValue::Fields(fields) => {
            let fields = fields
                .iter()
                .map(|it| format!("{}={}", it.name, short(&it.value, variables)));
            fields.collect::<Vec<_>>().join(", ")
        }
        value @ (ArgumentValue::Text(_)
        | ArgumentValue::Remembered(_)
        | ArgumentValue::Larger(..)
        | ArgumentValue::Ago(_)
        | ArgumentValue::Answer(_)
        | ArgumentValue::Answers(_)) => format!("{} {}", argument.name, short(value, variables)),
    }
}

fn short(value: &ArgumentValue, variables: &Variables) -> String {
    match value {
        ArgumentValue::Switch(on) => on.to_string(),
        ArgumentValue::Text(text) => text.clone(),
        ArgumentValue::Remembered(variable) => variables.show(variable.variable),
        ArgumentValue::Larger(variable, number) => {
            one_of("max", &variables.show(variable), *number)
        }
        ArgumentValue::Fields(fields) => {
            let fields = fields.iter().map(|it| set(it, variables));
            fields.collect::<Vec<_>>().join(", ")
        }
        ArgumentValue::Ago(0) => "now".into(),
        ArgumentValue::Ago(seconds) => format!("{seconds} s ago"),
        ArgumentValue::Answer(query) | ArgumentValue::Answers(query) => format!(
            "from {}{}",
            query.call.operation,
            named_by(&query.call, " of", variables)
        ),
    }
}

/// The resource of a call. A parameter group whose name is queried from AWS has no name here.
fn target(argument: &Argument, variables: &Variables) -> String {
    match (argument.name, &argument.value) {
        (
            "db-parameter-group-name" | "cache-parameter-group-name",
            ArgumentValue::Answer(query),
        ) => {
            format!(
                "the parameter group{}",
                named_by(&query.call, " of", variables)
            )
        }
        (_, value) => short(value, variables),
    }
}

/// The resource of a query, after a preposition; empty if it names none.
fn named_by(call: &AwsCall, preposition: &str, variables: &Variables) -> String {
    let Some(argument) = resource(call) else {
        return String::new();
    };
    // A name that is queried is replaced by the name of the resource that the query is about.
    if let ArgumentValue::Answer(query) | ArgumentValue::Answers(query) = &argument.value {
        return named_by(&query.call, preposition, variables);
    }
    format!("{preposition} {}", short(&argument.value, variables))
}

/// The argument that names the resource of a call.
fn resource(call: &AwsCall) -> Option<&Argument> {
    let mut names = call.arguments.iter();
    names.find(|it| NAMES.contains(&it.name) || it.name == "cache-cluster-id")
}

fn remembered(variable: &str, value: &Memory) -> String {
    match value {
        Memory::Answer(query) => format!(
            "read ${variable} from aws {} {}{}",
            query.call.service,
            query.call.operation,
            named_by(&query.call, " for", &Variables::default())
        ),
        Memory::Number(query) => format!(
            "read ${variable} from aws {} {}{}",
            query.call.service,
            query.call.operation,
            about_group(&query.call)
        ),
        Memory::Versions(query) => format!(
            "set ${variable} to the versions that {} offers",
            name(query.call.service)
        ),
        Memory::Newest { query, wanted } => {
            format!("set ${variable} to {}", newest(&query.call, wanted))
        }
        Memory::Variable(other) => format!("set ${variable} to ${other}"),
        Memory::Larger(other, number) => {
            format!("set ${variable} to max(${other}, {number})")
        }
        Memory::Smaller(other, number) => {
            format!("set ${variable} to min(${other}, {number})")
        }
        Memory::NodeGroup { group, .. } => {
            format!("set ${variable} to the name of node group {group} in EKS")
        }
        Memory::Nodes { nodes } => {
            format!(
                "set ${variable} to the number of nodes in group {}",
                nodes.group
            )
        }
        Memory::ApiMark { config_map, .. } => {
            format!("read from configmap/{config_map} whether the API sleeps")
        }
    }
}

/// The parameter group that a call queries, or the other resource that it names.
fn about_group(call: &AwsCall) -> String {
    resource(call).map_or_else(String::new, |it| {
        format!(" for {}", target(it, &Variables::default()))
    })
}

/// The resource of a query: its name, or the operation if it has none.
fn about(call: &AwsCall, variables: &Variables) -> String {
    resource(call).map_or_else(|| call.operation.to_owned(), |it| target(it, variables))
}

fn many(nodes: &NodeLabels, least: &Number, variables: &Variables) -> String {
    let group = &nodes.group;
    match least {
        Number::Known(least) => format!("wait until group {group} has at least {least} nodes"),
        Number::Variable(least) => format!(
            "wait until the number of nodes in group {group} is at least {}",
            variables.show(least)
        ),
    }
}

#[expect(clippy::too_many_lines, reason = "an arm for each question")]
fn asked(question: &Question, variables: &Variables) -> String {
    match question {
        Question::Aws {
            call,
            fields,
            answer,
            each,
            settled,
        } => {
            let which = each.as_ref().map_or_else(
                || about(call, variables),
                |of| format!("each node of {}", about(&of.call, variables)),
            );
            let wait = Awaited {
                fields,
                answer,
                which: &which,
            };
            awaited(&wait, settled.as_ref())
        }
        Question::Waiter {
            service,
            waiter,
            arguments,
        } => {
            let which = arguments.first().map(|it| target(it, variables));
            by_waiter(service, waiter, &which.unwrap_or_default())
        }
        Question::Same { manifests, .. } => {
            format!("check that the cluster matches {}", named(manifests))
        }
        Question::Minimum {
            autoscaler, least, ..
        } => format!("check that hpa/{autoscaler} has a minimum of at least {least}"),
        Question::NothingLeft { .. } => "check that Terraform has nothing left to change".into(),
        Question::Ready {
            deployment, least, ..
        } => format!("wait until deployment/{deployment} has {least} ready pods"),
        Question::RolledOut { deployment, .. } => {
            format!("wait until the rollout of deployment/{deployment} is complete")
        }
        Question::Condition {
            object,
            condition,
            unless_asleep,
            ..
        } => {
            let unless = unless_asleep.as_ref().map_or("", |_| ", unless it sleeps");
            format!("wait until {object} is {condition}{unless}")
        }
        Question::NoneLeaving { pods, .. } => match pods {
            Some(pods) => format!("wait until no pod with {pods} is terminating"),
            None => "wait until no pod is terminating".into(),
        },
        Question::MostPods { pods, most, .. } => match most {
            0 => format!("wait until no pod with {pods} is left"),
            most => format!("wait until at most {most} pods with {pods} are left"),
        },
        Question::Secret {
            secret, key, holds, ..
        } => match holds {
            Holds::Start(start) => {
                format!("wait until key {key} of Secret {secret} starts with {start}")
            }
            Holds::Text(text) => format!("wait until key {key} of Secret {secret} contains {text}"),
        },
        Question::NodesReady { nodes } => {
            format!("wait until the nodes of group {} are ready", nodes.group)
        }
        Question::Nodes { nodes, least } => many(nodes, least, variables),
        Question::NonePending => "wait until no pod is pending".into(),
        Question::ServerConnections { most, .. } => at_most(*most, &[]),
        Question::EntryConnections {
            databases, most, ..
        } => at_most(*most, databases),
        Question::ClientConnections { pods, most, .. } => {
            format!("wait until pods with {pods} hold at most {most} connections to PgBouncer")
        }
        Question::PastPooler { most, .. } => {
            format!("wait until at most {most} connections to the primary bypass PgBouncer")
        }
    }
}

/// Waits for server connections, to some entries or to all.
fn at_most(most: u32, databases: &[String]) -> String {
    let to = if databases.is_empty() {
        String::new()
    } else {
        format!(" to {}", databases.join(" or "))
    };
    format!("wait until no PgBouncer pod holds more than {most} server connections{to}")
}
