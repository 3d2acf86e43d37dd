//! Random environments as files: a tier, and a random choice of all other nodes. The files are well
//! formed; whether they obey the rules is random.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tierc::compile::written;
use tierc::model::Environment;
use tierc::model::declaration::{Literal, Standing, TextNode, Top};
use tierc::source::Origin;

use super::declared::{alone, is_at, of_environments, samples};
use crate::support::run;

/// A file.
#[derive(Clone, Debug)]
pub(crate) struct Text(pub(crate) String);

/// The environment that a file resolves to.
pub(crate) fn resolved(text: &Text) -> Environment {
    let file = run(&text.0).files.into_iter().next().unwrap();
    file.environment
        .unwrap_or_else(|| panic!("it resolves: {:?}\n{}", file.diagnostics, text.0))
}

/// An optional line.
fn maybe(line: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    option::weighted(0.3, line)
        .prop_map(Option::unwrap_or_default)
        .boxed()
}

fn one_of<T: Clone + std::fmt::Debug + std::fmt::Display + 'static>(
    values: &[T],
) -> impl Strategy<Value = String> + use<T> {
    select(values.to_vec()).prop_map(|value| value.to_string())
}

fn api() -> BoxedStrategy<String> {
    let bounds = (1_u32..8, 0_u32..40)
        .prop_map(|(min, more)| format!("replicas min={min} max={}", min + more));
    let parts = (
        maybe(bounds),
        maybe(one_of(&[50, 60, 70, 80]).prop_map(|cpu| format!("target cpu={cpu}"))),
        maybe(
            one_of(&["0s", "30s", "5m"])
                .prop_map(|window| format!("scale-down window=\"{window}\"")),
        ),
        maybe(
            one_of(&["250m", "500m", "1", "2"]).prop_map(|cpu| format!("requests cpu=\"{cpu}\"")),
        ),
        (
            maybe(
                (
                    1_u32..12,
                    one_of(&[
                        "",
                        " lifetime=\"2m\"",
                        " lifetime=\"10m\" lifetime-env=\"POOL_LIFETIME\"",
                    ]),
                )
                    .prop_map(|(pool, lifetime)| format!("connections per-pod={pool}{lifetime}")),
            ),
            maybe(rollout()),
        )
            .prop_map(|(a, b)| lines(&[a, b])),
        maybe((1_u32..30).prop_map(|pods| format!("hold {pods}"))),
        maybe(one_of(&["info", "debug"]).prop_map(|level| format!("env LOG_LEVEL=\"{level}\""))),
        maybe(
            (0_u32..20).prop_map(|tag| format!("image \"registry.example.com/app/api:1.{tag}\"")),
        ),
        maybe(
            one_of(&[
                "\"pgjdbc\" version=\"42.5\"",
                "\"psycopg\" version=\"3.3\" libpq=\"18\"",
                "\"lib/pq\"",
            ])
            .prop_map(|driver| format!("driver {driver}")),
        ),
    );
    parts
        .prop_map(|(a, b, c, d, e, f, g, h, i)| node("api", &[a, b, c, d, e, f, g, h, i]))
        .boxed()
}

/// APIs beside the one called `api`.
fn other_apis() -> BoxedStrategy<String> {
    let one = |name: &'static str| {
        let counts = prop_oneof![
            (1_u32..4, 0_u32..6).prop_map(|(min, more)| format!("min={min} max={}", min + more)),
            (1_u32..4).prop_map(|count| count.to_string()),
            Just("1 singleton=#true".to_owned()),
        ];
        let parts = (
            counts,
            one_of(&["100m", "250m", "500m"]),
            one_of(&["128Mi", "512Mi"]),
            1_u32..6,
            maybe(one_of(&["info", "debug"]).prop_map(|it| format!("env LOG_LEVEL=\"{it}\""))),
        );
        maybe(parts.prop_map(move |(counts, cpu, memory, pool, env)| {
            let children = [
                format!("replicas {counts}"),
                format!("requests cpu=\"{cpu}\" memory=\"{memory}\""),
                format!("connections per-pod={pool}"),
                env,
            ];
            node(&format!("api \"{name}\""), &children)
        }))
    };
    let both = (one("admin"), one("public"));
    both.prop_map(|(one, other)| one + &other).boxed()
}

/// The API and `others`. It needs its name beside others.
fn with_others(api: &str, others: &str) -> String {
    if others.is_empty() {
        return api.to_owned();
    }
    let named = match api {
        "" => "api \"api\"\n".to_owned(),
        api => api.replacen("api {", "api \"api\" {", 1),
    };
    named + others
}

/// The lines that were chosen.
fn lines(all: &[String]) -> String {
    let there: Vec<&str> = all.iter().map(String::as_str).collect();
    let there = there.into_iter().filter(|line| !line.is_empty());
    there.collect::<Vec<_>>().join("\n    ")
}

fn rollout() -> impl Strategy<Value = String> {
    select(vec![
        "rollout max-surge=0 max-unavailable=1",
        "rollout max-surge=\"100%\" max-unavailable=0",
        "rollout max-surge=\"50%\" max-unavailable=\"25%\"",
        "rollout max-surge=1 max-unavailable=0",
    ])
    .prop_map(str::to_owned)
}

/// A service that is counted.
fn service() -> BoxedStrategy<String> {
    let service = (
        1_u32..8,
        1_u32..8,
        one_of(&["pgbouncer", "direct"]),
        one_of(&["", " lifetime=\"4m\""]),
    );
    let service = service.prop_map(|(pods, each, via, lifetime)| {
        let children = [
            format!("replicas {pods}"),
            "requests cpu=\"100m\" memory=\"128Mi\"".to_owned(),
            format!("connections per-pod={each} via=\"{via}\"{lifetime}"),
        ];
        node("service \"outbox\"", &children)
    });
    maybe(service)
}

/// A node with its children; empty without children.
fn node(head: &str, children: &[String]) -> String {
    let children: Vec<&str> = children
        .iter()
        .map(String::as_str)
        .filter(|child| !child.is_empty())
        .collect();
    if children.is_empty() {
        String::new()
    } else {
        format!("{head} {{\n    {}\n}}\n", children.join("\n    "))
    }
}

fn workers() -> BoxedStrategy<String> {
    let names = subsequence(vec!["worker", "decisions", "batch"], 0..=3);
    let pool = (
        (0_u32..5, 1_u32..40),
        (one_of(&[10, 20, 50, 100]), 0_u32..9),
        maybe(
            one_of(&["normal", "batch", "cost-sensitive"])
                .prop_map(|it| format!("scenario \"{it}\"")),
        ),
        maybe(one_of(&["sum", "max"]).prop_map(|it| format!("combine \"{it}\""))),
        (
            maybe((0_u32..20).prop_map(|at| format!("pause at={at}"))),
            maybe(one_of(&["10s", "60s", "61s", "1h"]).prop_map(|it| format!("grace \"{it}\""))),
            maybe((1_u32..10).prop_map(|pool| format!("connections per-pod={pool}"))),
            maybe(rollout()),
        )
            .prop_map(|(a, b, c, d)| lines(&[a, b, c, d])),
    );
    (names, vec(pool, 3))
        .prop_map(|(names, pools)| {
            let pools = names.iter().zip(pools);
            pools
                .map(
                    |(name, ((min, more), (length, scaler), scenario, combine, pause))| {
                        let bounds = format!("replicas min={min} max={}", min + more);
                        let [first, second, third] = match scaler {
                            // An HPA, a fixed count, a singleton, and KEDA for most.
                            0 => ["target cpu=70".to_owned(), String::new(), bounds],
                            1 => [String::new(), String::new(), format!("replicas {more}")],
                            2 => [
                                String::new(),
                                String::new(),
                                "replicas 1 singleton=#true".to_owned(),
                            ],
                            // What a platform without Redis has.
                            3 => [
                                format!(
                                    "queue \"{name}\" type=\"postgresql\" framework=\"oban\" length={length}"
                                ),
                                String::new(),
                                bounds,
                            ],
                            _ => [
                                format!("queue \"queue:{name}\" length={length}"),
                                format!("queue \"queue:{name}-low\" length={length}"),
                                bounds,
                            ],
                        };
                        let children = [first, second, third, scenario, combine, pause];
                        node(&format!("worker \"{name}\""), &children)
                    },
                )
                .collect()
        })
        .boxed()
}

fn pooler() -> BoxedStrategy<String> {
    let parts = (
        maybe((1_u32..8).prop_map(|count| format!("instances {count}"))),
        maybe(
            (5_u32..60, 0_u32..60)
                .prop_map(|(size, more)| format!("pool default={size} max-db={}", size + more)),
        ),
        maybe(one_of(&[200, 300, 500, 1000, 3000]).prop_map(|max| format!("clients max={max}"))),
        (
            maybe(
                one_of(&["5s", "60s", "300s", "600s"])
                    .prop_map(|drain| format!("drain \"{drain}\"")),
            ),
            maybe(
                one_of(&["30s", "100s", "300s", "600s"])
                    .prop_map(|pace| format!("min-ready \"{pace}\"")),
            ),
        )
            .prop_map(|(a, b)| lines(&[a, b])),
        maybe(
            one_of(&["1.25.1", "1.26.1"])
                .prop_map(|tag| format!("image \"registry.example.com/pgbouncer:{tag}\"")),
        ),
        maybe(one_of(&["refuse", "ignore"]).prop_map(|it| format!("options \"{it}\""))),
    );
    parts
        .prop_map(|(a, b, c, d, e, f)| node("pgbouncer", &[a, b, c, d, e, f]))
        .boxed()
}

fn database() -> BoxedStrategy<String> {
    let classes = [
        "db.t3.medium",
        "db.r6g.large",
        "db.r6g.xlarge",
        "db.r6g.2xlarge",
        "db.r6g.4xlarge",
    ];
    let parts = (
        maybe(one_of(&classes).prop_map(|class| format!("instance \"{class}\""))),
        maybe(one_of(&[100, 200, 400, 800, 1600]).prop_map(|max| format!("max-connections {max}"))),
        maybe(any::<bool>().prop_map(|on| format!("multi-az #{on}"))),
        maybe(
            one_of(&[50, 100, 300, 500, 1000])
                .prop_map(|gib| format!("storage gib={gib} max-gib=2000")),
        ),
        maybe(
            (0_u32..4, one_of(&["pgbouncer", "direct"]))
                .prop_map(|(count, via)| format!("replicas {count} via=\"{via}\"")),
        ),
        maybe(one_of(&["now", "window"]).prop_map(|when| format!("maintenance apply=\"{when}\""))),
        maybe(one_of(&["15", "16", "17"]).prop_map(|engine| format!("engine \"{engine}\""))),
        maybe((0_u32..30).prop_map(|count| format!("direct admin={count}"))),
    );
    parts
        .prop_map(|(a, b, c, d, e, f, g, h)| node("database", &[a, b, c, d, e, f, g, h]))
        .boxed()
}

fn redis() -> BoxedStrategy<String> {
    let nodes = ["cache.r6g.large", "cache.r6g.xlarge", "cache.r6g.2xlarge"];
    let parts = (
        maybe(one_of(&nodes).prop_map(|node| format!("node \"{node}\""))),
        maybe((0_u32..3).prop_map(|count| format!("replicas {count}"))),
        maybe(one_of(&["off", "preferred", "required"]).prop_map(|tls| format!("tls \"{tls}\""))),
        0_u32..10,
    );
    parts
        .prop_map(|(a, b, c, off)| match off {
            0 => "redis #false\n".to_owned(),
            _ => node("redis \"queue\"", &[a, b, c]),
        })
        .boxed()
}

fn nodes() -> BoxedStrategy<String> {
    let types = [
        "m7g.large",
        "m7g.xlarge",
        "m7g.2xlarge",
        "m7g.4xlarge",
        "t3.xlarge",
    ];
    let parts = (
        maybe(one_of(&types).prop_map(|node| format!("instance \"{node}\""))),
        node_size(),
        maybe(
            (1_u32..5, 0_u32..25)
                .prop_map(|(min, more)| format!("count min={min} max={}", min + more)),
        ),
    );
    parts
        .prop_map(|(a, b, c)| node("nodes \"general\"", &[a, b, c]))
        .boxed()
}

/// What decides the room on a node beside its instance type.
fn node_size() -> BoxedStrategy<String> {
    let parts = prop_oneof![
        Just("alternatives \"m6g.xlarge\" \"r7g.2xlarge\"".to_owned()),
        Just("prefix-delegation #true".to_owned()),
        (20_u32..58).prop_map(|pods| format!("max-pods {pods}")),
        (0_u32..10).prop_map(|pods| format!("daemons pods={pods} cpu=\"250m\"")),
    ];
    maybe(parts)
}

/// Off-hours and an event of the API and of the pool that every tier has.
fn schedules() -> BoxedStrategy<String> {
    let off_hours = (one_of(&["mon-fri", "sat,sun", "mon-sun"]), one_of(&["18:00", "22:30"]))
        .prop_map(|(days, from)| {
            format!(
                "off-hours from=\"{from}\" to=\"07:00\" days=\"{days}\" zone=\"Europe/Berlin\" {{ api 0 }}\n"
            )
        });
    let event = (
        1_u32..20,
        one_of(&["America/New_York", "Asia/Kolkata"]),
        maybe(one_of(&[" lead=\"1h\""])),
        one_of(&["", "; worker \"worker\" 3"]),
    );
    let event = event.prop_map(|(pods, zone, lead, worker)| {
        format!(
            "event \"sale\" from=\"2030-11-29T06:00\" to=\"2030-11-30T00:00\" zone=\"{zone}\"{lead} {{ api {pods}{worker} }}\n"
        )
    });
    (maybe(off_hours), maybe(event))
        .prop_map(|(off_hours, event)| off_hours + &event)
        .boxed()
}

fn load_test() -> impl Strategy<Value = String> {
    let stage = (0_u32..300, 1_u32..600)
        .prop_map(|(to, seconds)| format!("stage to={to} over=\"{seconds}s\""));
    let request = one_of(&[
        "",
        "request \"POST\" body=\"body.json\"",
        "request token-env=\"LOAD_TOKEN\"",
    ]);
    let parts = (
        (1_u32..500).prop_map(|rate| format!("rate {rate} for=\"5m\"")),
        maybe((1_u32..200).prop_map(|vus| format!("steady vus={vus} for=\"2m\""))),
        vec(stage, 0..4),
        maybe(one_of(&[
            "expect p95=\"250ms\"",
            "expect p95=\"1s\"",
            "expect p50=\"100ms\" p99=\"2s\" errors=\"1%\"",
        ])),
        maybe((1_u32..9).prop_map(|pods| format!("test-run parallelism={pods}"))),
        request,
    );
    parts.prop_map(|(a, b, stages, c, d, e)| {
        // On one line: their order is the ramp.
        let children = [a, b, c, d, e, stages.join("; ")];
        let head = "load-test \"decisions\" url=\"https://example.com/\"";
        node(head, &children)
    })
}

/// Alerts, a load test and money.
fn operation() -> BoxedStrategy<String> {
    let alerts = (
        maybe((80_u32..100).prop_map(|percent| format!("api-cpu {percent}"))),
        maybe((50_u32..90).prop_map(|percent| format!("db-connections {percent}"))),
        maybe((1_u32..9).prop_map(|shards| format!("redis-ops benchmark={shards}0000"))),
        maybe(one_of(&["yace", "exporter"]).prop_map(|it| format!("source redis=\"{it}\""))),
        maybe(one_of(&["pagerduty", "chat"]).prop_map(|route| format!("route \"{route}\""))),
    );
    let alerts = alerts.prop_map(|(a, b, c, d, e)| node("alerts", &[a, b, c, d, e]));
    let load = load_test();
    let money = (
        maybe((100_u32..20_000).prop_map(|dollars| format!("budget monthly={dollars}\n"))),
        maybe((0_u32..=100).prop_map(|share| format!("cost reserved={share}\n"))),
    );
    (alerts, maybe(load), money)
        .prop_map(|(a, b, (c, d))| [a, b, c, d].concat())
        .boxed()
}

/// An attribute that a file may state.
struct Statable {
    of: Standing,
    values: Vec<Literal>,
    /// The attributes that its node requires.
    required: Vec<(Standing, Literal)>,
    /// The places, in [`STATABLE`], of the attributes that stand in the same child of the same node.
    beside: Vec<usize>,
}

/// Every attribute that a file may state, except those that every file states first.
static STATABLE: LazyLock<Vec<Statable>> = LazyLock::new(|| {
    let all: Vec<Standing> = of_environments()
        .filter(|of| !["environment", "tier", "region"].contains(&&*of.full_path()))
        .collect();
    let places: Vec<_> = all.iter().map(|of| (of.top.name, child_of(of))).collect();
    let with_value = |it: Standing| {
        let value = samples(&it).swap_remove(0);
        (it, value)
    };
    let all = all.into_iter().enumerate().map(|(at, of)| Statable {
        values: samples(&of),
        required: of.required_beside().into_iter().map(with_value).collect(),
        beside: (0..places.len())
            .filter(|other| *other != at && places[*other] == places[at])
            .collect(),
        of,
    });
    all.collect()
});

/// The child of the top-level node in which an attribute stands, if it stands in one.
fn child_of(of: &Standing) -> Option<String> {
    let mut node = TextNode::new(of.top.name);
    of.state(&mut node, vec![samples(of)[0].clone()]);
    node.children.first().map(|child| child.name.clone())
}

/// A declared attribute, and a number that chooses its value and what stands beside it.
pub(crate) type Drawn = (Index, u64);

/// A few of all declared attributes. Each has the same chance.
pub(crate) fn drawn(most: usize) -> impl Strategy<Value = Vec<Drawn>> {
    vec((any::<Index>(), any::<u64>()), 0..=most)
}

/// The file with these attributes as well, as far as it does not state them already.
pub(crate) fn stating(text: &str, drawn: &[Drawn]) -> Text {
    let mut nodes = Text(text.to_owned()).nodes();
    for (at, seed) in drawn {
        let at = at.index(STATABLE.len());
        let chosen = &STATABLE[at];
        // Each attribute has its own part of the number, so the choices are independent.
        let part = |place: usize| seed.rotate_left(u32::try_from(place * 7 % 64).unwrap());
        let half = |place: &&usize| part(**place).is_multiple_of(2);
        let state = |node: &mut TextNode| {
            let places = chosen.beside.iter().filter(half).chain([&at]);
            let stated: Vec<_> = places.map(|place| (*place, &STATABLE[*place])).collect();
            for (of, value) in stated.iter().flat_map(|(_, it)| &it.required) {
                of.state(node, vec![value.clone()]);
            }
            for (place, it) in stated {
                let number = usize::try_from(part(place) >> 1 & 0xffff).unwrap();
                let value = it.values[number % it.values.len()].clone();
                it.of.state(node, vec![value]);
            }
        };
        add(&mut nodes, chosen.of.top, state, || alone(&chosen.of));
    }
    Text::of(&nodes)
}

/// Adds what `state` states to the file's first node `top`, or to a `new` one.
fn add(
    nodes: &mut Vec<FileNode>,
    top: &Top,
    state: impl Fn(&mut TextNode),
    new: impl Fn() -> TextNode,
) {
    let mut node = TextNode::new(top.name);
    state(&mut node);
    let same = |known: &&mut FileNode| known.name() == top.name;
    if top.name.is_empty() {
        let known = |child: &TextNode| nodes.iter().any(|known| known.name() == child.name);
        if !node.children.iter().any(known) {
            nodes.extend(node.children.iter().map(FileNode::of));
        }
    } else if let Some(known) = nodes.iter_mut().find(same) {
        if !known.children.is_empty() && node.arguments.is_empty() && node.properties.is_empty() {
            for child in &node.children {
                known.add(child);
            }
        }
    } else {
        let mut node = new();
        state(&mut node);
        nodes.push(FileNode::of(&node));
    }
}

/// The name of the node that a line begins.
fn name(line: &str) -> &str {
    line.split(' ').next().unwrap_or_default()
}

/// A node with its children on the same line.
fn in_a_line(node: &TextNode) -> String {
    let text = written(node);
    text.trim_end().replace("{\n", "{ ").replace('\n', "; ")
}

/// A top-level node of a random file.
pub(super) struct FileNode {
    /// Its first line, or the only one.
    pub(super) head: String,
    /// Its children, each in a line.
    pub(super) children: Vec<String>,
}

impl FileNode {
    fn of(node: &TextNode) -> Self {
        let mut head = node.clone();
        let children = std::mem::take(&mut head.children);
        let open = if children.is_empty() { "" } else { " {" };
        Self {
            head: written(&head).trim_end().to_owned() + open,
            children: children.iter().map(in_a_line).collect(),
        }
    }

    fn name(&self) -> &str {
        name(&self.head)
    }

    /// Adds a child, or its properties to the child that is there, as far as they are not stated.
    fn add(&mut self, child: &TextNode) {
        let known = self
            .children
            .iter_mut()
            .find(|line| name(line) == child.name);
        let Some(line) = known else {
            self.children.push(in_a_line(child));
            return;
        };
        if line.contains([';', '{']) || !child.arguments.is_empty() || !child.children.is_empty() {
            return;
        }
        for (key, value) in &child.properties {
            if !line.contains(&format!(" {key}=")) {
                let mut more = TextNode::new("");
                more.properties.push((key.clone(), value.clone()));
                line.push_str(written(&more).trim_end());
            }
        }
    }
}

impl Text {
    /// The top-level nodes of a random file.
    pub(super) fn nodes(&self) -> Vec<FileNode> {
        let mut nodes: Vec<FileNode> = Vec::new();
        for line in self.0.lines().filter(|line| *line != "}") {
            match (line.strip_prefix("    "), nodes.last_mut()) {
                (Some(child), Some(node)) => node.children.push(child.to_owned()),
                _ => nodes.push(FileNode {
                    head: line.to_owned(),
                    children: Vec::new(),
                }),
            }
        }
        nodes
    }

    /// The file with these nodes.
    pub(super) fn of(nodes: &[FileNode]) -> Self {
        let mut text = String::new();
        for node in nodes {
            text += &format!("{}\n", node.head);
            for child in &node.children {
                text += &format!("    {child}\n");
            }
            if !node.children.is_empty() {
                text += "}\n";
            }
        }
        Self(text)
    }
}

/// A file of environment `prod`.
pub(crate) fn environment() -> impl Strategy<Value = Text> {
    let tier = one_of(&["dev", "small", "medium", "large", "xlarge"]);
    let label =
        maybe(one_of(&["platform", "risk"]).prop_map(|team| format!("labels team=\"{team}\"\n")));
    let parts = (
        tier,
        label,
        (api(), other_apis()).prop_map(|(api, others)| with_others(&api, &others)),
        workers(),
        pooler(),
        database(),
        redis(),
        nodes(),
        (schedules(), service()).prop_map(|(a, b)| [a, b].concat()),
        (operation(), drawn(4)),
    );
    parts.prop_map(|(tier, a, b, c, d, e, f, g, h, (i, drawn))| {
        let head = format!("environment \"prod\"\ntier \"{tier}\"\nregion \"us-east-1\"\n");
        stating(&[head, a, b, c, d, e, f, g, h, i].concat(), &drawn)
    })
}

/// Files that mostly obey the rules and need steps with old and new pods side by side: other pod sizes,
/// other pools, another route to the replicas.
pub(crate) fn moving() -> impl Strategy<Value = Text> {
    let requests = || {
        let amounts = (
            one_of(&["250m", "500m", "1"]),
            one_of(&["512Mi", "1Gi", "4Gi"]),
        );
        maybe(amounts.prop_map(|(cpu, memory)| {
            format!("requests cpu=\"{cpu}\" memory=\"{memory}\"\n    limits memory=\"8Gi\"")
        }))
    };
    let api = (
        (5_u32..40).prop_map(|max| format!("replicas min=2 max={max}")),
        (1_u32..12).prop_map(|pool| format!("connections per-pod={pool}")),
        rollout(),
        requests(),
        maybe((0_u32..3).prop_map(|tag| format!("env RELEASE=\"{tag}\""))),
    );
    let pool = (
        (1_u32..20).prop_map(|max| format!("replicas min=0 max={max}")),
        (1_u32..10).prop_map(|pool| format!("connections per-pod={pool}")),
        rollout(),
        maybe(one_of(&["61s", "1h"]).prop_map(|it| format!("grace \"{it}\""))),
        requests(),
    );
    let pooler = (
        (1_u32..6).prop_map(|count| format!("instances {count}")),
        maybe(
            (5_u32..40, 0_u32..60)
                .prop_map(|(size, more)| format!("pool default={size} max-db={}", size + more)),
        ),
        one_of(&[200, 300, 500, 1000]).prop_map(|max| format!("clients max={max}")),
        one_of(&["5s", "60s", "300s", "600s"]).prop_map(|drain| format!("drain \"{drain}\"")),
        maybe(one_of(&["30s", "100s", "600s"]).prop_map(|it| format!("min-ready \"{it}\""))),
    );
    let database = (
        maybe(one_of(&[600, 800, 1000]).prop_map(|max| format!("max-connections {max}"))),
        one_of(&["pgbouncer", "direct"])
            .prop_map(|via| format!("replicas 1 via=\"{via}\"\n    instance \"db.r6g.2xlarge\"")),
        maybe((0_u32..60).prop_map(|count| format!("direct admin={count}"))),
    );
    let rest = (service(), other_apis(), drawn(1));
    (api, pool, pooler, database, moving_nodes(), rest).prop_map(
        |(api, pool, pooler, database, (nodes, capacity), (service, others, drawn))| {
            let head = "environment \"prod\"\ntier \"large\"\nregion \"us-east-1\"\n".to_owned();
            let queue = "queue \"queue:decisions\" length=50".to_owned();
            stating(
                &[
                    head,
                    with_others(&node("api", &[api.0, api.1, api.2, api.3, api.4]), &others),
                    node(
                        "worker \"worker\"",
                        &[queue, pool.0, pool.1, pool.2, pool.3, pool.4, capacity],
                    ),
                    node(
                        "pgbouncer",
                        &[pooler.0, pooler.1, pooler.2, pooler.3, pooler.4],
                    ),
                    node("database", &[database.0, database.1, database.2]),
                    nodes,
                    service,
                ]
                .concat(),
                &drawn,
            )
        },
    )
}

/// Node groups that grow, shrink and are replaced, some only for the pool or on spot; and the pool's
/// `capacity`.
fn moving_nodes() -> impl Strategy<Value = (String, String)> {
    let general = (
        one_of(&["m7g.xlarge", "m7g.2xlarge", "m7g.2xlarge", "m7g.4xlarge"]),
        8_u32..30,
    );
    let general = general.prop_map(|(instance, max)| {
        let count = format!("count min=3 max={max}");
        node(
            "nodes \"general\"",
            &[format!("instance \"{instance}\""), count],
        )
    });
    let own = (
        one_of(&["m7g.large", "m7g.2xlarge"]),
        2_u32..20,
        any::<bool>(),
        any::<bool>(),
        node_size(),
    );
    let own = own.prop_map(|(instance, max, spot, runs, size)| {
        let capacity = if spot { "spot" } else { "on-demand" };
        let parts = [
            format!("instance \"{instance}\""),
            format!("count min=0 max={max}"),
            format!("capacity \"{capacity}\""),
            size,
            if runs {
                "runs \"worker\"".to_owned()
            } else {
                String::new()
            },
        ];
        let asks = if spot { "capacity \"spot\"" } else { "" };
        (node("nodes \"own\"", &parts), asks.to_owned())
    });
    let none = Just((String::new(), String::new()));
    (general, prop_oneof![2 => none.boxed(), 1 => own.boxed()])
        .prop_map(|(general, (own, capacity))| (general + &own, capacity))
}

/// The paths that a file states.
fn stated(text: &Text) -> Vec<String> {
    let all = resolved(text).list().into_iter();
    let all = all.filter(|it| matches!(it.origin, Origin::Declared(_)));
    all.map(|it| it.path).collect()
}

/// The laws test an attribute only in files that state it.
#[test]
fn random_files_state_every_attribute() {
    let mut runner = TestRunner::deterministic();
    let files = environment();
    let mut never: Vec<Standing> = of_environments().collect();
    for _ in 0..1000 {
        if never.is_empty() {
            break;
        }
        let paths = stated(&files.new_tree(&mut runner).unwrap().current());
        never.retain(|of| !paths.iter().any(|path| is_at(of, path)));
    }
    let never: Vec<String> = never.iter().map(Standing::full_path).collect();
    assert_eq!(never, Vec::<String>::new());
}
