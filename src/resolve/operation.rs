//! Alerts, load tests, budget and cost.

use std::collections::BTreeMap;

use crate::ast::{LoadTestNode, TopPart};
use crate::model::attribute::join;
use crate::model::declaration::Settled as _;
use crate::model::{
    ArrivalRate, Budget, BudgetNode, Expectation, HttpMethod, LoadTest, Name, Request, Steady,
    TestRun,
};
use crate::source::Sourced;

use super::resolver::Resolver;

/// The load tests of a file by name; one that loads nothing is reported and left out.
pub(super) fn load_tests(
    resolver: &mut Resolver<'_>,
    written: BTreeMap<Name, LoadTestNode>,
) -> BTreeMap<Name, LoadTest> {
    let mut tests = BTreeMap::new();
    for (name, node) in written {
        let loads = [node.steady.place.is_some(), node.rate.place.is_some()];
        let idle = node.stage.is_absent() && !loads.contains(&true);
        let lacks = [("steady`, `stage` or `rate", idle)];
        if resolver.complete("load-test", &name, node.place, &lacks, TopPart::LoadTest) {
            let test = load_test(resolver, &format!("load-test.{name}"), node);
            tests.insert(name, test);
        }
    }
    tests
}

fn load_test(resolver: &mut Resolver<'_>, path: &str, node: LoadTestNode) -> LoadTest {
    let at = |step: &str| join(path, step);
    let steady = node.steady.place.is_some().then_some(node.steady);
    let rate = node.rate.place.is_some().then_some(node.rate);
    let test_run = node.test_run.place.is_some().then_some(node.test_run);
    LoadTest {
        url: resolver.need(node.url, &at("url")),
        request: Request {
            method: resolver.or_derive(node.request.method, get),
            body: resolver.maybe(node.request.body),
            token_env: resolver.maybe(node.request.token_env),
        },
        steady: steady.map(|it| Steady::settle(it, resolver, &at("steady"))),
        stage: Vec::settle(node.stage, resolver, &at("stage")),
        rate: rate.map(|it| ArrivalRate::settle(it, resolver, &at("rate"))),
        expect: Expectation::settle(node.expect, resolver, &at("expect")),
        test_run: test_run.map(|it| TestRun::settle(it, resolver, &at("test-run"))),
    }
}

fn get() -> Sourced<HttpMethod> {
    Sourced::unless_stated(HttpMethod::Get, "get-by-default", "GET unless stated")
}

/// What it may cost, if anybody says so.
pub(super) fn budget(resolver: &mut Resolver<'_>, node: BudgetNode) -> Option<Budget> {
    let stated = node.monthly.value.is_some();
    stated.then(|| Budget::settle(node, resolver, "budget"))
}
