//! The title of a move: a headline with the old and the new state, followed by changed attributes that
//! the headline does not name. A title never mentions an unchanged value.

use super::move_kind::{ApiMove, DatabaseMove, GroupMove, MoveKind, NodesMove, PoolMove};
use crate::diagnostic::mask::mask_value;
use crate::model::{Api, Environment, Name, Use, Workload};
use crate::pair::Pair;

/// A changed attribute, with its values as text; `None` on a side without a value.
#[derive(Clone, Debug)]
pub(super) struct Changed {
    /// Its path.
    pub(super) path: String,
    /// Its value on each side.
    pub(super) values: Pair<Option<String>>,
}

/// The longest value that a title shows.
const LONGEST: usize = 40;

/// The most attributes that a title shows with their values. With more attributes it shows only their
/// names, because the values are listed below the title.
const WITH_VALUES: usize = 4;

/// The title of a move.
pub(super) fn title(kind: &MoveKind, sides: Pair<&Environment>, changed: &[Changed]) -> String {
    let headline = headline(kind, sides);
    let Some((owner, shown)) = shown(kind, sides) else {
        return headline;
    };
    let is_told = |it: &&Changed| {
        shown
            .iter()
            .any(|step| it.path == format!("{owner}.{step}"))
    };
    let rest: Vec<&Changed> = changed.iter().filter(|it| !is_told(it)).collect();
    let rest = told(&owner, &rest, sides);
    if rest.is_empty() {
        return headline;
    }
    let rest = rest.join(", ");
    if changed.iter().any(|it| is_told(&it)) {
        return format!("{headline}; {rest}");
    }
    let subject = headline.split([':', ',']).next().unwrap_or_default();
    format!("{subject}: {rest}")
}

/// Attributes in a few words each. A node that is added or removed as a whole is named once.
fn told(owner: &str, changed: &[&Changed], sides: Pair<&Environment>) -> Vec<String> {
    let mut wholes: Vec<String> = Vec::new();
    let mut single: Vec<&Changed> = Vec::new();
    for it in changed.iter().copied() {
        match whole(owner, it, sides) {
            Some(name) if wholes.contains(&name) => {}
            Some(name) => wholes.push(name),
            None => single.push(it),
        }
    }
    let with_values = wholes.len() + single.len() <= WITH_VALUES;
    let single = single.into_iter().map(|it| {
        if with_values {
            from_to(owner, it)
        } else {
            name(owner, it)
        }
    });
    let mut all: Vec<String> = single.collect();
    all.extend(wholes);
    all
}

/// The part that is added or removed as a whole, if this is one of its attributes: a window, an event, a load
/// test, or a database of PgBouncer.
fn whole(owner: &str, changed: &Changed, sides: Pair<&Environment>) -> Option<String> {
    let mut steps = changed.path.split('.');
    let (node, key) = (steps.next()?, steps.next()?);
    let (name, held) = match node {
        "pgbouncer" if key == "database" => {
            let entry = steps.next()?;
            let has =
                |side: &Environment| side.pgbouncer.entries().any(|it| it.name == Some(entry));
            (format!("database {entry}"), sides.map(has))
        }
        "api" | "worker" => {
            let (workload, database) = changed.path.split_once(".connections.database.")?;
            let database = database.split('.').next()?;
            let has = |side: &Environment| {
                let apis = side.apis();
                let pools = side.worker.iter();
                let pools = pools.map(|(name, pool)| (format!("worker.{name}"), &pool.workload));
                let mut all = apis.chain(pools);
                let workload = all.find(|(who, _)| who == workload).map(|(_, it)| it);
                workload.is_some_and(|workload| workload.connections.to(database).is_some())
            };
            let below = workload.strip_prefix(owner).unwrap_or(workload);
            let below = below.trim_start_matches('.');
            let name = format!("{below} connections to {database}");
            (name.trim_start().to_owned(), sides.map(has))
        }
        "off-hours" => {
            let has = |side: &Environment| side.off_hours.contains_key(key);
            (format!("{node} {key}"), sides.map(has))
        }
        "event" => {
            let has = |side: &Environment| side.event.keys().any(|name| name.as_str() == key);
            (format!("{node} {key}"), sides.map(has))
        }
        "load-test" => {
            let has = |side: &Environment| side.load_test.keys().any(|name| name.as_str() == key);
            (format!("{node} {key}"), sides.map(has))
        }
        _ => return None,
    };
    match (held.before, held.after) {
        (false, _) => Some(format!("{name} added")),
        (true, false) => Some(format!("{name} removed")),
        (true, true) => None,
    }
}

/// The name of an attribute without its owner's path.
fn name(owner: &str, changed: &Changed) -> String {
    let below = changed.path.strip_prefix(owner).unwrap_or(&changed.path);
    below.trim_start_matches('.').replace('.', " ")
}

/// `type gp3 -> io2`: an attribute without its owner's path. If the path ends in a list's value:
/// `uses cache added`.
fn from_to(owner: &str, changed: &Changed) -> String {
    let name = name(owner, changed);
    let last = changed.path.rsplit('.').next();
    match changed.values.as_ref().map(Option::as_deref) {
        Pair {
            before: None,
            after,
        } if after == last => return format!("{name} added"),
        Pair {
            before,
            after: None,
        } if before == last => return format!("{name} removed"),
        Pair { .. } => {}
    }
    let values = changed.values.as_ref().map(|value| match value {
        Some(value) => mask_value(&changed.path, value),
        None => "none".to_owned(),
    });
    let Pair { before, after } = values;
    if before.chars().count().max(after.chars().count()) > LONGEST {
        format!("other {name}")
    } else {
        format!("{name} {before} -> {after}")
    }
}

/// The owner of a move's attributes, and the attributes that its headline shows. `None` if the headline
/// names the only attribute that can change, or a part that is added or removed.
fn shown(kind: &MoveKind, sides: Pair<&Environment>) -> Option<(String, &'static [&'static str])> {
    const RANGE: &[&str] = &["replicas.count", "replicas.min", "replicas.max", "hold"];
    Some(match kind {
        MoveKind::Api(name, ApiMove::Autoscaler) => (Api::path(name), RANGE),
        MoveKind::Api(name, ApiMove::Pods) => (Api::path(name), &[]),
        MoveKind::Pool(name, PoolMove::Autoscaler) => (format!("worker.{name}"), RANGE),
        MoveKind::Pool(name, PoolMove::Pods) => (format!("worker.{name}"), &[]),
        MoveKind::Service(name) => {
            let held = sides.map(|side| side.service.contains_key(name));
            if held != Pair::new(true, true) {
                return None;
            }
            (format!("service.{name}"), &[])
        }
        MoveKind::PoolSizes => ("pgbouncer".into(), &["pool.default", "pool.max-db"]),
        MoveKind::PoolerPace => ("pgbouncer".into(), &["min-ready"]),
        MoveKind::Pooler => ("pgbouncer".into(), &["instances"]),
        MoveKind::Database(what) => return shown_of_database(*what),
        MoveKind::Redis(name, what) => {
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
        MoveKind::Nodes(name, what) => {
            let shown: &[&str] = match what {
                NodesMove::Count => &["count.min", "count.max"],
                NodesMove::Type => &["capacity", "instance"],
                NodesMove::Added | NodesMove::Removed => return None,
            };
            (format!("nodes.{name}"), shown)
        }
        MoveKind::Network => ("network".into(), &[]),
        MoveKind::Alerts => ("alerts".into(), &[]),
        MoveKind::Identity | MoveKind::Schedules | MoveKind::RedisUses => (String::new(), &[]),
        MoveKind::Delivery
        | MoveKind::Api(_, ApiMove::Added | ApiMove::Removed)
        | MoveKind::Pool(_, PoolMove::Added | PoolMove::Removed) => return None,
    })
}

fn shown_of_database(what: DatabaseMove) -> Option<(String, &'static [&'static str])> {
    const REPLICAS: &str = "database.replicas";
    Some(match what {
        DatabaseMove::Server => (
            "database".into(),
            &["instance", "engine", "max-connections"],
        ),
        DatabaseMove::Storage => ("database.storage".into(), &["gib", "max-gib"]),
        DatabaseMove::Replicas => (REPLICAS.into(), &["instance", "max-connections"]),
        DatabaseMove::ReplicaCount => (REPLICAS.into(), &["count"]),
        DatabaseMove::ReplicaVia => (REPLICAS.into(), &["via"]),
        DatabaseMove::Backups | DatabaseMove::Direct | DatabaseMove::Access => {
            ("database".into(), &[])
        }
        // A standby is added or removed as a whole.
        DatabaseMove::MultiAz => return None,
    })
}

fn headline(kind: &MoveKind, sides: Pair<&Environment>) -> String {
    match kind {
        MoveKind::Identity => "update labels and recorded values".into(),
        MoveKind::Network => "change the network policies".into(),
        MoveKind::Schedules => "change off-hours and events".into(),
        MoveKind::Alerts => "change the alerts".into(),
        MoveKind::Delivery => format!(
            "hand the autoscalers over to {}",
            sides.after.deliver.autoscalers.value
        ),
        MoveKind::Api(name, what) => api(name, *what, sides),
        MoveKind::Pool(name, PoolMove::Autoscaler) => {
            let of = |side: &Environment| side.worker.get(name).map(|pool| range(&pool.workload));
            let workloads = sides.map(|side| side.worker.get(name).map(|pool| &pool.workload));
            let what = scaled(workloads);
            format!("set the {what} of pool `{name}`: {}", bounds(sides, of))
        }
        MoveKind::Pool(name, PoolMove::Pods) => format!("roll the pods of pool `{name}`"),
        MoveKind::Pool(name, PoolMove::Added) => format!("create pool `{name}`"),
        MoveKind::Pool(name, PoolMove::Removed) => format!("delete pool `{name}`"),
        MoveKind::Service(name) => format!("change service `{name}`"),
        MoveKind::PoolSizes => format!(
            "set PgBouncer's pools: {}",
            arrow(sides.map(|side| {
                let pool = &side.pgbouncer.pool;
                format!("{} (max {})", pool.default.value, pool.max_db.value)
            }))
        ),
        MoveKind::Pooler => format!(
            "roll PgBouncer: instances {}",
            arrow(sides.map(|side| side.pgbouncer.instances.value.to_string()))
        ),
        MoveKind::Database(what) => database(*what, sides),
        MoveKind::PoolerPace => format!(
            "set the pace of PgBouncer's rollouts: one pod every {}",
            arrow(sides.map(|side| side.pgbouncer.min_ready.value.to_string()))
        ),
        MoveKind::Redis(name, what) => redis(*what, name.as_str(), sides),
        MoveKind::RedisUses => uses(sides).into(),
        MoveKind::Nodes(name, what) => nodes(*what, name.as_str(), sides),
    }
}

/// `a -> b`, or `a` alone if both are the same.
fn arrow(texts: Pair<String>) -> String {
    if texts.before == texts.after {
        texts.after
    } else {
        format!("{} -> {}", texts.before, texts.after)
    }
}

/// What a move of the autoscaler changes.
fn scaled(workloads: Pair<Option<&Workload>>) -> &'static str {
    let fixed = workloads.map(|workload| workload.is_some_and(Workload::is_fixed));
    if fixed.before && fixed.after {
        "number of pods"
    } else {
        "autoscaler"
    }
}

fn range(workload: &Workload) -> String {
    match &workload.hold {
        Some(hold) => format!("{0}-{0}", hold.value),
        None if workload.is_fixed() => format!("fixed at {}", workload.replicas.min.value),
        None => format!(
            "{}-{}",
            workload.replicas.min.value, workload.replicas.max.value
        ),
    }
}

fn api(name: &Name, what: ApiMove, sides: Pair<&Environment>) -> String {
    let of = |what: &str| {
        if Api::is_unnamed(name) {
            format!("the API's {what}")
        } else {
            format!("the {what} of {}", Api::called(name))
        }
    };
    match what {
        ApiMove::Added => format!("create {}", Api::called(name)),
        ApiMove::Removed => format!("delete {}", Api::called(name)),
        ApiMove::Autoscaler => {
            let workloads = sides.map(|side| side.api.get(name).map(|api| &api.workload));
            let what = scaled(workloads);
            let range_of = |side: &Environment| side.api.get(name).map(|api| range(&api.workload));
            let bounds = bounds(sides, range_of);
            format!("set {}: {bounds}", of(what))
        }
        ApiMove::Pods => format!("roll {}", of("pods")),
    }
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
        DatabaseMove::Replicas => replicas(sides.map(|side| &side.database.replicas)),
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

/// What of the server changes, and nothing else. An upgrade is more than another class, and that is more than
/// another number of connections.
fn server(sides: Pair<&crate::model::Database>) -> String {
    let engines = sides.map(|it| it.engine.value.as_str());
    let minor = engines.before.strip_prefix(engines.after);
    let follows = minor.is_some_and(|minor| minor.starts_with('.'));
    let does = if engines.before != engines.after && !follows {
        "upgrade the database"
    } else if sides.before.instance != sides.after.instance {
        "resize the database"
    } else if sides.before.max_connections != sides.after.max_connections {
        "set the connections of the database"
    } else {
        "let RDS choose the minor version of the database"
    };
    let parts = [
        sides.map(|it| it.instance.value.clone()),
        sides.map(|it| format!("PostgreSQL {}", it.engine.value)),
        sides.map(|it| format!("{} connections", it.max_connections.value)),
    ];
    format!("{does}: {}", differing(parts))
}

/// What of the read replicas changes, and nothing else.
fn replicas(sides: Pair<&crate::model::ReadReplicas>) -> String {
    let does = if sides.before.instance == sides.after.instance {
        "set the connections of the read replicas"
    } else {
        "resize the read replicas"
    };
    let parts = [
        sides.map(|it| it.instance.value.clone()),
        sides.map(|it| format!("{} connections", it.max_connections.value)),
    ];
    format!("{does}: {}", differing(parts))
}

/// The parts that differ, from and to.
fn differing(parts: impl IntoIterator<Item = Pair<String>>) -> String {
    let changed: Vec<Pair<String>> = parts
        .into_iter()
        .filter(|part| part.before != part.after)
        .collect();
    let side =
        |of: fn(&Pair<String>) -> &str| changed.iter().map(of).collect::<Vec<_>>().join(", ");
    format!(
        "{} -> {}",
        side(|part| &part.before),
        side(|part| &part.after)
    )
}

fn uses(sides: Pair<&Environment>) -> &'static str {
    if serves(sides.before) == serves(sides.after) {
        "read the addresses of the Redis groups from other variables"
    } else if serves(sides.after).is_empty() {
        "stop using Redis"
    } else if serves(sides.before).is_empty() {
        "start using Redis"
    } else {
        "move uses between Redis groups"
    }
}

/// What each group serves.
fn serves(side: &Environment) -> Vec<(&Name, Use)> {
    let groups = side.redis.iter();
    groups
        .flat_map(|(name, group)| group.uses.iter().map(move |used| (name, used.value)))
        .collect()
}

/// Whether a group gets other nodes: its move has what is said of its data, too.
fn is_resized(name: &str, sides: Pair<&Environment>) -> bool {
    let nodes = sides.map(|side| side.redis.get(name).map(|group| &group.node));
    nodes.before != nodes.after
}

fn redis(what: GroupMove, name: &str, sides: Pair<&Environment>) -> String {
    let of = |text: &dyn Fn(&crate::model::RedisGroup) -> String| {
        arrow(sides.map(|side| side.redis.get(name).map(text).unwrap_or_default()))
    };
    match what {
        GroupMove::Added => format!("create Redis group `{name}`, still unused"),
        GroupMove::Removed => format!("delete Redis group `{name}`"),
        GroupMove::Node if !is_resized(name, sides) => {
            format!("record the data size of Redis group `{name}`")
        }
        GroupMove::Node => format!(
            "resize Redis group `{name}`: {}",
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
            "set the eviction policy of Redis group `{name}`: {}",
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
