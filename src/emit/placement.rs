//! Where pods run: the labels and taints of node groups, and the selectors for them. Terraform and
//! Kubernetes share these names.

use crate::emit::yaml::{YamlValue, yaml};

use crate::budget::placement::{self, Placement};
use crate::model::{Capacity, ENVIRONMENT_LABEL, Environment, NODE_GROUP_LABEL, Name, Worker};

/// The labels of spot nodes: Karpenter's and EKS Auto Mode's, and that of managed node groups.
const SPOT: [(&str, &str); 2] = [
    ("karpenter.sh/capacity-type", "spot"),
    ("eks.amazonaws.com/capacityType", "SPOT"),
];

fn expression(key: &str, operator: &str, values: &[&str]) -> YamlValue {
    yaml!({ "key": key, "operator": operator, "values": values.iter().collect::<YamlValue>() })
}

/// A node must match all expressions of at least one of `terms`.
fn required(terms: impl IntoIterator<Item = Vec<YamlValue>>) -> YamlValue {
    let terms: YamlValue = terms
        .into_iter()
        .map(|expressions| yaml!({ "matchExpressions": expressions }))
        .collect();
    yaml!({ "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": terms } } })
}

/// Where the API and PgBouncer run, as in the budget.
#[must_use]
pub fn of_the_rest(environment: &Environment) -> YamlValue {
    affinity(environment, &placement::of_the_rest(&environment.nodes))
}

/// Where a pool runs, as in the budget.
#[must_use]
pub fn of_pool(environment: &Environment, name: &Name, pool: &Worker) -> YamlValue {
    let placement = placement::of_pool(&environment.nodes, name, pool.capacity.value);
    affinity(environment, &placement)
}

fn affinity(environment: &Environment, placement: &Placement<'_>) -> YamlValue {
    match placement {
        Placement::Named(groups) => {
            let own = environment.environment.value.as_str();
            let names: Vec<&str> = groups.iter().map(|name| name.as_str()).collect();
            required([vec![
                expression(ENVIRONMENT_LABEL, "In", &[own]),
                expression(NODE_GROUP_LABEL, "In", &names),
            ]])
        }
        // `NotIn` also matches nodes without the label.
        Placement::Bought(Capacity::OnDemand) => required([SPOT
            .map(|(key, value)| expression(key, "NotIn", &[value]))
            .to_vec()]),
        Placement::Bought(Capacity::Spot) => {
            required(SPOT.map(|(key, value)| vec![expression(key, "In", &[value])]))
        }
        Placement::Anywhere => yaml!({}),
    }
}

/// The groups that name `pool` in `runs` and take it.
fn groups<'a>(environment: &'a Environment, name: &Name, pool: &Worker) -> Vec<&'a Name> {
    match placement::of_pool(&environment.nodes, name, pool.capacity.value) {
        Placement::Named(groups) => groups,
        Placement::Bought(_) | Placement::Anywhere => Vec::new(),
    }
}

/// A pool's tolerations: the taints of its own groups, and the stated ones.
#[must_use]
pub fn tolerations(environment: &Environment, name: &Name, pool: &Worker) -> Vec<YamlValue> {
    let of_groups = groups(environment, name, pool).into_iter().map(|group| {
        yaml!({ "key": NODE_GROUP_LABEL, "operator": "Equal", "value": group, "effect": "NoSchedule" })
    });
    let stated = pool
        .tolerate
        .iter()
        .filter_map(|taint| toleration(&taint.value));
    of_groups.chain(stated).collect()
}

fn toleration(taint: &str) -> Option<YamlValue> {
    let (pair, effect) = taint.rsplit_once(':')?;
    Some(if let Some((key, value)) = pair.split_once('=') {
        yaml!({ "key": key, "operator": "Equal", "value": value, "effect": effect })
    } else {
        yaml!({ "key": pair, "operator": "Exists", "effect": effect })
    })
}
