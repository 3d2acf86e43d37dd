//! Finds parts that only change their name.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{DiffPlace, PartRename};
use crate::model::{
    ApiField, Attribute, Environment, EnvironmentField, Name, RedisGroupField, WorkerField,
    WorkloadField,
};
use crate::pair::Pair;
use crate::source::Origin;

/// Every API, pool, service and group of `before` that has another name in `after`. Names that derive
/// from the part's name do not count as differences. Each part matches once, in order of names.
pub(super) fn find(before: &Environment, after: &Environment) -> Vec<PartRename> {
    let sides = Pair::new(before, after).map(names);
    let gone: Vec<&DiffPlace> = sides.before.difference(&sides.after).collect();
    let mut come: Vec<&DiffPlace> = sides.after.difference(&sides.before).collect();
    if gone.is_empty() || come.is_empty() {
        return Vec::new();
    }
    let parts = Pair::new(before, after).map(by_place);
    let mut renames = Vec::new();
    for old in gone {
        let same = come.iter().position(|new| {
            let sides = (parts.before.get(old), parts.after.get(*new));
            matches!(sides, (Some(was), Some(is)) if is_renamed(Pair::new((old, was), (new, is))))
        });
        if let Some(rename) = same.and_then(|index| rename(old, come.remove(index))) {
            renames.push(rename);
        }
    }
    renames
}

fn names(environment: &Environment) -> BTreeSet<DiffPlace> {
    let apis = environment.api.keys().cloned().map(DiffPlace::Api);
    let workers = environment.worker.keys().cloned().map(DiffPlace::Worker);
    let services = environment.service.keys().cloned().map(DiffPlace::Service);
    let redis = environment.redis.keys().cloned().map(DiffPlace::Redis);
    let nodes = environment.nodes.keys().cloned().map(DiffPlace::Nodes);
    let pods = apis.chain(workers).chain(services);
    pods.chain(redis).chain(nodes).collect()
}

fn by_place(environment: &Environment) -> BTreeMap<DiffPlace, Vec<Attribute>> {
    let mut parts: BTreeMap<DiffPlace, Vec<Attribute>> = BTreeMap::new();
    for attribute in environment.list() {
        let place = DiffPlace::of(attribute.field, &attribute.path);
        parts.entry(place).or_default().push(attribute);
    }
    parts
}

/// Whether both are the same kind of part with the same attributes, apart from derived names.
fn is_renamed(sides: Pair<(&DiffPlace, &Vec<Attribute>)>) -> bool {
    let ((old, was), (new, is)) = (sides.before, sides.after);
    let below = |place: &DiffPlace, attribute: &Attribute| {
        let place = place.to_string();
        attribute.path.strip_prefix(&place).map(str::to_owned)
    };
    std::mem::discriminant(old) == std::mem::discriminant(new)
        && was.len() == is.len()
        && was.iter().zip(is).all(|(was, is)| {
            below(old, was) == below(new, is)
                && (was.value == is.value || (follows_name(was) && follows_name(is)))
        })
}

/// Whether an attribute is a derived name.
fn follows_name(attribute: &Attribute) -> bool {
    is_name(attribute.field) && matches!(attribute.origin, Origin::Derived(_) | Origin::Recorded)
}

/// Whether a field is a name that derives from its part's name unless it is stated.
pub(super) fn is_name(field: EnvironmentField) -> bool {
    matches!(
        field,
        EnvironmentField::api(ApiField::workload(WorkloadField::name(())))
            | EnvironmentField::worker(WorkerField::workload(WorkloadField::name(())))
            | EnvironmentField::redis(
                RedisGroupField::name(())
                    | RedisGroupField::env_url(())
                    | RedisGroupField::env_cluster(())
            )
    )
}

fn rename(old: &DiffPlace, new: &DiffPlace) -> Option<PartRename> {
    Some(PartRename {
        place: new.clone(),
        names: Pair::new(old.name()?.clone(), new.name()?.clone()),
    })
}

/// `before` with all renames applied.
pub(super) fn made<'a>(before: &'a Environment, renames: &[PartRename]) -> Cow<'a, Environment> {
    let mut environment = Cow::Borrowed(before);
    for rename in renames {
        rename.make(environment.to_mut());
    }
    environment
}

impl PartRename {
    /// Renames the part in `environment`, and changes nothing else.
    pub fn make(&self, environment: &mut Environment) {
        match self.place {
            DiffPlace::Api(_) => give(&mut environment.api, &self.names),
            DiffPlace::Worker(_) => give(&mut environment.worker, &self.names),
            DiffPlace::Service(_) => give(&mut environment.service, &self.names),
            DiffPlace::Redis(_) => give(&mut environment.redis, &self.names),
            DiffPlace::Nodes(_) => give(&mut environment.nodes, &self.names),
            DiffPlace::Environment | DiffPlace::Pgbouncer | DiffPlace::Database => {}
        }
    }
}

fn give<A>(parts: &mut BTreeMap<Name, A>, names: &Pair<Name>) {
    if let Some(part) = parts.remove(&names.before) {
        parts.insert(names.after.clone(), part);
    }
}
