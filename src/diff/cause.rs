//! Why a value changes, from its origins on both sides.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cause, DiffPlace, Presence};
use crate::model::{
    ApiField, Attribute, ConnectionsField, Difference, Environment, EnvironmentField,
    KafkaTopicField, NodeGroupField, PostgresqlQueueField, PrometheusQueueField, QueueField,
    RabbitmqQueueField, RedisGroupField, RedisListField, RedisStreamField, ReplicasField,
    SqsQueueField, Use, WorkerField, WorkloadField,
};
use crate::pair::Pair;
use crate::source::{Derivation, Origin, SourceId};

/// The cause of each difference, in their order.
pub(super) fn causes(
    sides: Pair<&Environment>,
    same_catalogue: impl FnOnce() -> bool,
    parts: &BTreeMap<DiffPlace, Presence>,
    differences: &[Difference],
) -> Vec<Cause> {
    let tier_changes = sides.before.tier.value != sides.after.tier.value;
    let otherwise = if tier_changes {
        Cause::Tier
    } else if same_catalogue() {
        // The tier is the same, so only the file can have changed.
        Cause::Stated
    } else {
        Cause::Catalogue
    };
    let stated = stated_parts(sides, parts, differences);
    let changed: BTreeSet<&str> = differences.iter().map(|it| it.path.as_str()).collect();
    differences
        .iter()
        .map(|difference| {
            let place = DiffPlace::of(difference.field, &difference.path);
            if is_declared(difference.values.after.as_ref()) || stated.contains(&place) {
                Cause::Stated
            } else if parts.contains_key(&place) {
                otherwise.clone()
            } else {
                cause(difference, &changed, &otherwise)
            }
        })
        .collect()
}

/// The cause of each attribute of an environment that only one side has.
pub(super) fn of_one_side(attributes: &[Attribute]) -> Vec<Cause> {
    let paths: BTreeSet<&str> = attributes.iter().map(|it| it.path.as_str()).collect();
    attributes
        .iter()
        .map(|attribute| {
            if is_declared(Some(attribute)) {
                return Cause::Stated;
            }
            let inputs = inputs([Some(attribute), None], &paths);
            if inputs.is_empty() {
                Cause::Tier
            } else {
                Cause::Follows(inputs)
            }
        })
        .collect()
}

fn cause(difference: &Difference, changed: &BTreeSet<&str>, otherwise: &Cause) -> Cause {
    let Pair { before, after } = &difference.values;
    // If the file no longer states a value, the file changed it, whatever replaces it.
    if is_declared(before.as_ref()) {
        return Cause::Stated;
    }
    let inputs = inputs([after.as_ref(), before.as_ref()], changed);
    if inputs.is_empty() {
        otherwise.clone()
    } else {
        Cause::Follows(inputs)
    }
}

fn is_declared(attribute: Option<&Attribute>) -> bool {
    attribute.is_some_and(|attribute| matches!(attribute.origin, Origin::Declared(_)))
}

/// The changed inputs of either side's value, sorted by path: those that decide it on a side. If none of
/// these changes, the others do it together.
fn inputs(sides: [Option<&Attribute>; 2], changed: &BTreeSet<&str>) -> Vec<String> {
    let deciding = read(sides, changed, |derivation| &derivation.inputs);
    if deciding.is_empty() {
        read(sides, changed, |derivation| &derivation.idle)
    } else {
        deciding
    }
}

/// The changed ones of the paths that a value's derivation on either side has read.
fn read(
    sides: [Option<&Attribute>; 2],
    changed: &BTreeSet<&str>,
    paths: fn(&Derivation) -> &Vec<String>,
) -> Vec<String> {
    let mut found = BTreeSet::new();
    for attribute in sides.into_iter().flatten() {
        let Origin::Derived(derivation) = &attribute.origin else {
            continue;
        };
        for input in paths(derivation) {
            found.extend(at_or_below(input, changed));
        }
        found.remove(&attribute.path);
    }
    found.into_iter().collect()
}

/// The members of `paths` at or below `path`.
fn at_or_below(path: &str, paths: &BTreeSet<&str>) -> Vec<String> {
    let below = format!("{path}.");
    let exact = paths.get(path).copied();
    let range = paths.range(below.as_str()..);
    exact
        .into_iter()
        .chain(range.copied().take_while(|next| next.starts_with(&below)))
        .map(str::to_owned)
        .collect()
}

/// Whether both sides were completed from the same text. A record does not say.
pub(super) fn same_catalogue(sides: Pair<&Environment>) -> bool {
    let sides = sides.map(catalogue);
    sides.before.is_some() && sides.before == sides.after
}

fn catalogue(environment: &Environment) -> Option<SourceId> {
    let attributes = environment.list();
    attributes
        .iter()
        .find_map(|attribute| match attribute.origin {
            Origin::Tier(span) => Some(span.source),
            Origin::Declared(_) | Origin::Derived(_) | Origin::Recorded => None,
        })
}

/// The parts that a side has or lacks because of its file, not because of its tier.
fn stated_parts(
    sides: Pair<&Environment>,
    parts: &BTreeMap<DiffPlace, Presence>,
    differences: &[Difference],
) -> BTreeSet<DiffPlace> {
    let mut stated: BTreeSet<DiffPlace> = differences
        .iter()
        .filter(|difference| founds(difference.field))
        .filter(|difference| {
            let sides = [&difference.values.before, &difference.values.after];
            sides.into_iter().any(|side| is_declared(side.as_ref()))
        })
        .map(|difference| DiffPlace::of(difference.field, &difference.path))
        .collect();
    let names_apis = stated
        .iter()
        .any(|place| matches!(place, DiffPlace::Api(_)));
    let names_pools = stated
        .iter()
        .any(|place| matches!(place, DiffPlace::Worker(_)));
    for (place, presence) in parts {
        let displaced = match place {
            // A file that names any API or any pool names them all.
            DiffPlace::Api(_) => names_apis,
            DiffPlace::Worker(_) => names_pools,
            DiffPlace::Redis(name) => *presence == Presence::Removed && loses_uses(sides, name),
            DiffPlace::Service(_) => true,
            DiffPlace::Nodes(_)
            | DiffPlace::Environment
            | DiffPlace::Pgbouncer
            | DiffPlace::Database => false,
        };
        if displaced {
            stated.insert(place.clone());
        }
    }
    stated.retain(|place| parts.contains_key(place));
    stated
}

/// Whether a file that adds a part must state this attribute of it, or one of a few such attributes.
fn founds(field: EnvironmentField) -> bool {
    matches!(
        field,
        EnvironmentField::api(ApiField::workload(
            WorkloadField::replicas(_)
                | WorkloadField::requests(_)
                | WorkloadField::connections(ConnectionsField::per_pod(()))
        )) | EnvironmentField::worker(
            WorkerField::queue(
                QueueField::redis_list(RedisListField::list(()))
                    | QueueField::postgresql(PostgresqlQueueField::name(()))
                    | QueueField::sqs(SqsQueueField::name(()))
                    | QueueField::kafka(KafkaTopicField::topic(()))
                    | QueueField::rabbitmq(RabbitmqQueueField::name(()))
                    | QueueField::redis_stream(RedisStreamField::stream(()))
                    | QueueField::prometheus(PrometheusQueueField::name(()))
            ) | WorkerField::workload(
                WorkloadField::target(_)
                    | WorkloadField::replicas(
                        ReplicasField::count(()) | ReplicasField::singleton(())
                    )
            )
        ) | EnvironmentField::redis(RedisGroupField::engine(()))
            | EnvironmentField::nodes(NodeGroupField::instance(()))
    )
}

/// Whether the file moved a use of the group to another group.
fn loses_uses(sides: Pair<&Environment>, name: &crate::model::Name) -> bool {
    let uses: Vec<Use> = sides.before.redis.get(name).map_or_else(Vec::new, |group| {
        group.uses.iter().map(|it| it.value).collect()
    });
    let claims =
        |used: &crate::source::Sourced<Use>| used.is_declared() && uses.contains(&used.value);
    sides
        .after
        .redis
        .values()
        .any(|group| group.uses.iter().any(claims))
}
