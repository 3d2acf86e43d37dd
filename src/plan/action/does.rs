//! What an action does, as one line for people.

use super::{Action, Argument, ArgumentValue, AwsCall, Holds, Manifests, Memory, Number, Question};

impl Action {
    /// What it does, as one line in the imperative.
    #[must_use]
    pub fn does(&self) -> String {
        match self {
            Self::Apply { manifests } => format!("apply {}", named(manifests)),
            Self::Delete { manifests } => format!("delete what {} declares", named(manifests)),
            Self::DeleteObjects { objects, .. } => format!("delete {}", objects.join(", ")),
            Self::Helm { release, .. } => {
                format!("upgrade the Helm release {release} with the step's values")
            }
            Self::Terraform { targets, .. } => match targets.as_slice() {
                [] => "apply the step's variables with Terraform".into(),
                [target] => format!("apply {target} with Terraform"),
                _ => format!("apply {} resources with Terraform", targets.len()),
            },
            Self::Forget { address, .. } => {
                format!("take {address} out of Terraform's state, if it is the old one")
            }
            Self::Aws { call, .. } => called(call),
            Self::Restart { deployment, .. } => format!("restart deployment/{deployment}"),
            Self::LetIn { apps, policy, .. } => {
                format!("let {} through network policy {policy}", apps.join(", "))
            }
            Self::Cordon { nodes } => format!("cordon the nodes of group {}", nodes.group),
            Self::Uncordon { nodes } => format!("uncordon the nodes of group {}", nodes.group),
            Self::EmptyNodes { nodes, .. } => {
                format!("drain the nodes of group {}, one by one", nodes.group)
            }
            Self::Shrink { nodes, most, .. } => format!(
                "drain and terminate nodes of group {}, one by one, until {most} are left",
                nodes.group
            ),
            Self::Reload { deployment, .. } => {
                format!("reload the settings of every pod of deployment/{deployment}")
            }
            Self::WakeApi { deployment, .. } => {
                format!("wake deployment/{deployment}, if off-hours have put it to sleep")
            }
            Self::WakePool { scaled_object, .. } => {
                format!("wake scaledobject/{scaled_object}, if off-hours have put it to sleep")
            }
            Self::Remember { value, .. } => remembered(value),
            Self::Need { otherwise, .. } => format!("end here if {otherwise}"),
            Self::ShowWaiting { .. } => {
                "show the clients that wait for a connection at each PgBouncer pod".into()
            }
            Self::Wait { until } => asked(until),
        }
    }
}

/// A path below the tree, which is what its name says.
fn named(manifests: &Manifests) -> String {
    match manifests {
        Manifests::File(path) => path.clone(),
        Manifests::Folder(path) => format!("every manifest in {path}"),
    }
}

/// `rds: modify-db-instance kaireon-prod: db-instance-class db.r6g.large`.
fn called(call: &AwsCall) -> String {
    let mut subject = String::new();
    let mut rest = Vec::new();
    for argument in &call.arguments {
        if subject.is_empty() && NAMES.contains(&argument.name) {
            subject = format!(" of {}", short(&argument.value));
        } else if !WHEN.contains(&argument.name) && argument.name != "cluster-name" {
            rest.push(set(argument));
        }
    }
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!(": {}", rest.join(", "))
    };
    format!("{} {}{subject}{rest}", call.service, call.operation)
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

/// Arguments that say when a call acts: the step itself tells that.
const WHEN: [&str; 1] = ["apply-immediately"];

fn set(argument: &Argument) -> String {
    match &argument.value {
        ArgumentValue::Switch(true) => argument.name.to_owned(),
        ArgumentValue::Switch(false) => format!("no {}", argument.name),
        ArgumentValue::Fields(fields) => {
            let fields = fields
                .iter()
                .map(|it| format!("{}={}", it.name, short(&it.value)));
            fields.collect::<Vec<_>>().join(",")
        }
        value @ (ArgumentValue::Text(_)
        | ArgumentValue::Remembered(_)
        | ArgumentValue::Larger(..)
        | ArgumentValue::Answer(_)
        | ArgumentValue::Answers(_)) => format!("{} {}", argument.name, short(value)),
    }
}

fn short(value: &ArgumentValue) -> String {
    match value {
        ArgumentValue::Switch(on) => on.to_string(),
        ArgumentValue::Text(text) => text.clone(),
        ArgumentValue::Remembered(variable) => format!("${}", variable.variable),
        ArgumentValue::Larger(variable, number) => {
            format!("the larger of ${variable} and {number}")
        }
        ArgumentValue::Fields(fields) => fields.iter().map(set).collect::<Vec<_>>().join(","),
        ArgumentValue::Answer(query) | ArgumentValue::Answers(query) => subject(&query.call),
    }
}

/// What a call asks about.
fn subject(call: &AwsCall) -> String {
    let mut names = call.arguments.iter();
    let name = names.find(|it| NAMES.contains(&it.name));
    let name = name.map_or_else(String::new, |it| format!(" {}", short(&it.value)));
    format!("what {} tells of{name}", call.operation)
}

fn remembered(value: &Memory) -> String {
    match value {
        Memory::Answer(query) => format!("ask AWS: {}", described(&query.call)),
        Memory::Versions(_) => "ask AWS which versions it offers".into(),
        Memory::Newest(_) => "ask AWS for the newest version that the upgrade can reach".into(),
        Memory::Larger(variable, number) => {
            format!("take {number}, or ${variable} where that is more")
        }
        Memory::Smaller(variable, number) => {
            format!("take {number}, or ${variable} where that is less")
        }
        Memory::NodeGroup { group, .. } => {
            format!("look up what EKS calls node group {group}")
        }
        Memory::Nodes { nodes } => format!("count the nodes of group {}", nodes.group),
        Memory::ApiMark { config_map, .. } => {
            format!("look in configmap/{config_map} whether the API sleeps")
        }
    }
}

/// `describe-db-instances of kaireon-prod`.
fn described(call: &AwsCall) -> String {
    let mut names = call.arguments.iter();
    let name = names.find(|it| NAMES.contains(&it.name));
    let name = name.map_or_else(String::new, |it| format!(" of {}", short(&it.value)));
    format!("{} {}{name}", call.service, call.operation)
}

/// What a call asks about: its name, or the operation where it has none.
fn about(call: &AwsCall) -> String {
    let mut names = call.arguments.iter();
    let name = names.find(|it| NAMES.contains(&it.name) || it.name == "cache-cluster-id");
    name.map_or_else(|| call.operation.to_owned(), |it| short(&it.value))
}

/// A regular expression as people read it.
fn read(answer: &str) -> String {
    let parts = [("([.][0-9]+)*", ""), ("[0-9]+", "*"), ("[a-z-]+", "*")];
    let plain = parts
        .into_iter()
        .fold(answer.to_owned(), |text, (part, by)| text.replace(part, by));
    plain.replace("[.]", ".")
}

fn asked(question: &Question) -> String {
    match question {
        Question::Aws {
            call, answer, each, ..
        } => {
            let which = if each.is_some() {
                ", for each node"
            } else {
                ""
            };
            format!(
                "wait until {} says of {}{which}: {}",
                call.service,
                about(call),
                read(answer)
            )
        }
        Question::Waiter {
            service, waiter, ..
        } => format!("wait until {service} says {waiter}"),
        Question::Same { manifests, .. } => {
            format!("see that the cluster has {}", named(manifests))
        }
        Question::Minimum {
            autoscaler, least, ..
        } => format!("see that hpa/{autoscaler} has a minimum of {least} or more"),
        Question::NothingLeft { .. } => "see that Terraform has nothing left to do".into(),
        Question::RolledOut { deployment, .. } => {
            format!("wait until deployment/{deployment} is rolled out")
        }
        Question::Condition {
            object,
            condition,
            unless_asleep,
            ..
        } => {
            let unless = if unless_asleep.is_some() {
                ", unless it sleeps"
            } else {
                ""
            };
            format!("wait until {object} is {condition}{unless}")
        }
        Question::NoneLeaving { pods, .. } => match pods {
            Some(pods) => format!("wait until no pod with {pods} is terminating"),
            None => "wait until no pod is terminating".into(),
        },
        Question::MostPods { pods, most, .. } => match most {
            0 => format!("wait until no pod with {pods} is left"),
            most => format!("wait until {most} pods with {pods} are left at the most"),
        },
        Question::Secret {
            secret, key, holds, ..
        } => match holds {
            Holds::Start(start) => {
                format!("wait until key {key} of Secret {secret} starts with {start}")
            }
            Holds::Text(text) => format!("wait until key {key} of Secret {secret} contains {text}"),
        },
        Question::NodesReady { nodes } => match nodes {
            Some(nodes) => format!("wait until the nodes of group {} are ready", nodes.group),
            None => "wait until all nodes are ready".into(),
        },
        Question::Nodes { nodes, least } => match least {
            Number::Known(least) => format!("wait until group {} has {least} nodes", nodes.group),
            Number::Variable(least) => {
                format!("wait until group {} has ${least} nodes", nodes.group)
            }
        },
        Question::NonePending => "wait until no pod is pending".into(),
        Question::ServerConnections { most, .. } => {
            format!("wait until no PgBouncer pod holds more than {most} server connections")
        }
        Question::ClientConnections { pods, most, .. } => {
            format!("wait until pods with {pods} hold {most} connections at PgBouncer at the most")
        }
        Question::PastPooler { most, .. } => {
            format!("wait until {most} connections of the primary bypass PgBouncer at the most")
        }
    }
}
