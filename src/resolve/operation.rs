//! Alerts, load tests, budget and cost.

use std::collections::BTreeMap;

use crate::ast::{Ast, ExpectNode, LoadNode, LoadTestNode, Part, joined};
use crate::model::declaration::Settled as _;
use crate::model::{
    ArrivalRate, Budget, BudgetNode, Duration, Expectation, HttpMethod, LoadTest, Name, Request,
    Stage, Steady, TestRun,
};
use crate::source::{Sourced, Spanned};

use super::resolver::Resolver;
use super::workload::sourced;

/// The load tests of file and tier by name; one that loads nothing is reported and left out.
pub(super) fn load_tests(
    resolver: &mut Resolver<'_>,
    file: &Ast,
    tier: &Ast,
) -> BTreeMap<Name, LoadTest> {
    let mut tests = BTreeMap::new();
    for (name, node) in joined(file.load_tests.clone(), tier.load_tests.clone()) {
        let idle = node.steady.is_none() && node.stages.is_empty() && node.rate.is_none();
        let lacks = [("steady`, `stage` or `rate", idle)];
        if resolver.complete("load-test", &name, Some(node.place), &lacks, Part::LoadTest) {
            tests.insert(name, load_test(resolver, node));
        }
    }
    tests
}

fn load_test(resolver: &Resolver<'_>, node: LoadTestNode) -> LoadTest {
    let stages = node.stages.into_iter();
    LoadTest {
        url: value(resolver, node.url),
        request: Request {
            method: resolver.or_derive(node.method, get),
            body: resolver.maybe(node.body),
            token_env: resolver.maybe(node.token_env),
        },
        steady: node.steady.map(|steady| {
            let (vus, r#for) = load(resolver, steady);
            Steady { vus, r#for }
        }),
        stage: stages
            .map(|stage| Stage {
                to: value(resolver, stage.to),
                over: value(resolver, stage.over),
            })
            .collect(),
        rate: node.rate.map(|rate| {
            let (per_second, r#for) = load(resolver, rate);
            ArrivalRate { per_second, r#for }
        }),
        expect: expectation(resolver, node.expect),
        test_run: resolver
            .maybe(node.parallelism)
            .map(|parallelism| TestRun { parallelism }),
    }
}

fn get() -> Sourced<HttpMethod> {
    Sourced::unless_stated(HttpMethod::Get, "get-by-default", "GET unless stated")
}

fn load(resolver: &Resolver<'_>, node: LoadNode) -> (Sourced<u32>, Sourced<Duration>) {
    (value(resolver, node.amount), value(resolver, node.duration))
}

fn expectation(resolver: &Resolver<'_>, node: ExpectNode) -> Expectation {
    Expectation {
        p50: resolver.maybe(node.p50),
        p95: resolver.maybe(node.p95),
        p99: resolver.maybe(node.p99),
        errors: resolver.maybe(node.errors),
    }
}

fn value<T>(resolver: &Resolver<'_>, written: Spanned<T>) -> Sourced<T> {
    sourced(resolver, written.value, written.span, true)
}

/// What it may cost, if anybody says so.
pub(super) fn budget(resolver: &mut Resolver<'_>, node: BudgetNode) -> Option<Budget> {
    let stated = node.monthly.value.is_some();
    stated.then(|| Budget::settle(node, resolver, "budget"))
}
