//! Laws of states on the way: whatever a plan leaves between two steps, a file can say.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tierc::diagnostic::code;
use tierc::model::Environment;
use tierc::pair::Pair;
use tierc::plan::{Request, plan};

use super::config_of_many_runs;
use super::environment::{Text, environment};
use crate::plan::catalogue;
use crate::support::{run, shown, today};

/// The parts that a plan takes apart; of the others every state has those of one side.
const PARTS: [&str; 6] = ["api", "worker", "pgbouncer", "database", "redis", "nodes"];

/// A value as it is written.
fn written(path: &str, value: &str) -> String {
    let steps: Vec<&str> = path.split('.').collect();
    let text = steps
        .iter()
        .any(|step| ["engine", "requests", "limits", "env", "driver"].contains(step));
    let number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    match value {
        "true" | "false" if !text => format!("#{value}"),
        _ if number && !text => value.to_owned(),
        _ => format!("{value:?}"),
    }
}

/// The children of one part, each with what stands behind its name.
#[derive(Default)]
struct Children {
    lines: BTreeMap<String, String>,
    below: BTreeMap<String, Vec<String>>,
}

impl Children {
    fn push(&mut self, child: &str, text: &str) {
        let line = self.lines.entry(child.to_owned()).or_default();
        *line += &format!(" {text}");
    }

    /// Takes the attribute at `steps`, below the part, which is at `path` as a whole.
    fn take(&mut self, path: &str, steps: &[&str], value: &str) {
        let said = written(path, value);
        match steps {
            ["engine", "version"] => self.push("engine", &format!("version={said}")),
            ["uses", _] => self.push("uses", &said),
            ["runs", _] => self.push("runs", &said),
            ["queue", list, "length"] => {
                self.push(&format!("queue {list:?}"), &format!("length={said}"));
            }
            ["queue", _, "list"] => {}
            ["pause"] => self.push("pause", &format!("at={said}")),
            ["replicas", "count"] => {
                let line = self.lines.entry("replicas".into()).or_default();
                *line = format!(" {said}{line}");
            }
            [scale @ ("scale-up" | "scale-down"), "select"] => {
                self.policy(scale, format!("select {said}"));
            }
            [scale @ ("scale-up" | "scale-down"), "policy", _, "kind"] => {
                self.policy(scale, value.to_owned());
            }
            [scale @ ("scale-up" | "scale-down"), "policy", _, part] => {
                let policies = self.below.get_mut(*scale).unwrap();
                let last = policies.last_mut().unwrap();
                *last += &match *part {
                    "value" => format!(" {said}"),
                    _ => format!(" {part}={said}"),
                };
            }
            [child] => self.push(child, &said),
            [child, property] => self.push(child, &format!("{property}={said}")),
            _ => panic!("{path} is not known"),
        }
    }

    fn policy(&mut self, scale: &str, policy: String) {
        self.lines.entry(scale.to_owned()).or_default();
        self.below.entry(scale.to_owned()).or_default().push(policy);
    }

    fn text(&self) -> String {
        let lines = self.lines.iter().map(|(child, rest)| {
            let below = self
                .below
                .get(child)
                .map_or_else(String::new, |below| format!(" {{ {} }}", below.join("; ")));
            format!("    {child}{rest}{below}\n")
        });
        lines.collect()
    }
}

/// An environment as a file: every value of the parts that plans take apart, stated.
fn said(environment: &Environment) -> String {
    let mut parts: BTreeMap<String, Children> = BTreeMap::new();
    let mut head = String::new();
    for attribute in environment.list() {
        let (path, value) = (attribute.path.as_str(), attribute.value.as_str());
        let steps: Vec<&str> = path.split('.').collect();
        match steps.as_slice() {
            [top @ ("environment" | "tier" | "region")] => {
                head += &format!("{top} {value:?}\n");
            }
            [part @ ("worker" | "redis" | "nodes"), name, rest @ ..] => {
                let node = parts.entry(format!("{part} {name:?}")).or_default();
                node.take(path, rest, value);
            }
            [part @ ("api" | "pgbouncer" | "database"), rest @ ..] => {
                let node = parts.entry((*part).to_owned()).or_default();
                node.take(path, rest, value);
            }
            _ => {}
        }
    }
    // What has no attribute is stated, too: a group that serves nothing, and what the tier has.
    for name in environment.redis.keys() {
        let node = parts
            .entry(format!("redis {:?}", name.as_str()))
            .or_default();
        node.lines.entry("uses".into()).or_default();
    }
    if environment.worker.is_empty() {
        parts
            .entry("worker \"worker\"".into())
            .or_default()
            .push("replicas", "max=0");
    }
    let off = parts.entry("nodes \"general\"".into()).or_default();
    if off.lines.is_empty() {
        off.push("count", "max=0");
    }
    let nodes = parts
        .iter()
        .map(|(node, children)| format!("{node} {{\n{}}}\n", children.text()));
    head + &nodes.collect::<String>()
}

/// Holds that a file says what a state is.
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

/// Holds it of every state of a plan; how many there are.
fn every_state(before: &str, after: &str) -> usize {
    let sides = Pair::new(before, after).map(|text| {
        let file = run(text).files.into_iter().next().unwrap();
        file.environment.unwrap()
    });
    let waived = BTreeSet::new();
    let plan = plan(&Request {
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
    // A pool whose nodes and hours are still there.
    let batch = "worker \"batch\" { queue \"queue:batch\" length=20; replicas min=0 max=2 }
worker \"worker\" { queue \"queue:decisions\" length=50; replicas min=1 max=4 }
nodes \"batch\" { instance \"m7g.xlarge\"; count min=0 max=4; runs \"batch\" }
off-hours from=\"20:00\" to=\"06:00\" days=\"mon-fri\" zone=\"Europe/Berlin\" { worker \"batch\" 0 }";
    let without = "worker \"worker\" { queue \"queue:decisions\" length=50; replicas min=1 max=4 }";
    every_state(&on("small", batch), &on("small", without));
    every_state(&on("small", without), &on("small", batch));
    // No pool at all, where the nodes take only one of two.
    let pool = |name: &str| format!("worker \"{name}\" {{ queue \"queue:decisions\" length=50 }}");
    assert_eq!(
        every_state(&on("small", &pool("one")), &on("small", &pool("two"))),
        2
    );
    // A node group that is away for a moment.
    let nodes = |instance: &str| {
        on(
            "small",
            &format!("nodes \"general\" {{ instance \"{instance}\" }}"),
        )
    };
    assert!(every_state(&nodes("m7g.xlarge"), &nodes("m7g.2xlarge")) >= 4);
}

proptest! {
    #![proptest_config(config_of_many_runs(20))]

    #[test]
    fn every_state_of_every_plan_can_be_said((before, after) in (environment(), environment())) {
        let (Text(before), Text(after)) = (before, after);
        every_state(&before, &after);
    }
}
