//! What a change alters: every attribute in which two environments differ, and why.

mod cause;
mod fold;
mod rename;

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::model::{Api, Environment, EnvironmentField, Name};
use crate::pair::Pair;

pub use fold::{Fold, Root};

/// Whether a side has something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
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
pub enum DiffPlace {
    /// The environment as a whole: names, labels, network, delivery, schedules, alerts, money.
    Environment,
    /// An API.
    Api(Name),
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

impl std::fmt::Display for DiffPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Environment => f.write_str("environment"),
            Self::Api(name) => f.write_str(&Api::path(name)),
            Self::Worker(name) => write!(f, "worker.{name}"),
            Self::Service(name) => write!(f, "service.{name}"),
            Self::Pgbouncer => f.write_str("pgbouncer"),
            Self::Database => f.write_str("database"),
            Self::Redis(name) => write!(f, "redis.{name}"),
            Self::Nodes(name) => write!(f, "nodes.{name}"),
        }
    }
}

impl Serialize for DiffPlace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for DiffPlace {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Place".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pattern =
            "^(environment|api|pgbouncer|database|(api|worker|service|redis|nodes)[.][a-z0-9-]+)$";
        json_schema!({ "type": "string", "pattern": pattern })
    }
}

impl DiffPlace {
    /// The name of an API, pool, service or group.
    #[must_use]
    pub fn name(&self) -> Option<&Name> {
        match self {
            Self::Api(name)
            | Self::Worker(name)
            | Self::Service(name)
            | Self::Redis(name)
            | Self::Nodes(name) => Some(name),
            Self::Environment | Self::Pgbouncer | Self::Database => None,
        }
    }

    /// What the attribute `field` at `path` belongs to.
    fn of(field: EnvironmentField, path: &str) -> Self {
        // The key of a pool or group is a DNS label, so it has no dot.
        let name = || Name::composed(path.split('.').nth(1).unwrap_or_default().to_owned());
        match field {
            EnvironmentField::environment(())
            | EnvironmentField::tier(())
            | EnvironmentField::region(())
            | EnvironmentField::app(())
            | EnvironmentField::namespace(())
            | EnvironmentField::cluster(())
            | EnvironmentField::labels(())
            | EnvironmentField::framework(())
            | EnvironmentField::network(_)
            | EnvironmentField::deliver(_)
            | EnvironmentField::off_hours(_)
            | EnvironmentField::event(_)
            | EnvironmentField::schedule(_)
            | EnvironmentField::alerts(_)
            | EnvironmentField::load_test(_)
            | EnvironmentField::budget(_)
            | EnvironmentField::cost(_) => Self::Environment,
            EnvironmentField::api(_) => Self::Api(Api::of_path(path).unwrap_or_else(Api::unnamed)),
            EnvironmentField::worker(_) => Self::Worker(name()),
            EnvironmentField::service(_) => Self::Service(name()),
            EnvironmentField::pgbouncer(_) => Self::Pgbouncer,
            EnvironmentField::database(_) => Self::Database,
            EnvironmentField::redis(_) => Self::Redis(name()),
            EnvironmentField::nodes(_) => Self::Nodes(name()),
        }
    }
}

/// Why an attribute changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The file states another value, states one for the first time, or states it no longer.
    Stated,
    /// The environment moves to another tier, and the value comes from the tier.
    Tier,
    /// The value is derived from these changed attributes, given by path.
    Follows(Vec<String>),
    /// The same tier gives another value: the catalogue or the program changed.
    Catalogue,
}

/// An attribute that changes.
#[derive(Clone, Debug)]
pub struct AttributeChange {
    /// Its path in KDL spelling, with AFTER's names if both sides have it.
    pub path: String,
    /// Which field of the model it is.
    pub field: EnvironmentField,
    /// What it belongs to.
    pub place: DiffPlace,
    /// Both values as text; `None` for a side without the attribute.
    pub values: Pair<Option<String>>,
    /// Why.
    pub cause: Cause,
}

/// An API, pool, group or service that only changes its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRename {
    /// What it is, under its new name.
    pub place: DiffPlace,
    /// Both names.
    pub names: Pair<Name>,
}

/// All differences between two states of one environment.
#[derive(Clone, Debug)]
pub struct Changes {
    /// The environment's name; AFTER's if both sides have it.
    pub environment: Name,
    /// Whether both sides have it.
    pub presence: Presence,
    /// What only changed its name.
    pub renames: Vec<PartRename>,
    /// The APIs, pools, services and groups that only one side has.
    pub parts: BTreeMap<DiffPlace, Presence>,
    /// The attributes that change, in the model's order.
    pub changes: Vec<AttributeChange>,
}

impl Changes {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.presence == Presence::Kept && self.renames.is_empty() && self.changes.is_empty()
    }

    /// The change at `path`.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&AttributeChange> {
        self.changes.iter().find(|change| change.path == path)
    }

    /// `before` with AFTER's names.
    #[must_use]
    pub fn renamed<'a>(&self, before: &'a Environment) -> Cow<'a, Environment> {
        rename::made(before, &self.renames)
    }

    /// Whether only one side has the owner of an attribute of `place`.
    #[must_use]
    pub fn presence_of(&self, place: &DiffPlace) -> Presence {
        match self.presence {
            Presence::Added | Presence::Removed => self.presence,
            Presence::Kept => self.parts.get(place).copied().unwrap_or(Presence::Kept),
        }
    }
}

/// The differences between two states of an environment; `None` if neither side has it.
///
/// To get from `before` to `after`, apply the renames with [`PartRename::make`], then the changes with
/// [`Environment::adopt`].
#[must_use]
pub fn diff(sides: Pair<Option<&Environment>>) -> Option<Changes> {
    between(sides, None)
}

/// Like [`diff`], where a side is a record. A record does not say where its values came from, so
/// the caller says whether the tiers of both sides are the same.
#[must_use]
pub fn diff_of_records(sides: Pair<Option<&Environment>>, same_catalogue: bool) -> Option<Changes> {
    between(sides, Some(same_catalogue))
}

fn between(sides: Pair<Option<&Environment>>, same_catalogue: Option<bool>) -> Option<Changes> {
    match (sides.before, sides.after) {
        (Some(before), Some(after)) => Some(both(before, after, same_catalogue)),
        (Some(before), None) => Some(one_sided(before, Presence::Removed)),
        (None, Some(after)) => Some(one_sided(after, Presence::Added)),
        (None, None) => None,
    }
}

fn both(before: &Environment, after: &Environment, same_catalogue: Option<bool>) -> Changes {
    let renames = rename::find(before, after);
    let before = &*rename::made(before, &renames);
    let differences = before.compare(after);
    let sides = Pair::new(before, after);
    let parts = parts(before, after);
    let causes = if differences.is_empty() {
        Vec::new()
    } else {
        let same = || same_catalogue.unwrap_or_else(|| cause::same_catalogue(sides));
        cause::causes(sides, same, &parts, &differences)
    };
    let changes = differences
        .into_iter()
        .zip(causes)
        .map(|(difference, cause)| AttributeChange {
            place: DiffPlace::of(difference.field, &difference.path),
            path: difference.path,
            field: difference.field,
            values: difference.values.map(|side| side.map(|side| side.value)),
            cause,
        })
        .collect();
    Changes {
        environment: after.environment.value.clone(),
        presence: Presence::Kept,
        renames,
        parts,
        changes,
    }
}

/// The APIs, pools, services and groups that only one side has.
fn parts(before: &Environment, after: &Environment) -> BTreeMap<DiffPlace, Presence> {
    let mut parts = BTreeMap::new();
    let mut add = |names: Pair<Vec<&Name>>, place: fn(Name) -> DiffPlace| {
        for name in &names.before {
            if !names.after.contains(name) {
                parts.insert(place((*name).clone()), Presence::Removed);
            }
        }
        for name in &names.after {
            if !names.before.contains(name) {
                parts.insert(place((*name).clone()), Presence::Added);
            }
        }
    };
    let sides = Pair::new(before, after);
    add(sides.map(|it| it.api.keys().collect()), DiffPlace::Api);
    add(
        sides.map(|it| it.worker.keys().collect()),
        DiffPlace::Worker,
    );
    add(
        sides.map(|it| it.service.keys().collect()),
        DiffPlace::Service,
    );
    add(sides.map(|it| it.redis.keys().collect()), DiffPlace::Redis);
    add(sides.map(|it| it.nodes.keys().collect()), DiffPlace::Nodes);
    parts
}

/// An environment that is added or removed, with each of its attributes.
fn one_sided(environment: &Environment, presence: Presence) -> Changes {
    let attributes = environment.list();
    let causes = cause::of_one_side(&attributes);
    let changes = attributes
        .into_iter()
        .zip(causes)
        .map(|(attribute, cause)| AttributeChange {
            place: DiffPlace::of(attribute.field, &attribute.path),
            path: attribute.path,
            field: attribute.field,
            values: match presence {
                Presence::Removed => Pair::new(Some(attribute.value), None),
                Presence::Added | Presence::Kept => Pair::new(None, Some(attribute.value)),
            },
            cause,
        })
        .collect();
    Changes {
        environment: environment.environment.value.clone(),
        presence,
        renames: Vec::new(),
        parts: BTreeMap::new(),
        changes,
    }
}
