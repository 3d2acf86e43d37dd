//! An environment as written: typed, every value with its place, everything optional.
//!
//! The file, the tier and the catalogue's defaults have the same shape, so that merging them is
//! one operation: [`Over::over`].

mod operation;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Name;
use crate::source::{Span, Spanned};

pub use crate::model::declaration::Node;
pub use crate::model::written::{Over, Spoil, Written};
pub use crate::model::{
    AlertsNode, ApiNode, DatabaseNode, EnvironmentNode, FallbackNode, NetworkNode, NodeGroupNode,
    PgbouncerNode, QueueNode, ReadReplicasNode, RedisNode, ScalingNode, ServiceNode, WorkerNode,
    WorkloadNode,
};
pub use operation::*;

/// Maps of nodes that are complete in themselves: of one key `above` wins, as a whole.
#[must_use]
pub fn joined<K: Ord, A>(above: BTreeMap<K, A>, mut base: BTreeMap<K, A>) -> BTreeMap<K, A> {
    base.extend(above);
    base
}

/// `waive "code" reason= until=`.
#[derive(Clone, Debug)]
pub struct WaiverNode {
    /// Where the node stands.
    pub place: Span,
    /// The rule.
    pub code: Spanned<String>,
    /// The fingerprint of the one value that is meant, where the rule is `secret-literal`.
    pub value: Option<Spanned<String>>,
    /// Why.
    pub reason: Spanned<String>,
    /// The last day it holds.
    pub until: Spanned<jiff::civil::Date>,
}

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

/// Everything one file, one tier or the defaults say.
#[derive(Clone, Debug, Default)]
pub struct Ast {
    /// What is declared of a file.
    pub stated: EnvironmentNode,
    /// `off-hours`, by `days-from-to`.
    pub off_hours: BTreeMap<String, OffHoursNode>,
    /// `event`, by name.
    pub events: BTreeMap<Name, EventNode>,
    /// `load-test`, by name.
    pub load_tests: BTreeMap<Name, LoadTestNode>,
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

impl Ast {
    /// Marks every value of the parts there is one node of, where that node could not be read.
    pub fn spoil_broken(&mut self) {
        let broken = &self.broken;
        let parts: [(Part, &mut dyn Spoil); 4] = [
            (Part::Api, &mut self.stated.api),
            (Part::Pgbouncer, &mut self.stated.pgbouncer),
            (Part::Database, &mut self.stated.database),
            (Part::Network, &mut self.stated.network),
        ];
        for (part, node) in parts {
            if broken.contains(&part) {
                node.spoil();
            }
        }
    }

    /// Marks every value of the nodes that have names: where a text ends in the middle, nothing
    /// says which of them is whole.
    pub fn spoil_named(&mut self) {
        self.stated.worker.spoil();
        self.stated.service.spoil();
        self.stated.redis.spoil();
        self.stated.nodes.spoil();
    }

    /// Marks what stands in for absent values of the parts in doubt.
    pub fn doubt_parts(&mut self) {
        let doubted = &self.doubted;
        let parts: [(Part, &mut dyn Spoil); 9] = [
            (Part::Api, &mut self.stated.api),
            (Part::Pgbouncer, &mut self.stated.pgbouncer),
            (Part::Database, &mut self.stated.database),
            (Part::Network, &mut self.stated.network),
            (Part::Alerts, &mut self.stated.alerts),
            (Part::Worker, &mut self.stated.worker),
            (Part::Service, &mut self.stated.service),
            (Part::Redis, &mut self.stated.redis),
            (Part::Nodes, &mut self.stated.nodes),
        ];
        for (part, node) in parts {
            if doubted.contains(&part) {
                node.doubt();
            }
        }
    }

    /// Marks the nodes that have names, of the parts that `file` has in doubt: those of a tier, which
    /// stand in for what the file may have meant.
    pub fn spoil_doubted(&mut self, file: &Self) {
        let parts: [(Part, &mut dyn Spoil); 4] = [
            (Part::Worker, &mut self.stated.worker),
            (Part::Service, &mut self.stated.service),
            (Part::Redis, &mut self.stated.redis),
            (Part::Nodes, &mut self.stated.nodes),
        ];
        for (part, node) in parts {
            if file.doubted.contains(&part) {
                node.spoil();
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
