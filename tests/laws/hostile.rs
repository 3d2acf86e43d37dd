//! Hostile texts: in every string of a file and of a record, they are refused or harmless. No shell line
//! runs them, and no alert reads them as a template.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rayon::prelude::*;
use serde_json::Value;
use tierc::compile::unsayable;
use tierc::emit::{emit, lock};
use tierc::model::Environment;
use tierc::pair::Pair;
use tierc::plan::{PlanRequest, plan};

use super::config;
use super::environment::environment;
use crate::plan::catalogue;
use crate::plan::unbroken;
use crate::support::{documents, run, today};

const HOSTILE: [&str; 14] = [
    "$(touch pwned)",
    "`touch pwned`",
    "'; touch pwned; '",
    "a\" pwned \"b",
    "{{ pwned }}",
    "x|pwned",
    "pwned --> x",
    "a pwned b",
    "db.pwned;id",
    "pwned\nid",
    "\u{202e}pwned",
    "\u{61c}pwned",
    "\u{1b}[2Jpwned",
    "\u{9b}2Jpwned",
];

/// Every attribute that is a string, and every name; `%` is the text.
const PLACES: &[&str] = &[
    "app %",
    "namespace %",
    "cluster %",
    "labels team=%",
    "labels %=\"x\"",
    "api { name %; }",
    "api { image %; }",
    "api { env LOG_LEVEL=%; }",
    "api { env %=\"x\"; }",
    "api { connections per-pod=2 env=%; }",
    "api { metric % average=\"1\"; }",
    "worker % { queue \"q\" length=1; replicas min=1 max=2; }",
    "worker \"w\" { name %; queue \"q\" length=1; replicas min=1 max=2; }",
    "worker \"w\" { queue % length=1; queue \"q\" length=1; replicas min=1 max=2; }",
    "worker \"w\" { queue \"q\" length=1; replicas min=1 max=2; tolerate %; }",
    "worker \"w\" { queue \"q\" length=1; replicas min=1 max=2; env X=%; }",
    "service % { replicas 1; }",
    "pgbouncer { name %; }",
    "pgbouncer { image %; }",
    "database { name %; }",
    "database { instance %; }",
    "database { engine %; }",
    "database { endpoint %; }",
    "database { dbname %; }",
    "database { user %; }",
    "database { replicas 1 instance=%; }",
    "redis % { node \"cache.r6g.large\"; }",
    "redis \"queue\" { name %; }",
    "redis \"queue\" { node %; }",
    "redis \"queue\" { engine \"redis\" version=%; }",
    "redis \"queue\" { endpoint %; }",
    "redis \"queue\" { env url=%; }",
    "redis \"queue\" { env cluster=%; }",
    "nodes % { instance \"m7g.large\"; count min=1 max=2; }",
    "nodes \"general\" { instance %; }",
    "nodes \"general\" { runs %; }",
    "network database-cidr=%",
    "network monitoring-namespace=%",
    "schedule image=%",
    "off-hours from=\"20:00\" to=\"08:00\" zone=% { api 0; }",
    "event % from=\"2030-11-29T06:00\" to=\"2030-11-30T00:00\" zone=\"Europe/Berlin\" { api 8; }",
    "event \"e\" from=\"2030-11-29T06:00\" to=\"2030-11-30T00:00\" zone=% { api 8; }",
    "alerts { route %; }",
    "alerts { labels release=%; }",
    "alerts { labels %=\"x\"; }",
    "load-test % url=\"https://example.com/\" { rate 1 for=\"5m\"; test-run parallelism=1; }",
    "load-test \"l\" url=% { rate 1 for=\"5m\"; test-run parallelism=1; }",
    "load-test \"l\" url=\"https://example.com/\" { request \"POST\" body=%; rate 1 for=\"5m\"; }",
    "load-test \"l\" url=\"https://example.com/\" { request token-env=%; rate 1 for=\"5m\"; }",
    "waive \"single-az\" reason=% until=\"2030-01-31\"",
];

/// A string of KDL that says `text`.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() || "\u{202e}\u{61c}".contains(c) => {
            format!("\\u{{{:x}}}", u32::from(c))
        }
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// The lines of a Markdown page that are for a shell.
fn shell_lines(page: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            _ if inside => lines.push(line.to_owned()),
            _ => {}
        }
    }
    lines
}

/// The problems in the output of an environment and of the change from `base`.
fn harm(base: &Environment, environment: &Environment, hostile: &str) -> Vec<String> {
    // Everything that has a hostile text was made from the environment. Most texts were refused, or are
    // in a key that no record has.
    if !format!("{environment:?}").contains("pwned") {
        return Vec::new();
    }
    let artifacts = emit(environment, None, catalogue(), "prod.kdl");
    let mut lines = shell_lines(&unbroken(&artifacts["RUNBOOK.md"]));
    let waived = BTreeSet::new();
    for sides in [Pair::new(base, environment), Pair::new(environment, base)] {
        let plan = plan(&PlanRequest {
            environments: sides,
            catalogue: catalogue(),
            waived: &waived,
            today: today(),
            root: "plan",
        });
        for step in plan.steps {
            let undo = step.undo.unwrap_or_default();
            for procedure in [step.procedure, undo] {
                let actions = procedure.apply.iter().chain(&procedure.verify);
                lines.extend(actions.map(tierc::action::Action::shell));
            }
        }
    }
    let mut wrong: Vec<String> = lines
        .into_iter()
        .filter(|line| line.contains("pwned"))
        .filter(|line| {
            let words = shlex::split(line).unwrap_or_default();
            !words.iter().any(|word| word.contains(hostile))
        })
        .collect();
    for rule in documents(&artifacts["kubernetes/alerts.yaml"]) {
        for text in annotations(&rule) {
            let plain = text.replace("{{ \"{{\" }}", "");
            let mut templates = plain.split("{{").skip(1);
            let own = [" $value ", " if lt $value 0.0 }}", " else }}", " end }}"];
            if !templates.all(|template| own.iter().any(|known| template.starts_with(known))) {
                wrong.push(text);
            }
        }
    }
    let acts = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{61c}".contains(c);
    for (path, text) in &artifacts {
        if text.contains(acts) {
            wrong.push(format!("{path} holds what acts on its reader"));
        }
    }
    wrong
}

/// Every text that Prometheus reads as a template, labels included.
fn annotations(rule: &Value) -> Vec<String> {
    let groups = rule["spec"]["groups"].as_array().unwrap();
    let rules = groups.iter().flat_map(|it| it["rules"].as_array().unwrap());
    let texts = rules.flat_map(|rule| {
        let maps = ["annotations", "labels"].map(|key| rule[key].as_object().unwrap());
        maps.into_iter().flat_map(|map| map.values())
    });
    texts
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

const BASE: &str = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\n";

/// The file for a record with every attribute.
const WHOLE: &str = r#"
labels team="platform"
framework "bullmq"
api {
    image "registry.example.com/api:1.4.2"
    env LOG_LEVEL="info"
    metric "http_requests_per_second" average="100"
    hold 6
}
worker "decisions" {
    queue "bull:decisions:wait" length=50
    queue "bull:low:wait" length=50
    replicas min=1 max=6
    tolerate "spot=true:NoSchedule"
    fallback replicas=2 failures=3
    pause at=2
}
service "exports" { replicas 2; requests cpu="100m" memory="128Mi"; connections per-pod=1; }
database { endpoint "db.example.com"; replicas 1; storage gib=400 iops=12000 throughput=500; }
redis "queue" { endpoint "queue.example.com:6379"; data gib=2; }
nodes "general" { runs "decisions"; }
nodes "rest" { instance "m7g.large"; count min=2 max=12; }
network database-cidr="10.0.32.0/20" monitoring-namespace="monitoring"
off-hours from="20:00" to="08:00" zone="Europe/Berlin" { api 0; worker "decisions" 0; }
event "sale" from="2030-11-29T06:00" to="2030-11-30T00:00" zone="Europe/Berlin" { api 8; worker "decisions" 3; }
alerts { route "pagerduty"; labels release="monitoring"; }
load-test "decisions" url="https://example.com/" {
    request "POST" body="body.json" token-env="LOAD_TOKEN"
    steady vus=10 for="1m"; stage to=20 over="1m"; rate 10 for="5m"
    expect p50="100ms" p95="250ms" p99="1s" errors="1%"
    test-run parallelism=2
}
budget monthly=90000
cost reserved=20
waive "single-az" reason="no standby here" until="2030-01-31"
"#;

#[test]
fn a_hostile_text_in_a_file_is_refused_or_does_nothing() {
    let base = run(BASE);
    let base = base.files[0].environment.as_ref().unwrap();
    let (mut wrong, mut refused, mut taken) = (Vec::new(), 0, 0);
    for place in PLACES {
        for hostile in HOSTILE {
            let text = format!("{BASE}{}\n", place.replace('%', &quoted(hostile)));
            let run = run(&text);
            let Some(environment) = &run.files[0].environment else {
                assert!(run.has_errors(), "{text}");
                continue;
            };
            if run.has_errors() {
                refused += 1;
            } else {
                taken += 1;
            }
            let harm = harm(base, environment, hostile);
            wrong.extend(harm.into_iter().map(|it| format!("{text}{it}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The law would also hold if every text were refused, or none. So both must occur.
    assert!(
        refused > 100 && taken > 20,
        "{refused} refused, {taken} taken"
    );
}

/// A record with everything in it.
fn record() -> Value {
    let run = run(&format!("{BASE}{WHOLE}"));
    let environment = run.files[0].environment.as_ref().unwrap();
    let waivers = run.files[0].waivers.as_deref();
    let artifacts = emit(environment, waivers, &run.catalogue, "prod.kdl");
    serde_json::from_str(&artifacts["tierc.lock.json"]).unwrap()
}

/// Reads a record: the environment, or why it is refused.
fn read(record: &Value) -> Result<Environment, String> {
    let text = serde_json::to_vec(record).unwrap();
    let read = lock::read(&text)?;
    match unsayable(
        &read.environment,
        read.waivers.as_deref().unwrap_or_default(),
    ) {
        Some(why) => Err(why),
        None => Ok(read.environment),
    }
}

/// The pointers of every string and of every key below a value.
fn strings(value: &Value, path: &str, into: &mut Vec<(String, Option<String>)>) {
    let step = |key: &str| format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::String(_) => into.push((path.to_owned(), None)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                strings(item, &step(&index.to_string()), into);
            }
        }
        Value::Object(entries) => {
            for (key, item) in entries {
                into.push((path.to_owned(), Some(key.clone())));
                strings(item, &step(key), into);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn a_record_as_it_was_written_is_read() {
    let record = record();
    assert!(read(&record).is_ok(), "{:?}", read(&record).err());
    for tier in ["dev", "small", "medium", "large", "xlarge"] {
        let artifacts = crate::emit::of_tier(tier);
        let text = &artifacts["tierc.lock.json"];
        assert_eq!(
            read(&serde_json::from_str(text).unwrap()).err(),
            None,
            "{tier}"
        );
    }
}

#[test]
fn a_hostile_text_in_a_record_is_refused_or_does_nothing() {
    let base = run(BASE);
    let base = base.files[0].environment.as_ref().unwrap();
    let record = record();
    let mut places = Vec::new();
    strings(&record["environment"], "/environment", &mut places);
    strings(&record["waivers"], "/waivers", &mut places);
    assert!(places.len() > 300, "{}", places.len());
    let judged = places.par_iter().map(|(path, key)| {
        let (mut wrong, mut refused) = (Vec::new(), 0);
        // An unknown key of a record is ignored; a few texts are enough to show that.
        let texts = if key.is_some() {
            &HOSTILE[..4]
        } else {
            &HOSTILE[..]
        };
        for hostile in texts.iter().copied() {
            let mut changed = record.clone();
            let at = changed.pointer_mut(path).unwrap();
            match key {
                None => *at = Value::String(hostile.into()),
                Some(key) => {
                    let entries = at.as_object_mut().unwrap();
                    let value = entries.remove(key).unwrap();
                    entries.insert(hostile.into(), value);
                }
            }
            match read(&changed) {
                Err(_) => refused += 1,
                Ok(environment) => {
                    let harm = harm(base, &environment, hostile);
                    let told = |it: String| format!("{path} {key:?} {hostile:?}: {it}");
                    wrong.extend(harm.into_iter().map(told));
                }
            }
        }
        (wrong, refused)
    });
    let judged: Vec<(Vec<String>, usize)> = judged.collect();
    let refused: usize = judged.iter().map(|(_, refused)| refused).sum();
    let wrong: Vec<String> = judged.into_iter().flat_map(|(wrong, _)| wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused > 2000, "{refused}");
}

/// Numbers and words of a record have the limits of a file.
#[test]
fn a_number_that_no_file_could_state_is_in_no_record() {
    for (path, value, told) in [
        (
            "/environment/api/replicas/min",
            Value::from(0),
            "out of range",
        ),
        (
            "/environment/pgbouncer/pool/max-db",
            Value::from(0),
            "out of range",
        ),
        (
            "/environment/database/max-connections",
            Value::from(5),
            "out of range",
        ),
        (
            "/environment/worker/decisions/polling",
            Value::from("10d"),
            "out of range",
        ),
        (
            "/environment/network/database-cidr",
            Value::from("10.0.33.5/20"),
            "range of addresses",
        ),
        (
            "/environment/database/instance",
            Value::from("db r6g"),
            "is not an AWS name",
        ),
    ] {
        let mut changed = record();
        *changed
            .pointer_mut(path)
            .unwrap_or_else(|| panic!("{path}")) = value;
        let why = read(&changed).expect_err(path);
        assert!(why.contains(told), "{path}: {why}");
    }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn what_a_file_says_a_record_can_say(text in environment()) {
        let run = run(&text.0);
        let environment = run.files[0].environment.as_ref().unwrap();
        prop_assert_eq!(unsayable(environment, &[]), None, "{}", text.0);
    }
}
