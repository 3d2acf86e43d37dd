//! Redis groups: merged by name, a use moves to the file's group that claims it.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{Ast, Over, RedisNode, TopPart, Written};
use crate::diagnostic::{Diagnostic, code, suggest};
use crate::model::declaration::Settled as _;
use crate::model::{
    Cluster, ClusterMode, Name, RedisDatabase, RedisDatabaseNode, RedisGroup, RedisTls, Use,
};
use crate::source::{Inputs, Sourced, Span};

use super::resolver::Resolver;
use super::stated;
use super::workload::{named_by_convention, sorted, sourced};

pub(super) fn resolve(
    resolver: &mut Resolver<'_>,
    file: &Ast,
    tier: &Ast,
    app: &Sourced<Name>,
    environment: &Sourced<Name>,
) -> BTreeMap<Name, RedisGroup> {
    let mut groups = BTreeMap::new();
    for (name, node) in merged(resolver, file, tier) {
        let lacks = [
            ("engine", node.engine.is_absent()),
            ("engine version=", node.version.is_absent()),
            ("node", node.node.is_absent()),
            ("replicas", node.replicas.is_absent()),
            ("policy", node.policy.is_absent()),
            ("uses", node.uses.is_absent()),
        ];
        if resolver.complete("redis", &name, node.place, &lacks, TopPart::Redis) {
            let mut inputs = Inputs::new();
            let app = inputs.read("app", app);
            let environment = inputs.read("environment", environment);
            let id = named_by_convention(inputs, format!("{app}-{environment}-{name}"));
            let group = group(resolver, &name, node, id);
            groups.insert(name, group);
        }
    }
    groups
}

/// The tier's groups that the file has not switched off.
fn left_of_tier(resolver: &mut Resolver<'_>, file: &Ast, tier: &Ast) -> BTreeMap<Name, RedisNode> {
    let mut groups = tier.stated.redis.clone();
    for (name, place) in file.redis_off.remove_from(&mut groups) {
        let finding = unknown(name, place, &tier.stated.redis);
        resolver.diagnostics.push(finding);
    }
    groups
}

/// A group that is switched off, but that the tier does not have.
fn unknown(name: &Name, place: Span, groups: &BTreeMap<Name, RedisNode>) -> Diagnostic {
    let message = format!("the tier has no Redis group `{name}` to switch off");
    let finding = Diagnostic::error(code::UNKNOWN_REFERENCE, message, place);
    let names = groups.keys().map(Name::as_str);
    finding.help(match suggest::nearest(name.as_str(), names.clone()) {
        Some(near) => format!("did you mean `redis \"{near}\" #false`?"),
        None if groups.is_empty() => "remove it: there is no Redis group".to_owned(),
        None => format!("its groups are {}", suggest::list(names)),
    })
}

/// The groups of file and tier by name. A use that the file gives to a group leaves the tier's,
/// and a group of the tier that is left without any is not there.
fn merged(resolver: &mut Resolver<'_>, file: &Ast, tier: &Ast) -> BTreeMap<Name, RedisNode> {
    let tiers = left_of_tier(resolver, file, tier);
    let claimed: BTreeSet<Use> = file
        .stated
        .redis
        .values()
        .filter_map(|node| node.uses.value.as_ref())
        .flat_map(|uses| uses.value.iter().map(|used| used.value))
        .collect();
    let mut nodes = BTreeMap::new();
    for (name, node) in file.stated.redis.clone().over(tiers) {
        let own = file.stated.redis.get(&name);
        let keeps_its_uses = own.is_some_and(|node| stated(&node.uses));
        let node = if keeps_its_uses {
            node
        } else {
            without(node, &claimed)
        };
        let empty = node
            .uses
            .value
            .as_ref()
            .is_some_and(|uses| uses.value.is_empty());
        if own.is_some() || !empty {
            nodes.insert(name, node);
        }
    }
    nodes
}

/// The tier's group without the uses that the file gave to another.
fn without(mut node: RedisNode, claimed: &BTreeSet<Use>) -> RedisNode {
    if let Some(uses) = &mut node.uses.value {
        uses.value.retain(|used| !claimed.contains(&used.value));
    }
    node
}

fn group(
    resolver: &mut Resolver<'_>,
    name: &Name,
    node: RedisNode,
    id: Sourced<Name>,
) -> RedisGroup {
    let path = format!("redis.{name}");
    let sound = !node.uses.broken;
    let uses = node.uses.value.map_or_else(Vec::new, |list| list.value);
    let uses = sorted(
        uses.into_iter()
            .map(|used| sourced(resolver, used.value, used.span, sound)),
        |used| used.value,
    );
    let shards = resolver.or_derive(node.cluster.shards, || {
        Sourced::unless_stated(
            0,
            "one-shard-by-default",
            "cluster mode is off unless stated",
        )
    });
    let by_convention = |suffix: &str| variable(&path, name, &uses, suffix);
    let mode = resolver.or_derive(node.cluster.mode, || mode(&path, &shards));
    RedisGroup {
        name: resolver.or_derive(node.name, || id),
        engine: resolver.need(node.engine, &format!("{path}.engine")),
        version: resolver.need(node.version, &format!("{path}.engine.version")),
        node: resolver.need(node.node, &format!("{path}.node")),
        replicas: resolver.need(node.replicas, &format!("{path}.replicas")),
        policy: resolver.need(node.policy, &format!("{path}.policy")),
        cluster: Cluster { shards, mode },
        tls: resolver.or_derive(node.tls, || {
            Sourced::unless_stated(
                RedisTls::Required,
                "encrypted-by-default",
                "required unless stated",
            )
        }),
        data_gib: resolver.maybe(node.data_gib),
        endpoint: resolver.maybe(node.endpoint),
        env_url: resolver.or_derive(node.env_url, || by_convention("URL")),
        env_cluster: resolver.or_derive(node.env_cluster, || by_convention("CLUSTER_MODE")),
        user: resolver.maybe(node.user),
        database: databases(resolver, node.database),
        uses,
    }
}

fn databases(
    resolver: &mut Resolver<'_>,
    written: Written<Vec<RedisDatabaseNode>>,
) -> Vec<RedisDatabase> {
    let sound = !written.broken;
    let nodes = written.value.map_or_else(Vec::new, |list| list.value);
    let settle = |node| RedisDatabase::settle(node, resolver, "redis.database");
    let mut all: Vec<RedisDatabase> = nodes.into_iter().map(settle).collect();
    for database in &mut all {
        database.role.sound &= sound;
    }
    all.sort_by(|one, other| one.role.value.cmp(&other.role.value));
    all
}

/// The environment variable of a group: the queue's has the plain name that job libraries read.
fn variable(path: &str, group: &Name, uses: &[Sourced<Use>], suffix: &str) -> Sourced<String> {
    let mut inputs = Inputs::new();
    let mut serves_queue = false;
    for purpose in uses {
        let path = format!("{path}.uses.{}", purpose.value);
        let mut read = Inputs::new();
        let is_queue = *read.read(path, purpose) == Use::Queue;
        inputs.join(read, is_queue);
        serves_queue |= is_queue;
    }
    let variable = if serves_queue {
        format!("REDIS_{suffix}")
    } else {
        let group = group.as_str().to_uppercase().replace('-', "_");
        format!("REDIS_{group}_{suffix}")
    };
    inputs.derive(variable.clone(), "variable-by-convention", variable)
}

fn mode(path: &str, shards: &Sourced<u32>) -> Sourced<ClusterMode> {
    let mut inputs = Inputs::new();
    let shards = *inputs.read(format_args!("{path}.cluster.shards"), shards);
    let value = if shards > 0 {
        ClusterMode::Enabled
    } else {
        ClusterMode::Disabled
    };
    inputs.derive(value, "mode-follows-shards", format!("{shards} shards"))
}
