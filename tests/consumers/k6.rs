//! The scripts of load tests: TypeScript reads them by k6's own types, node runs them with modules
//! that stand in for k6's, and k6 itself does where the machine has it.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::tools::{Answer, ask, command, optional, pinned, tool};
use super::trees::{Trees, rendered};
use crate::emit::{emitted, text};

/// Every script of every tree.
fn scripts(trees: &Trees) -> Vec<PathBuf> {
    let below = trees.iter().map(|tree| tree.folder.join("load-test"));
    let files = below.flat_map(|folder| crate::support::files_below(&folder));
    let scripts: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|ending| ending == "js"))
        .collect();
    assert!(scripts.len() >= 4, "{scripts:?}");
    scripts
}

#[test]
fn typescript_reads_every_script_by_the_types_of_k6() {
    let Some(checker) = pinned("k6-types") else {
        return;
    };
    let trees = rendered();
    let scripts = scripts(&trees);
    ask(command(&checker, trees.folder()).args(&scripts)).accepted();
    // An executor, an option and a parameter that k6 does not have.
    let decisions = scripts.iter().find(|path| path.ends_with("decisions.js"));
    let right = std::fs::read_to_string(decisions.unwrap()).unwrap();
    for (from, to) in [
        ("\"constant-arrival-rate\"", "\"constant-rate\""),
        ("\"preAllocatedVUs\"", "\"preallocatedVUs\""),
        ("{ headers, tags: tags() }", "{ header: headers }"),
    ] {
        assert!(right.contains(from), "{from}");
        let wrong = trees.folder().join("wrong.js");
        std::fs::write(&wrong, right.replace(from, to)).unwrap();
        let answer = ask(command(&checker, trees.folder()).arg(&wrong));
        assert_ne!(answer.code, Some(0), "{to}: {}", answer.told);
        assert!(answer.told.contains("error TS"), "{}", answer.told);
    }
}

/// A run of a script: modules that stand in for k6's note down what is sent at each second of a
/// scenario. ENVIRONMENT and MOMENTS are JSON.
const HARNESS: &str = r"
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import exec from 'k6/execution';
import { sent } from 'k6/http';

const [script, environment, user, moments] = process.argv.slice(2);
globalThis.__ENV = JSON.parse(environment);
globalThis.__VU = Number(user);
globalThis.open = (file) => readFileSync(new URL(file, pathToFileURL(script)), 'utf8');
const { default: iteration, options } = await import(pathToFileURL(script));
Date.now = () => exec.now;
for (const [scenario, second] of JSON.parse(moments)) {
  exec.scenario = { name: scenario, startTime: 5000 };
  exec.now = 5000 + second * 1000;
  iteration();
}
console.log(JSON.stringify({ options, sent }));
";

struct Stage {
    node: PathBuf,
    folder: tempfile::TempDir,
}

impl Stage {
    fn new() -> Option<Self> {
        let node = tool("node")?;
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("node_modules/k6");
        std::fs::create_dir_all(&home).unwrap();
        let exports = json!({ "./http": "./http.js", "./execution": "./execution.js" });
        let package = json!({ "name": "k6", "type": "module", "exports": exports }).to_string();
        let http =
            "export const sent = [];\nexport default { request: (...it) => void sent.push(it) };\n";
        for (file, content) in [
            ("node_modules/k6/package.json", package.as_str()),
            ("node_modules/k6/http.js", http),
            ("node_modules/k6/execution.js", "export default {};\n"),
            ("package.json", r#"{ "type": "module" }"#),
            ("run.js", HARNESS),
        ] {
            std::fs::write(folder.path().join(file), content).unwrap();
        }
        Some(Self { node, folder })
    }

    /// Runs the script of a load test for a user: 0 is who only reads it.
    fn run(&self, node: &str, environment: &Value, user: u32, moments: &Value) -> Answer {
        let artifacts = emitted(&text("medium", node));
        let script = &artifacts["load-test/it.js"];
        std::fs::write(self.folder.path().join("it.js"), script).unwrap();
        std::fs::write(self.folder.path().join("body.json"), "{\"a\": 1}\n").unwrap();
        let mut run = command(&self.node, self.folder.path());
        run.current_dir(self.folder.path())
            .arg("run.js")
            .arg(self.folder.path().join("it.js"))
            .args([
                &environment.to_string(),
                &user.to_string(),
                &moments.to_string(),
            ]);
        ask(&mut run)
    }
}

const ALL: &str = r#"load-test "it" url="http://example.com/a?b=${c}&d='" {
    request "POST" body="body.json" token-env="TOKEN"
    steady vus=2 for="10s"
    stage to=5 over="10s"; stage to=0 over="20s"
    rate 3 for="10s"
}"#;

fn all() -> String {
    ALL.replace('\'', "%27")
}

#[test]
fn a_request_is_the_stated_one_and_carries_the_stage_of_the_ramp_that_it_is_of() {
    let Some(stage) = Stage::new() else { return };
    let moments = json!([
        ["steady", 3],
        ["ramp", 0],
        ["ramp", 9.9],
        ["ramp", 10],
        ["ramp", 29.9],
        ["ramp", 55],
        ["rate", 3]
    ]);
    let answer = stage.run(&all(), &json!({ "TOKEN": "a-secret" }), 1, &moments);
    let told: Value = serde_json::from_str(&answer.accepted()).unwrap();
    let sent = told["sent"].as_array().unwrap();
    let levels: Vec<Value> = sent
        .iter()
        .map(|it| it[3]["tags"]["level"].clone())
        .collect();
    let (up, down) = (json!("ramp-1-to-5-vus"), json!("ramp-2-to-0-vus"));
    let wanted = [&Value::Null, &up, &up, &down, &down, &down, &Value::Null];
    assert_eq!(levels.iter().collect::<Vec<_>>(), wanted);
    for request in sent {
        assert_eq!(request[0], "POST");
        assert_eq!(request[1], "http://example.com/a?b=${c}&d=%27");
        assert_eq!(request[2], "{\"a\": 1}\n");
        let headers =
            json!({ "Content-Type": "application/json", "Authorization": "Bearer a-secret" });
        assert_eq!(request[3]["headers"], headers);
    }
    // Requests carry every tag that a threshold names.
    let thresholds = told["options"]["thresholds"].as_object().unwrap();
    let scenarios = &told["options"]["scenarios"];
    let fixed = ["steady", "rate"].map(|name| scenarios[name]["tags"]["level"].clone());
    let carried: Vec<&Value> = levels.iter().chain(&fixed).collect();
    let mut named = 0;
    for name in thresholds.keys() {
        let Some((_, tag)) = name.split_once("{level:") else {
            continue;
        };
        assert!(
            carried.contains(&&json!(tag.trim_end_matches('}'))),
            "{name}"
        );
        named += 1;
    }
    assert_eq!(named, 8);
}

#[test]
fn a_script_without_its_token_says_which_and_starts_no_user() {
    let Some(stage) = Stage::new() else { return };
    for environment in [json!({}), json!({ "TOKEN": "" }), json!({ "OTHER": "x" })] {
        let answer = stage.run(&all(), &environment, 1, &json!([["steady", 0]]));
        assert_eq!(answer.code, Some(1), "{}", answer.told);
        let said = "Error: TOKEN is not set: it holds the bearer token of this load test";
        assert!(answer.told.contains(said), "{}", answer.told);
        // Who archives the script, as the operator does first, has no token to give.
        stage.run(&all(), &environment, 0, &json!([])).accepted();
    }
    let plain = r#"load-test "it" url="http://example.com/" { steady vus=1 for="1s" }"#;
    let answer = stage
        .run(plain, &json!({}), 1, &json!([["steady", 0]]))
        .accepted();
    let told: Value = serde_json::from_str(&answer).unwrap();
    let wanted = json!([["GET", "http://example.com/", null, { "headers": {} }]]);
    assert_eq!(told["sent"], wanted);
}

fn k6(program: &Path, home: &Path) -> std::process::Command {
    let mut run = command(program, home);
    run.env("K6_NO_USAGE_REPORT", "true").env("NO_COLOR", "1");
    run
}

#[test]
fn k6_reads_every_script() {
    let Some(program) = optional("k6") else {
        return;
    };
    let trees = rendered();
    for script in scripts(&trees) {
        for body in ["decision.json", "rows.csv"] {
            std::fs::write(script.with_file_name(body), "{}").unwrap();
        }
        let mut run = k6(&program, trees.folder());
        ask(run
            .args(["inspect", "--execution-requirements"])
            .arg(&script))
        .accepted();
        let wrong = trees.folder().join("wrong.js");
        let text = std::fs::read_to_string(&script).unwrap();
        std::fs::write(
            &wrong,
            text.replace("\"p(95)", "\"q(95)").replace("'./", "'"),
        )
        .unwrap();
        let mut run = k6(&program, trees.folder());
        let answer = ask(run
            .args(["inspect", "--execution-requirements"])
            .arg(&wrong));
        assert_ne!(answer.code, Some(0), "{}", answer.told);
    }
}

#[test]
fn k6_runs_a_script_and_prints_the_figures_of_its_level() {
    let Some(program) = optional("k6") else {
        return;
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            if stream.read(&mut request).is_ok() {
                let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
                drop(stream.write_all(answer.as_bytes()));
            }
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let node = |p95: &str| {
        format!(
            "load-test \"it\" url=\"http://{address}/\" {{ steady vus=2 for=\"1s\"; expect p95=\"{p95}\" errors=\"0%\" }}"
        )
    };
    for (p95, status) in [("30s", 0), ("1ms", 99)] {
        let mut script = emitted(&text("medium", &node(p95)))["load-test/it.js"].clone();
        if status == 99 {
            script = script.replace("p(95)<1\"", "p(95)<0\"");
        }
        let path = folder.path().join("it.js");
        std::fs::write(&path, script).unwrap();
        let answer = ask(k6(&program, folder.path())
            .args(["run", "--quiet"])
            .arg(&path));
        assert_eq!(answer.code, Some(status), "{}", answer.told);
        for figure in ["level:steady-2-vus", "p(50)=", "p(95)=", "p(99)="] {
            assert!(answer.told.contains(figure), "{figure}: {}", answer.told);
        }
    }
}
