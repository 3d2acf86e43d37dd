//! The total cost of several environments.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Name;

use super::{CostLayer, Estimate, Range};

/// Several environments together.
///
/// Environments on one cluster share its control plane, which counts once. Node groups, databases
/// and Redis groups count for each environment that states them, because each environment's
/// variables create its own resources.
#[derive(Clone, Debug)]
pub struct Total {
    /// The sum of all priced items; `None` if nothing has a price.
    pub range: Option<Range>,
    /// How much has no price.
    pub unpriced: usize,
    /// The clusters with several environments.
    pub shared: Vec<SharedCluster>,
}

/// A cluster whose control plane counts once for several environments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SharedCluster {
    /// The cluster.
    pub cluster: Name,
    /// Its region.
    pub region: String,
    /// The environments on it, in the given order.
    pub environments: Vec<Name>,
}

/// The sum over `estimates`.
#[must_use]
pub fn total(estimates: &[Estimate]) -> Total {
    let mut clusters: BTreeMap<(&str, &Name), Vec<Name>> = BTreeMap::new();
    let mut ranges = Vec::new();
    let mut unpriced = 0;
    for estimate in estimates {
        let on = clusters
            .entry((&estimate.region, &estimate.cluster))
            .or_default();
        let counts = |layer| layer != CostLayer::ControlPlane || on.is_empty();
        for item in estimate.items.iter().filter(|item| counts(item.layer)) {
            match item.range() {
                Some(range) => ranges.push(range),
                None => unpriced += 1,
            }
        }
        on.push(estimate.environment.clone());
    }
    let shared = clusters
        .into_iter()
        .filter(|(_, environments)| environments.len() > 1)
        .map(|((region, cluster), environments)| SharedCluster {
            cluster: cluster.clone(),
            region: region.to_owned(),
            environments,
        })
        .collect();
    Total {
        range: ranges.into_iter().reduce(|one, other| one + other),
        unpriced,
        shared,
    }
}
