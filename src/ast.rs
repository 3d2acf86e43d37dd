//! An environment as written: typed, every value with its place, everything optional.
//!
//! The file, the tier and the catalogue's defaults have the same shape, so that merging them is
//! one operation: [`Over::over`].

use std::collections::BTreeSet;

use crate::model::DECLARED;
use crate::model::declaration::Top;

pub use crate::model::declaration::Node;
pub use crate::model::written::{Over, Pooled, Spoil, Written};
pub use crate::model::{
    AlertsNode, ApiNode, DatabaseNode, EnvironmentFileNode, EnvironmentNode, EventNode,
    FallbackNode, LoadTestNode, NetworkNode, NodeGroupNode, OffHoursNode, PgbouncerNode, QueueNode,
    ReadReplicasNode, RedisNode, ScalingNode, ServiceNode, WaiverNode, WorkerNode, WorkloadNode,
};

/// A part of the language at top level: what a broken node takes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Part {
    Api,
    Worker,
    Service,
    Pgbouncer,
    Database,
    Redis,
    Nodes,
    Network,
    Schedule,
    Alerts,
    LoadTest,
    Waive,
    Other,
}

impl Part {
    /// The part that the top-level node `name` goes with.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "api" => Self::Api,
            "worker" => Self::Worker,
            "service" => Self::Service,
            "pgbouncer" => Self::Pgbouncer,
            "database" => Self::Database,
            "redis" => Self::Redis,
            "nodes" => Self::Nodes,
            "network" => Self::Network,
            "off-hours" | "event" => Self::Schedule,
            "alerts" => Self::Alerts,
            "load-test" => Self::LoadTest,
            "waive" => Self::Waive,
            _ => Self::Other,
        }
    }
}

/// Everything one file, one tier or the defaults say.
#[derive(Clone, Debug, Default)]
pub struct Ast {
    /// What is stated of the environment.
    pub stated: EnvironmentNode,
    /// `waive`, in order.
    pub waivers: Vec<WaiverNode>,
    /// Fingerprints of the literals that look like credentials and are waived.
    pub waived_literals: BTreeSet<String>,
    /// Parts of which at least one node could not be read at all, so that they are not whole.
    pub broken: BTreeSet<Part>,
    /// Parts that a node under a wrong name, or in a wrong place, may have been meant for: what the
    /// tier states of them may not be what is meant.
    pub doubted: BTreeSet<Part>,
    /// Rules that a waiver which could not be read may have waived.
    pub perhaps_waived: BTreeSet<String>,
}

/// Whether the top-level node `top` goes with one of `parts`, which rules ask for.
fn is_of(parts: &BTreeSet<Part>, top: &Top) -> bool {
    let part = Part::of(top.name);
    part != Part::Other && parts.contains(&part)
}

impl Ast {
    /// Marks every value of the top-level node `name`, or of all nodes of that name.
    pub fn spoil_node(&mut self, name: &str) {
        if let Some(node) = self.stated.field(name) {
            node.spoil();
        }
    }

    /// Marks every value of the parts there is one node of, where that node could not be read.
    pub fn spoil_broken(&mut self) {
        for top in DECLARED.iter().filter(|top| !top.named && !top.repeats) {
            if is_of(&self.broken, top) {
                self.spoil_node(top.name);
            }
        }
    }

    /// Marks every value of the nodes that have names: where a text ends in the middle, nothing
    /// says which of them is whole.
    pub fn spoil_named(&mut self) {
        for top in DECLARED.iter().filter(|top| top.named) {
            self.spoil_node(top.name);
        }
    }

    /// Marks what stands in for absent values of the parts in doubt.
    pub fn doubt_parts(&mut self) {
        for top in DECLARED.iter().filter(|top| is_of(&self.doubted, top)) {
            if let Some(node) = self.stated.field(top.name) {
                node.doubt();
            }
        }
    }

    /// Marks the nodes that have names, of the parts that `file` has in doubt: those of a tier, which
    /// stand in for what the file may have meant.
    pub fn spoil_doubted(&mut self, file: &Self) {
        for top in DECLARED.iter().filter(|top| top.named) {
            if is_of(&file.doubted, top) {
                self.spoil_node(top.name);
            }
        }
    }

    /// Whether every value could be read that says what is paid for and at which price: also one
    /// that is optional, of which nothing is left where it could not be read.
    #[must_use]
    pub fn is_priced_whole(&self) -> bool {
        let priced: [&dyn Spoil; 6] = [
            &self.stated.region,
            &self.stated.cluster,
            &self.stated.nodes,
            &self.stated.database,
            &self.stated.redis,
            &self.stated.cost,
        ];
        !priced.into_iter().any(Spoil::is_spoiled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A node of the top level that goes with no part is read by rules although it could not be read.
    #[test]
    fn every_node_with_a_block_goes_with_a_part() {
        let with_block = DECLARED.iter().filter(|top| !top.children().is_empty());
        let lost = with_block.filter(|top| !top.name.is_empty());
        let lost = lost.filter(|top| Part::of(top.name) == Part::Other);
        let lost: Vec<&str> = lost.map(|top| top.name).collect();
        assert_eq!(lost, Vec::<&str>::new());
    }
}
