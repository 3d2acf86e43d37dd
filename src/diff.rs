//! What a change alters: every attribute in which two environments differ, and why.

use crate::model::{EnvironmentField, Name};
use crate::pair::Pair;

/// What becomes of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// Only AFTER has it.
    Added,
    /// Only BEFORE has it.
    Removed,
    /// Both have it.
    Kept,
}

/// What an attribute belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The environment as a whole: names, labels, network, delivery.
    Environment,
    /// The API.
    Api,
    /// A worker pool.
    Worker(Name),
    /// A service that is counted and not rendered.
    Service(Name),
    /// PgBouncer.
    Pgbouncer,
    /// The RDS instance and its replicas.
    Database,
    /// A replication group.
    Redis(Name),
    /// A node group.
    Nodes(Name),
}

/// Why an attribute changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The file says so: it states another value, states one for the first time, or no longer.
    Stated,
    /// The environment moves to another tier, and the value is the tier's.
    Tier,
    /// It is derived from other attributes that change; these are their paths.
    Follows(Vec<String>),
    /// The same tier means another value: the catalogue itself changed, or the program.
    Catalogue,
}

/// An attribute that changes.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its path in KDL spelling, as it is called in AFTER where both have it.
    pub path: String,
    /// Which field of the model it is.
    pub field: EnvironmentField,
    /// What it belongs to.
    pub place: Place,
    /// Both values as text; one is none where only the other side has the attribute.
    pub values: Pair<Option<String>>,
    /// Why.
    pub cause: Cause,
}

/// A pool, group or service that is called something else and is otherwise what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// What it is, under its new name.
    pub place: Place,
    /// Both names.
    pub names: Pair<Name>,
}

/// Everything in which two states of one environment differ.
#[derive(Clone, Debug)]
pub struct Changes {
    /// The environment's name.
    pub environment: Name,
    /// Whether both sides have it.
    pub presence: Presence,
    /// What only changed its name.
    pub renames: Vec<Rename>,
    /// The attributes that change, in the model's order.
    pub changes: Vec<Change>,
}
