//! The load tests.

use serde::Serialize;

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
    levels: Vec<Level>,
    /// The expectation for each level, if there is one.
    expect: Option<String>,
    rate: Option<Rate>,
    run: Option<Run>,
}

#[derive(Serialize)]
struct Level {
    tag: String,
    start: u64,
    told: String,
}

#[derive(Serialize)]
struct Rate {
    per_second: u32,
    millis: u64,
    /// The virtual users that it needs, if requests last that long.
    needed: u64,
    users: u64,
    most_users: u64,
}

#[derive(Serialize)]
struct Run {
    name: String,
    file: String,
    pods: u32,
    /// How long to wait for its end, in seconds.
    wait: u64,
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
    let rate = test.rate.as_ref().map(|rate| Rate {
        per_second: rate.per_second.value,
        millis: test.expect.millis(),
        needed: rate.needed(&test.expect),
        users: rate.vus(&test.expect, test.runners()),
        most_users: rate.most_vus(&test.expect, test.runners()),
    });
    let run = test.test_run.as_ref().map(|run| Run {
        name: environment.test_run_name(name),
        file: name.test_run_file(),
        pods: run.parallelism.value,
        wait: end.saturating_add(BESIDE),
    });
    let levels = levels.into_iter().map(|level| Level {
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
    }
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
