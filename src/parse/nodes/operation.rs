//! `load-test`.

use std::ops::RangeInclusive;

use crate::ast::{ExpectNode, LoadNode, LoadTestNode, StageNode, Written};
use crate::model::Place;
use crate::parse::fields::Fields;
use crate::parse::value;

/// A day: no load test runs longer.
const RUN: RangeInclusive<u64> = 1..=86_400;
const SOME: RangeInclusive<u32> = 1..=u32::MAX;

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
