//! `alerts` and `load-test`.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::ast::{AlertsNode, ExpectNode, LoadNode, LoadTestNode, StageNode, Written};
use crate::model::Place;
use crate::parse::fields::Fields;
use crate::parse::{text, value};

/// A share of what there is.
const PERCENT: RangeInclusive<u32> = 1..=100;
/// More than is requested can be used.
const OF_REQUESTS: RangeInclusive<u32> = 1..=1000;
/// From a second to a year.
const TIME: RangeInclusive<u64> = 1..=31_536_000;
/// A day: no load test runs longer.
const RUN: RangeInclusive<u64> = 1..=86_400;
const SOME: RangeInclusive<u32> = 1..=u32::MAX;

/// `alerts`.
pub fn alerts(fields: &mut Fields<'_>) -> AlertsNode {
    let (redis_ops, benchmark) = fields.group("redis-ops", |ops| {
        let benchmark = ops.property("benchmark", value::whole(SOME));
        (ops.maybe(value::whole(PERCENT)), benchmark)
    });
    let (database, redis, pgbouncer) = fields.group("source", |source| {
        let database = source.property("database", value::word);
        let redis = source.property("redis", value::word);
        (database, redis, source.property("pgbouncer", value::word))
    });
    let time = || value::duration(TIME);
    AlertsNode {
        api_cpu: fields.single("api-cpu", "80", value::whole(OF_REQUESTS)),
        api_memory: fields.single("api-memory", "75", value::whole(PERCENT)),
        queue_depth: fields.single("queue-depth", "50", value::whole(SOME)),
        db_cpu: fields.single("db-cpu", "70", value::whole(PERCENT)),
        db_connections: fields.single("db-connections", "70", value::whole(PERCENT)),
        db_storage: fields.single("db-storage", "70", value::whole(PERCENT)),
        storage_forecast: fields.single("storage-forecast", "\"30d\"", time()),
        replica_lag: fields.single("replica-lag", "\"30s\"", time()),
        redis_memory: fields.single("redis-memory", "70", value::whole(PERCENT)),
        pool_wait: fields.single("pool-wait", "\"1s\"", time()),
        at_maximum: fields.single("at-maximum", "\"15m\"", time()),
        paused: fields.single("paused", "\"1h\"", time()),
        sustained: fields.single("sustained", "\"15m\"", time()),
        route: fields.single("route", "\"pagerduty\"", value::placed(Place::LabelValue)),
        labels: fields.group("labels", labels),
        redis_ops,
        benchmark,
        database,
        redis,
        pgbouncer,
    }
}

fn labels(fields: &mut Fields<'_>) -> BTreeMap<String, Written<String>> {
    let reader = value::placed(Place::LabelValue);
    let all = fields.every_property("release", text::at(Place::LabelKey), reader);
    all.into_iter()
        .map(|(key, _, written)| (key, written))
        .collect()
}

/// What a child that may be there says; broken where it is there and cannot be read.
fn load(
    fields: &mut Fields<'_>,
    name: &'static str,
    read: impl Fn(&mut Fields<'_>) -> Written<u32>,
) -> Written<LoadNode> {
    fields.group(name, |child| {
        let amount = read(child).value;
        let duration = child.required("for", "\"5m\"", value::duration(RUN)).value;
        match (amount, duration) {
            (Some(amount), Some(duration)) => {
                Written::at(LoadNode { amount, duration }, child.name_span())
            }
            (None, Some(_) | None) | (Some(_), None) => Written::broken(),
        }
    })
}

fn stage(fields: &mut Fields<'_>) -> Option<StageNode> {
    let to = fields.required("to", "200", value::whole(0..=u32::MAX));
    let over = fields.required("over", "\"3m\"", value::duration(RUN));
    Some(StageNode {
        to: to.value?,
        over: over.value?,
    })
}

fn expect(fields: &mut Fields<'_>) -> ExpectNode {
    let time = || value::duration_in_millis;
    ExpectNode {
        p50: fields.property("p50", time()),
        p95: fields.property("p95", time()),
        p99: fields.property("p99", time()),
        errors: fields.property("errors", value::error_rate),
    }
}

/// `load-test "name"`, its name taken already; none where something of it cannot be read.
pub fn load_test(fields: &mut Fields<'_>) -> Option<LoadTestNode> {
    let url = fields.required("url", "\"https://example.com/\"", value::placed(Place::Url));
    let (method, body, token_env) = fields.group("request", |request| {
        let body = request.property("body", value::placed(Place::FileName));
        let token = request.property("token-env", value::placed(Place::Variable));
        (request.maybe(value::word), body, token)
    });
    let steady = load(fields, "steady", |it| {
        it.required("vus", "100", value::whole(SOME))
    });
    let stages = fields.each(&["stage"], stage);
    let rate = load(fields, "rate", |it| it.argument("500", value::whole(SOME)));
    let expect = fields.group("expect", expect);
    let parallelism = fields.group("test-run", |run| {
        run.required("parallelism", "4", value::whole(SOME))
    });
    let broken = [
        method.broken,
        body.broken,
        token_env.broken,
        steady.broken,
        stages.broken,
    ];
    let broken = broken.contains(&true) || rate.broken || parallelism.broken;
    Some(LoadTestNode {
        place: fields.name_span(),
        url: url.value?,
        steady: steady.value.map(|it| it.value),
        stages: stages.value.map(|it| it.value).unwrap_or_default(),
        rate: rate.value.map(|it| it.value),
        method,
        body,
        token_env,
        expect,
        parallelism,
    })
    .filter(|_| !broken)
}
