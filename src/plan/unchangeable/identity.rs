//! Names and places: no command changes them in place, and Terraform would replace a renamed
//! database or group by an empty one.

use std::collections::BTreeSet;

use super::Kept;
use crate::edit::{Edit, quoted};
use crate::model::{
    Attribute, DatabaseField, Difference, Environment, EnvironmentField, PgbouncerField,
    RedisGroupField,
};
use crate::pair::Pair;
use crate::source::Origin;

/// How to get to the new name.
const INSTEAD: &str =
    "create the new one beside the old one, move the data, then delete the old one";

/// The same for PgBouncer, which has no data but connections.
const INSTEAD_OF_POOLER: &str = "halve `pool max-db`, start the new PgBouncer beside the old one by hand, write its address into the Secrets and the pods, delete the old one, then restore the pool";

pub(super) fn kept(sides: Pair<&Environment>) -> Vec<Kept> {
    let mut left = sides.before.compare(sides.after);
    // A part that only one side has is created or deleted, not renamed.
    left.retain(|it| it.values.before.is_some() && it.values.after.is_some());
    let mut kept = Vec::new();
    while let Some((at, why)) = root(&left) {
        let root = left.remove(at);
        let before = root.values.before.as_ref();
        let value = before.map_or("", |before| before.value.as_str());
        let instead = if let EnvironmentField::pgbouncer(_) = root.field {
            INSTEAD_OF_POOLER
        } else {
            INSTEAD
        };
        let mut paths = vec![root.path.clone()];
        paths.extend(following(&root.path, &mut left));
        kept.push(Kept {
            reason: format!("{why}: `{}` stays; {instead}", root.path),
            edits: vec![Edit::set(root.path.as_str(), quoted(value))],
            paths,
        });
    }
    kept
}

/// Fixed attributes with the reason, in order of derivation.
const FIXED: [(EnvironmentField, &str); 10] = [
    (
        EnvironmentField::app(()),
        "the database, the Redis groups and the Secrets are named after the app, and cannot be renamed in place",
    ),
    (
        EnvironmentField::environment(()),
        "the database and the Redis groups are named after the environment, and cannot be renamed in place",
    ),
    (
        EnvironmentField::region(()),
        "an environment cannot move to another region in place",
    ),
    (
        EnvironmentField::cluster(()),
        "an environment cannot move to another cluster in place, because a second fleet would run beside the first, on the same database",
    ),
    (
        EnvironmentField::namespace(()),
        "an environment cannot move to another namespace in place, because a second fleet would run beside the first, on the same database",
    ),
    (
        EnvironmentField::pgbouncer(PgbouncerField::name(())),
        "PgBouncer cannot be renamed in place, because a second fleet would run beside the first, on the same database",
    ),
    (
        EnvironmentField::database(DatabaseField::name(())),
        "the address, the replicas and the parameter group of a database follow its name, and Terraform identifies it by that name",
    ),
    (
        EnvironmentField::database(DatabaseField::dbname(())),
        WHEN_CREATED,
    ),
    (
        EnvironmentField::database(DatabaseField::master(())),
        WHEN_CREATED,
    ),
    (
        EnvironmentField::redis(RedisGroupField::name(())),
        "ElastiCache sets a group's id only when it creates the group",
    ),
];

const WHEN_CREATED: &str = "RDS sets it only when it creates an instance";

/// The first fixed difference, and its reason.
fn root(differences: &[Difference]) -> Option<(usize, &'static str)> {
    FIXED.into_iter().find_map(|(field, why)| {
        let at = differences.iter().position(|it| it.field == field)?;
        Some((at, why))
    })
}

/// The paths derived from `root`, removed from `left`: derived names stay with the fixed one.
fn following(root: &str, left: &mut Vec<Difference>) -> Vec<String> {
    let mut roots = BTreeSet::from([root.to_owned()]);
    let follows = |attribute: Option<&Attribute>, roots: &BTreeSet<String>| {
        attribute.is_some_and(|attribute| match &attribute.origin {
            Origin::Derived(derivation) => {
                derivation.inputs.iter().any(|input| roots.contains(input))
            }
            Origin::Declared(_) | Origin::Tier(_) | Origin::Recorded => false,
        })
    };
    let mut paths = Vec::new();
    while let Some(at) = left
        .iter()
        .position(|it| follows(it.values.after.as_ref(), &roots))
    {
        let next = left.remove(at);
        roots.insert(next.path.clone());
        paths.push(next.path);
    }
    paths
}
