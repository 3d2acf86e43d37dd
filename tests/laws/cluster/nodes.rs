//! The room that pods need on the nodes during a step.
//!
//! The affinity, the node selector and the tolerations of a pod's template decide where it may run. The
//! bounds hold for every scheduler: the sums of CPU, memory and pods over the node groups to which pods
//! are restricted, the whole number of pods that fit on a node, and single pods that fit on no node.
//! Terminating pods only delay their replacements.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tierc::catalogue::NodeType;
use tierc::model::{Capacity, Environment, NodeGroup};
use tierc::pair::Pair;

use super::Demand;
use super::applied::{Applied, Placed, Who};
use super::rollout::{Deployment, heaviest_of, nothing_of};
use crate::plan::catalogue;

/// Millicores, bytes and number of pods.
type Amounts = [u64; 3];

const NAMES: [&str; 3] = ["millicores", "bytes", "pods"];

/// Names of node groups.
type Groups = BTreeSet<String>;

/// The nodes of a group.
#[derive(Clone, Debug)]
struct Room {
    nodes: u64,
    /// The amounts of one node.
    has: Amounts,
}

/// Pods that exist at once, and the groups on whose nodes they may run.
#[derive(Clone, Debug)]
struct Load {
    who: String,
    groups: Groups,
    /// The total requests, each amount at its own worst second.
    asked: Amounts,
    /// The smallest requests of any of the pods.
    each: Amounts,
}

/// A Deployment in one state: its pods, and the groups on which they may run.
#[derive(Clone, Debug)]
struct Deployed {
    deployment: Deployment,
    each: Amounts,
    groups: Groups,
}

pub(super) fn asked(sides: Pair<&Applied<'_>>) -> Vec<Demand> {
    let states = sides.map(Deployments::of);
    let rooms = sides.map(|side| rooms(side.environment));
    let mut asked = Vec::new();
    for (state, rooms) in [
        (&states.before, &rooms.before),
        (&states.after, &rooms.after),
    ] {
        asked.extend(bounds(&state.settled(), rooms));
    }
    // Terraform creates groups before pods move there, and deletes them when no pod is left. Groups of
    // both states exist all the time, with the lower of both counts.
    let groups = sides.map(|side| &side.environment.nodes);
    let stays = |name: &String| {
        let same = |group: &NodeGroup| {
            (
                group.instance.value.clone(),
                group.alternatives.clone(),
                group.capacity.value,
                runs(group),
            )
        };
        let of = |side: &Environment| {
            let mut groups = side.nodes.iter();
            let (_, group) = groups.find(|(known, _)| known.as_str() == name)?;
            Some(same(group))
        };
        groups.before == groups.after || of(sides.before.environment) == of(sides.after.environment)
    };
    let common: BTreeMap<String, Room> = rooms
        .after
        .iter()
        .filter(|(name, _)| stays(name))
        .filter_map(|(name, room)| {
            let nodes = room.nodes.min(rooms.before.get(name)?.nodes);
            Some((
                name.clone(),
                Room {
                    nodes,
                    ..room.clone()
                },
            ))
        })
        .collect();
    let mut mixed = mixture(&states);
    mixed.retain(|load| load.groups.iter().all(|name| common.contains_key(name)));
    asked.extend(bounds(&mixed, &common));
    asked
}

fn runs(group: &NodeGroup) -> Vec<String> {
    group
        .runs
        .iter()
        .map(|pool| pool.value.to_string())
        .collect()
}

fn node_types(group: &NodeGroup) -> Vec<&'static NodeType> {
    let names = std::iter::once(&group.instance).chain(&group.alternatives);
    let node = |name: &String| catalogue().node_types.get(name).unwrap();
    names.map(|name| node(&name.value)).collect()
}

/// The amounts that `aws-node`, `kube-proxy` and other daemons use on every node.
fn daemons(group: &NodeGroup) -> Amounts {
    let daemons = &group.daemons;
    [
        daemons.cpu.as_ref().map_or(300, |it| it.value.milli()),
        daemons
            .memory
            .as_ref()
            .map_or(500 << 20, |it| it.value.units()),
        2 + daemons.pods.as_ref().map_or(4, |it| u64::from(it.value)),
    ]
}

/// What a node of a type has for all pods. The kubelet reserves 11 MiB for each pod that it may run.
fn whole(node: &NodeType, group: &NodeGroup) -> Amounts {
    let prefixes = group.prefix_delegation.as_ref().is_some_and(|it| it.value);
    let addresses = if prefixes {
        (node.pods - 2) * 16 + 2
    } else {
        node.pods
    };
    let addresses = addresses.min(if node.vcpu < 30 { 110 } else { 250 });
    let most = group.max_pods.as_ref().map(|it| it.value);
    let kubelet = most.or(prefixes.then_some(addresses));
    let more = u64::from(kubelet.unwrap_or(0).saturating_sub(node.pods));
    let memory = node.allocatable_memory.units();
    [
        node.allocatable_cpu.milli(),
        memory.saturating_sub(more * (11 << 20)),
        u64::from(addresses.min(kubelet.unwrap_or(addresses))),
    ]
}

/// The room that a state has for pods. A node may be of any type of its group.
fn rooms(environment: &Environment) -> BTreeMap<String, Room> {
    let groups = environment.nodes.iter();
    let room = |(name, group): (_, &NodeGroup)| {
        let types: Vec<Amounts> = node_types(group)
            .into_iter()
            .map(|node| whole(node, group))
            .collect();
        let taken = daemons(group);
        let has = std::array::from_fn(|at| {
            let least = types.iter().map(|whole| whole[at]).min().unwrap();
            least.saturating_sub(taken[at])
        });
        let nodes = u64::from(group.count.max.value);
        (ToString::to_string(name), Room { nodes, has })
    };
    groups.map(room).collect()
}

/// Every Deployment of a state, by name.
struct Deployments(BTreeMap<String, Deployed>);

impl Deployments {
    fn of(state: &Applied<'_>) -> Self {
        let environment = state.environment;
        let mut all = BTreeMap::new();
        let mut add = |name: &str, who, deployment, requests: [u64; 2]| {
            let groups = groups(environment, state.placed(who));
            let each = [requests[0], requests[1], 1];
            all.insert(
                name.to_owned(),
                Deployed {
                    deployment,
                    each,
                    groups,
                },
            );
        };
        for (name, api) in &environment.api {
            let requests = &api.workload.requests;
            let amounts = [requests.cpu.value.milli(), requests.memory.value.units()];
            let deployment = state.api(name.as_str()).unwrap();
            add(
                &format!("api.{name}"),
                Who::Api(name.as_str()),
                deployment,
                amounts,
            );
        }
        let pooler = &environment.pgbouncer.requests;
        let amounts = [pooler.cpu.value.milli(), pooler.memory.value.units()];
        add("pgbouncer", Who::Pooler, state.pooler(), amounts);
        for (name, pool) in &environment.worker {
            let requests = &pool.workload.requests;
            let amounts = [requests.cpu.value.milli(), requests.memory.value.units()];
            let deployment = state.pool(name.as_str()).unwrap();
            add(
                &format!("worker.{name}"),
                Who::Pool(name.as_str()),
                deployment,
                amounts,
            );
        }
        // tierc does not deploy services. They count where PgBouncer may run, without a surge.
        for (name, service) in &environment.service {
            let deployment = Deployment {
                pods: service.replicas.value,
                surge: 0,
                unavailable: 1,
                ..state.pooler()
            };
            let amounts = [service.cpu.value.milli(), service.memory.value.units()];
            add(&format!("service.{name}"), Who::Pooler, deployment, amounts);
        }
        Self(all)
    }

    /// Every Deployment while it replaces its pods without a change.
    fn settled(&self) -> Vec<Load> {
        let loads = self.0.iter().map(|(who, deployed)| {
            let pods = u64::from(deployed.deployment.pods) + u64::from(deployed.surge());
            load(who, deployed, deployed.each.map(|each| each * pods))
        });
        loads.collect()
    }
}

impl Deployed {
    /// A rollout never has more new pods than the desired replicas.
    fn surge(&self) -> u32 {
        self.deployment.surge.min(self.deployment.pods)
    }
}

fn load(who: &str, deployed: &Deployed, asked: Amounts) -> Load {
    Load {
        who: who.to_owned(),
        groups: deployed.groups.clone(),
        asked,
        each: deployed.each,
    }
}

/// Old and new pods side by side. Pods that may run on the same nodes are summed second by second. If
/// the groups differ, each side has its own sum.
fn mixture(states: &Pair<Deployments>) -> Vec<Load> {
    let names: BTreeSet<&String> = states
        .before
        .0
        .keys()
        .chain(states.after.0.keys())
        .collect();
    let of = |who: &String| {
        let sides = Pair::new(states.before.0.get(who), states.after.0.get(who));
        match (sides.before, sides.after) {
            (Some(before), Some(after)) if before.groups == after.groups => {
                let deployments = Pair::new(before.deployment.clone(), after.deployment.clone());
                let weights = Pair::new(before.each, after.each);
                let asked = heaviest_of(&deployments, weights, false);
                // The bound on whole pods must hold for any mixture, even if all are the smaller ones.
                let each = std::array::from_fn(|at| before.each[at].min(after.each[at]));
                vec![Load {
                    each,
                    ..load(who, after, asked)
                }]
            }
            (before, after) => {
                let gone = before.map(|it| {
                    (
                        it,
                        Pair::new(it.deployment.clone(), nothing_of(&it.deployment)),
                    )
                });
                let made = after.map(|it| {
                    (
                        it,
                        Pair::new(nothing_of(&it.deployment), it.deployment.clone()),
                    )
                });
                let parts = gone.into_iter().chain(made);
                let part = |(it, sides): (&Deployed, Pair<Deployment>)| {
                    load(
                        who,
                        it,
                        heaviest_of(&sides, Pair::new(it.each, it.each), false),
                    )
                };
                parts.map(part).collect()
            }
        }
    };
    names.into_iter().flat_map(of).collect()
}

/// The groups on whose nodes a pod may run, by their labels and taints.
fn groups(environment: &Environment, placed: Placed<'_>) -> Groups {
    let own = environment.environment.value.to_string();
    let takes = |name: &str, group: &NodeGroup| {
        let spot = match group.capacity.value {
            Capacity::Spot => "SPOT",
            Capacity::OnDemand => "ON_DEMAND",
        };
        let arch = node_types(group)[0].arch.to_string();
        let labels = [
            ("tierc.dev/environment", own.as_str()),
            ("tierc.dev/node-group", name),
            ("eks.amazonaws.com/capacityType", spot),
            ("kubernetes.io/arch", arch.as_str()),
        ];
        let tainted = !group.runs.is_empty();
        matches(placed.terms, &labels)
            && selected(placed.selector, &labels)
            && (!tainted || tolerates(placed.tolerations, name))
    };
    let names = environment
        .nodes
        .iter()
        .map(|(name, group)| (name.to_string(), group));
    names
        .filter(|(name, group)| takes(name, group))
        .map(|(name, _)| name)
        .collect()
}

fn matches(terms: &Value, labels: &[(&str, &str)]) -> bool {
    let holds = |expression: &Value| {
        let label = labels.iter().find(|(key, _)| expression["key"] == *key);
        let named = expression["values"].as_array().unwrap();
        let known = label.is_some_and(|(_, value)| named.iter().any(|it| it == *value));
        match expression["operator"].as_str().unwrap() {
            "In" => known,
            "NotIn" => !known,
            other => panic!("{other} is not simulated"),
        }
    };
    terms.as_array().is_none_or(|terms| {
        terms.iter().any(|term| {
            let expressions = term["matchExpressions"].as_array().unwrap();
            expressions.iter().all(holds)
        })
    })
}

fn selected(selector: &Value, labels: &[(&str, &str)]) -> bool {
    selector.as_object().is_none_or(|wanted| {
        wanted.iter().all(|(key, value)| {
            let mut labels = labels.iter();
            labels.any(|(label, is)| label == key && value == is)
        })
    })
}

fn tolerates(tolerations: &Value, group: &str) -> bool {
    let stated = tolerations.as_array().into_iter().flatten();
    let mut own = stated.filter(|it| it["key"] == "tierc.dev/node-group");
    own.any(|it| it["value"] == group && it["effect"] == "NoSchedule")
}

/// The bounds for loads on nodes.
fn bounds(loads: &[Load], rooms: &BTreeMap<String, Room>) -> Vec<Demand> {
    let placed: Vec<&Load> = loads
        .iter()
        .filter(|load| !load.groups.is_empty())
        .collect();
    let mut asked = Vec::new();
    for load in &placed {
        let open: Vec<&Room> = load
            .groups
            .iter()
            .filter_map(|name| rooms.get(name))
            .collect();
        let pods = load.asked[2];
        let fits = |room: &&Room| (0..3).all(|at| load.each[at] <= room.has[at]);
        if pods > 0 && !open.iter().any(fits) {
            let of = format!("nodes for a pod of {}", load.who);
            asked.push(Demand::new("pod-larger-than-node", of, 1, 0));
            continue;
        }
        let whole = |room: &&Room| {
            let each = (0..3).filter(|at| load.each[*at] > 0);
            let most = each.map(|at| room.has[at] / load.each[at]);
            room.nodes * most.min().unwrap()
        };
        let room_for = open.iter().map(whole).sum();
        let of = format!("places for {}", load.who);
        asked.push(Demand::new("node-capacity-exceeded", of, pods, room_for));
    }
    for groups in unions(&placed) {
        let bound = placed.iter().filter(|load| load.groups.is_subset(&groups));
        let total = bound.fold([0; 3], |sum, load| {
            std::array::from_fn(|at| sum[at] + load.asked[at])
        });
        for at in 0..3 {
            let rooms = groups.iter().filter_map(|name| rooms.get(name));
            let has = rooms.map(|room| room.nodes * room.has[at]).sum();
            let of = format!("{} of {groups:?}", NAMES[at]);
            asked.push(Demand::new("node-capacity-exceeded", of, total[at], has));
        }
    }
    asked
}

/// The sets of groups to which pods are restricted, and the unions of any two of them.
fn unions(loads: &[&Load]) -> BTreeSet<Groups> {
    let own: BTreeSet<&Groups> = loads.iter().map(|load| &load.groups).collect();
    let pairs = own
        .iter()
        .flat_map(|one| own.iter().map(move |other| *one | *other));
    pairs.collect()
}
