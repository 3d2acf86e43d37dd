//! Laws of derivation: the inputs of a value are exactly the values from which it is computed.

use std::collections::{BTreeMap, BTreeSet};

use tierc::model::declaration::Top;
use tierc::model::{Attribute, DECLARED, Environment};
use tierc::source::{Derivation, Origin};

use super::declared::{RICH, WAIVE, environments_beside};
use crate::support::{files, run};

/// Additions to [`RICH`], so that each rule of derivation has alternatives: node groups of both
/// architectures and both capacities, and a service that bypasses PgBouncer.
const CHOICES: &str = "nodes \"old\" { instance \"m7i.large\"; count min=0 max=4 }
nodes \"spare\" { instance \"m7i.large\"; capacity \"spot\"; count min=0 max=4 }
service \"reports\" { replicas 2; requests cpu=\"200m\" memory=\"512Mi\"; connections per-pod=2 via=\"direct\" }
";

fn derivation(attribute: &Attribute) -> Option<&Derivation> {
    match &attribute.origin {
        Origin::Derived(derivation) => Some(derivation),
        Origin::Declared(_) | Origin::Tier(_) | Origin::Recorded => None,
    }
}

/// Every value of an environment, by path.
fn values(environment: &Environment) -> BTreeMap<String, Attribute> {
    let values = environment.list().into_iter();
    values.map(|it| (it.path.clone(), it)).collect()
}

/// The paths that a value follows from, through others.
fn sources(path: &str, values: &BTreeMap<String, Attribute>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut looking = vec![path.to_owned()];
    while let Some(next) = looking.pop() {
        let derived = values.get(&next).and_then(derivation);
        for input in derived.iter().flat_map(|it| &it.inputs) {
            if found.insert(input.clone()) {
                looking.push(input.clone());
            }
        }
    }
    found
}

/// The rules whose values change between two environments, and values that change although none of their
/// inputs does.
fn unexplained(before: &Environment, after: &Environment) -> (BTreeSet<&'static str>, Vec<String>) {
    let sides = [values(before), values(after)];
    let derived = |path: &str| sides.each_ref().map(|side| derivation(side.get(path)?));
    let is_derived = |path: &str| {
        let mut present = sides.iter().filter_map(|side| side.get(path));
        present.all(|it| derivation(it).is_some())
    };
    let changed = before.compare(after).into_iter().map(|it| it.path);
    let (following, stated): (Vec<String>, Vec<String>) = changed.partition(|it| is_derived(it));
    let stated: BTreeSet<String> = stated.into_iter().collect();
    let (mut rules, mut wrong) = (BTreeSet::new(), Vec::new());
    for path in following {
        // A value that only one side has was added or removed with its node.
        let [Some(was), Some(is)] = derived(&path) else {
            continue;
        };
        rules.extend([was.rule, is.rule]);
        let mut inputs = sides.iter().flat_map(|side| sources(&path, side));
        if !inputs.any(|input| stated.contains(&input)) {
            wrong.push(format!("{path} ({}) changes with {stated:?}", is.rule));
        }
    }
    (rules, wrong)
}

#[test]
fn a_derived_value_changes_only_with_its_inputs() {
    // The replicas' hosts follow from the endpoint where the primary has its name.
    let rich = RICH.replace("endpoint \"prod.", "endpoint \"kaireon-prod.");
    let rich = rich.replace(
        "replicas 1; storage",
        "replicas 1 via=\"pgbouncer\"; storage",
    );
    let rich = format!("{rich}{CHOICES}");
    let (mut moved, mut known) = (BTreeSet::new(), BTreeSet::new());
    let mut wrong = BTreeSet::new();
    // No value is derived from a waiver.
    let tops = DECLARED.iter().filter(|top| top.name != WAIVE);
    for of in tops.flat_map(Top::every) {
        for all in environments_beside(&of, &rich) {
            for pair in all.windows(2) {
                let [before, after] = pair else { continue };
                let (rules, alone) = unexplained(before, after);
                moved.extend(rules);
                wrong.extend(alone);
            }
            let attributes = all.iter().flat_map(Environment::list);
            known.extend(attributes.filter_map(|it| {
                let derived = derivation(&it)?;
                (!derived.inputs.is_empty()).then_some(derived.rule)
            }));
        }
    }
    assert_eq!(wrong, BTreeSet::new());
    // The law covers every rule with inputs.
    assert_eq!(moved, known);
}

#[test]
fn every_input_is_a_value_of_the_environment() {
    let (mut inputs, mut wrong) = (0, BTreeSet::new());
    let cases = files("tests/cases", "kdl").into_iter();
    for path in cases.chain(files("environments", "kdl")) {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let run = run(&text);
        for environment in run.files.iter().filter_map(|it| it.environment.as_ref()) {
            let values = values(environment);
            for (derived, value) in &values {
                for input in derivation(value).iter().flat_map(|it| &it.inputs) {
                    inputs += 1;
                    if !values.contains_key(input) {
                        wrong.insert(format!("{derived}: {input} in {}", path.display()));
                    }
                }
            }
        }
    }
    assert!(inputs > 10_000, "{inputs}");
    assert_eq!(wrong, BTreeSet::new());
}
