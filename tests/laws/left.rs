//! A step deletes from the cluster every object that it removes from the tree, because `kubectl apply`
//! removes nothing.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use tierc::action::{Action, Manifests};
use tierc::emit::for_the_cluster;
use tierc::model::Environment;
use tierc::pair::Pair;
use tierc::plan::procedure::Procedure;
use tierc::plan::{PlanRequest, plan};

use super::config;
use super::environment::environment;
use crate::plan::catalogue;
use crate::support::{documents, run, today};

/// A kind in lower case and a name.
type Object = (String, String);

/// The objects of an environment by the file that they are in.
fn objects(environment: &Environment) -> Objects {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |object: &Value| {
        let kind = text(&object["kind"]).to_lowercase();
        (kind, text(&object["metadata"]["name"]))
    };
    let files = for_the_cluster(environment, catalogue(), "prod.kdl");
    let manifests = files.into_iter().filter(|(path, _)| {
        path.starts_with("kubernetes/") && !path.ends_with("kustomization.yaml")
    });
    manifests
        .map(|(path, yaml)| (path, documents(&yaml).iter().map(of).collect()))
        .collect()
}

/// The objects of a state by the file that they are in.
type Objects = BTreeMap<String, BTreeSet<Object>>;

/// The objects that a step removes and no command of `procedure` deletes.
fn left(had: &Objects, has: &Objects, procedure: &Procedure) -> Vec<Object> {
    let has: BTreeSet<&Object> = has.values().flatten().collect();
    let deleted = |path: &str, (kind, name): &Object| {
        let kind = match kind.as_str() {
            "horizontalpodautoscaler" => "hpa",
            other => other,
        };
        procedure.apply.iter().any(|action| {
            if let Action::Delete {
                manifests: Manifests::File(file),
            } = action
            {
                file.ends_with(&format!("/{path}"))
            } else if let Action::DeleteObjects { objects, .. } = action {
                objects.contains(&format!("{kind}/{name}"))
            } else {
                false
            }
        })
    };
    let gone = had.iter().flat_map(|(path, objects)| {
        let gone = objects.iter().filter(|it| !has.contains(it));
        gone.filter(|it| !deleted(path, it))
    });
    gone.cloned().collect()
}

/// Every object that the steps from one text to another leave behind, in the plan and in its undo.
fn left_of_plan(before: &str, after: &str) -> Vec<String> {
    let (before, after) = (run(before), run(after));
    let sides = Pair::new(&before, &after)
        .map(|run| run.files[0].environment.as_ref().expect("it resolves"));
    let waived = BTreeSet::new();
    let plan = plan(&PlanRequest {
        environments: sides,
        catalogue: catalogue(),
        waived: &waived,
        today: today(),
        root: "plan",
    });
    let mut had = objects(sides.before);
    let mut all = Vec::new();
    for step in &plan.steps {
        let has = objects(&step.state);
        let there = left(&had, &has, &step.procedure);
        let back = step.undo.as_ref().ok();
        let back = back.map_or_else(Vec::new, |undo| left(&has, &had, undo));
        let told = |way: &str, it: Vec<Object>| {
            (!it.is_empty()).then(|| format!("{}, {way}: {it:?}", step.title))
        };
        all.extend(told("there", there));
        all.extend(told("back", back));
        had = has;
    }
    all
}

proptest! {
    #![proptest_config(config(20))]

    #[test]
    fn no_step_leaves_an_object_behind((before, after) in (environment(), environment())) {
        let left = left_of_plan(&before.0, &after.0);
        prop_assert!(left.is_empty(), "{}\n{}\n{}", left.join("\n"), before.0, after.0);
    }
}

/// The law would also hold for plans that remove nothing. So many random pairs must remove objects.
#[test]
fn random_pairs_take_objects_away() {
    let mut runner = TestRunner::new(config(40));
    let pairs = (environment(), environment());
    let gone = (0..40).filter(|_| {
        let (before, after) = pairs.new_tree(&mut runner).unwrap().current();
        let all = |text: &str| -> BTreeSet<Object> {
            let run = run(text);
            let files = objects(run.files[0].environment.as_ref().unwrap());
            files.into_values().flatten().collect()
        };
        !all(&before.0).is_subset(&all(&after.0))
    });
    let gone = gone.count();
    assert!(gone > 8, "{gone} of 40 pairs remove an object");
}

#[test]
fn whatever_leaves_a_file_leaves_the_cluster() {
    let file = |nodes: &str| {
        format!("environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\n{nodes}\n")
    };
    let pool = |name: &str, more: &str| {
        format!(
            "worker \"{name}\" {{ queue \"queue:{name}\" length=10; replicas min=1 max=2; {more} }}\n"
        )
    };
    let (kept, other) = (pool("worker", ""), pool("batch", ""));
    let asleep =
        "off-hours from=\"20:00\" to=\"07:00\" zone=\"Europe/Berlin\" { worker \"batch\" 0; }\n";
    // So many long names that the alerts need a second object in one state.
    let many = |count: u32| -> String {
        let pools = (1..=count).map(|at| {
            let list = |kind: &str| format!("queue \"queue:{kind}{at}:{}\" length=10", "x".repeat(150));
            format!(
                "worker \"p{at:02}-a-pool-with-a-long-name\" {{ {}; {}; replicas min=1 max=2; requests cpu=\"50m\" memory=\"64Mi\"; connections per-pod=1 }}\n",
                list(""),
                list("b")
            )
        });
        pools.collect()
    };
    let rules = |count: u32| {
        let run = run(&file(&many(count)));
        let objects = objects(run.files[0].environment.as_ref().unwrap());
        let all = objects.into_values().flatten();
        all.filter(|(kind, _)| kind == "prometheusrule").count()
    };
    let two = (20..50).find(|count| rules(*count) == 2).unwrap();
    for (before, after, least) in [
        (many(two), many(two - 1), "prometheusrule"),
        // A pool, and a pool that only a schedule concerns.
        (
            format!("{kept}{other}"),
            kept.clone(),
            "triggerauthentication",
        ),
        (format!("{kept}{other}{asleep}"), kept.clone(), "cronjob"),
        // A pool under another name.
        (
            kept.clone(),
            pool("worker", "name \"renamed\";"),
            "triggerauthentication",
        ),
        // A group that needs no Secret any more.
        (
            format!("{kept}redis \"queue\" {{ tls \"preferred\"; }}"),
            format!("{kept}redis \"queue\" {{ tls \"off\"; endpoint \"q.example.com:6379\"; }}"),
            "triggerauthentication",
        ),
    ] {
        let (before, after) = (file(&before), file(&after));
        let gone = |one: &str, other: &str| {
            let (one, other) = (run(one), run(other));
            let [one, other] =
                [&one, &other].map(|run| objects(run.files[0].environment.as_ref().unwrap()));
            let other: BTreeSet<Object> = other.into_values().flatten().collect();
            let one: BTreeSet<Object> = one.into_values().flatten().collect();
            one.difference(&other).any(|(kind, _)| kind == least)
        };
        assert!(gone(&before, &after), "{least}");
        let left = left_of_plan(&before, &after);
        assert!(left.is_empty(), "{least}: {}", left.join("\n"));
        let left = left_of_plan(&after, &before);
        assert!(left.is_empty(), "back to {least}: {}", left.join("\n"));
    }
}
