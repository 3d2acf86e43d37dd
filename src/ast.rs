//! An environment as written: typed values with their spans, every one optional.
//!
//! The file, the tier and the catalogue's defaults share this shape, so merging them is one
//! operation: [`Over::over`].

use std::collections::{BTreeMap, BTreeSet};

use crate::model::declaration::Top;
use crate::model::{DECLARED, Name};
use crate::source::Span;

pub use crate::model::declaration::Node;
pub use crate::model::written::{Over, Pooled, Spoil, Written};
pub use crate::model::{
    AlertsNode, ApiNode, ConnectionsNode, DatabaseNode, EnvironmentFileNode, EnvironmentNode,
    EventNode, FallbackNode, LoadTestNode, NetworkNode, NodeGroupNode, OffHoursNode, PgbouncerNode,
    QueueNode, ReadReplicasNode, RedisNode, ReplicasNode, ResourcesNode, RolloutNode, ScalingNode,
    ServiceNode, WaiverNode, WorkerNode, WorkloadNode,
};

/// A top-level part of the language. If a node cannot be read, its part is marked broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum TopPart {
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

impl TopPart {
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

/// Everything that one file, one tier or the defaults state.
#[derive(Clone, Debug, Default)]
pub struct Ast {
    /// What is stated of the environment.
    pub stated: EnvironmentNode,
    /// What `redis #false` and `redis "NAME" #false` switch off.
    pub redis_off: RedisOff,
    /// `waive`, in order.
    pub waivers: Vec<WaiverNode>,
    /// Fingerprints of literals that look like credentials and are waived.
    pub waived_literals: BTreeSet<String>,
    /// Parts with at least one node that could not be read, so the part is incomplete.
    pub broken: BTreeSet<TopPart>,
    /// Parts that a misnamed or misplaced node may belong to. The tier's values for them may not be
    /// what the user wants.
    pub doubted: BTreeSet<TopPart>,
    /// Rules that an unreadable waiver may waive.
    pub perhaps_waived: BTreeSet<String>,
}

/// The Redis groups of the tier that a file switches off, with the places of the values.
#[derive(Clone, Debug, Default)]
pub struct RedisOff {
    /// `redis #false`: all groups.
    pub all: Option<Span>,
    /// `redis "NAME" #false`: groups by name.
    pub groups: BTreeMap<Name, Span>,
}

impl RedisOff {
    /// Removes what is switched off from the groups below. Returns the names that are not there.
    pub fn remove_from(&self, groups: &mut BTreeMap<Name, RedisNode>) -> Vec<(&Name, Span)> {
        let unknown = self
            .groups
            .iter()
            .filter(|(name, _)| !groups.contains_key(*name));
        let unknown = unknown.map(|(name, place)| (name, *place)).collect();
        groups.retain(|name, _| self.all.is_none() && !self.groups.contains_key(name));
        unknown
    }
}

/// Whether the top-level node `top` goes with one of `parts`, which rules ask for.
fn is_of(parts: &BTreeSet<TopPart>, top: &Top) -> bool {
    let part = TopPart::of(top.name);
    part != TopPart::Other && parts.contains(&part)
}

impl Ast {
    /// Marks every value of the top-level node `name`, or of all nodes of that name.
    pub fn spoil_node(&mut self, name: &str) {
        if let Some(node) = self.stated.field(name) {
            node.spoil();
        }
    }

    /// Marks every value of an unnamed part as unsound if its node could not be read.
    pub fn spoil_broken(&mut self) {
        for top in DECLARED.iter().filter(|top| !top.named && !top.repeats) {
            if is_of(&self.broken, top) {
                self.spoil_node(top.name);
            }
        }
    }

    /// Marks every value of the named nodes as unsound: if a file ends in the middle, any of them
    /// may be incomplete.
    pub fn spoil_named(&mut self) {
        for top in DECLARED.iter().filter(|top| top.named) {
            self.spoil_node(top.name);
        }
    }

    /// Marks the defaults of doubted parts as unsound.
    pub fn doubt_parts(&mut self) {
        for top in DECLARED.iter().filter(|top| is_of(&self.doubted, top)) {
            if let Some(node) = self.stated.field(top.name) {
                node.doubt();
            }
        }
    }

    /// Marks the tier's named nodes as unsound for the parts that `file` doubts, because they
    /// replace nodes that the file may have meant.
    pub fn spoil_doubted(&mut self, file: &Self) {
        for top in DECLARED.iter().filter(|top| top.named) {
            if is_of(&file.doubted, top) {
                self.spoil_node(top.name);
            }
        }
    }

    /// Whether every value that decides the cost could be read. An optional value that could not be
    /// read leaves no trace, so broken parts count, too.
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
        let lost = lost.filter(|top| TopPart::of(top.name) == TopPart::Other);
        let lost: Vec<&str> = lost.map(|top| top.name).collect();
        assert_eq!(lost, Vec::<&str>::new());
    }
}
