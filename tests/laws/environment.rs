//! Random environments as files: a tier, and a random choice of all other nodes. The files are well
//! formed; whether they obey the rules is random.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tierc::model::Environment;

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
    let service = (1_u32..8, 1_u32..8, one_of(&["pgbouncer", "direct"]));
    let service = service.prop_map(|(pods, each, via)| {
        let children = [
            format!("replicas {pods}"),
            "requests cpu=\"100m\" memory=\"128Mi\"".to_owned(),
            format!("connections per-pod={each} via=\"{via}\""),
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
        (one_of(&[10, 20, 50, 100]), 0_u32..8),
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
    );
    parts
        .prop_map(|(a, b, c)| node("redis \"queue\"", &[a, b, c]))
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
        maybe(
            (1_u32..5, 0_u32..25)
                .prop_map(|(min, more)| format!("count min={min} max={}", min + more)),
        ),
    );
    parts
        .prop_map(|(a, b)| node("nodes \"general\"", &[a, b]))
        .boxed()
}

/// Off-hours and an event for the API only, because pools differ between files.
fn schedules() -> BoxedStrategy<String> {
    let off_hours = (one_of(&["mon-fri", "sat,sun", "mon-sun"]), one_of(&["18:00", "22:30"]))
        .prop_map(|(days, from)| {
            format!(
                "off-hours from=\"{from}\" to=\"07:00\" days=\"{days}\" zone=\"Europe/Berlin\" {{ api 0 }}\n"
            )
        });
    let event = (1_u32..20, one_of(&["America/New_York", "Asia/Kolkata"]), maybe(one_of(&[" lead=\"1h\""])))
        .prop_map(|(pods, zone, lead)| {
            format!(
                "event \"sale\" from=\"2030-11-29T06:00\" to=\"2030-11-30T00:00\" zone=\"{zone}\"{lead} {{ api {pods} }}\n"
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
        maybe(one_of(&["250ms", "1s"]).prop_map(|p95| format!("expect p95=\"{p95}\""))),
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

/// A file of environment `prod`.
pub(crate) fn environment() -> impl Strategy<Value = Text> {
    let tier = one_of(&["dev", "small", "medium", "large", "xlarge"]);
    let label =
        maybe(one_of(&["platform", "risk"]).prop_map(|team| format!("labels team=\"{team}\"\n")));
    let parts = (
        tier,
        label,
        api(),
        workers(),
        pooler(),
        database(),
        redis(),
        nodes(),
        (schedules(), service()).prop_map(|(a, b)| [a, b].concat()),
        operation(),
    );
    parts.prop_map(|(tier, a, b, c, d, e, f, g, h, i)| {
        let head = format!("environment \"prod\"\ntier \"{tier}\"\nregion \"us-east-1\"\n");
        Text([head, a, b, c, d, e, f, g, h, i].concat())
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
            format!("requests cpu=\"{cpu}\" memory=\"{memory}\"; limits memory=\"8Gi\"")
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
            .prop_map(|via| format!("replicas 1 via=\"{via}\"; instance \"db.r6g.2xlarge\"")),
        maybe((0_u32..60).prop_map(|count| format!("direct admin={count}"))),
    );
    (api, pool, pooler, database, moving_nodes(), service()).prop_map(
        |(api, pool, pooler, database, (nodes, capacity), service)| {
            let head = "environment \"prod\"\ntier \"large\"\nregion \"us-east-1\"\n".to_owned();
            let queue = "queue \"queue:decisions\" length=50".to_owned();
            Text(
                [
                    head,
                    node("api", &[api.0, api.1, api.2, api.3, api.4]),
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
    );
    let own = own.prop_map(|(instance, max, spot, runs)| {
        let capacity = if spot { "spot" } else { "on-demand" };
        let parts = [
            format!("instance \"{instance}\""),
            format!("count min=0 max={max}"),
            format!("capacity \"{capacity}\""),
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
