//! What a change of a replication group does.

use super::{Class, FeltBy, Impact, ImpactStep, Undo};
use crate::diff::AttributeChange;
use crate::model::Version;
use crate::model::{
    ClusterField, ClusterMode, RedisDatabaseField, RedisEngine, RedisGroup, RedisGroupField,
    RedisTls, Use, Word as _,
};
use crate::pair::Pair;

const GROUP: &str = "terraform-provider-aws, aws_elasticache_replication_group";
const SCALING: &str = "ElastiCache user guide: scaling replication groups online";
const RESHARDING: &str = "ElastiCache user guide: online resharding";
const MODE: &str = "ElastiCache user guide: modifying cluster mode";
const TLS: &str = "ElastiCache user guide: enabling in-transit encryption on an existing cluster";
const VERSIONS: &str = "ElastiCache user guide: upgrading engine versions";
const KEDA: &str = "KEDA: the operator reconciles a ScaledObject when it changes";
const ACL: &str = "ElastiCache user guide: role-based access control";
const DATABASES: &str = "Redis: SELECT, each logical database has keys of its own";
const TEMPLATE: &str = "Kubernetes: a Deployment replaces its pods when their template changes";

pub(super) fn redis(
    field: RedisGroupField,
    change: &AttributeChange,
    step: &ImpactStep<'_>,
) -> Impact {
    let group = change.place.name().and_then(|name| {
        let (before, after) = (step.before.redis.get(name)?, step.after.redis.get(name)?);
        Some(Pair::new(before, after))
    });
    let group = group.expect("both sides have a group that is neither added nor removed");
    let felt_by = felt_by(group);
    match field {
        RedisGroupField::name(()) => new_group(
            "a group's id cannot be changed: create a new group, drain the old one, switch, delete the old one",
            felt_by,
        ),
        RedisGroupField::engine(()) => engine(group, felt_by, step),
        RedisGroupField::version(()) => version(group, felt_by, step),
        RedisGroupField::node(()) => node(felt_by, step),
        RedisGroupField::replicas(()) => replicas(group),
        RedisGroupField::policy(()) => Impact::new(
            Class::None,
            "the group's parameter takes effect at once, without a restart",
            "ElastiCache user guide: Redis OSS parameters",
        ),
        RedisGroupField::uses(()) => uses(change, step),
        RedisGroupField::cluster(ClusterField::shards(())) => shards(group, felt_by),
        RedisGroupField::cluster(ClusterField::mode(())) => mode(group, felt_by, step),
        RedisGroupField::tls(()) => tls(group, felt_by, step),
        RedisGroupField::data_gib(()) => Impact::new(
            Class::None,
            "only the rules use the new data size",
            "tierc: it is checked, never rendered",
        ),
        RedisGroupField::endpoint(()) => endpoint(),
        RedisGroupField::user(()) => {
            let reason =
                "pods and KEDA log in as another user, whose password they read from the Secret";
            Impact::new(Class::Rolling, reason, ACL).felt_by(FeltBy::Everyone)
        }
        RedisGroupField::database(RedisDatabaseField::index(())) => database(change, felt_by),
        RedisGroupField::database(RedisDatabaseField::role(()) | RedisDatabaseField::env(()))
        | RedisGroupField::env_url(())
        | RedisGroupField::env_cluster(()) => {
            let reason = "pods read the group's address from a different variable";
            Impact::new(Class::Rolling, reason, TEMPLATE).felt_by(FeltBy::Everyone)
        }
    }
}

/// Data does not move between the logical databases of a group. A use without a database of its own is in 0.
fn database(change: &AttributeChange, felt_by: FeltBy) -> Impact {
    let role = change.path.rsplit('.').nth(1).unwrap_or_default();
    let index = |side: &Option<String>| side.as_deref().unwrap_or("0").to_owned();
    let moves = index(&change.values.before) != index(&change.values.after);
    let known = change.values.before.is_some() && change.values.after.is_some();
    if Use::from_word(role) == Some(Use::Cache) {
        return Impact::new(
            Class::Rolling,
            "pods cache in another logical database, with a cold cache at first",
            DATABASES,
        )
        .felt_by(FeltBy::Api);
    }
    if moves && (known || Use::from_word(role).is_some()) {
        return Impact::new(
            Class::Replace,
            "the keys of this role stay in the old logical database: drain it, then switch",
            DATABASES,
        )
        .felt_by(felt_by)
        .undo(Undo::Harder);
    }
    let reason = "pods read the address of a logical database";
    Impact::new(Class::Rolling, reason, DATABASES).felt_by(FeltBy::Everyone)
}

fn endpoint() -> Impact {
    let reason = "KEDA reads the lists at a different address";
    Impact::new(Class::Autoscaler, reason, KEDA)
}

fn node(felt_by: FeltBy, step: &ImpactStep<'_>) -> Impact {
    let reason = "new nodes synchronise and take over, and each shard is unavailable for milliseconds to seconds; the data must fit the new nodes";
    Impact::new(Class::Rolling, reason, SCALING)
        .felt_by(felt_by)
        .when(step.when())
}

/// Everyone depends on queues; only the API depends on sessions and caches.
fn felt_by(group: Pair<&RedisGroup>) -> FeltBy {
    let mut uses = group.before.uses.iter().chain(&group.after.uses);
    if uses.any(|used| used.value == Use::Queue) {
        FeltBy::Everyone
    } else {
        FeltBy::Api
    }
}

fn new_group(reason: &str, felt_by: FeltBy) -> Impact {
    Impact::new(Class::Replace, reason, GROUP)
        .felt_by(felt_by)
        .undo(Undo::Harder)
}

fn engine(group: Pair<&RedisGroup>, felt_by: FeltBy, step: &ImpactStep<'_>) -> Impact {
    let to_valkey = group.after.engine.value == RedisEngine::Valkey;
    if to_valkey && group.after.is_at_least(&Version::of(7, 2)) {
        return Impact::new(
            Class::Rolling,
            "nodes are upgraded to Valkey in place, one by one",
            VERSIONS,
        )
        .on("from Redis OSS to Valkey 7.2 or later")
        .felt_by(felt_by)
        .undo(Undo::Never)
        .when(step.when());
    }
    new_group(
        "Valkey cannot be changed back to Redis OSS: create a new group, drain the old one, switch, delete the old one",
        felt_by,
    )
}

/// Upgrades fail over shard by shard, and cannot be undone.
fn version(group: Pair<&RedisGroup>, felt_by: FeltBy, step: &ImpactStep<'_>) -> Impact {
    let Pair { before, after } = group.map(|group| Version::lenient(&group.version.value));
    let to_redis = group.before.engine.value > group.after.engine.value;
    if to_redis || (after < before && group.before.engine == group.after.engine) {
        return new_group(
            "ElastiCache cannot downgrade: create a new group, drain the old one, switch, delete the old one",
            felt_by,
        );
    }
    let failover = group.before.replicas.value > 0 && group.after.replicas.value > 0;
    let impact = if failover {
        Impact::new(
            Class::Failover,
            "each shard is upgraded and fails over, which takes seconds",
            VERSIONS,
        )
        .on("with a replica")
    } else {
        Impact::new(
            Class::Outage,
            "the only node is unavailable during the upgrade",
            VERSIONS,
        )
        .on("without a replica")
    };
    impact.felt_by(felt_by).undo(Undo::Never).when(step.when())
}

fn replicas(group: Pair<&RedisGroup>) -> Impact {
    let reason = if group.after.replicas.value > group.before.replicas.value {
        "replicas are added online"
    } else if group.after.replicas.value == 0 {
        "the last replica is removed online; there is no failover from now on"
    } else {
        "replicas are removed online"
    };
    Impact::new(Class::None, reason, SCALING)
}

/// A cache starts empty in its new group. Waiting jobs and sessions are lost in the move.
fn uses(change: &AttributeChange, step: &ImpactStep<'_>) -> Impact {
    let used = change
        .values
        .after
        .as_ref()
        .or(change.values.before.as_ref());
    let is = |wanted: Use| used.is_some_and(|used| *used == wanted.to_string());
    let served = |side: &crate::model::Environment| {
        let groups = side.redis.values();
        groups
            .flat_map(|group| &group.uses)
            .any(|used| is(used.value))
    };
    if !served(step.before) {
        let reason = "pods read the group's address, which is new to them";
        return Impact::new(Class::Rolling, reason, TEMPLATE).felt_by(FeltBy::Everyone);
    }
    if !served(step.after) {
        let reason = if is(Use::Queue) {
            "no group serves queues any more: pods find no jobs in Redis"
        } else if is(Use::Sessions) {
            "no group serves sessions any more: users must sign in again"
        } else {
            "no group serves the cache any more: pods do not cache in Redis"
        };
        return Impact::new(Class::Rolling, reason, TEMPLATE).felt_by(FeltBy::Everyone);
    }
    if is(Use::Cache) {
        return Impact::new(
            Class::Rolling,
            "pods cache in another group, with a cold cache at first",
            TEMPLATE,
        )
        .on("a cache can be lost")
        .felt_by(FeltBy::Api);
    }
    let felt_by = if is(Use::Queue) {
        FeltBy::Everyone
    } else {
        FeltBy::Api
    };
    new_group(
        "this use moves to another group: drain the old group, then switch",
        felt_by,
    )
}

fn shards(group: Pair<&RedisGroup>, felt_by: FeltBy) -> Impact {
    let Pair { before, after } = group.map(|it| it.cluster.shards.value);
    if after == 0 {
        return new_group(
            "cluster mode cannot be turned off: create a new group, drain the old one, switch, delete the old one",
            felt_by,
        );
    }
    if before == 0 && replaces_for_mode(group.before) {
        return new_group(
            "the engine cannot turn cluster mode on in place: create a new group, drain the old one, switch, delete the old one",
            felt_by,
        );
    }
    if before == 0 && after == 1 {
        return Impact::new(Class::None, "the one shard stays as it is", RESHARDING);
    }
    let reason = if after > before {
        "slots move to new shards, which takes hours with much data; items above 256 MB do not move"
    } else {
        "slots move to fewer shards, which takes hours with much data; all data must fit there"
    };
    Impact::new(Class::OnlineDegraded, reason, RESHARDING).felt_by(felt_by)
}

/// Whether cluster mode requires a new group.
fn replaces_for_mode(group: &RedisGroup) -> bool {
    !group.is_at_least(&Version::of(7, 0)) || group.replicas.value == 0
}

fn mode(group: Pair<&RedisGroup>, felt_by: FeltBy, step: &ImpactStep<'_>) -> Impact {
    let Pair { before, after } = group.map(|it| it.cluster.mode.value);
    let version = &group.before.version.value;
    if before == ClusterMode::Enabled {
        return new_group(
            "cluster mode cannot be turned off: create a new group, drain the old one, switch, delete the old one",
            felt_by,
        );
    }
    if replaces_for_mode(group.before) {
        let replicas = group.before.replicas.value;
        return new_group(
            "turning cluster mode on in place needs engine 7.0 or later and a replica: create a new group, drain the old one, switch, delete the old one",
            felt_by,
        )
        .on(format!("engine {version}, {replicas} replicas"));
    }
    let (reason, undo) = match after {
        ClusterMode::Enabled => ("clients move to the configuration endpoint", Undo::Never),
        ClusterMode::Compatible => (
            "clients may use the configuration endpoint from now on",
            Undo::Back,
        ),
        ClusterMode::Disabled => ("clients are back on the primary endpoint", Undo::Back),
    };
    let impact = Impact::new(Class::Rolling, reason, MODE)
        .on(format!("engine {version}"))
        .felt_by(felt_by)
        .undo(undo)
        .when(step.when());
    if before == ClusterMode::Disabled && after == ClusterMode::Enabled {
        impact.heed("two steps: set `compatible` and move the clients, then set `enabled`, which is permanent")
    } else {
        impact
    }
}

fn tls(group: Pair<&RedisGroup>, felt_by: FeltBy, step: &ImpactStep<'_>) -> Impact {
    let version = &group.before.version.value;
    if !group.before.is_at_least(&RedisGroup::TLS_IN_PLACE) {
        return new_group(
            "before engine 7.0.5, encryption in transit cannot be changed: create a new group, drain the old one, switch, delete the old one",
            felt_by,
        )
        .on(format!("engine {version}"));
    }
    let Pair { before, after } = group.map(|it| it.tls.value);
    let reason = match after {
        RedisTls::Preferred => "clients may connect with or without TLS from now on",
        RedisTls::Required => "clients without TLS are refused from now on",
        RedisTls::Off => "clients with TLS are refused from now on",
    };
    let impact = Impact::new(Class::Rolling, reason, TLS)
        .on(format!("engine {version}"))
        .felt_by(felt_by)
        .when(step.when());
    if before == RedisTls::Preferred || after == RedisTls::Preferred {
        impact
    } else {
        impact.heed("two steps: set `preferred` and move the clients, then set the final mode")
    }
}
