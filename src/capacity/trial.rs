//! Changes worth trying: the larger tiers, and overrides of the attribute that relieves a metric.

use crate::catalogue::Catalogue;
use crate::metric::{Component, Metric, Tracked};
use crate::model::{Database, Environment, Name, Tier, Word};
use crate::parse::scan::quoted;
use crate::source::Origin;

/// A change to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trial {
    /// Another tier.
    Tier(Tier),
    /// KDL on top of the file.
    Override {
        /// What to type.
        kdl: String,
        /// The paths of the attributes that it states.
        paths: Vec<String>,
    },
}

impl Trial {
    /// What to type.
    #[must_use]
    pub fn kdl(&self) -> String {
        match self {
            Self::Tier(tier) => format!("tier \"{tier}\""),
            Self::Override { kdl, .. } => kdl.clone(),
        }
    }
}

/// Instance sizes, from small to large.
const SIZES: [&str; 11] = [
    "micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge",
    "16xlarge", "24xlarge",
];

/// How many sizes up are tried.
const SIZES_UP: usize = 3;

/// What to try so that `growth` times as much fits: the least of each that can be enough.
#[must_use]
pub fn trials(
    tracked: &Tracked,
    growth: f64,
    environment: &Environment,
    catalogue: &Catalogue,
) -> Vec<Trial> {
    let tiers = <Tier as Word>::WORDS.iter().map(|(_, tier)| *tier);
    let mut trials: Vec<Trial> = tiers
        .filter(|tier| *tier > environment.tier.value)
        .map(Trial::Tier)
        .collect();
    trials.extend(overrides(tracked, growth, environment, catalogue));
    trials
}

fn overrides(
    tracked: &Tracked,
    growth: f64,
    environment: &Environment,
    catalogue: &Catalogue,
) -> Vec<Trial> {
    match (&tracked.component, tracked.metric) {
        (Component::Api, metric) => api(metric, growth, environment),
        (Component::Worker(name), _) => worker(name, growth, environment),
        (Component::Database, metric) => database(metric, growth, environment, catalogue),
        (Component::ReadReplicas, metric) => replicas(metric, growth, environment),
        (Component::Redis(name), metric) => redis(name, metric, growth, environment, catalogue),
    }
}

fn one(kdl: String, paths: &[&str]) -> Trial {
    Trial::Override {
        kdl,
        paths: paths.iter().map(ToString::to_string).collect(),
    }
}

/// The least count above `count` that has room for `growth` times as much.
fn grown(count: u32, growth: f64) -> u32 {
    let wanted = (f64::from(count) * growth).floor() + 1.0;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    let wanted = wanted as u32;
    wanted.max(count.saturating_add(1))
}

fn api(metric: Metric, growth: f64, environment: &Environment) -> Vec<Trial> {
    let workload = &environment.api.workload;
    if metric == Metric::ApiMemory {
        let mebibytes = u32::try_from(workload.limits.memory.value.mebibytes()).unwrap_or(u32::MAX);
        let limit = grown(mebibytes, growth).div_ceil(256).saturating_mul(256);
        let kdl = format!("api {{\n    limits memory=\"{limit}Mi\"\n}}");
        return vec![one(kdl, &["api.limits.memory"])];
    }
    let max = grown(workload.most(), growth);
    let kdl = format!("api {{\n    replicas max={max}\n}}");
    vec![one(kdl, &["api.replicas.max"])]
}

/// A file that names any pool names them all, with their queues: the tier's own pool comes with
/// its queues when it is named first.
fn worker(name: &Name, growth: f64, environment: &Environment) -> Vec<Trial> {
    let Some(pool) = environment.worker.get(name) else {
        return Vec::new();
    };
    let declared = |origin: &Origin| matches!(origin, Origin::Declared(_));
    let mut lines = String::new();
    if !pool.queue.iter().any(|queue| declared(&queue.list.origin)) {
        for queue in &pool.queue {
            let (list, length) = (&queue.list.value, queue.length.value);
            lines += &format!("    queue {} length={length}\n", quoted(list));
        }
    }
    let max = grown(pool.most(), growth);
    let kdl = format!("worker \"{name}\" {{\n{lines}    replicas max={max}\n}}");
    vec![one(kdl, &[&format!("worker.{name}.replicas.max")])]
}

/// The next sizes of an instance's family that the catalogue knows.
fn larger<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let Some((family, size)) = name.rsplit_once('.') else {
        return Vec::new();
    };
    let Some(own) = SIZES.iter().position(|known| *known == size) else {
        return Vec::new();
    };
    let known: Vec<&str> = known.collect();
    SIZES
        .iter()
        .skip(own + 1)
        .map(|size| format!("{family}.{size}"))
        .filter(|name| known.contains(&name.as_str()))
        .take(SIZES_UP)
        .collect()
}

fn database(
    metric: Metric,
    growth: f64,
    environment: &Environment,
    catalogue: &Catalogue,
) -> Vec<Trial> {
    let database = &environment.database;
    let classes = larger(&database.instance.value, catalogue.db_classes.names());
    match metric {
        Metric::DbStorage => vec![storage(growth, database)],
        Metric::DbConnections => connections(growth, database, &classes),
        Metric::ApiCpu
        | Metric::ApiMemory
        | Metric::ApiReplicas
        | Metric::QueueDepth
        | Metric::WorkerReplicas
        | Metric::DbCpu
        | Metric::RedisMemory
        | Metric::RedisOps => classes
            .iter()
            .map(|class| {
                let kdl = format!("database {{\n    instance \"{class}\"\n}}");
                one(kdl, &["database.instance"])
            })
            .collect(),
    }
}

/// A volume that may grow by itself needs a ceiling of at least 110% of it.
fn storage(growth: f64, database: &Database) -> Trial {
    let gib = grown(database.storage.gib.value, growth)
        .div_ceil(10)
        .saturating_mul(10);
    let most = database.storage.max_gib.value;
    let lifted = most > 0 && u64::from(most) * 100 < u64::from(gib) * 110;
    if lifted {
        let most = gib.saturating_mul(2);
        let kdl = format!("database {{\n    storage gib={gib} max-gib={most}\n}}");
        one(kdl, &["database.storage.gib", "database.storage.max-gib"])
    } else {
        let kdl = format!("database {{\n    storage gib={gib}\n}}");
        one(kdl, &["database.storage.gib"])
    }
}

/// More connections, on the instance as it is and on the larger ones.
fn connections(growth: f64, database: &Database, classes: &[String]) -> Vec<Trial> {
    let wanted = in_fifties(grown(database.max_connections.value, growth));
    let alone = format!("database {{\n    max-connections {wanted}\n}}");
    let mut trials = vec![one(alone, &["database.max-connections"])];
    trials.extend(classes.iter().map(|class| {
        let kdl =
            format!("database {{\n    instance \"{class}\"\n    max-connections {wanted}\n}}");
        one(kdl, &["database.instance", "database.max-connections"])
    }));
    trials
}

/// The next multiple of 50, as people state connections.
fn in_fifties(count: u32) -> u32 {
    count.div_ceil(50).saturating_mul(50)
}

fn replicas(metric: Metric, growth: f64, environment: &Environment) -> Vec<Trial> {
    let replicas = &environment.database.replicas;
    let count = grown(replicas.count.value, growth);
    let kdl = format!("database {{\n    replicas {count}\n}}");
    let mut trials = vec![one(kdl, &["database.replicas.count"])];
    if metric == Metric::DbConnections {
        let wanted = in_fifties(grown(replicas.max_connections.value, growth));
        let count = replicas.count.value;
        let kdl = format!("database {{\n    replicas {count} max-connections={wanted}\n}}");
        trials.push(one(kdl, &["database.replicas.max-connections"]));
    }
    trials
}

fn redis(
    name: &Name,
    metric: Metric,
    growth: f64,
    environment: &Environment,
    catalogue: &Catalogue,
) -> Vec<Trial> {
    let Some(group) = environment.redis.get(name) else {
        return Vec::new();
    };
    let shards = grown(group.cluster.shards.value.max(1), growth);
    let kdl = format!("redis \"{name}\" {{\n    cluster shards={shards} mode=\"enabled\"\n}}");
    let mut trials = vec![one(kdl, &[&format!("redis.{name}.cluster.shards")])];
    if metric == Metric::RedisMemory {
        let nodes = larger(&group.node.value, catalogue.cache_nodes.names());
        trials.extend(nodes.iter().map(|node| {
            let kdl = format!("redis \"{name}\" {{\n    node \"{node}\"\n}}");
            one(kdl, &[&format!("redis.{name}.node")])
        }));
    }
    trials
}
