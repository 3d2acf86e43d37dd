//! Laws of intermediate states: every state between two steps can be written as a file.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tierc::compile::restated;
use tierc::diagnostic::code;
use tierc::model::Environment;
use tierc::pair::Pair;
use tierc::plan::{PlanRequest, plan};

use super::config_of_many_runs;
use super::environment::{Text, environment};
use crate::plan::catalogue;
use crate::support::{run, shown, today};

/// The parts that a plan splits. Every state has all other parts from one side.
const PARTS: [&str; 6] = ["api", "worker", "pgbouncer", "database", "redis", "nodes"];

/// An environment as a file that states all of it.
fn said(environment: &Environment) -> String {
    let mut timeless = environment.clone();
    // Off-hours and events may name a pool that is added later.
    timeless.off_hours.clear();
    timeless.event.clear();
    let mut text = restated(&timeless, &[]);
    // Absent nodes are stated, too: the tier's pool and node group are turned off.
    if environment.worker.is_empty() {
        text += "worker \"worker\" { replicas max=0 }\n";
    }
    if environment
        .nodes
        .keys()
        .all(|name| name.as_str() != "general")
    {
        text += "nodes \"general\" { count max=0 }\n";
    }
    text += &switched_off(environment);
    text
}

/// Switches off the tier's Redis groups that the environment lacks.
fn switched_off(environment: &Environment) -> String {
    if environment.redis.is_empty() {
        return "redis #false\n".to_owned();
    }
    let of_tier = run(&on(&environment.tier.value.to_string(), ""));
    let of_tier = of_tier.files[0].environment.as_ref().unwrap();
    let lacking = of_tier.redis.keys();
    let lacking = lacking.filter(|name| !environment.redis.contains_key(*name));
    lacking
        .map(|name| format!("redis \"{name}\" #false\n"))
        .collect()
}

/// Checks that a file describes a state.
#[track_caller]
fn can_be_said(state: &Environment, title: &str) {
    let text = said(state);
    let run = run(&text);
    let unread: Vec<_> = run
        .diagnostics()
        .filter(|finding| code::LANGUAGE.contains(&finding.code))
        .collect();
    assert!(unread.is_empty(), "{title}: {}\n{text}", shown(&run));
    let read = run.files[0].environment.as_ref().unwrap();
    let mut differing = state.compare(read);
    differing.retain(|it| {
        PARTS
            .iter()
            .any(|part| it.path.split('.').next() == Some(part))
    });
    assert!(differing.is_empty(), "{title}: {differing:#?}\n{text}");
}

/// Checks that for every state of a plan, and returns their number.
fn every_state(before: &str, after: &str) -> usize {
    let sides = Pair::new(before, after).map(|text| {
        let file = run(text).files.into_iter().next().unwrap();
        file.environment.unwrap()
    });
    let waived = BTreeSet::new();
    let plan = plan(&PlanRequest {
        environments: Pair::new(&sides.before, &sides.after),
        catalogue: catalogue(),
        waived: &waived,
        today: today(),
        root: "plan",
    });
    for step in &plan.steps {
        can_be_said(&step.state, &step.title);
    }
    plan.steps.len()
}

fn on(tier: &str, more: &str) -> String {
    format!("environment \"prod\"\ntier \"{tier}\"\nregion \"us-east-1\"\n{more}\n")
}

#[test]
fn states_that_only_a_plan_makes_can_be_said() {
    // A group of Redis that serves nothing yet, and one that serves nothing any more.
    for (before, after) in [("dev", "xlarge"), ("xlarge", "dev")] {
        assert!(every_state(&on(before, ""), &on(after, "")) > 5);
    }
    // Redis that goes or comes, as a whole and group by group.
    for off in ["redis #false", "redis \"queue\" #false"] {
        let pool =
            "worker \"worker\" { queue \"jobs\" type=\"postgresql\" framework=\"oban\" length=10 }";
        let (with, without) = (on("small", pool), on("small", &format!("{pool}\n{off}")));
        assert!(every_state(&with, &without) > 0);
        assert!(every_state(&without, &with) > 0);
    }
    // A removed pool whose nodes and off-hours still exist.
    let batch = "worker \"batch\" { queue \"queue:batch\" length=20; replicas min=0 max=2 }
worker \"worker\" { queue \"queue:decisions\" length=50; replicas min=1 max=4 }
nodes \"batch\" { instance \"m7g.xlarge\"; count min=0 max=4; runs \"batch\" }
off-hours from=\"20:00\" to=\"06:00\" days=\"mon-fri\" zone=\"Europe/Berlin\" { worker \"batch\" 0 }";
    let without = "worker \"worker\" { queue \"queue:decisions\" length=50; replicas min=1 max=4 }";
    every_state(&on("small", batch), &on("small", without));
    every_state(&on("small", without), &on("small", batch));
    // No pool at all, because the nodes have room for only one of two.
    let pool = |name: &str| format!("worker \"{name}\" {{ queue \"queue:decisions\" length=50 }}");
    assert_eq!(
        every_state(&on("small", &pool("one")), &on("small", &pool("two"))),
        2
    );
    // A node group that is temporarily deleted.
    let nodes = |instance: &str| {
        on(
            "small",
            &format!("nodes \"general\" {{ instance \"{instance}\" }}"),
        )
    };
    assert!(every_state(&nodes("m7g.xlarge"), &nodes("m7g.2xlarge")) >= 4);
}

proptest! {
    #![proptest_config(config_of_many_runs(10))]

    #[test]
    fn every_state_of_every_plan_can_be_said((before, after) in (environment(), environment())) {
        let (Text(before), Text(after)) = (before, after);
        every_state(&before, &after);
    }
}
