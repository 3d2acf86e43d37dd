//! EKS managed node groups, which Terraform makes and deletes.
//!
//! Whatever takes nodes away at once is done here node by node, before Terraform or EKS does it:
//! to delete a group, EKS sets its size to zero, evicts the pods of all its nodes together, and
//! terminates the nodes after some minutes whatever still runs there. A smaller desired size does
//! the same to as many nodes as leave, and honours no disruption budget (Amazon EKS User Guide,
//! "Delete a managed node group" and "Managed node groups concepts"). So many PgBouncer pods would
//! then drain beside their replacements that the server runs out of connections.

use super::{Procedure, State, terraform, until, workloads};
use crate::emit::placement::{ENVIRONMENT, NODE_GROUP};
use crate::model::{Duration, Environment, Name, NodeGroup};
use crate::pair::Pair;
use crate::plan::kind::Kind;

/// What a node group takes, with the pods that select other nodes for it.
pub(super) fn procedure(name: &Name, states: Pair<State<'_>>) -> Procedure {
    let sides = states.map(|state| state.environment.nodes.get(name));
    let pods = workloads::cluster(states);
    match (sides.before, sides.after) {
        // Where pods may run is written from the groups: they move off a group before it goes, and
        // onto one once it is there.
        (Some(_), None) => pods.waited_for().then(deleted(name, states)),
        (Some(before), Some(after)) if before.count != after.count => {
            resized(name, Pair::new(before, after), states).then(pods)
        }
        (_, Some(_)) => made(name, states.after).then(pods),
        (None, None) => Procedure::default(),
    }
}

/// What comes before the way back from steps of these kinds: nodes that were cordoned take pods
/// again.
pub(in crate::plan) fn uncordoned(kinds: &[&Kind], states: Pair<State<'_>>) -> Procedure {
    let state = states.before;
    kinds.iter().fold(Procedure::default(), |procedure, kind| {
        let Kind::Nodes(name, _) = kind else {
            return procedure;
        };
        let most = states.map(|state| {
            let group = state.environment.nodes.get(name);
            group.map_or(0, |group| group.count.max.value)
        });
        if most.after < most.before {
            procedure.apply(format!("kubectl uncordon -l {}", selector(state, name)))
        } else {
            procedure
        }
    })
}

/// The group as Terraform has it.
fn made(name: &Name, state: State<'_>) -> Procedure {
    Procedure::default()
        .apply(format!(
            "{} -target='module.eks.module.eks_managed_node_group[\"{name}\"]'",
            terraform(state)
        ))
        .verify("kubectl wait --for=condition=Ready nodes --all --timeout=15m")
        .verify(
            "until [ -z \"$(kubectl get pods --all-namespaces --field-selector=status.phase=Pending -o name)\" ]; do sleep 15; done",
        )
}

/// The nodes of a group.
fn selector(state: State<'_>, name: &Name) -> String {
    format!(
        "{ENVIRONMENT}={},{NODE_GROUP}={name}",
        state.environment.environment.value
    )
}

/// How many nodes a group has, to a shell.
fn nodes(state: State<'_>, name: &Name) -> String {
    format!(
        "$(kubectl get nodes -l {} -o name | wc -l)",
        selector(state, name)
    )
}

/// Remembers the name that EKS knows a group by, which ends in what Terraform made up.
fn known_as(variable: &str, state: State<'_>, name: &Name) -> String {
    let cluster = &state.environment.cluster.value;
    let environment = &state.environment.environment.value;
    format!(
        "{variable}=$(for NAME in $(aws eks list-nodegroups --cluster-name {cluster} --query nodegroups --output text); do aws eks describe-nodegroup --cluster-name {cluster} --nodegroup-name \"$NAME\" --query 'nodegroup.[nodegroupName, labels.\"{ENVIRONMENT}\", labels.\"{NODE_GROUP}\"]' --output text; done | awk '$2 == \"{environment}\" && $3 == \"{name}\" {{ print $1 }}')"
    )
}

/// A group by the name that a variable remembers; without one the command is not run.
fn remembered(variable: &str, name: &Name) -> String {
    format!("\"${{{variable}:?EKS has no node group with the labels of {name}}}\"")
}

/// Remembers how many nodes EKS keeps in a group.
fn size(variable: &str, state: State<'_>, name: &Name) -> String {
    format!(
        "SIZE=$(aws eks describe-nodegroup --cluster-name {} --nodegroup-name {} --query nodegroup.scalingConfig.desiredSize --output text)",
        state.environment.cluster.value,
        remembered(variable, name)
    )
}

/// Sets the bounds and the size of a group.
fn scaled(variable: &str, state: State<'_>, name: &Name, [min, max, desired]: [&str; 3]) -> String {
    format!(
        "aws eks update-nodegroup-config --cluster-name {} --nodegroup-name {} --scaling-config \"minSize={min},maxSize={max},desiredSize={desired}\"",
        state.environment.cluster.value,
        remembered(variable, name)
    )
}

/// The loop that ends when EKS has these bounds and this size, as regular expressions.
fn scaled_to(variable: &str, state: State<'_>, name: &Name, bounds: [&str; 3]) -> String {
    let group = remembered(variable, name);
    until(
        &format!(
            "eks describe-nodegroup --cluster-name {} --nodegroup-name {group}",
            state.environment.cluster.value
        ),
        &[
            "nodegroup.status",
            "to_string(nodegroup.scalingConfig.minSize)",
            "to_string(nodegroup.scalingConfig.maxSize)",
            "to_string(nodegroup.scalingConfig.desiredSize)",
        ],
        &format!("ACTIVE {}", bounds.join(" ")),
    )
}

/// What one of several numbers of nodes is.
const ANY: &str = "[0-9]+";

/// The larger of two numbers, to a shell.
fn larger(one: &str, other: u32) -> String {
    format!("$(({one} > {other} ? {one} : {other}))")
}

/// The EKS module leaves the size alone, and EKS refuses a minimum above it or a maximum below it:
/// the size moves first, up by EKS, down node by node.
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
        .apply(format!("SIZE={}", larger("SIZE", min)))
        .apply(scaled(
            "GROUP",
            state,
            name,
            [&least, &larger("SIZE", max), "$SIZE"],
        ))
        .apply(scaled_to("GROUP", state, name, [&least, ANY, ANY]));
    if down {
        procedure = procedure
            .apply(autoscaling_group("GROUP", state, name))
            .apply(fewer(name, max, states));
    }
    let procedure = procedure.then(made(name, state)).verify(scaled_to(
        "GROUP",
        state,
        name,
        [&least, &most, ANY],
    ));
    if up {
        procedure.verify(format!(
            "until [ \"{}\" -ge {min} ]; do sleep 15; done",
            nodes(state, name)
        ))
    } else {
        procedure
    }
}

/// Remembers the Auto Scaling group of a node group, which knows its size at once: EKS learns a
/// little later what became of it.
fn autoscaling_group(variable: &str, state: State<'_>, name: &Name) -> String {
    format!(
        "ASG=$(aws eks describe-nodegroup --cluster-name {} --nodegroup-name {} --query 'nodegroup.resources.autoScalingGroups[0].name' --output text)",
        state.environment.cluster.value,
        remembered(variable, name)
    )
}

/// The loop in which the youngest nodes leave, one by one, until no more than so many are left. A
/// node autoscaler would put new nodes in the place of those that leave as soon as evicted pods find
/// no room: before a node is emptied, the maximum becomes the size. EKS takes no maximum below the
/// size, so that a group which grew in between is noticed.
fn fewer(name: &Name, max: u32, states: Pair<State<'_>>) -> String {
    let state = states.after;
    let cluster = &state.environment.cluster.value;
    let group = remembered("GROUP", name);
    format!(
        "until BOUND=$(aws eks describe-nodegroup --cluster-name {cluster} --nodegroup-name {group} --query \"join(' ', [nodegroup.status, to_string(nodegroup.scalingConfig.maxSize)])\" --output text) && [ \"$BOUND\" = 'ACTIVE {max}' ]; do SIZE=$(aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names \"$ASG\" --query 'AutoScalingGroups[0].DesiredCapacity' --output text | grep -Ex '[0-9]+') || SIZE=; NODE=$(kubectl get nodes -l {} --sort-by=.metadata.creationTimestamp -o name | tail -n 1); case \"$SIZE $BOUND\" in \"$((SIZE > {max} ? SIZE : 0)) ACTIVE $SIZE\") if [ -n \"$NODE\" ]; then kubectl cordon \"$NODE\"; {}; aws autoscaling terminate-instance-in-auto-scaling-group --instance-id \"$(kubectl get \"$NODE\" -o jsonpath='{{.spec.providerID}}' | sed 's|.*/||')\" --should-decrement-desired-capacity; kubectl wait --for=delete \"$NODE\" --timeout=15m; fi ;; [0-9]*\" ACTIVE \"*) aws eks update-nodegroup-config --cluster-name {cluster} --nodegroup-name {group} --scaling-config \"maxSize={}\" || sleep 15 ;; *) sleep 15 ;; esac; done",
        selector(state, name),
        emptied(states),
        larger("SIZE", max),
    )
}

/// All nodes of a group, one after the other, and then the group.
fn deleted(name: &Name, states: Pair<State<'_>>) -> Procedure {
    let state = states.before;
    let nodes = selector(state, name);
    room(name, states)
        .apply(known_as("GROUP", state, name))
        .apply(size("GROUP", state, name))
        // A node autoscaler makes no new node here meanwhile, and takes none away either: in its
        // place it could make another one, which nobody has cordoned.
        .apply(scaled(
            "GROUP",
            state,
            name,
            ["$SIZE", &larger("SIZE", 1), "$SIZE"],
        ))
        .apply(format!("kubectl cordon -l {nodes}"))
        .apply(format!(
            "for NODE in $(kubectl get nodes -l {nodes} -o name); do {}; done",
            emptied(states)
        ))
        .then(made(name, states.after))
}

/// As many nodes as leave come up first in the group that takes their pods. Where no single one
/// does, the groups that stay grow as their pods wait.
fn room(name: &Name, states: Pair<State<'_>>) -> Procedure {
    let (before, after) = (states.before, states.after);
    let grows = "a node autoscaler runs, such as the Cluster Autoscaler: evicted pods that find no room wait for new nodes";
    let procedure = Procedure::default().require(grows);
    let Some((next, group)) = successor(name, before.environment, after.environment) else {
        return procedure;
    };
    let (min, max) = (
        group.count.min.value.to_string(),
        group.count.max.value.to_string(),
    );
    procedure
        .apply(known_as("NEXT", after, next))
        .apply(format!("LEAVE={}", nodes(before, name)))
        .apply(format!("LEAVE=$((LEAVE > {max} ? {max} : LEAVE))"))
        .apply(size("NEXT", after, next))
        .apply(format!(
            "[ \"$SIZE\" -ge \"$LEAVE\" ] || {}",
            scaled("NEXT", after, next, [&min, &max, "$LEAVE"])
        ))
        .apply(format!(
            "until [ \"{}\" -ge \"$LEAVE\" ]; do sleep 15; done",
            nodes(after, next)
        ))
        .apply(format!(
            "kubectl wait --for=condition=Ready nodes -l {} --timeout=15m",
            selector(after, next)
        ))
}

/// The group that takes the pods of one that goes: the one that stands beside it, or the only one
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

/// Takes every pod off `$NODE`. PgBouncer's pods leave one at a time, however many share the node:
/// a disruption budget does not count those that are on their way out. The only one leaves when
/// another is there, as in a rollout. The node is done when everything that left it runs elsewhere.
fn emptied(states: Pair<State<'_>>) -> String {
    let state = states.after;
    let namespace = &state.environment.namespace.value;
    let pooler = &state.environment.pgbouncer.name.value;
    let available = |deployment: &str| {
        format!(
            "until kubectl rollout status deployment/{deployment} -n {namespace}; do sleep 15; done"
        )
    };
    let counts = states.map(|state| state.environment.pgbouncer.instances.value);
    let moved = if counts.before.min(counts.after) > 1 {
        format!("kubectl delete -n {namespace} \"$POD\"")
    } else {
        format!("kubectl rollout restart deployment/{pooler} -n {namespace}")
    };
    let workloads: Vec<&str> = workloads::deployments(state).map(Name::as_str).collect();
    format!(
        "for POD in $(kubectl get pods -n {namespace} -l app.kubernetes.io/name={pooler} --field-selector=spec.nodeName=\"${{NODE#node/}}\" -o name); do {moved}; {}; done; until kubectl drain \"$NODE\" --ignore-daemonsets --delete-emptydir-data --timeout={}s; do sleep 15; done; for DEPLOYMENT in {pooler} {}; do {}; done",
        available(pooler.as_str()),
        longest(states),
        workloads.join(" "),
        available("\"$DEPLOYMENT\""),
    )
}

/// Seconds that a node takes to empty at the most, and five minutes for what waits for others.
fn longest(states: Pair<State<'_>>) -> u64 {
    let of = |environment: &Environment| {
        let pools = environment.worker.values().map(|pool| pool.grace.value);
        let graces = pools.chain([environment.pgbouncer.drain.value]);
        graces.map(Duration::secs).max().unwrap_or_default()
    };
    let longest = states.map(|state| of(state.environment));
    longest.before.max(longest.after).saturating_add(300)
}
