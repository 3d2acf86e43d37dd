//! The load tests.

use serde::Serialize;

use super::procedures::Procedures;
use crate::action::Action;
use crate::action::kubectl::{KubectlCall, listed, logged};
use crate::emit::load_test::levels;
use crate::model::{Environment, LoadTest, Name};

/// Seconds that a TestRun needs beyond its loads: for pods to start, and for requests to end.
const BESIDE: u64 = 600;

/// A load test.
#[derive(Serialize)]
pub(super) struct Test {
    name: String,
    url: String,
    script: String,
    body: Option<String>,
    token: Option<String>,
    levels: Vec<RunbookLevel>,
    /// The expectation for each level, if there is one.
    expect: Option<String>,
    rate: Option<RunbookRate>,
    run: Option<RunbookLoadRun>,
    pub(super) sh: Procedures,
}

#[derive(Serialize)]
struct RunbookLevel {
    tag: String,
    start: u64,
    told: String,
}

#[derive(Serialize)]
struct RunbookRate {
    per_second: u32,
    millis: u64,
    /// The virtual users that it needs, if requests last that long.
    needed: u64,
    users: u64,
    most_users: u64,
}

#[derive(Serialize)]
struct RunbookLoadRun {
    name: String,
    pods: u32,
}

pub(super) fn tests(environment: &Environment) -> Vec<Test> {
    let tests = environment.load_test.iter();
    tests
        .map(|(name, test)| of(environment, name, test))
        .collect()
}

fn of(environment: &Environment, name: &Name, test: &LoadTest) -> Test {
    let levels = levels(test);
    let last = levels.last();
    let end = last.map_or(0, |level| level.start.saturating_add(level.seconds));
    let rate = test.rate.as_ref().map(|rate| RunbookRate {
        per_second: rate.per_second.value,
        millis: test.expect.millis(),
        needed: rate.needed(&test.expect),
        users: rate.vus(&test.expect, test.runners()),
        most_users: rate.most_vus(&test.expect, test.runners()),
    });
    let run = test.test_run.as_ref().map(|run| RunbookLoadRun {
        name: environment.test_run_name(name),
        pods: run.parallelism.value,
    });
    let wait = end.saturating_add(BESIDE);
    let in_cluster = run
        .as_ref()
        .map(|_| in_cluster(environment, name, test, wait));
    let levels = levels.into_iter().map(|level| RunbookLevel {
        tag: level.tag,
        start: level.start,
        told: level.told,
    });
    Test {
        name: name.to_string(),
        url: test.url.value.clone(),
        script: name.script_file(),
        body: test.request.body.as_ref().map(|file| file.value.clone()),
        token: test.request.token_env.as_ref().map(|it| it.value.clone()),
        levels: levels.collect(),
        expect: expected(test),
        rate,
        run,
        sh: Procedures::default().with_some("run", in_cluster),
    }
}

/// Runs a test in the cluster, and waits as many seconds for its end.
fn in_cluster(environment: &Environment, name: &Name, test: &LoadTest, wait: u64) -> [Action; 5] {
    let namespace = environment.namespace.value.as_str();
    let run = environment.test_run_name(name);
    let script = name.script_file();
    let body = test.request.body.as_ref().map(|file| file.value.as_str());
    let files = std::iter::once(script.as_str()).chain(body);
    let made = KubectlCall::new("create configmap", [&run]).within(namespace);
    let made = files.fold(made, |made, file| {
        made.flag("from-file", format!("load-test/{file}"))
    });
    let finished = KubectlCall::new("wait", [format!("testrun/{run}")])
        .within(namespace)
        .flag("for", "jsonpath={.status.stage}=finished")
        .flag("timeout", format!("{wait}s"));
    [
        Action::ApplyMade { call: made },
        Action::DeleteObjects {
            namespace: namespace.to_owned(),
            objects: vec![format!("testrun/{run}")],
        },
        KubectlCall::new::<&str>("create", [])
            .flag("f", format!("load-test/{}", name.test_run_file()))
            .into(),
        finished.into(),
        logged(format!("k6_cr={run},runner=true"), namespace, -1).into(),
    ]
}

/// What shows how many pods a test takes, and what they use.
pub(super) fn usage(environment: &Environment) -> [Action; 2] {
    let namespace = environment.namespace.value.as_str();
    let top = KubectlCall::new("top", ["pods"]).within(namespace);
    [
        listed("hpa", namespace).into(),
        top.switch("containers").into(),
    ]
}

fn expected(test: &LoadTest) -> Option<String> {
    let expect = &test.expect;
    let times = [
        ("P50", &expect.p50),
        ("P95", &expect.p95),
        ("P99", &expect.p99),
    ];
    let mut parts: Vec<String> = times
        .into_iter()
        .filter_map(|(what, most)| {
            let most = most.as_ref()?;
            Some(format!("{what} below {}", most.value))
        })
        .collect();
    parts.extend(expect.errors.as_ref().map(|most| {
        let share = most.value;
        if share.per_ten_thousand() == 0 {
            "no errors".to_owned()
        } else {
            format!("errors below {share}")
        }
    }));
    (!parts.is_empty()).then(|| parts.join(", "))
}
