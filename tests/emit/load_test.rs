//! k6 scripts: every combination as reviewed, and properties of all of them.

use serde_json::Value;
use tierc::emit::load_test::{LoadTestLevel, levels, script};
use tierc::model::{Environment, LoadTest, Name};

use super::{emitted, text};
use crate::support::run;

/// Every combination for which the script has lines of its own.
const TESTS: [(&str, &str); 8] = [
    ("steady", r#"steady vus=100 for="5m""#),
    (
        "ramp",
        r#"stage to=50 over="1m"; stage to=200 over="3m"; stage to=0 over="1m""#,
    ),
    ("rate", r#"rate 500 for="5m""#),
    (
        "all",
        r#"request "POST" body="decision.json" token-env="LOAD_TOKEN"
    steady vus=100 for="5m"
    stage to=50 over="1m"; stage to=200 over="3m"; stage to=50 over="1m"
    rate 500 for="5m"
    expect p50="100ms" p95="500ms" p99="1s" errors="1%""#,
    ),
    (
        "body",
        r#"request "PUT" body="decision.xml"
    steady vus=1 for="30s"
    expect errors="0%""#,
    ),
    (
        "token",
        r#"request token-env="TOKEN"
    rate 1 for="1s"
    expect p99="50ms" errors="0.05%""#,
    ),
    (
        "steady-and-rate",
        r#"steady vus=1 for="1s"
    rate 2000000000 for="24h"
    expect p50="2s" errors="100%""#,
    ),
    (
        "ramp-and-rate",
        r#"stage to=3 over="1s"
    rate 10 for="1m"
    expect p95="250ms"
    test-run parallelism=4"#,
    ),
];

fn node(name: &str, body: &str) -> String {
    format!(
        "load-test \"{name}\" url=\"https://staging.example.com/api?a=1&b=${{x}}#y\" {{\n    {body}\n}}"
    )
}

fn environment(text: &str) -> Environment {
    run(text).files[0].environment.clone().unwrap()
}

/// The load test of a file with one.
fn only(text: &str) -> (Name, LoadTest) {
    let tests = environment(text).load_test;
    assert_eq!(tests.len(), 1);
    tests.into_iter().next().unwrap()
}

fn of(name: &str) -> (Name, LoadTest) {
    let (_, body) = TESTS.iter().find(|(known, _)| *known == name).unwrap();
    only(&text("medium", &node(name, body)))
}

/// k6's options as the script states them.
fn options(script: &str) -> Value {
    let (_, rest) = script.split_once("export const options = ").unwrap();
    let (json, _) = rest.split_once(";\n").unwrap();
    serde_json::from_str(json).unwrap()
}

fn seconds(value: &Value) -> u64 {
    let text = value.as_str().unwrap_or("0s");
    text.strip_suffix('s').unwrap().parse().unwrap()
}

#[test]
fn the_scripts_are_as_reviewed() {
    let mut settings = super::snapshots::settings();
    for (name, body) in TESTS {
        let node = node(name, body);
        settings.set_description(node.clone());
        let artifacts = emitted(&text("medium", &node));
        let script = &artifacts[&format!("load-test/{name}.js")];
        settings.bind(|| {
            insta::assert_snapshot!(format!("load-test-{name}"), format!("{node}\n\n{script}"));
        });
    }
}

#[test]
fn the_test_run_is_as_reviewed() {
    let run =
        "request token-env=\"LOAD_TOKEN\"\n    rate 500 for=\"5m\"\n    test-run parallelism=4";
    let node = node("decisions", run);
    let artifacts = emitted(&text("medium", &node));
    let object = &artifacts["load-test/decisions-testrun.yaml"];
    super::snapshots::settings().bind(|| {
        insta::assert_snapshot!("load-test-testrun", format!("{node}\n\n{object}"));
    });
}

#[test]
fn a_load_begins_when_the_requests_of_the_one_before_it_have_ended() {
    for (name, _) in TESTS {
        let (id, test) = of(name);
        let options = options(&script(&id, &test, "prod.kdl"));
        let mut free_from = 0;
        for (scenario, load) in options["scenarios"].as_object().unwrap() {
            assert_eq!(seconds(&load["startTime"]), free_from, "{name} {scenario}");
            let stages = load["stages"].as_array().into_iter().flatten();
            let length: u64 = stages.map(|stage| seconds(&stage["duration"])).sum();
            let length = length + seconds(&load["duration"]);
            assert!(length > 0);
            free_from += length + seconds(&load["gracefulStop"]);
        }
    }
}

#[test]
fn every_level_is_judged_by_itself_and_only_by_what_is_expected() {
    for (name, _) in TESTS {
        let (id, test) = of(name);
        let options = options(&script(&id, &test, "prod.kdl"));
        let mut thresholds = options["thresholds"].as_object().unwrap().clone();
        thresholds.remove("dropped_iterations");
        let levels = levels(&test);
        let loads = test.stage.len()
            + usize::from(test.steady.is_some())
            + usize::from(test.rate.is_some());
        assert_eq!(levels.len(), loads);
        assert_eq!(thresholds.len(), 2 * levels.len(), "{name}");
        let tags: std::collections::BTreeSet<&str> =
            levels.iter().map(|level| level.tag.as_str()).collect();
        assert_eq!(tags.len(), levels.len(), "{name}: tags of their own");
        for LoadTestLevel { tag, .. } in &levels {
            let times = &thresholds[&format!("http_req_duration{{level:{tag}}}")];
            let times: Vec<&str> = times
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Value::as_str)
                .collect();
            let wanted = [
                (50, &test.expect.p50),
                (95, &test.expect.p95),
                (99, &test.expect.p99),
            ];
            for ((percentile, most), threshold) in wanted.into_iter().zip(times) {
                let wanted = match most {
                    Some(most) => format!("p({percentile})<{}", most.value.millis()),
                    None => format!("p({percentile})>=0"),
                };
                assert_eq!(threshold, wanted, "{name} {tag}");
            }
        }
    }
}

/// Each k6 process checks the thresholds against the requests that it dropped itself.
#[test]
fn requests_that_are_left_out_are_counted_by_the_share_of_a_pod() {
    let threshold = |pods: &str| {
        let (id, test) = only(&text(
            "small",
            &node("a", &format!("rate 500 for=\"5m\"{pods}")),
        ));
        let options = options(&script(&id, &test, "prod.kdl"));
        let dropped = &options["thresholds"]["dropped_iterations"][0];
        dropped.as_str().unwrap().to_owned()
    };
    // 150 of 150,000 requests are one in a thousand and may be dropped; 151 may not.
    assert_eq!(threshold(""), "count<151");
    assert_eq!(threshold("\n    test-run parallelism=4"), "count<38");
    assert_eq!(threshold("\n    test-run parallelism=200"), "count<1");
}

#[test]
fn errors_are_a_share_and_none_at_all_can_be_kept() {
    let threshold = |errors: &str| {
        let test = node(
            "a",
            &format!("steady vus=1 for=\"1s\"\n    expect errors=\"{errors}\""),
        );
        let (id, test) = only(&text("small", &test));
        let options = options(&script(&id, &test, "prod.kdl"));
        options["thresholds"]["http_req_failed{level:steady-1-vus}"][0]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(threshold("1%"), "rate<0.0100");
    assert_eq!(threshold("0.05%"), "rate<0.0005");
    assert_eq!(threshold("100%"), "rate<1.0000");
    assert_eq!(threshold("0%"), "rate<=0");
}

#[test]
fn an_arrival_rate_has_the_users_that_its_requests_occupy() {
    let users = |rate: &str| {
        let (id, test) = only(&text("small", &node("a", rate)));
        let options = options(&script(&id, &test, "prod.kdl"));
        let load = &options["scenarios"]["rate"];
        let count = |key: &str| load[key].as_u64().unwrap();
        assert!(count("preAllocatedVUs") <= count("maxVUs"));
        assert!(test.vus() >= count("maxVUs"));
        (count("preAllocatedVUs"), count("maxVUs"))
    };
    // 500 a second, of half a second each, or of a second if nothing is expected.
    assert_eq!(
        users("rate 500 for=\"1m\"\n expect p95=\"500ms\" p99=\"3s\""),
        (250, 500)
    );
    assert_eq!(users("rate 500 for=\"1m\""), (500, 1000));
    assert_eq!(users("rate 3 for=\"1m\"\n expect p50=\"400ms\""), (2, 4));
    assert_eq!(users("rate 1 for=\"1m\"\n expect p99=\"1ms\""), (1, 2));
    // One for each pod at least, and what a process bears at most.
    assert_eq!(users("rate 1 for=\"1m\"\n test-run parallelism=4"), (4, 8));
    assert_eq!(users("rate 2000000000 for=\"1m\""), (10_000, 10_000));
    assert_eq!(
        users("rate 2000000000 for=\"1m\"\n test-run parallelism=3"),
        (30_000, 30_000)
    );
}

#[test]
fn a_source_named_to_break_out_of_its_comment_stays_in_it() {
    let (id, test) = of("all");
    for end in ["\n", "\r", "\u{2028}", "\u{2029}", "\u{85}"] {
        let script = script(&id, &test, &format!("prod{end}throw 1;//.kdl"));
        let first = script.split(['\n', '\r', '\u{2028}', '\u{2029}']).next();
        assert_eq!(
            first.unwrap(),
            "// Generated by tierc from prodthrow 1;//.kdl. Do not edit: change that file and render again."
        );
    }
}

#[test]
fn the_token_is_read_and_never_printed() {
    let (id, test) = of("all");
    let script = script(&id, &test, "prod.kdl");
    assert!(script.contains("const token = __ENV[\"LOAD_TOKEN\"];"));
    assert!(!script.contains("console"));
    let uses = script.matches("token").count() - script.matches("bearer token").count();
    let told = script.matches("no virtual user and no token").count();
    assert_eq!(
        uses - told,
        3,
        "its definition, the check, the header:\n{script}"
    );
    let (id, test) = of("rate");
    assert!(!tierc::emit::load_test::script(&id, &test, "prod.kdl").contains("__ENV"));
}

#[test]
fn a_test_run_is_in_no_kustomization_and_runs_the_script_beside_it() {
    let nodes = node(
        "decisions",
        "request token-env=\"LOAD_TOKEN\"\n steady vus=9 for=\"1m\"\n test-run parallelism=4",
    );
    let artifacts = emitted(&text("medium", &nodes));
    assert!(!artifacts["kubernetes/kustomization.yaml"].contains("load-test"));
    assert!(artifacts["kubernetes/kustomization.yaml"].contains("pgbouncer.yaml"));
    let run = super::document(&artifacts["load-test/decisions-testrun.yaml"]);
    assert_eq!(run["kind"], "TestRun");
    assert_eq!(run["spec"]["parallelism"], 4);
    let file = run["spec"]["script"]["configMap"]["file"].as_str().unwrap();
    assert!(artifacts.contains_key(&format!("load-test/{file}")));
    let variable = &run["spec"]["runner"]["env"][0];
    assert_eq!(variable["name"], "LOAD_TOKEN");
    let secret = &variable["valueFrom"]["secretKeyRef"];
    let told = format!(
        "| `{}` | `{}` |",
        secret["name"].as_str().unwrap(),
        secret["key"].as_str().unwrap()
    );
    assert!(artifacts["RUNBOOK.md"].contains(&told), "{told}");
    // 3 users of 5 MiB each on one of the pods, plus the process.
    assert_eq!(
        run["spec"]["runner"]["resources"]["requests"]["memory"],
        "143Mi"
    );
}

/// Every object in `value`, by its path as a JSON pointer.
fn objects(value: &Value, path: &str) -> Vec<String> {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (format!("{path}/{}", key.replace('/', "~1")), value))
            .collect(),
        Value::Array(list) => (0..)
            .zip(list)
            .map(|(index, value): (usize, _)| (format!("{path}/{index}"), value))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    let below = below
        .iter()
        .flat_map(|(path, value)| objects(value, path))
        .collect::<Vec<_>>();
    let own = value.is_object().then(|| path.to_owned());
    own.into_iter().chain(below).collect()
}

/// The API server drops or refuses fields that the operator's definition does not have. The schema names
/// the operator's file from which it comes.
#[test]
fn a_test_run_is_what_the_operator_defines() {
    let schema: Value = serde_json::from_str(include_str!("testrun.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut checked = 0;
    for request in ["", "request token-env=\"LOAD_TOKEN\"\n"] {
        for load in ["steady vus=9 for=\"1s\"", "rate 9000 for=\"1h\""] {
            let node = node("a", &format!("{request}{load}\ntest-run parallelism=3"));
            let artifacts = emitted(&text("medium", &node));
            let run = super::document(&artifacts["load-test/a-testrun.yaml"]);
            let wrong = |run: &Value| -> Vec<String> {
                let errors = validator.iter_errors(run);
                errors
                    .map(|it| format!("{}: {it}", it.instance_path()))
                    .collect()
            };
            assert_eq!(wrong(&run), Vec::<String>::new(), "{node}");
            // An additional key of another type is found at every level.
            for path in objects(&run, "") {
                let mut more = run.clone();
                let object = more.pointer_mut(&path).unwrap();
                object["unknown"] = Value::Bool(true);
                assert!(!wrong(&more).is_empty(), "{path} takes anything");
                checked += 1;
            }
        }
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn without_a_load_test_there_is_no_folder_for_it() {
    let artifacts = emitted(&text("medium", ""));
    assert!(!artifacts.keys().any(|path| path.starts_with("load-test/")));
    let artifacts = emitted(&text("medium", &node("a", "steady vus=1 for=\"1s\"")));
    let found: Vec<&String> = artifacts
        .keys()
        .filter(|path| path.starts_with("load-test/"))
        .collect();
    assert_eq!(found, ["load-test/a.js"]);
    assert!(artifacts["tierc.lock.json"].contains("\"load-test/a.js\": \"sha256:"));
}
