//! EKS managed node groups, which Terraform creates and deletes.
//!
//! The steps drain nodes one by one before Terraform or EKS removes them. To delete a group, EKS sets
//! its size to zero, evicts the pods of all its nodes together, and terminates the nodes after some
//! minutes even if pods still run there. With a smaller desired size, EKS does the same to the surplus
//! nodes, and ignores disruption budgets (Amazon EKS User Guide, "Delete a managed node group" and
//! "Managed node groups concepts"). Then so many PgBouncer pods would drain beside their replacements
//! that the server runs out of connections.

use super::{Procedure, State, targeted, workloads};
use crate::action::{
    Action, Argument, ArgumentValue, AwsCall, Emptying, Memory, NodeLabels, Number, Question,
    Remembered,
};
use crate::model::{Duration, Environment, Name, NodeGroup};
use crate::pair::Pair;
use crate::plan::move_kind::MoveKind;

/// The procedure for a node group, and for pods that then select other nodes.
pub(super) fn procedure(name: &Name, states: Pair<State<'_>>) -> Procedure {
    let sides = states.map(|state| state.environment.nodes.get(name));
    let pods = workloads::cluster(states);
    match (sides.before, sides.after) {
        // The groups determine where pods may run. Pods leave a group before it is deleted, and move to a
        // group after it is created.
        (Some(_), None) => pods.waited_for().then(deleted(name, states)),
        (Some(before), Some(after)) if before.count != after.count => {
            resized(name, Pair::new(before, after), states).then(pods)
        }
        (_, Some(_)) => made(name, states.after).then(pods),
        (None, None) => Procedure::default(),
    }
}

/// What the undo of such steps does first: it uncordons the nodes.
pub(in crate::plan) fn uncordoned(kinds: &[&MoveKind], states: Pair<State<'_>>) -> Procedure {
    let state = states.before;
    kinds.iter().fold(Procedure::default(), |procedure, kind| {
        let MoveKind::Nodes(name, _) = kind else {
            return procedure;
        };
        let most = states.map(|state| {
            let group = state.environment.nodes.get(name);
            group.map_or(0, |group| group.count.max.value)
        });
        if most.after < most.before {
            procedure.apply(Action::Uncordon {
                nodes: selector(state, name),
            })
        } else {
            procedure
        }
    })
}

/// The group as Terraform has it, or without it where the state has none.
fn made(name: &Name, state: State<'_>) -> Procedure {
    let target = format!("module.eks.module.eks_managed_node_group[\"{name}\"]");
    let applied = Procedure::default().apply(targeted(state, vec![target]));
    let ready = if state.environment.nodes.contains_key(name) {
        applied.verify(Question::NodesReady {
            nodes: selector(state, name),
        })
    } else {
        applied
    };
    ready.verify(Question::NonePending)
}

/// The nodes of a group.
fn selector(state: State<'_>, name: &Name) -> NodeLabels {
    NodeLabels {
        environment: state.environment.environment.value.to_string(),
        group: name.to_string(),
    }
}

/// Remembers the name of a group in EKS, which ends in a suffix from Terraform.
fn known_as(variable: &'static str, state: State<'_>, name: &Name) -> Action {
    Action::Remember {
        variable,
        value: Memory::NodeGroup {
            cluster: state.environment.cluster.value.to_string(),
            environment: state.environment.environment.value.to_string(),
            group: name.to_string(),
        },
    }
}

/// A group by the name in a variable. If the variable is empty, the command is not run.
fn remembered(variable: &'static str, name: &Name) -> Remembered {
    Remembered {
        variable,
        otherwise: Some(without_group(name)),
    }
}

fn without_group(name: &Name) -> String {
    format!("no node group in EKS has the labels of group {name}")
}

/// A call about a group whose name is in a variable.
fn of_group(
    operation: &'static str,
    variable: &'static str,
    state: State<'_>,
    name: &Name,
) -> AwsCall {
    AwsCall::new("eks", operation)
        .text("cluster-name", &state.environment.cluster.value)
        .with(
            "nodegroup-name",
            ArgumentValue::Remembered(remembered(variable, name)),
        )
}

/// Remembers the desired size of a group.
fn size(variable: &'static str, state: State<'_>, name: &Name) -> Action {
    let described = of_group("describe-nodegroup", variable, state, name);
    Action::Remember {
        variable: "SIZE",
        value: Memory::Answer(described.query("nodegroup.scalingConfig.desiredSize")),
    }
}

/// Remembers the Auto Scaling group of a node group. It has the current size, which EKS reports only
/// after a delay.
fn autoscaling_group(variable: &'static str, state: State<'_>, name: &Name) -> Action {
    let described = of_group("describe-nodegroup", variable, state, name);
    Action::Remember {
        variable: "ASG",
        value: Memory::Answer(described.query("nodegroup.resources.autoScalingGroups[0].name")),
    }
}

/// Sets the bounds and the size of a group.
fn scaled(
    variable: &'static str,
    state: State<'_>,
    name: &Name,
    [min, max, desired]: [ArgumentValue; 3],
) -> AwsCall {
    let fields = [("minSize", min), ("maxSize", max), ("desiredSize", desired)];
    let fields = fields.map(|(name, value)| Argument { name, value });
    of_group("update-nodegroup-config", variable, state, name)
        .with("scaling-config", ArgumentValue::Fields(fields.into()))
}

/// EKS has these bounds and this size, as regular expressions.
fn scaled_to(variable: &'static str, state: State<'_>, name: &Name, bounds: [&str; 3]) -> Question {
    let fields = [
        "nodegroup.status",
        "to_string(nodegroup.scalingConfig.minSize)",
        "to_string(nodegroup.scalingConfig.maxSize)",
        "to_string(nodegroup.scalingConfig.desiredSize)",
    ];
    Question::Aws {
        call: of_group("describe-nodegroup", variable, state, name),
        fields: fields.map(str::to_owned).into(),
        answer: format!("ACTIVE {}", bounds.join(" ")),
        each: None,
        settled: None,
    }
}

/// A regular expression for any number of nodes.
const ANY: &str = "[0-9]+";

/// The content of a variable that is never empty.
fn known(variable: &'static str) -> ArgumentValue {
    ArgumentValue::Remembered(Remembered {
        variable,
        otherwise: None,
    })
}

fn number(number: u32) -> ArgumentValue {
    ArgumentValue::Text(number.to_string())
}

/// Changes the bounds of a group. The EKS module ignores the desired size, and EKS refuses a minimum
/// above it or a maximum below it. So the size changes first: upwards through the EKS API, downwards
/// node by node.
fn resized(name: &Name, sides: Pair<&NodeGroup>, states: Pair<State<'_>>) -> Procedure {
    let state = states.after;
    let counts = sides.map(|group| (group.count.min.value, group.count.max.value));
    let ((was_min, was_max), (min, max)) = (counts.before, counts.after);
    let (up, down) = (min > was_min, max < was_max);
    if !up && !down {
        return made(name, state);
    }
    let (least, most) = (min.to_string(), max.to_string());
    let mut procedure = Procedure::default()
        .apply(known_as("GROUP", state, name))
        .apply(size("GROUP", state, name))
        .apply(Action::Remember {
            variable: "SIZE",
            value: Memory::Larger("SIZE", min),
        })
        .apply(scaled(
            "GROUP",
            state,
            name,
            [
                number(min),
                ArgumentValue::Larger("SIZE", max),
                known("SIZE"),
            ],
        ))
        .apply(scaled_to("GROUP", state, name, [&least, ANY, ANY]));
    if down {
        procedure = procedure
            .apply(autoscaling_group("GROUP", state, name))
            .apply(fewer(name, max, states));
    }
    let procedure = procedure
        .then(made(name, state))
        .verify(known_as("GROUP", state, name))
        .verify(scaled_to("GROUP", state, name, [&least, &most, ANY]));
    if up {
        procedure.verify(Question::Nodes {
            nodes: selector(state, name),
            least: Number::Known(min),
        })
    } else {
        procedure
    }
}

/// Removes the youngest nodes one by one until at most `max` are left.
fn fewer(name: &Name, max: u32, states: Pair<State<'_>>) -> Action {
    let state = states.after;
    Action::Shrink {
        cluster: state.environment.cluster.value.to_string(),
        group: remembered("GROUP", name),
        nodes: selector(state, name),
        most: max,
        emptying: emptying(states),
    }
}

/// Drains all nodes of a group, one after the other, and then deletes the group.
fn deleted(name: &Name, states: Pair<State<'_>>) -> Procedure {
    let state = states.before;
    let nodes = selector(state, name);
    room(name, states)
        .apply(known_as("GROUP", state, name))
        .then(held_at_its_size(name, state))
        .apply(Action::Cordon {
            nodes: nodes.clone(),
        })
        .apply(Action::EmptyNodes {
            nodes,
            emptying: emptying(states),
        })
        .then(made(name, states.after))
}

/// Fixes the size of a group while it is drained, so that a node autoscaler neither adds nodes nor
/// replaces them. The commands stop if there are nodes but no group. A group that is deleted or being
/// deleted, as after an interrupted run, keeps its size.
fn held_at_its_size(name: &Name, state: State<'_>) -> Procedure {
    let remember = |variable, value| Action::Remember { variable, value };
    let scaled = scaled(
        "GROUP",
        state,
        name,
        [
            known("SIZE"),
            ArgumentValue::Larger("SIZE", 1),
            known("SIZE"),
        ],
    );
    let status = of_group("describe-nodegroup", "GROUP", state, name).query("nodegroup.status");
    let nodes = Memory::Nodes {
        nodes: selector(state, name),
    };
    Procedure::default()
        .apply(remember("LEFT", nodes))
        .apply(Action::unless(
            "LEFT",
            &["0"],
            [Action::Need {
                variable: "GROUP",
                otherwise: without_group(name),
            }],
        ))
        .apply(Action::unless(
            "GROUP",
            &[""],
            [
                remember("STATUS", Memory::Answer(status)),
                Action::unless(
                    "STATUS",
                    &["DELETING"],
                    [size("GROUP", state, name), scaled.into()],
                ),
            ],
        ))
}

/// First adds the same number of nodes to the group that takes the pods. If several groups take them, a
/// node autoscaler grows these groups while pods are pending.
fn room(name: &Name, states: Pair<State<'_>>) -> Procedure {
    let (before, after) = (states.before, states.after);
    let grows = "a node autoscaler runs, such as the Cluster Autoscaler: evicted pods without room wait for new nodes";
    let procedure = Procedure::default().require(grows);
    let Some((next, group)) = successor(name, before.environment, after.environment) else {
        return procedure;
    };
    let (min, max) = (group.count.min.value, group.count.max.value);
    let remember = |variable, value| Action::Remember { variable, value };
    let nodes = Memory::Nodes {
        nodes: selector(before, name),
    };
    procedure
        .apply(known_as("NEXT", after, next))
        .apply(remember("LEAVE", nodes))
        .apply(remember("LEAVE", Memory::Smaller("LEAVE", max)))
        .apply(size("NEXT", after, next))
        .apply(Action::Aws {
            call: scaled(
                "NEXT",
                after,
                next,
                [number(min), number(max), known("LEAVE")],
            ),
            unless: Some(("SIZE", "LEAVE")),
        })
        .apply(Question::Nodes {
            nodes: selector(after, next),
            least: Number::Variable("LEAVE"),
        })
        .apply(Question::NodesReady {
            nodes: selector(after, next),
        })
}

/// The group that takes the pods of a removed group: the group beside it, or the only one
/// that runs the same pools.
fn successor<'a>(
    name: &Name,
    before: &Environment,
    after: &'a Environment,
) -> Option<(&'a Name, &'a NodeGroup)> {
    let gone = before.nodes.get(name)?;
    let alike: Vec<_> = after
        .nodes
        .iter()
        .filter(|(_, it)| it.runs == gone.runs)
        .collect();
    let beside = |other: &Name| {
        let (one, other) = (name.as_str(), other.as_str());
        one.starts_with(other) || other.starts_with(one)
    };
    let beside = alike.iter().find(|(other, _)| beside(other)).copied();
    beside.or(match alike.as_slice() {
        [only] => Some(*only),
        _ => None,
    })
}

/// How the nodes of a group are drained.
fn emptying(states: Pair<State<'_>>) -> Emptying {
    let counts = states.map(|state| state.environment.pgbouncer.instances.value);
    Emptying {
        pooler: states.after.pooler(),
        only_one: counts.before.min(counts.after) <= 1,
        workloads: workloads::deployments(states.after)
            .map(ToString::to_string)
            .collect(),
        timeout: longest(states),
    }
}

/// The longest drain of a node in seconds, plus five minutes for pods that wait for others.
fn longest(states: Pair<State<'_>>) -> u64 {
    let of = |environment: &Environment| {
        let pools = environment.worker.values().map(|pool| pool.grace.value);
        let graces = pools.chain([environment.pgbouncer.drain.value]);
        graces.map(Duration::secs).max().unwrap_or_default()
    };
    let longest = states.map(|state| of(state.environment));
    longest.before.max(longest.after).saturating_add(300)
}
