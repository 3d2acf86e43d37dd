//! Changes worth trying: the larger tiers, and overrides of the attribute that relieves a metric. Of
//! instances those that `offers` picks, which are few: each trial is compiled and checked.

use super::offers::Offers;
use crate::budget::connections::good_for;
use crate::metric::{Component, Metric, Tracked};
use crate::model::{Database, Environment, Name, Tier, Word, Workload};
use crate::parse::scan::quoted;
use crate::source::Origin;

/// A change to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trial {
    /// Another tier.
    Tier(Tier),
    /// KDL on top of the file: nodes, each with its lines.
    Override(Vec<Node>),
}

/// A node of the top level, and what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// How it begins: `api`, `worker "batch"`.
    pub head: String,
    /// What it says.
    pub lines: Vec<Line>,
}

/// A line of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What to type.
    pub kdl: String,
    /// The attributes that it states: the path of each, and its value as it is typed.
    pub values: Vec<(String, String)>,
}

impl Trial {
    /// What to type.
    #[must_use]
    pub fn kdl(&self) -> String {
        match self {
            Self::Tier(tier) => format!("tier \"{tier}\""),
            Self::Override(nodes) => {
                let nodes: Vec<String> = nodes.iter().map(Node::kdl).collect();
                nodes.join("\n")
            }
        }
    }

    /// The change together with another node.
    #[must_use]
    pub fn and(&self, node: Node) -> Option<Self> {
        match self {
            Self::Tier(_) => None,
            Self::Override(nodes) => {
                let nodes = nodes.iter().cloned().chain([node]);
                Some(Self::Override(nodes.collect()))
            }
        }
    }
}

impl Node {
    /// Where it stands among attributes: `worker.batch` of `worker "batch"`.
    #[must_use]
    pub fn path(&self) -> String {
        match self.head.split_once(' ') {
            Some((node, name)) => format!("{node}.{}", name.trim_matches('"')),
            None => self.head.clone(),
        }
    }

    /// What to type.
    #[must_use]
    pub fn kdl(&self) -> String {
        let lines = self.lines.iter().map(|line| format!("    {}\n", line.kdl));
        format!("{} {{\n{}}}", self.head, lines.collect::<String>())
    }
}

impl Line {
    /// A line that states attributes below a path.
    #[must_use]
    pub fn new(kdl: String, node: &str, values: &[(&str, &str)]) -> Self {
        let values = values
            .iter()
            .map(|(path, text)| (format!("{node}.{path}"), (*text).to_owned()));
        Self {
            kdl,
            values: values.collect(),
        }
    }
}

/// What to try so that `growth` times as much fits: the least of each that can be enough.
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
        .map(Trial::Tier)
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
        (Component::Api, metric) => api(metric, growth * tracked.threshold, growth, environment),
        (Component::Worker(name), _) => worker(name, growth, environment),
        (Component::Database, metric) => database(metric, growth, environment, offers),
        (Component::ReadReplicas, metric) => replicas(metric, growth, environment, offers),
        (Component::Redis(name), metric) => redis(name, metric, growth, environment, offers),
    }
}

fn one(head: &str, lines: Vec<Line>) -> Trial {
    Trial::Override(vec![Node {
        head: head.to_owned(),
        lines,
    }])
}

/// The autoscaler's maximum, by the path of its workload.
fn maximum(node: &str, max: u32) -> Line {
    let text = max.to_string();
    Line::new(
        format!("replicas max={max}"),
        node,
        &[("replicas.max", &text)],
    )
}

/// A line of one value, typed behind its name.
fn plain(node: &str, name: &str, text: &str) -> Line {
    Line::new(format!("{name} {text}"), node, &[(name, text)])
}

/// The least count above `count` that has room for `growth` times as much.
fn grown(count: u32, growth: f64) -> u32 {
    let wanted = (f64::from(count) * growth).floor() + 1.0;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    let wanted = wanted as u32;
    wanted.max(count.saturating_add(1))
}

/// The least bytes that have room for `growth` times as much.
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

/// `most` is the upper end of the projection, in the metric's unit.
fn api(metric: Metric, most: f64, growth: f64, environment: &Environment) -> Vec<Trial> {
    let workload = &environment.api.workload;
    if metric == Metric::ApiMemory {
        return vec![one("api", more_memory(most, growth, workload))];
    }
    vec![one("api", more_pods("api", workload, growth))]
}

/// A larger limit, and a request for what the pods come to use: a node has room for what is
/// requested, and a pod that uses more than that takes it from others.
fn more_memory(percent: f64, growth: f64, workload: &Workload) -> Vec<Line> {
    let whole = |bytes: u64| u32::try_from(bytes).unwrap_or(u32::MAX);
    let limit = whole(workload.limits.memory.value.mebibytes());
    let request = whole(workload.requests.memory.value.mebibytes());
    let steps = |mebibytes: u32| mebibytes.div_ceil(256).saturating_mul(256);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    let used = (f64::from(limit) * percent / 100.0).ceil() as u32;
    let limit = steps(grown(limit, growth));
    let mut lines = Vec::new();
    if used > request {
        let text = format!("\"{}Mi\"", steps(used).min(limit));
        let kdl = format!("requests memory={text}");
        lines.push(Line::new(kdl, "api", &[("requests.memory", &text)]));
    }
    let text = format!("\"{limit}Mi\"");
    let kdl = format!("limits memory={text}");
    lines.push(Line::new(kdl, "api", &[("limits.memory", &text)]));
    lines
}

/// More pods: of a workload that is held, by the count that it is held at, which has to stay within
/// its bounds.
fn more_pods(node: &str, workload: &Workload, growth: f64) -> Vec<Line> {
    let max = grown(workload.bounds().1, growth);
    if workload.hold.is_none() {
        return vec![maximum(node, max)];
    }
    let mut lines = vec![plain(node, "hold", &max.to_string())];
    lines.extend((max > workload.replicas.max.value).then(|| maximum(node, max)));
    lines
}

/// A file that names any pool names them all, with their queues: the tier's own pool comes with
/// its queues when it is named first.
fn worker(name: &Name, growth: f64, environment: &Environment) -> Vec<Trial> {
    let Some(pool) = environment.worker.get(name) else {
        return Vec::new();
    };
    let declared = |origin: &Origin| matches!(origin, Origin::Declared(_));
    let mut lines = Vec::new();
    if !pool.queue.iter().any(|queue| declared(&queue.list.origin)) {
        for queue in &pool.queue {
            let (list, length) = (&queue.list.value, queue.length.value);
            lines.push(Line {
                kdl: format!("queue {} length={length}", quoted(list)),
                values: Vec::new(),
            });
        }
    }
    let node = format!("worker.{name}");
    if pool.pause.is_some() {
        let at = grown(pool.in_force(), growth).to_string();
        let values = [("pause", at.as_str())];
        lines.push(Line::new(format!("pause at={at}"), &node, &values));
    } else {
        lines.extend(more_pods(&node, &pool.workload, growth));
    }
    vec![one(&format!("worker \"{name}\""), lines)]
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
            .map(|class| one("database", vec![instance(class)]))
            .collect(),
    }
}

/// Classes with the processors for `growth` times as much.
fn faster(own: &str, growth: f64, offers: &Offers) -> Vec<String> {
    let least = offers
        .class(own)
        .map_or(u32::MAX, |class| grown(class.vcpu, growth));
    offers.classes(own, |class| class.vcpu >= least)
}

/// Classes with the memory for so many connections, where `own` has too little.
fn roomier(own: &str, connections: u32, offers: &Offers) -> Vec<String> {
    let fits = |memory| good_for(memory) >= u64::from(connections);
    if offers.class(own).is_some_and(|class| fits(class.memory)) {
        return Vec::new();
    }
    offers.classes(own, |class| fits(class.memory))
}

fn instance(class: &str) -> Line {
    plain("database", "instance", &format!("\"{class}\""))
}

/// A volume that may grow by itself needs a ceiling of at least 110% of it.
fn storage(growth: f64, database: &Database) -> Trial {
    let gib = grown(database.storage.gib.value, growth)
        .div_ceil(10)
        .saturating_mul(10);
    let most = database.storage.max_gib.value;
    let lifted = most > 0 && u64::from(most) * 100 < u64::from(gib) * 110;
    let most = gib.saturating_mul(2).to_string();
    let gib = gib.to_string();
    let line = if lifted {
        let values = [("storage.gib", gib.as_str()), ("storage.max-gib", &most)];
        let kdl = format!("storage gib={gib} max-gib={most}");
        Line::new(kdl, "database", &values)
    } else {
        let kdl = format!("storage gib={gib}");
        Line::new(kdl, "database", &[("storage.gib", &gib)])
    };
    one("database", vec![line])
}

/// More connections, on the instance as it is and on those with the memory for them.
fn connections(growth: f64, database: &Database, offers: &Offers) -> Vec<Trial> {
    let wanted = in_fifties(grown(database.max_connections.value, growth));
    let more = || plain("database", "max-connections", &wanted.to_string());
    let mut trials = vec![one("database", vec![more()])];
    let classes = roomier(&database.instance.value, wanted, offers);
    let larger = classes.iter();
    trials.extend(larger.map(|class| one("database", vec![instance(class), more()])));
    trials
}

/// The next multiple of 50, as people state connections.
fn in_fifties(count: u32) -> u32 {
    count.div_ceil(50).saturating_mul(50)
}

/// More read replicas, or as many that are larger.
fn replicas(metric: Metric, growth: f64, environment: &Environment, offers: &Offers) -> Vec<Trial> {
    let replicas = &environment.database.replicas;
    let (count, own) = (replicas.count.value, &replicas.instance.value);
    let more = grown(count, growth).to_string();
    let line = |properties: &str, values: &[(&str, &str)]| {
        let kdl = format!("replicas {count}{properties}");
        one("database", vec![Line::new(kdl, "database", values)])
    };
    let kdl = format!("replicas {more}");
    let more = Line::new(kdl, "database", &[("replicas.count", &more)]);
    let mut trials = vec![one("database", vec![more])];
    if metric != Metric::DbConnections {
        let classes = faster(own, growth, offers);
        trials.extend(classes.iter().map(|class| {
            let text = quoted(class);
            line(
                &format!(" instance={text}"),
                &[("replicas.instance", &text)],
            )
        }));
        return trials;
    }
    let wanted = in_fifties(grown(replicas.max_connections.value, growth));
    let text = wanted.to_string();
    let connections = [("replicas.max-connections", &*text)];
    trials.push(line(&format!(" max-connections={text}"), &connections));
    let classes = roomier(own, wanted, offers);
    trials.extend(classes.iter().map(|class| {
        let class = quoted(class);
        let both = [("replicas.instance", &*class), connections[0]];
        line(&format!(" instance={class} max-connections={text}"), &both)
    }));
    trials
}

fn redis(
    name: &Name,
    metric: Metric,
    growth: f64,
    environment: &Environment,
    offers: &Offers,
) -> Vec<Trial> {
    let Some(group) = environment.redis.get(name) else {
        return Vec::new();
    };
    let shards = grown(group.cluster.shards.value.max(1), growth);
    let (head, path) = (format!("redis \"{name}\""), format!("redis.{name}"));
    let kdl = format!("cluster shards={shards} mode=\"enabled\"");
    let shards = shards.to_string();
    let values = [
        ("cluster.shards", &*shards),
        ("cluster.mode", "\"enabled\""),
    ];
    let mut trials = vec![one(&head, vec![Line::new(kdl, &path, &values)])];
    if metric == Metric::RedisMemory {
        let own = offers.node(&group.node.value);
        let least = own.map_or(u64::MAX, |node| grown_bytes(node.maxmemory, growth));
        let nodes = offers.nodes(group, |node| node.maxmemory >= least);
        trials.extend(nodes.iter().map(|node| {
            let node = plain(&path, "node", &format!("\"{node}\""));
            one(&head, vec![node])
        }));
    }
    trials
}
