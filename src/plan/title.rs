//! What a move does, in words: a headline with what it is from and to. What changes and is not in
//! the headline stands behind it, so that no title speaks of a value that stays as it is.

use super::move_kind::{ApiMove, DatabaseMove, GroupMove, Kind, NodesMove, PoolMove};
use crate::model::{Environment, Name, Use};
use crate::pair::Pair;

/// An attribute that changes, with its values as text; none where a side has none.
#[derive(Clone, Debug)]
pub(super) struct Changed {
    /// Its path.
    pub(super) path: String,
    /// What it is on each side.
    pub(super) values: Pair<Option<String>>,
}

/// The longest value that a title repeats.
const LONGEST: usize = 40;

/// What is done to what, from and to.
pub(super) fn title(kind: &Kind, sides: Pair<&Environment>, changed: &[Changed]) -> String {
    let headline = headline(kind, sides);
    let Some((owner, shown)) = shown(kind) else {
        return headline;
    };
    let told = |it: &&Changed| {
        shown
            .iter()
            .any(|step| it.path == format!("{owner}.{step}"))
    };
    let rest: Vec<String> = changed
        .iter()
        .filter(|it| !told(it))
        .map(|it| from_to(&owner, it))
        .collect();
    if rest.is_empty() {
        return headline;
    }
    let rest = rest.join(", ");
    if changed.iter().any(|it| told(&it)) {
        return format!("{headline}; {rest}");
    }
    let subject = headline.split([':', ',']).next().unwrap_or_default();
    format!("{subject}: {rest}")
}

/// `type gp3 -> io2`: an attribute without its owner's path.
fn from_to(owner: &str, changed: &Changed) -> String {
    let below = changed.path.strip_prefix(owner).unwrap_or(&changed.path);
    let name = below.trim_start_matches('.').replace('.', " ");
    let none = || "none".to_owned();
    let values = [&changed.values.before, &changed.values.after];
    let [before, after] = values.map(|value| value.clone().unwrap_or_else(none));
    if before.chars().count().max(after.chars().count()) > LONGEST {
        format!("other {name}")
    } else {
        format!("{name} {before} -> {after}")
    }
}

/// Whose attributes a move changes, and which of them its headline shows. None where the headline
/// names the only attribute that can change, or a part that comes or goes.
fn shown(kind: &Kind) -> Option<(String, &'static [&'static str])> {
    const RANGE: &[&str] = &["replicas.min", "replicas.max", "hold"];
    Some(match kind {
        Kind::Api(ApiMove::Autoscaler) => ("api".into(), RANGE),
        Kind::Pool(name, PoolMove::Autoscaler) => (format!("worker.{name}"), RANGE),
        Kind::PoolSizes => ("pgbouncer".into(), &["pool.default", "pool.max-db"]),
        Kind::PoolerPace => ("pgbouncer".into(), &["min-ready"]),
        Kind::Pooler => ("pgbouncer".into(), &["instances"]),
        Kind::Database(what) => match what {
            DatabaseMove::Server => (
                "database".into(),
                &["instance", "engine", "max-connections"],
            ),
            DatabaseMove::Storage => ("database.storage".into(), &["gib", "max-gib"]),
            DatabaseMove::Replicas => {
                ("database.replicas".into(), &["instance", "max-connections"])
            }
            DatabaseMove::ReplicaVia => ("database.replicas".into(), &["via"]),
            DatabaseMove::Backups | DatabaseMove::Direct | DatabaseMove::Access => {
                ("database".into(), &[])
            }
            // What is created or deleted is so as a whole.
            DatabaseMove::ReplicaCount | DatabaseMove::MultiAz => return None,
        },
        Kind::Redis(name, what) => {
            let shown: &[&str] = match what {
                GroupMove::Node => &["node"],
                GroupMove::Replicas => &["replicas"],
                GroupMove::Engine => &["engine", "engine.version"],
                GroupMove::Policy => &["policy"],
                GroupMove::Cluster => &["cluster.shards"],
                GroupMove::Tls => &["tls"],
                GroupMove::Access => &[],
                GroupMove::Added | GroupMove::Removed => return None,
            };
            (format!("redis.{name}"), shown)
        }
        Kind::Nodes(name, what) => {
            let shown: &[&str] = match what {
                NodesMove::Count => &["count.min", "count.max"],
                NodesMove::Type => &["capacity", "instance"],
                NodesMove::Added | NodesMove::Removed => return None,
            };
            (format!("nodes.{name}"), shown)
        }
        Kind::Network => ("network".into(), &[]),
        Kind::Identity
        | Kind::Schedules
        | Kind::Alerts
        | Kind::Delivery
        | Kind::Api(ApiMove::Pods)
        | Kind::Pool(_, PoolMove::Pods | PoolMove::Added | PoolMove::Removed)
        | Kind::Service(_)
        | Kind::RedisUses => return None,
    })
}

fn headline(kind: &Kind, sides: Pair<&Environment>) -> String {
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
                format!("{} (max {})", pool.default.value, pool.max_db.value)
            }))
        ),
        Kind::Pooler => format!(
            "roll PgBouncer, instances: {}",
            arrow(sides.map(|side| side.pgbouncer.instances.value.to_string()))
        ),
        Kind::Database(what) => database(*what, sides),
        Kind::PoolerPace => format!(
            "set the pace of PgBouncer's rollouts: one pod every {}",
            arrow(sides.map(|side| side.pgbouncer.min_ready.value.to_string()))
        ),
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
                "{} GiB (max {} GiB)",
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
        DatabaseMove::Direct => "change the reserve for direct connections".into(),
        DatabaseMove::Access => "change how the database is reached".into(),
        DatabaseMove::MultiAz if sides.after.database.multi_az.value => {
            "add a standby in another zone to the database".into()
        }
        DatabaseMove::MultiAz => "remove the database's standby".into(),
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
        "read the addresses of the Redis groups from other variables"
    } else {
        "move uses between the Redis groups"
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
        GroupMove::Added => format!("create Redis group `{name}`, still unused"),
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
