//! Laws of the language's declaration: each attribute is read, is written, and changes an output.

use std::collections::{BTreeMap, BTreeSet};

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use tierc::compile::{restated, written};
use tierc::diagnostic::code;
use tierc::emit::emit;
use tierc::model::declaration::{
    Declaration, Form, Literal, Part as _, Standing, Stands, TextNode, Top,
};
use tierc::model::{DECLARED, Environment, Place, Waiver};

use super::{config, some_of};
use crate::plan::catalogue;
use crate::support::{run, shown};

/// Everything beside the node that a law is about.
pub(super) const BASE: &str = "environment \"prod\"\ntier \"large\"\nregion \"us-east-1\"
worker \"worker\" { queue \"queue:decisions\" length=50; replicas min=1 max=4 }
";

/// The nodes with all their optional attributes, in addition to the attribute that a law tests.
pub(super) const RICH: &str = "api { disruption max-unavailable=\"25%\"; spread \"zone\"; image \"registry.example.com/api:1.4.2\"; connections threads=5 factor=1 processes=1 lifetime=\"4m\" lifetime-env=\"DB_LIFETIME\" { database \"results\" per-pod=2 env=\"RESULTS_POOL\" url=\"RESULTS_URL\" }; driver \"pgjdbc\" version=\"42.7.7\" libpq=\"18\"; env LOG_LEVEL=\"info\"; metric \"requests_per_second\" average=\"100\" }
worker \"batch\" { image \"registry.example.com/worker:1.4.2\"; disruption max-unavailable=\"25%\"; spread \"zone\"; queue \"queue:batch\" length=20; queue \"queue:slow\" length=20; queue \"mailers\" type=\"postgresql\" framework=\"oban\" length=20; queue \"orders\" type=\"aws-sqs-queue\" url=\"https://sqs.us-east-1.amazonaws.com/123456789012/orders\" length=20; queue \"events\" type=\"kafka\" brokers=\"k-1.example.com:9092\" group=\"billing\" length=20; queue \"exports\" type=\"rabbitmq\" length=20; queue \"stream:decisions\" type=\"redis-streams\" group=\"workers\" length=20; queue \"mail\" type=\"prometheus\" server=\"http://prometheus.monitoring:9090\" query=\"sum(mail_queue_length)\" length=20; replicas min=0 max=2; connections threads=5 factor=1 processes=1 lifetime=\"4m\" lifetime-env=\"DB_LIFETIME\" { database \"results\" per-pod=8 env=\"RESULTS_POOL\" url=\"RESULTS_URL\" }; driver \"pgjdbc\" version=\"42.7.7\" libpq=\"18\"; env LOG_LEVEL=\"info\"; fallback replicas=3 failures=3; tolerate \"spot=true:NoSchedule\"; scale-down window=\"5m\" { percent 10 every=\"60s\" } }
service \"outbox\" { replicas 3; requests cpu=\"200m\" memory=\"512Mi\"; connections per-pod=2 via=\"pgbouncer\" database=\"results\" lifetime=\"4m\"; driver \"pgjdbc\" version=\"42.7.7\" libpq=\"18\" }
pgbouncer { options \"refuse\"; image \"registry.example.com/pgbouncer:1.26.1\"; database \"results\" reserve=0 }
database { env host=\"DB_HOST\" port=\"DB_PORT\" name=\"DB_NAME\" user=\"DB_USER\" password-env=\"DB_PASSWORD\"; endpoint \"prod.abc.us-east-1.rds.amazonaws.com\"; replicas 1; storage gib=500 max-gib=1000 iops=12000 throughput=500 }
redis \"queue\" { engine \"redis\" version=\"7.1\"; node \"cache.r6g.large\"; replicas 1; policy \"noeviction\"; uses \"queue\" \"sessions\"; data gib=4; endpoint \"queue.example.com:6379\"; database \"queue\" index=0 env=\"QUEUE_URL\"; cluster shards=2 mode=\"enabled\" }
redis \"cache\" { engine \"redis\" version=\"7.1\"; node \"cache.r6g.large\"; replicas 1; policy \"volatile-lru\"; uses \"cache\"; user \"shop\"; database \"cache\" index=1 env=\"CACHE_URL\" }
nodes \"general\" { count min=3 max=12 }
nodes \"batch\" { instance \"m7g.xlarge\"; alternatives \"m6g.2xlarge\"; count min=0 max=4; runs \"worker\"; max-pods 60; prefix-delegation #true; daemons pods=6 cpu=\"500m\" memory=\"1Gi\" }
network database-cidr=\"10.0.32.0/20\" monitoring-namespace=\"monitoring\"
budget monthly=6000
framework \"bullmq\"
off-hours days=\"mon-fri\" from=\"20:00\" to=\"08:00\" zone=\"Europe/Berlin\" { api 0; worker \"batch\" 0 }
event \"sale\" from=\"2030-11-29T06:00\" to=\"2030-11-30T00:00\" zone=\"Europe/Berlin\" lead=\"30m\" { api 8; worker \"batch\" 2 }
load-test \"decisions\" url=\"https://example.com/\" { request \"POST\" body=\"decision.json\" token-env=\"LOAD_TOKEN\"; steady vus=100 for=\"5m\"; stage to=50 over=\"1m\"; rate 500 for=\"5m\"; expect p50=\"100ms\" p95=\"500ms\" p99=\"1s\" errors=\"1%\"; test-run parallelism=4 }
";

/// The name of a named node.
pub(super) fn key(top: &Top) -> Option<&'static str> {
    match top.name {
        "service" => Some("outbox"),
        "redis" => Some("queue"),
        "worker" | "nodes" => Some("batch"),
        "event" => Some("sale"),
        "load-test" => Some("decisions"),
        _ => {
            assert!(!top.named, "`{}` needs a name here", top.name);
            None
        }
    }
}

/// Values of an attribute, as they are written.
pub(super) fn samples(of: &Standing) -> Vec<Literal> {
    let form = if let Form::Map(_, values) = of.form() {
        *values
    } else {
        of.form()
    };
    let text = |text: &str| Literal::Text(text.to_owned());
    let texts = |all: &[&str]| all.iter().map(|it| text(it)).collect::<Vec<_>>();
    // Derived values need an instance type of the catalogue.
    if of.full_path() == "nodes.instance" {
        return texts(&["m7g.large", "m7i.large"]);
    }
    if of.full_path() == "nodes.alternatives" {
        return texts(&["m6g.xlarge", "r7g.xlarge", "m6g.large"]);
    }
    let example = of.attribute.example_value().trim_matches('"');
    match form {
        Form::Whole(range) | Form::Gib(range) => {
            let all = [0, 1, 2, 3, 7, 20, 60, 400, 500, 1000, 2000, 13_000];
            // A pool with a maximum of 0 is off.
            let none = of.full_path() == "worker.replicas.max";
            let least = u32::from(none);
            let fit = all
                .into_iter()
                .filter(|number| range.contains(number) && *number >= least);
            fit.map(|it| Literal::Bare(it.to_string())).collect()
        }
        Form::Flag => ["#true", "#false"]
            .map(|it| Literal::Bare(it.to_owned()))
            .to_vec(),
        Form::Duration(_) => texts(&["30s", "100s", "300s"]),
        Form::Word(words) => texts(&words()),
        Form::Asleep => vec![Literal::Bare("0".into())],
        Form::Days => texts(&["mon-fri", "sat-sun", "wed"]),
        Form::Clock => texts(&["08:00", "20:00", "22:30"]),
        Form::Moment => texts(&["2030-11-29T06:00", "2030-11-29T08:00"]),
        Form::End => texts(&["2030-11-30T00:00", "2030-11-30T06:00"]),
        Form::Millis => texts(&["100ms", "500ms", "2s"]),
        Form::ErrorRate => texts(&["0%", "0.05%", "1%"]),
        Form::Date => texts(&["2030-01-31", "2030-02-28"]),
        Form::Rule => texts(&["single-az", "secret-literal"]),
        Form::Sentence => texts(&["trial account", "until the move"]),
        Form::Fingerprint => texts(&[example, "000000"]),
        Form::Placed(Place::Zone) => texts(&["Europe/Berlin", "America/New_York"]),
        Form::Placed(Place::Url) => texts(&["https://example.com/", "https://example.org/a"]),
        Form::Placed(Place::SqsUrl) => texts(&[
            example,
            "https://sqs.us-east-1.amazonaws.com/123456789012/returns",
        ]),
        Form::Placed(Place::Brokers) => texts(&["k-1.example.com:9092", example]),
        Form::Placed(Place::Cidr) => texts(&["10.0.32.0/20", "10.0.48.0/20"]),
        Form::Version => texts(&["18", "42.7.7"]),
        Form::Taint => texts(&["spot=true:NoSchedule", "gpu=true:NoExecute"]),
        Form::Region => texts(&["us-east-1", "eu-west-1"]),
        Form::Text | Form::Placed(_) | Form::Name | Form::LetteredName => {
            texts(&[example, &format!("x{example}")])
        }
        Form::Cpu => texts(&["250m", "500m", "1"]),
        Form::Memory => texts(&["128Mi", "512Mi", "1Gi"]),
        Form::Quantity => texts(&["100", "200"]),
        Form::Portion => vec![text("25%"), Literal::Bare("1".into())],
        Form::Daily => texts(&["01:00-02:00", "02:00-03:00"]),
        Form::Weekly => texts(&["sun:04:00-sun:05:00", "mon:04:00-mon:05:00"]),
        Form::Map(..) | Form::Attributes(_) => unreachable!("a node has no value of its own"),
    }
}

/// An empty top-level node.
fn empty(top: &Top) -> TextNode {
    let mut node = TextNode::new(top.name);
    let key = key(top).map(|key| Literal::Text(key.to_owned()));
    node.arguments.extend(key);
    node
}

/// The top-level node with all its values in an environment.
fn full(top: &Top, environment: &Environment) -> TextNode {
    let mut node = empty(top);
    match top.name {
        "" => {
            environment.write_attributes(&mut node);
            let own = |name: &str| top.attributes.iter().any(|at| at.name == name);
            node.children.retain(|child| own(&child.name));
        }
        "deliver" => environment.deliver.write_attributes(&mut node),
        "schedule" => environment.schedule.write_attributes(&mut node),
        "budget" => environment
            .budget
            .as_ref()
            .unwrap()
            .write_attributes(&mut node),
        "cost" => environment.cost.write_attributes(&mut node),
        "api" => environment.api.sole().unwrap().write_attributes(&mut node),
        "worker" => environment.worker[key(top).unwrap()].write_attributes(&mut node),
        "service" => environment.service[key(top).unwrap()].write_attributes(&mut node),
        "pgbouncer" => environment.pgbouncer.write_attributes(&mut node),
        "database" => environment.database.write_attributes(&mut node),
        "redis" => environment.redis[key(top).unwrap()].write_attributes(&mut node),
        "nodes" => environment.nodes[key(top).unwrap()].write_attributes(&mut node),
        "alerts" => environment.alerts.write_attributes(&mut node),
        "network" => environment.network.write_attributes(&mut node),
        "off-hours" => {
            let hours = environment.off_hours.values().next().unwrap();
            hours.write_attributes(&mut node);
        }
        "event" => environment.event[key(top).unwrap()].write_attributes(&mut node),
        "load-test" => environment.load_test[key(top).unwrap()].write_attributes(&mut node),
        other => panic!("`{other}` is declared, and no law knows it"),
    }
    node
}

/// The top-level nodes: the node itself, or its children if it stands for the file.
fn nodes(node: &TextNode) -> Vec<&TextNode> {
    if node.name.is_empty() {
        node.children.iter().collect()
    } else {
        vec![node]
    }
}

fn text(node: &TextNode) -> String {
    nodes(node).into_iter().map(written).collect()
}

/// The file with `node` as the node `top`, and the other nodes from `rich`.
fn file(top: &Top, node: &TextNode, rich: &str) -> String {
    let heads: Vec<String> = match key(top) {
        Some(key) => vec![format!("{} \"{key}\" ", top.name)],
        None => nodes(node)
            .iter()
            .map(|it| format!("{} ", it.name))
            .collect(),
    };
    let others = BASE.lines().chain(rich.lines());
    let others = others.filter(|line| !heads.iter().any(|head| line.starts_with(head)));
    let others: String = others.map(|line| format!("{line}\n")).collect();
    others + &text(node)
}

/// The environment of a text, which must be valid.
#[track_caller]
pub(super) fn read(text: &str) -> Environment {
    let run = run(text);
    let wrong = run
        .diagnostics()
        .any(|finding| code::LANGUAGE.contains(&finding.code));
    assert!(!wrong, "{}\n{text}", shown(&run));
    run.files.into_iter().next().unwrap().environment.unwrap()
}

/// The files that state each value of an attribute, first with all other attributes, then without.
pub(super) fn texts(of: &Standing) -> [Vec<String>; 2] {
    texts_beside(of, RICH)
}

/// The same, with the other nodes from `rich`.
fn texts_beside(of: &Standing, rich: &str) -> [Vec<String>; 2] {
    let stated = read(&format!("{BASE}{rich}"));
    [full(of.top, &stated), alone(of)].map(|node| {
        let state = |value: Literal| {
            let mut node = node.clone();
            of.state(&mut node, vec![value]);
            file(of.top, &node, rich)
        };
        let mut all: Vec<String> = samples(of).into_iter().map(state).collect();
        if is_alone(of) {
            let mut without = node.clone();
            of.state(&mut without, Vec::new());
            without.children.retain(|child| !child.is_empty());
            all.push(file(of.top, &without, rich));
        }
        all
    })
}

/// The environments of these files.
fn environments(of: &Standing) -> [Vec<Environment>; 2] {
    environments_beside(of, RICH)
}

/// The same, with the other nodes from `rich`.
pub(super) fn environments_beside(of: &Standing, rich: &str) -> [Vec<Environment>; 2] {
    texts_beside(of, rich).map(|texts| texts.iter().map(|text| read(text)).collect())
}

/// The node with its required attributes only.
pub(super) fn alone(of: &Standing) -> TextNode {
    let mut node = empty(of.top);
    let needed = of.top.every().into_iter().filter(node_needs);
    for it in needed.chain(of.required_beside()) {
        it.state(&mut node, vec![needed_value(&it)]);
    }
    if needs_counts(of.top) {
        count(&mut node);
    }
    node
}

/// States a count of a pool.
fn count(node: &mut TextNode) {
    let (pool, count) = (Literal::Text("worker".into()), Literal::Bare("1".into()));
    node.child("worker").arguments = vec![pool, count];
}

/// The value of a required attribute.
fn needed_value(of: &Standing) -> Literal {
    samples(of)[1].clone()
}

/// Whether a node must state a count of the API or of a pool.
fn needs_counts(top: &Top) -> bool {
    ["off-hours", "event"].contains(&top.name)
}

/// Whether a node that the tier does not have must state an attribute.
fn node_needs(of: &Standing) -> bool {
    let needed: &[&str] = match of.top.name {
        "" => &["environment", "tier", "region"],
        "nodes" => &["instance", "count.min", "count.max"],
        "worker" => &["queue.list"],
        "service" => &["replicas", "requests.cpu", "requests.memory"],
        _ => &[],
    };
    needed.contains(&&*of.path()) || of.attribute.stands.is_required()
}

/// Whether an attribute has several values, or its node may be repeated. A change then adds a value or
/// replaces one.
pub(super) fn is_list(of: &Standing) -> bool {
    let list = |at: &&Declaration| {
        matches!(
            at.stands,
            Stands::List | Stands::FilledList | Stands::Repeated | Stands::Nodes | Stands::Kinds
        )
    };
    of.top.repeats || list(&of.attribute) || of.above.iter().any(list)
}

/// Whether an attribute has only one possible value, so it is stated or not.
pub(super) fn is_alone(of: &Standing) -> bool {
    samples(of).len() == 1
}

/// Whether a path of an environment is that of the attribute, apart from its node's name and its list
/// index.
pub(super) fn is_at(of: &Standing, path: &str) -> bool {
    let below = match of.top.name {
        "" => Some(path),
        top => path.strip_prefix(&format!("{top}.")),
    };
    let path = match below {
        Some(below) if of.top.named || of.top.repeats => {
            below.split_once('.').map(|(_, below)| below)
        }
        below => below,
    };
    let repeated = |at: &&Declaration| matches!(at.stands, Stands::Nodes | Stands::Kinds);
    path.is_some_and(|path| match of.above.iter().find(|at| repeated(at)) {
        Some(list) => {
            let (above, below) = of.path().split_once(list.name).map(owned).unwrap();
            path.starts_with(&format!("{above}{}.", list.name)) && path.ends_with(&below)
        }
        None => path == of.path() || path.starts_with(&format!("{}.", of.path())),
    })
}

fn owned((above, below): (&str, &str)) -> (String, String) {
    (above.to_owned(), below.to_owned())
}

/// The node that is not part of an environment. A record stores waivers separately.
pub(super) const WAIVE: &str = "waive";

/// All declared attributes of an environment.
pub(super) fn of_environments() -> impl Iterator<Item = Standing> {
    let tops = DECLARED.iter().filter(|top| top.name != WAIVE);
    tops.flat_map(Top::every)
}

/// The waivers of a file with this node.
fn waivers(text: &str) -> Vec<Waiver> {
    let run = run(&format!("{BASE}{text}"));
    run.files.into_iter().next().unwrap().waivers.unwrap()
}

/// The files that run an environment, without the record of its attributes.
fn outputs(environment: &Environment) -> BTreeMap<String, String> {
    let mut files = emit(environment, None, catalogue(), "prod.kdl");
    files.remove("tierc.lock.json");
    files
}

const OF_THE_IMAGE: &str =
    "the rules about PgBouncer read it; the image holds the driver, and nothing installs it";
const OF_THE_CLUSTER: &str = "the rules about nodes read it; nothing here deploys daemons";
const MULTIPLIES_NOTHING: &str = "without `threads` or `concurrency` it multiplies nothing, and a rule refuses it beside `per-pod`";
const COUNTED: &str = "the rules read it; a service is not rendered here";

/// Attributes that change no output, with the reason.
const INERT: &[(&str, &str)] = &[
    (
        "framework",
        "the rules about queues read it; no output depends on the library",
    ),
    (
        "worker.queue.visibility",
        "a rule compares it with `grace`; the queue itself has it",
    ),
    (
        "worker.queue.partitions",
        "a rule compares it with the maximum; the topic itself has it",
    ),
    (
        "redis.data.gib",
        "the rules about memory read it; nothing is told how much data to expect",
    ),
    (
        "budget.monthly",
        "a rule compares the estimated cost with it",
    ),
    ("cost.reserved", "the estimate of the cost reads it"),
    ("api.connections.factor", MULTIPLIES_NOTHING),
    ("api.connections.processes", MULTIPLIES_NOTHING),
    ("worker.connections.factor", MULTIPLIES_NOTHING),
    ("worker.connections.processes", MULTIPLIES_NOTHING),
    ("api.driver", OF_THE_IMAGE),
    ("api.driver.version", OF_THE_IMAGE),
    ("api.driver.libpq", OF_THE_IMAGE),
    ("worker.driver", OF_THE_IMAGE),
    ("worker.driver.version", OF_THE_IMAGE),
    ("worker.driver.libpq", OF_THE_IMAGE),
    ("service.driver", OF_THE_IMAGE),
    ("service.driver.version", OF_THE_IMAGE),
    ("service.driver.libpq", OF_THE_IMAGE),
    ("nodes.daemons.pods", OF_THE_CLUSTER),
    ("nodes.daemons.cpu", OF_THE_CLUSTER),
    ("nodes.daemons.memory", OF_THE_CLUSTER),
    ("service.connections.lifetime", COUNTED),
    ("service.requests.cpu", COUNTED),
    ("service.requests.memory", COUNTED),
];

#[test]
fn every_attribute_moves_an_output_or_is_known_to_move_none() {
    let mut wrong = Vec::new();
    for of in some_of(of_environments(), 40) {
        let path = of.full_path();
        let moved = environments(&of).iter().any(|all| {
            let outputs: Vec<_> = all.iter().map(outputs).collect();
            outputs.iter().any(|files| Some(files) != outputs.first())
        });
        let inert = INERT.iter().any(|(known, _)| *known == path);
        if moved == inert {
            let told = if inert {
                "moves an output"
            } else {
                "moves none"
            };
            wrong.push(format!("{path} {told}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_declared_example_is_taken() {
    for of in DECLARED.iter().flat_map(Top::every) {
        let example = of.attribute.example_value();
        let value = match example
            .strip_prefix('"')
            .and_then(|it| it.strip_suffix('"'))
        {
            Some(text) => Literal::Text(text.to_owned()),
            None => Literal::Bare(example.to_owned()),
        };
        let mut node = alone(&of);
        of.state(&mut node, vec![value]);
        if of.top.name == WAIVE {
            assert_eq!(waivers(&written(&node)).len(), 1, "{}", of.full_path());
        } else {
            read(&file(of.top, &node, RICH));
        }
    }
}

/// A node with any of its attributes, each with any valid value.
fn any_node(top: &'static Top) -> BoxedStrategy<TextNode> {
    let stated = top.every().into_iter().map(|of| {
        let values = select(samples(&of));
        option::weighted(0.3, values).prop_map(move |value| (of.clone(), value))
    });
    stated
        .collect::<Vec<_>>()
        .prop_map(move |stated| {
            let mut node = empty(top);
            let said = |(of, value): &(Standing, Option<Literal>)| {
                (value.is_some() || node_needs(of)).then(|| of.required_beside())
            };
            let beside: BTreeSet<String> = stated
                .iter()
                .filter_map(said)
                .flatten()
                .map(|it| it.path())
                .collect();
            for (of, value) in stated {
                let needed = node_needs(&of) || beside.contains(&of.path());
                let needed = needed.then(|| needed_value(&of));
                if let Some(value) = value.or(needed) {
                    of.state(&mut node, vec![value]);
                }
            }
            if needs_counts(top) && node.children.is_empty() {
                count(&mut node);
            }
            node
        })
        .boxed()
}

proptest! {
    #![proptest_config(config(100))]

    /// A declared node is read, merged with the tier, written, and read again with the same result.
    #[test]
    fn what_is_written_is_read_as_the_same(
        nodes in DECLARED.iter().filter(|top| top.name != WAIVE).map(any_node).collect::<Vec<_>>()
    ) {
        let pools = BASE.lines().skip(3).map(|line| format!("{line}\n"));
        let text = pools.collect::<String>() + &nodes.iter().map(text).collect::<String>();
        let environment = read(&text);
        let again = read(&restated(&environment, &[]));
        let differing: Vec<_> = environment.compare(&again).into_iter().map(|it| it.path).collect();
        prop_assert!(differing.is_empty(), "{differing:?}\n{text}");
    }

    #[test]
    fn a_waiver_that_is_written_is_read_as_the_same(
        node in any_node(DECLARED.iter().find(|top| top.name == WAIVE).unwrap())
    ) {
        let stated = waivers(&text(&node));
        prop_assert_eq!(stated.len(), 1, "{}", text(&node));
        prop_assert_eq!(waivers(&written(&stated[0].written())), stated);
    }
}
