//! Laws of derivation: the inputs of a value are exactly the values from which it is computed.

use std::collections::{BTreeMap, BTreeSet};

use tierc::model::declaration::Standing;
use tierc::model::{Attribute, Environment};
use tierc::source::{Derivation, Origin};

use super::declared::{BASE, RICH, environments_beside, is_at, is_list, of_environments, read};
use super::{some_of, takes_all};
use crate::support::{files, run, runs_of_cases};

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

/// The paths that a value follows from on any of the sides, through others.
fn sources(path: &str, sides: &[&BTreeMap<String, Attribute>]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut looking = vec![path.to_owned()];
    while let Some(next) = looking.pop() {
        let derived = sides.iter().filter_map(|side| derivation(side.get(&next)?));
        for input in derived.flat_map(|it| &it.inputs) {
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
        let [before, after] = &sides;
        if sources(&path, &[before, after]).is_disjoint(&stated) {
            wrong.push(format!("{path} ({}) changes with {stated:?}", is.rule));
        }
    }
    (rules, wrong)
}

/// An environment with a choice for each rule of derivation.
fn rich() -> String {
    // The replicas' hosts follow from the endpoint where the primary has its name.
    let rich = RICH.replace("endpoint \"prod.", "endpoint \"kaireon-prod.");
    let rich = rich.replace(
        "replicas 1; storage",
        "replicas 1 via=\"pgbouncer\"; storage",
    );
    format!("{rich}{CHOICES}")
}

/// How many of the attributes these laws look at by default.
const OF_MANY: usize = 30;

#[test]
fn a_derived_value_changes_only_with_its_inputs() {
    let rich = rich();
    let (mut moved, mut known) = (BTreeSet::new(), BTreeSet::new());
    let mut wrong = BTreeSet::new();
    for of in some_of(of_environments(), OF_MANY) {
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
    if !takes_all(of_environments().count(), OF_MANY) {
        return;
    }
    // A singleton's number of pods is 1 wherever there is one: the value appears and goes, and never moves.
    assert!(known.remove("singleton"));
    // An entry of PgBouncer with another name is another entry.
    assert!(known.remove("dbname-as-entry"));
    // The law covers every other rule with inputs.
    assert_eq!(moved, known);
}

/// [`rich`] with another node group `batch`.
fn batch(instance: &str, rest: &str) -> String {
    let group = "nodes \"batch\" { instance \"m7g.xlarge\"; alternatives \"m6g.2xlarge\"; count min=0 max=4; runs \"worker\"; max-pods 60; prefix-delegation #true; daemons pods=6 cpu=\"500m\" memory=\"1Gi\" }";
    let other = format!("nodes \"batch\" {{ instance \"{instance}\"; count min=0 max=4; {rest} }}");
    rich().replace(group, &other)
}

/// Environments with other choices, and the attributes that they are about. The group that names the
/// pool would take the API as well, is of another architecture, or is not the only one; several
/// PgBouncer pods drain at once; the pools are small; hosts follow or do not; a count is held.
fn others() -> Vec<(String, &'static [&'static str])> {
    let rich = rich();
    let quick = "nodes \"quick\" { instance \"m7g.large\"; count min=0 max=4; runs \"worker\"; capacity \"spot\" }\n";
    let pooler = |more: &str| rich.replace("pgbouncer { ", &format!("pgbouncer {{ {more}; "));
    let of_nodes: &[&str] = &["nodes.", "worker.capacity"];
    let of_pools: &[&str] = &["pgbouncer.", "database.max-connections"];
    let all = vec![
        (batch("m7i.large", "runs \"worker\""), of_nodes),
        (
            batch("m7i.large", "runs \"worker\"; capacity \"spot\""),
            of_nodes,
        ),
        (batch("m7i.large", "runs \"worker\" \"batch\""), of_nodes),
        (batch("m7i.large", ""), of_nodes),
        (batch("m7i.large", "runs \"worker\"") + quick, of_nodes),
        (pooler("drain \"10m\"; min-ready \"5m\""), of_pools),
        (pooler("pool default=5"), of_pools),
        (
            rich.replace("via=\"pgbouncer\"; storage", "via=\"direct\"; storage"),
            &["database."],
        ),
        (rich.replace("kaireon-prod.", "other."), &["database."]),
        (
            rich.replace("min=0 max=2", "min=0 max=2; hold 3"),
            &["worker.replicas.", "worker.hold"],
        ),
    ];
    assert!(all.iter().all(|(it, _)| *it != rich));
    all
}

/// The values that derived values of `environment` follow from and that `of` states: the path of the
/// derived value, and that of what it follows from.
fn following(of: &Standing, values: &BTreeMap<String, Attribute>) -> BTreeSet<(String, String)> {
    let derived = values.iter().filter(|(_, it)| derivation(it).is_some());
    let follow = |path: &String| {
        let stated = sources(path, &[values]).into_iter();
        let stated = stated.filter(|it| values.get(it).is_some_and(|it| derivation(it).is_none()));
        let stated = stated.filter(|it| is_at(of, it));
        stated.map(|it| (path.clone(), it)).collect::<Vec<_>>()
    };
    derived.flat_map(|(path, _)| follow(path)).collect()
}

/// Inputs that move what follows from them in none of the environments that differ in them alone.
fn superfluous(of: &Standing, all: &[Environment]) -> (usize, BTreeSet<String>) {
    let all: Vec<_> = all.iter().map(values).collect();
    let (mut seen, mut wrong) = (0, BTreeSet::new());
    for one in &all {
        for (path, input) in following(of, one) {
            let others = all.iter().filter(|other| {
                let value = |side: &BTreeMap<String, Attribute>| {
                    side.get(&input).map(|it| it.value.clone())
                };
                value(one) != value(other)
            });
            let others: Vec<_> = others.collect();
            seen += others.len();
            let moves = |other: &&BTreeMap<String, Attribute>| {
                other
                    .get(&path)
                    .is_none_or(|it| it.value != one[&path].value)
            };
            if !others.is_empty() && !others.iter().any(moves) {
                let rule = derivation(&one[&path]).unwrap().rule;
                wrong.insert(format!("{path} ({rule}) does not change with {input}"));
            }
        }
    }
    (seen, wrong)
}

/// The attributes that derived values of an environment read.
fn read_by_derivations(environment: &Environment) -> Vec<Standing> {
    let values = environment.list();
    let derived = values.iter().filter_map(derivation);
    let read: BTreeSet<&String> = derived
        .flat_map(|it| it.inputs.iter().chain(&it.idle))
        .collect();
    // A value of a list gives way to another one there.
    let of = of_environments().filter(|of| !is_list(of));
    of.filter(|of| read.iter().any(|path| is_at(of, path)))
        .collect()
}

/// Inputs that decide, although no value that the law tries moves what follows from them: the name of the
/// server is compared with its endpoint, and no other sample of either is equal; a pool is rounded to
/// a multiple of 5, and the service is small.
const UNMOVED: &[&str] = &[
    "database.tls (tls-follows-endpoint) does not change with app",
    "database.tls (tls-follows-endpoint) does not change with database.endpoint",
    "database.tls (tls-follows-endpoint) does not change with environment",
    "pgbouncer.pool.default (pool-for-demand) does not change with service.outbox.connections.database",
    "pgbouncer.pool.default (pool-for-demand) does not change with service.outbox.connections.via",
    "pgbouncer.pool.max-db (pool-within-server) does not change with service.outbox.connections.database",
    "pgbouncer.pool.max-db (pool-within-server) does not change with service.outbox.connections.via",
];

/// How many of the inputs of each environment this law looks at by default.
const OF_INPUTS: usize = 6;

#[test]
fn each_input_moves_what_is_derived_from_it() {
    let (mut seen, mut wrong) = (0, BTreeSet::new());
    let everything: &[&str] = &[""];
    for (rich, about) in others().into_iter().chain([(rich(), everything)]) {
        let of = read_by_derivations(&read(&format!("{BASE}{rich}"))).into_iter();
        let is_about = |of: &Standing| about.iter().any(|it| of.full_path().starts_with(it));
        for of in some_of(of.filter(is_about), OF_INPUTS) {
            for all in environments_beside(&of, &rich) {
                let (pairs, idle) = superfluous(&of, &all);
                seen += pairs;
                wrong.extend(idle);
            }
        }
    }
    let runs = of_environments().find(|of| of.full_path() == "nodes.runs");
    for instance in ["m7g.xlarge", "m7i.large"] {
        for capacity in ["on-demand", "spot"] {
            let bought = format!("capacity \"{capacity}\"");
            let sides = [format!("{bought}; runs \"worker\""), bought];
            let sides = sides.map(|rest| read(&format!("{BASE}{}", batch(instance, &rest))));
            let (pairs, idle) = superfluous(runs.as_ref().unwrap(), &sides);
            seen += pairs;
            wrong.extend(idle);
        }
    }
    let unmoved: BTreeSet<String> = UNMOVED.iter().map(|it| (*it).to_owned()).collect();
    if takes_all(of_environments().count(), OF_INPUTS) {
        assert!(seen > 1000, "{seen}");
        assert_eq!(wrong, unmoved);
    }
    assert!(wrong.is_subset(&unmoved), "{wrong:?}");
}

#[test]
fn every_input_is_a_value_of_the_environment() {
    let (mut inputs, mut wrong) = (0, BTreeSet::new());
    let shipped = files("environments", "kdl").into_iter().map(|path| {
        let run = run(&std::fs::read_to_string(&path).unwrap());
        (path, run)
    });
    let shipped: Vec<_> = shipped.collect();
    let cases: Vec<_> = runs_of_cases().collect();
    for (path, run) in cases.into_iter().chain(&shipped) {
        for environment in run.files.iter().filter_map(|it| it.environment.as_ref()) {
            let values = values(environment);
            for (derived, value) in &values {
                let read = derivation(value).into_iter();
                for input in read.flat_map(|it| it.inputs.iter().chain(&it.idle)) {
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
