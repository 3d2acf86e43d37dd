//! Changes worth trying: the larger tiers, and overrides of the attributes that relieve a metric.
//! `offers` selects few instances, because each trial is compiled and checked.

use super::offers::Offers;
use crate::budget::connections::good_for;
use crate::edit::{Edit, Statement, quoted, statements};
use crate::metric::{Component, Metric, Tracked};
use crate::model::{Api, Database, Environment, Name, Tier, Word, Workload};
use crate::source::Origin;

/// A change to try: edits of the environment's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What it changes.
    pub edits: Vec<Edit>,
}

impl Trial {
    /// Another tier.
    fn tier(tier: Tier) -> Self {
        Self {
            edits: vec![Edit::set(TIER, quoted(&tier.to_string()))],
        }
    }

    /// Whether it is another tier.
    #[must_use]
    pub fn is_tier(&self) -> bool {
        self.edits.iter().any(|edit| edit.path == TIER)
    }

    /// What to type if the file does not state it yet.
    #[must_use]
    pub fn kdl(&self) -> String {
        let nodes: Vec<String> = statements(&self.edits)
            .iter()
            .map(Statement::lines)
            .collect();
        nodes.join("\n")
    }

    /// The change with another edit; `None` for a tier, which already brings what it needs.
    #[must_use]
    pub fn and(&self, edit: Edit) -> Option<Self> {
        (!self.is_tier()).then(|| Self {
            edits: self.edits.iter().cloned().chain([edit]).collect(),
        })
    }
}

impl From<Vec<Edit>> for Trial {
    fn from(edits: Vec<Edit>) -> Self {
        Self { edits }
    }
}

impl From<Edit> for Trial {
    fn from(edit: Edit) -> Self {
        Self { edits: vec![edit] }
    }
}

/// The path of the tier.
const TIER: &str = "tier";

/// The smallest changes that may make room for `growth` times the load.
#[must_use]
pub fn trials(
    tracked: &Tracked,
    growth: f64,
    environment: &Environment,
    offers: &Offers,
) -> Vec<Trial> {
    let tiers = <Tier as Word>::WORDS.iter().map(|(_, tier)| *tier);
    let mut trials: Vec<Trial> = tiers
        .filter(|tier| *tier > environment.tier.value)
        .map(Trial::tier)
        .collect();
    trials.extend(overrides(tracked, growth, environment, offers));
    trials
}

fn overrides(
    tracked: &Tracked,
    growth: f64,
    environment: &Environment,
    offers: &Offers,
) -> Vec<Trial> {
    match (&tracked.component, tracked.metric) {
        (Component::Api(name), metric) => {
            let most = growth * tracked.threshold;
            let api = environment.api.get(name);
            api.map_or_else(Vec::new, |it| {
                of_api(&Api::path(name), metric, (most, growth), &it.workload)
            })
        }
        (Component::Worker(name), _) => worker(name, growth, environment),
        (Component::Database, metric) => database(metric, growth, environment, offers),
        (Component::ReadReplicas, metric) => replicas(metric, growth, environment, offers),
        (Component::Redis(name), metric) => redis(name, metric, growth, environment, offers),
    }
}

/// An edit of the autoscaler's maximum, by the path of its workload.
fn maximum(node: &str, max: u32) -> Edit {
    Edit::set(format!("{node}.replicas.max"), max.to_string())
}

/// The smallest count above `count` with room for `growth` times the load.
fn grown(count: u32, growth: f64) -> u32 {
    let wanted = (f64::from(count) * growth).floor() + 1.0;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    let wanted = wanted as u32;
    wanted.max(count.saturating_add(1))
}

/// The smallest bytes with room for `growth` times the load.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)] // saturates; a byte is nothing
fn grown_bytes(bytes: u64, growth: f64) -> u64 {
    ((bytes as f64 * growth) as u64)
        .max(bytes)
        .saturating_add(1)
}

/// `most` is the upper bound of the projection, in the metric's unit.
fn of_api(
    node: &str,
    metric: Metric,
    (most, growth): (f64, f64),
    workload: &Workload,
) -> Vec<Trial> {
    if metric == Metric::ApiMemory {
        return vec![more_memory(node, most, growth, workload).into()];
    }
    vec![more_pods(node, workload, growth).into()]
}

/// A larger limit, and a larger request to match. A node reserves room for requests only, so a pod
/// that uses more than its request takes memory from others.
fn more_memory(node: &str, percent: f64, growth: f64, workload: &Workload) -> Vec<Edit> {
    let whole = |bytes: u64| u32::try_from(bytes).unwrap_or(u32::MAX);
    let limit = whole(workload.limits.memory.value.mebibytes());
    let request = whole(workload.requests.memory.value.mebibytes());
    let steps = |mebibytes: u32| mebibytes.div_ceil(256).saturating_mul(256);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    let used = (f64::from(limit) * percent / 100.0).ceil() as u32;
    let limit = steps(grown(limit, growth));
    let mebibytes = |count: u32| quoted(&format!("{count}Mi"));
    let mut edits = Vec::new();
    if used > request {
        let request = mebibytes(steps(used).min(limit));
        edits.push(Edit::set(format!("{node}.requests.memory"), request));
    }
    let path = format!("{node}.limits.memory");
    edits.push(Edit::set(path, mebibytes(limit)));
    edits
}

/// More pods. For a held workload, a higher held count, which must stay within the bounds.
fn more_pods(node: &str, workload: &Workload, growth: f64) -> Vec<Edit> {
    let max = grown(workload.bounds().1, growth);
    if workload.is_fixed() {
        return vec![Edit::set(format!("{node}.replicas.count"), max.to_string())];
    }
    if workload.hold.is_none() {
        return vec![maximum(node, max)];
    }
    let mut edits = vec![Edit::set(format!("{node}.hold"), max.to_string())];
    edits.extend((max > workload.replicas.max.value).then(|| maximum(node, max)));
    edits
}

/// A file that names any pool names them all, so the tier's pool is written with its queues.
fn worker(name: &Name, growth: f64, environment: &Environment) -> Vec<Trial> {
    let Some(pool) = environment.worker.get(name) else {
        return Vec::new();
    };
    let node = format!("worker.{name}");
    let mut edits = Vec::new();
    if !pool
        .queue
        .iter()
        .any(|queue| declared(&queue.name().origin))
    {
        for queue in &pool.queue {
            edits.push(Edit::insert(node.as_str(), queue.statement()));
        }
    }
    if pool.pause.is_some() {
        let at = grown(pool.in_force(), growth).to_string();
        edits.push(Edit::set(format!("{node}.pause"), at));
    } else {
        edits.extend(more_pods(&node, &pool.workload, growth));
    }
    vec![edits.into()]
}

/// Whether the environment's file states it.
fn declared(origin: &Origin) -> bool {
    matches!(origin, Origin::Declared(_))
}

fn database(metric: Metric, growth: f64, environment: &Environment, offers: &Offers) -> Vec<Trial> {
    let database = &environment.database;
    match metric {
        Metric::DbStorage => vec![storage(growth, database)],
        Metric::DbConnections => connections(growth, database, offers),
        Metric::ApiCpu
        | Metric::ApiMemory
        | Metric::ApiReplicas
        | Metric::QueueDepth
        | Metric::WorkerReplicas
        | Metric::DbCpu
        | Metric::RedisMemory
        | Metric::RedisOps => faster(&database.instance.value, growth, offers)
            .iter()
            .map(|class| instance(class).into())
            .collect(),
    }
}

/// Classes with enough processors for `growth` times the load.
fn faster(own: &str, growth: f64, offers: &Offers) -> Vec<String> {
    let least = offers
        .class(own)
        .map_or(u32::MAX, |class| grown(class.vcpu, growth));
    offers.classes(own, |class| class.vcpu >= least)
}

/// Classes with enough memory for so many connections, if `own` has too little.
fn roomier(own: &str, connections: u32, offers: &Offers) -> Vec<String> {
    let fits = |memory| good_for(memory) >= u64::from(connections);
    if offers.class(own).is_some_and(|class| fits(class.memory)) {
        return Vec::new();
    }
    offers.classes(own, |class| fits(class.memory))
}

fn instance(class: &str) -> Edit {
    Edit::set("database.instance", quoted(class))
}

/// A volume with storage autoscaling needs a ceiling of at least 110% of its size.
fn storage(growth: f64, database: &Database) -> Trial {
    let gib = grown(database.storage.gib.value, growth)
        .div_ceil(10)
        .saturating_mul(10);
    let most = database.storage.max_gib.value;
    let lifted = most > 0 && u64::from(most) * 100 < u64::from(gib) * 110;
    let mut edits = vec![Edit::set("database.storage.gib", gib.to_string())];
    if lifted {
        let most = gib.saturating_mul(2).to_string();
        edits.push(Edit::set("database.storage.max-gib", most));
    }
    edits.into()
}

/// More connections, on the present instance and on larger ones with enough memory.
fn connections(growth: f64, database: &Database, offers: &Offers) -> Vec<Trial> {
    let wanted = in_fifties(grown(database.max_connections.value, growth));
    let more = || Edit::set("database.max-connections", wanted.to_string());
    let mut trials = vec![Trial::from(more())];
    let classes = roomier(&database.instance.value, wanted, offers);
    let larger = classes.iter();
    trials.extend(larger.map(|class| Trial::from(vec![instance(class), more()])));
    trials
}

/// The next multiple of 50, a common step for connections.
fn in_fifties(count: u32) -> u32 {
    count.div_ceil(50).saturating_mul(50)
}

/// More read replicas, or the same number of larger ones.
fn replicas(metric: Metric, growth: f64, environment: &Environment, offers: &Offers) -> Vec<Trial> {
    let replicas = &environment.database.replicas;
    let (count, own) = (replicas.count.value, &replicas.instance.value);
    // A file that states anything about replicas also states their number.
    let with_count = |edits: Vec<Edit>| -> Trial {
        let count = replicas_set("count", count.to_string());
        [count].into_iter().chain(edits).collect::<Vec<_>>().into()
    };
    let class = |class: &String| replicas_set("instance", quoted(class));
    let more = replicas_set("count", grown(count, growth).to_string());
    let mut trials = vec![Trial::from(more)];
    if metric != Metric::DbConnections {
        let classes = faster(own, growth, offers);
        trials.extend(classes.iter().map(|it| with_count(vec![class(it)])));
        return trials;
    }
    let wanted = in_fifties(grown(replicas.max_connections.value, growth));
    let connections = || replicas_set("max-connections", wanted.to_string());
    trials.push(with_count(vec![connections()]));
    let classes = roomier(own, wanted, offers);
    trials.extend(
        classes
            .iter()
            .map(|it| with_count(vec![class(it), connections()])),
    );
    trials
}

/// A value of the read replicas.
fn replicas_set(name: &str, value: String) -> Edit {
    Edit::set(format!("database.replicas.{name}"), value)
}

fn redis(
    group_name: &Name,
    metric: Metric,
    growth: f64,
    environment: &Environment,
    offers: &Offers,
) -> Vec<Trial> {
    let Some(group) = environment.redis.get(group_name) else {
        return Vec::new();
    };
    let shards = grown(group.cluster.shards.value.max(1), growth);
    let set = |name: &str, value: String| Edit::set(format!("redis.{group_name}.{name}"), value);
    let more = vec![
        set("cluster.shards", shards.to_string()),
        set("cluster.mode", quoted("enabled")),
    ];
    let mut trials = vec![Trial::from(more)];
    if metric == Metric::RedisMemory {
        let own = offers.node(&group.node.value);
        let least = own.map_or(u64::MAX, |node| grown_bytes(node.maxmemory, growth));
        let nodes = offers.nodes(group, |node| node.maxmemory >= least);
        trials.extend(
            nodes
                .iter()
                .map(|node| Trial::from(set("node", quoted(node)))),
        );
    }
    trials
}
