//! What a move does, in words.

use super::kind::{ApiMove, DatabaseMove, GroupMove, Kind, NodesMove, PoolMove};
use crate::model::{Environment, Name, Use};
use crate::pair::Pair;

/// A headline: what is done to what, from and to.
pub(super) fn title(kind: &Kind, sides: Pair<&Environment>) -> String {
    match kind {
        Kind::Identity => "record names, labels and the tier".into(),
        Kind::Network => "change the network policies".into(),
        Kind::Schedules => "change off-hours and events".into(),
        Kind::Alerts => "change the alerts".into(),
        Kind::Delivery => format!(
            "hand the autoscalers over to {}",
            sides.after.deliver.autoscalers.value
        ),
        Kind::Api(ApiMove::Autoscaler) => {
            format!("set the API's autoscaler: {}", bounds(sides, api))
        }
        Kind::Api(ApiMove::Pods) => "roll the API's pods".into(),
        Kind::Pool(name, PoolMove::Autoscaler) => {
            let of = |side: &Environment| side.worker.get(name).map(|pool| range(&pool.workload));
            format!("set the autoscaler of pool `{name}`: {}", bounds(sides, of))
        }
        Kind::Pool(name, PoolMove::Pods) => format!("roll the pods of pool `{name}`"),
        Kind::Pool(name, PoolMove::Added) => format!("create pool `{name}`"),
        Kind::Pool(name, PoolMove::Removed) => format!("delete pool `{name}`"),
        Kind::Service(name) => format!("change service `{name}`"),
        Kind::PoolSizes => format!(
            "set PgBouncer's pools: {}",
            arrow(sides.map(|side| {
                let pool = &side.pgbouncer.pool;
                format!("{} of at most {}", pool.default.value, pool.max_db.value)
            }))
        ),
        Kind::Pooler => format!(
            "roll PgBouncer, instances: {}",
            arrow(sides.map(|side| side.pgbouncer.instances.value.to_string()))
        ),
        Kind::Database(what) => database(*what, sides),
        Kind::Redis(name, what) => redis(*what, name.as_str(), sides),
        Kind::RedisUses => uses(sides).into(),
        Kind::Nodes(name, what) => nodes(*what, name.as_str(), sides),
    }
}

/// `a -> b`, or `a` alone where both are the same.
fn arrow(texts: Pair<String>) -> String {
    if texts.before == texts.after {
        texts.after
    } else {
        format!("{} -> {}", texts.before, texts.after)
    }
}

fn range(workload: &crate::model::Workload) -> String {
    match &workload.hold {
        Some(hold) => format!("{0}-{0}", hold.value),
        None => format!(
            "{}-{}",
            workload.replicas.min.value, workload.replicas.max.value
        ),
    }
}

#[allow(clippy::unnecessary_wraps)] // the pools' may be absent
fn api(side: &Environment) -> Option<String> {
    Some(range(&side.api.workload))
}

fn bounds(sides: Pair<&Environment>, of: impl Fn(&Environment) -> Option<String>) -> String {
    arrow(sides.map(|side| of(side).unwrap_or_default()))
}

fn database(what: DatabaseMove, sides: Pair<&Environment>) -> String {
    let of = |text: &dyn Fn(&crate::model::Database) -> String| {
        arrow(sides.map(|side| text(&side.database)))
    };
    match what {
        DatabaseMove::Server => server(sides.map(|side| &side.database)),
        DatabaseMove::Storage => format!(
            "change the volume: {}",
            of(&|it| format!(
                "{} of at most {} GiB",
                it.storage.gib.value, it.storage.max_gib.value
            ))
        ),
        DatabaseMove::Replicas => format!(
            "move the read replicas: {}",
            of(&|it| format!(
                "{}, {} connections",
                it.replicas.instance.value, it.replicas.max_connections.value
            ))
        ),
        DatabaseMove::ReplicaCount => format!(
            "set the read replicas: {}",
            of(&|it| it.replicas.count.value.to_string())
        ),
        DatabaseMove::ReplicaVia => format!(
            "read from replicas over {}",
            of(&|it| it.replicas.via.value.to_string())
        ),
        DatabaseMove::Backups => "change backups and windows".into(),
        DatabaseMove::Direct => "set direct connections aside".into(),
        DatabaseMove::Access => "change how the database is reached".into(),
        DatabaseMove::MultiAz if sides.after.database.multi_az.value => {
            "give the database a standby in another zone".into()
        }
        DatabaseMove::MultiAz => "take the database's standby away".into(),
    }
}

/// What of the server changes, and nothing else.
fn server(sides: Pair<&crate::model::Database>) -> String {
    let parts = [
        sides.map(|it| it.instance.value.clone()),
        sides.map(|it| format!("PostgreSQL {}", it.engine.value)),
        sides.map(|it| format!("{} connections", it.max_connections.value)),
    ];
    let changed: Vec<Pair<String>> = parts
        .into_iter()
        .filter(|part| part.before != part.after)
        .collect();
    let side =
        |of: fn(&Pair<String>) -> &str| changed.iter().map(of).collect::<Vec<_>>().join(", ");
    format!(
        "move the database: {} -> {}",
        side(|part| &part.before),
        side(|part| &part.after)
    )
}

fn uses(sides: Pair<&Environment>) -> &'static str {
    if serves(sides.before) == serves(sides.after) {
        "read where the Redis groups are from other variables"
    } else {
        "move what the Redis groups serve"
    }
}

/// What each group serves.
fn serves(side: &Environment) -> Vec<(&Name, Use)> {
    let groups = side.redis.iter();
    groups
        .flat_map(|(name, group)| group.uses.iter().map(move |used| (name, used.value)))
        .collect()
}

fn redis(what: GroupMove, name: &str, sides: Pair<&Environment>) -> String {
    let of = |text: &dyn Fn(&crate::model::RedisGroup) -> String| {
        arrow(sides.map(|side| side.redis.get(name).map(text).unwrap_or_default()))
    };
    match what {
        GroupMove::Added => format!("create Redis group `{name}`, which serves nothing yet"),
        GroupMove::Removed => format!("delete Redis group `{name}`"),
        GroupMove::Node => format!(
            "move Redis group `{name}`: {}",
            of(&|group| group.node.value.clone())
        ),
        GroupMove::Replicas => format!(
            "set the replicas of Redis group `{name}`: {}",
            of(&|group| group.replicas.value.to_string())
        ),
        GroupMove::Engine => format!(
            "upgrade Redis group `{name}`: {}",
            of(&|group| format!("{} {}", group.engine.value, group.version.value))
        ),
        GroupMove::Policy => format!(
            "set the eviction of Redis group `{name}`: {}",
            of(&|group| group.policy.value.to_string())
        ),
        GroupMove::Cluster => format!(
            "reshard Redis group `{name}`: {}",
            of(&|group| match group.cluster.shards.value {
                0 => "no cluster".into(),
                1 => "1 shard".into(),
                shards => format!("{shards} shards"),
            })
        ),
        GroupMove::Tls => format!(
            "encrypt Redis group `{name}`: {}",
            of(&|group| group.tls.value.to_string())
        ),
        GroupMove::Access => format!("change how Redis group `{name}` is reached"),
    }
}

fn nodes(what: NodesMove, name: &str, sides: Pair<&Environment>) -> String {
    let of = |text: &dyn Fn(&crate::model::NodeGroup) -> String| {
        arrow(sides.map(|side| side.nodes.get(name).map(text).unwrap_or_default()))
    };
    match what {
        NodesMove::Added => format!("create node group `{name}`"),
        NodesMove::Removed => format!("delete node group `{name}`"),
        NodesMove::Count => format!(
            "set the size of node group `{name}`: {}",
            of(&|group| format!("{}-{}", group.count.min.value, group.count.max.value))
        ),
        NodesMove::Type => format!("set the pools of node group `{name}`: {}", of(&runs)),
    }
}

/// The pools that a node group runs.
fn runs(group: &crate::model::NodeGroup) -> String {
    let pools: Vec<&str> = group.runs.iter().map(|pool| pool.value.as_str()).collect();
    if pools.is_empty() {
        "all".into()
    } else {
        pools.join(", ")
    }
}
