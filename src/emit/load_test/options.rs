//! k6's options: the loads one after another, and the thresholds.

use serde_json::{Map, Value, json};

use crate::model::{Duration, ErrorRate, Expectation, LoadTest};
use crate::source::Sourced;

/// Seconds for the last requests of a load to end. The next load starts after that.
const GRACE: u64 = 30;

/// k6 drops a request if no virtual user is free. One dropped request in this many is accepted;
/// with more, the load was lower than requested.
const DROPPED: u64 = 1000;

/// A part of a load test for which k6 prints separate results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadTestLevel {
    /// The value of the tag `level` on its requests.
    pub tag: String,
    /// Seconds from the start of the test.
    pub start: u64,
    /// Seconds that it lasts.
    pub seconds: u64,
    /// In words.
    pub told: String,
}

/// The levels of a test in their order.
#[must_use]
pub fn levels(test: &LoadTest) -> Vec<LoadTestLevel> {
    let starts = starts(test);
    let mut levels = Vec::new();
    if let Some(steady) = &test.steady {
        let (vus, time) = (steady.vus.value, steady.r#for.value);
        levels.push(LoadTestLevel {
            tag: steady_tag(vus),
            start: 0,
            seconds: time.secs(),
            told: format!("{} for {time}", users(vus)),
        });
    }
    let (mut start, mut from) = (starts.ramp, 0);
    for (index, stage) in test.stage.iter().enumerate() {
        let (to, seconds) = (stage.to.value, stage.over.value.secs());
        levels.push(LoadTestLevel {
            tag: format!("ramp-{}-to-{to}-vus", index + 1),
            start,
            seconds,
            told: format!("from {from} to {} over {}", users(to), stage.over.value),
        });
        start = start.saturating_add(seconds);
        from = to;
    }
    if let Some(rate) = &test.rate {
        let (per_second, time) = (rate.per_second.value, rate.r#for.value);
        let noun = if per_second == 1 {
            "request"
        } else {
            "requests"
        };
        levels.push(LoadTestLevel {
            tag: rate_tag(per_second),
            start: starts.rate,
            seconds: time.secs(),
            told: format!("{per_second} {noun} a second for {time}"),
        });
    }
    levels
}

fn steady_tag(vus: u32) -> String {
    format!("steady-{vus}-vus")
}

fn rate_tag(per_second: u32) -> String {
    format!("rate-{per_second}-per-second")
}

fn users(count: u32) -> String {
    let noun = if count == 1 { "user" } else { "users" };
    format!("{count} virtual {noun}")
}

/// The levels in words.
pub(super) fn told(test: &LoadTest) -> Vec<String> {
    levels(test).into_iter().map(|level| level.told).collect()
}

/// The levels of the ramp by their end in seconds. k6 has no tag for a stage.
pub(super) fn ramp(test: &LoadTest) -> Vec<Value> {
    let mut end: u64 = 0;
    let ramp = levels(test)
        .into_iter()
        .filter(|level| level.tag.starts_with("ramp-"));
    ramp.map(|level| {
        end = end.saturating_add(level.seconds);
        json!({ "until": end, "level": level.tag })
    })
    .collect()
}

/// The starts of the second and the third load, in seconds.
struct Starts {
    ramp: u64,
    rate: u64,
}

fn starts(test: &LoadTest) -> Starts {
    let after = |seconds: u64| seconds.saturating_add(GRACE);
    let steady = test.steady.as_ref();
    let ramp = steady.map_or(0, |steady| after(steady.r#for.value.secs()));
    let stages = test.stage.iter().map(|stage| stage.over.value.secs());
    let ramped = stages.fold(ramp, u64::saturating_add);
    let rate = if test.stage.is_empty() {
        ramp
    } else {
        after(ramped)
    };
    Starts { ramp, rate }
}

pub(super) fn options(test: &LoadTest) -> Value {
    json!({
        "scenarios": scenarios(test),
        "thresholds": thresholds(test),
        "summaryTrendStats": ["p(50)", "p(95)", "p(99)", "avg", "max"],
        "discardResponseBodies": true,
    })
}

/// One scenario for each load. k6 starts all of them at once unless `startTime` says otherwise.
fn scenarios(test: &LoadTest) -> Map<String, Value> {
    let starts = starts(test);
    let grace = seconds(GRACE);
    let mut scenarios = Map::new();
    if let Some(steady) = &test.steady {
        let scenario = json!({
            "executor": "constant-vus",
            "vus": steady.vus.value,
            "duration": duration(steady.r#for.value),
            "gracefulStop": grace,
            "tags": { "level": steady_tag(steady.vus.value) },
        });
        scenarios.insert("steady".into(), scenario);
    }
    if !test.stage.is_empty() {
        scenarios.insert("ramp".into(), ramping(test, starts.ramp));
    }
    if let Some(rate) = &test.rate {
        let runners = test.runners();
        let scenario = json!({
            "executor": "constant-arrival-rate",
            "startTime": seconds(starts.rate),
            "rate": rate.per_second.value,
            "timeUnit": "1s",
            "duration": duration(rate.r#for.value),
            "preAllocatedVUs": rate.vus(&test.expect, runners),
            "maxVUs": rate.most_vus(&test.expect, runners),
            "gracefulStop": grace,
            "tags": { "level": rate_tag(rate.per_second.value) },
        });
        scenarios.insert("rate".into(), scenario);
    }
    scenarios
}

/// The ramp, which starts after `start` seconds.
fn ramping(test: &LoadTest, start: u64) -> Value {
    let stages = test.stage.iter();
    let stages = stages
        .map(|stage| json!({ "duration": duration(stage.over.value), "target": stage.to.value }));
    json!({
        "executor": "ramping-vus",
        "startTime": seconds(start),
        "startVUs": 0,
        "stages": stages.collect::<Vec<_>>(),
        "gracefulRampDown": seconds(GRACE),
        "gracefulStop": seconds(GRACE),
    })
}

/// Each level has its own thresholds: over the whole run, many fast requests at low levels would
/// hide slow ones at high levels. k6 prints the results of a level only if it has a threshold, so
/// other levels get one that always holds.
fn thresholds(test: &LoadTest) -> Map<String, Value> {
    let mut thresholds = Map::new();
    for level in levels(test) {
        let tag = format!("{{level:{}}}", level.tag);
        thresholds.insert(format!("http_req_duration{tag}"), times(&test.expect));
        let errors = test.expect.errors.as_ref().map(|rate| rate.value);
        thresholds.insert(format!("http_req_failed{tag}"), failed(errors));
    }
    if let Some(rate) = &test.rate {
        let all = u64::from(rate.per_second.value).saturating_mul(rate.r#for.value.secs());
        // Each process counts the dropped iterations of its own share. k6's threshold is an upper
        // bound that the count must stay below.
        let most = all / DROPPED / u64::from(test.runners());
        let below = most.saturating_add(1);
        thresholds.insert(
            "dropped_iterations".into(),
            json!([format!("count<{below}")]),
        );
    }
    thresholds
}

fn times(expect: &Expectation) -> Value {
    let percentiles = [(50, &expect.p50), (95, &expect.p95), (99, &expect.p99)];
    let threshold = |(percentile, most): (u32, &Option<Sourced<Duration>>)| {
        most.as_ref().map_or_else(
            || format!("p({percentile})>=0"),
            |most| format!("p({percentile})<{}", most.value.millis()),
        )
    };
    percentiles.map(threshold).to_vec().into()
}

/// k6 counts shares, not percentages. If no failure is allowed, `rate<0` could never hold, so the
/// threshold is `rate<=0`.
fn failed(most: Option<ErrorRate>) -> Value {
    let threshold = most.map_or_else(
        || "rate>=0".to_owned(),
        |most| match most.per_ten_thousand() {
            0 => "rate<=0".to_owned(),
            share => format!("rate<{}.{:04}", share / 10_000, share % 10_000),
        },
    );
    json!([threshold])
}

fn duration(time: Duration) -> String {
    seconds(time.secs())
}

fn seconds(seconds: u64) -> String {
    format!("{seconds}s")
}
