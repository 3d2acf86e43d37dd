//! An environment as written: typed values with their spans, every one optional.
//!
//! The file, the tier and the catalogue's defaults share this shape, so merging them is one
//! operation: [`Over::over`].

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

/// Joins two maps of nodes that merge as a whole: for a key in both, `above` wins.
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
    /// For `secret-literal`: the fingerprint of the literal that the waiver allows.
    pub value: Option<Spanned<String>>,
    /// Why.
    pub reason: Spanned<String>,
    /// The last day it holds.
    pub until: Spanned<jiff::civil::Date>,
}

/// A top-level part of the language. If a node cannot be read, its part is marked broken.
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

/// Everything that one file, one tier or the defaults state.
#[derive(Clone, Debug, Default)]
pub struct Ast {
    /// The nodes that `node!` declares.
    pub stated: EnvironmentNode,
    /// `off-hours`, by `days-from-to`.
    pub off_hours: BTreeMap<String, OffHoursNode>,
    /// `event`, by name.
    pub events: BTreeMap<Name, EventNode>,
    /// `load-test`, by name.
    pub load_tests: BTreeMap<Name, LoadTestNode>,
    /// `waive`, in order.
    pub waivers: Vec<WaiverNode>,
    /// Fingerprints of literals that look like credentials and are waived.
    pub waived_literals: BTreeSet<String>,
    /// Parts with at least one node that could not be read, so the part is incomplete.
    pub broken: BTreeSet<Part>,
    /// Parts that a misnamed or misplaced node may belong to. The tier's values for them may not be
    /// what the user wants.
    pub doubted: BTreeSet<Part>,
    /// Rules that an unreadable waiver may waive.
    pub perhaps_waived: BTreeSet<String>,
}

impl Ast {
    /// Marks every value of an unnamed part as unsound if its node could not be read.
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

    /// Marks every value of the named nodes as unsound: if a file ends in the middle, any of them
    /// may be incomplete.
    pub fn spoil_named(&mut self) {
        self.stated.worker.spoil();
        self.stated.service.spoil();
        self.stated.redis.spoil();
        self.stated.nodes.spoil();
    }

    /// Marks the defaults of doubted parts as unsound.
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

    /// Marks the tier's named nodes as unsound for the parts that `file` doubts, because they
    /// replace nodes that the file may have meant.
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
