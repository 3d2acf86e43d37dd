//! The runbook: its commands run, and its numbers are right.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{TIERS, emitted, text, typed};
use crate::plan::unbroken;
use crate::support::{documents, files, run};

const HARD: &str = r#"
api { metric "requests" average="100" }
worker "decisions" { queue "queue:decisions" length=20; replicas min=2 max=12; pause at=3 }
worker "nightly" { queue "queue:pipelines" length=5; replicas min=0 max=4 }
database { replicas 0; multi-az #false }
redis "cache" { cluster shards=3; replicas 1 }
load-test "recommend" url="https://staging.example.com/" {
    request "POST" body="a.json" token-env="TOKEN"
    stage to=9 over="1m"; rate 9 for="1m"
    expect p95="1s" errors="0%"
    test-run parallelism=3
}
load-test "bare" url="https://staging.example.com/" { steady vus=1 for="1s" }
"#;

const CALENDAR: &str = r#"
worker "decisions" { queue "queue:decisions" length=20; replicas min=2 max=12 }
off-hours from="20:00" to="08:00" days="mon-fri" zone="Europe/Berlin" { api 0; worker "decisions" 1 }
event "sale" from="2027-03-26T06:00" to="2027-03-27T00:00" zone="Europe/Berlin" { api 8; worker "decisions" 12 }
"#;

pub(crate) fn pages() -> Vec<(String, String)> {
    let mut cases: Vec<(String, String)> = TIERS
        .into_iter()
        .map(|tier| (tier.to_owned(), text(tier, "")))
        .collect();
    cases.push(("hard".into(), text("medium", HARD)));
    cases.push(("calendar".into(), text("medium", CALENDAR)));
    cases
        .into_iter()
        .map(|(name, text)| (name, emitted(&text)["RUNBOOK.md"].clone()))
        .collect()
}

/// The page of an environment, without line breaks in long commands.
fn page(text: &str) -> String {
    unbroken(&emitted(text)["RUNBOOK.md"])
}

/// Every command is an action, which other tests check against the real programs. No test would check a
/// command that a template spells out.
#[test]
fn no_template_spells_out_a_command_of_the_cluster_or_of_aws() {
    let templates = files("templates/runbook", "j2");
    assert!(templates.len() > 10, "{templates:?}");
    let mut actions = 0;
    for path in templates {
        let template = std::fs::read_to_string(&path).unwrap();
        for block in blocks(&template, "sh") {
            for word in block.split(|c: char| !c.is_ascii_alphanumeric()) {
                let programs = ["aws", "kubectl", "helm", "terraform"];
                assert!(!programs.contains(&word), "{}: {block}", path.display());
            }
            actions += block.matches("sh.").count();
        }
    }
    assert!(actions > 40, "{actions}");
}

/// The actions that are checked are exactly those that the page shows.
#[test]
fn the_page_shows_every_action() {
    for text in [
        text("dev", ""),
        text("medium", HARD),
        text("medium", CALENDAR),
        text("large", ""),
    ] {
        let page = &emitted(&text)["RUNBOOK.md"];
        let scripts = blocks(page, "sh").join("");
        let actions = typed(&text);
        assert!(actions.len() > 40, "{}", actions.len());
        for action in actions {
            let shell = action.shell();
            assert!(scripts.contains(&shell), "{shell}");
        }
    }
}

/// The fenced blocks of a language.
pub(crate) fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let parts = page.split(&fence).skip(1);
    parts
        .map(|part| part.split("```").next().unwrap().to_owned())
        .collect()
}

fn checked_by_shell(script: &str) -> (bool, String) {
    let mut shell = Command::new("sh")
        .arg("-n")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    shell
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    let output = shell.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), said)
}

#[test]
fn every_shell_block_is_a_shell_script() {
    for (name, page) in pages() {
        let scripts = blocks(&page, "sh");
        assert!(scripts.len() > 15, "{name}");
        for script in scripts {
            let (right, said) = checked_by_shell(&script);
            assert!(right, "{name}: {said}\n{script}");
        }
    }
    let (right, _) = checked_by_shell("for POD in x; do echo");
    assert!(!right, "the shell refuses what is none");
}

#[test]
fn a_patch_is_json_and_the_snippets_for_gitops_are_yaml() {
    for (name, page) in pages() {
        for script in blocks(&page, "sh") {
            for patch in script.split(" -p '").skip(1) {
                let patch = patch.split('\'').next().unwrap();
                serde_json::from_str::<Value>(patch)
                    .unwrap_or_else(|error| panic!("{name}: {error}: {patch}"));
            }
        }
        for snippet in blocks(&page, "yaml") {
            assert!(
                documents(&snippet)[0]["spec"].is_object(),
                "{name}: {snippet}"
            );
        }
    }
}

/// The fields that GitOps tools must ignore: kinds and names for Argo CD, then for Flux.
fn ignored(page: &str) -> [Vec<(String, String)>; 2] {
    let snippets: Vec<Value> = blocks(page, "yaml")
        .iter()
        .map(|snippet| documents(snippet)[0]["spec"].clone())
        .collect();
    let list = |key: &str, at: &str| {
        let found = snippets.iter().filter_map(|spec| spec[key].as_array());
        found
            .flatten()
            .map(|rule| {
                let of = rule.pointer(at).unwrap();
                let text = |key: &str| of[key].as_str().unwrap().to_owned();
                (text("kind"), text("name"))
            })
            .collect()
    };
    [list("ignoreDifferences", ""), list("ignore", "/target")]
}

/// An ignored field is left out of every sync. So ignoring a field that no schedule changes would lose
/// merged changes.
#[test]
fn what_is_to_be_ignored_is_what_the_schedule_may_patch_and_nothing_else() {
    let sleeps = "off-hours from=\"20:00\" to=\"08:00\" zone=\"Europe/Berlin\" { api 0 }";
    let pool = "worker \"jobs\" { queue \"q\" length=5; replicas min=1 max=3 }\nworker \"held\" { queue \"r\" length=5; replicas min=1 max=3; pause at=2 }\noff-hours from=\"20:00\" to=\"08:00\" zone=\"Europe/Berlin\" { worker \"jobs\" 0 }";
    let rises = "event \"sale\" from=\"2027-03-26T06:00\" to=\"2027-03-27T00:00\" zone=\"Europe/Berlin\" { api 8 }";
    let of_pools = "event \"sale\" from=\"2027-03-26T06:00\" to=\"2027-03-27T00:00\" zone=\"Europe/Berlin\" { worker \"worker\" 8 }";
    for nodes in ["", sleeps, pool, rises, of_pools, HARD, CALENDAR] {
        let artifacts = emitted(&text("medium", nodes));
        let mut patched: Vec<(String, String)> = Vec::new();
        let schedules = artifacts.get("kubernetes/schedules.yaml");
        let objects = schedules.map_or_else(Vec::new, |text| documents(text));
        for role in objects.iter().filter(|object| object["kind"] == "Role") {
            for rule in role["rules"].as_array().unwrap() {
                let kind = match rule["resources"][0].as_str().unwrap() {
                    "horizontalpodautoscalers" => "HorizontalPodAutoscaler",
                    "deployments/scale" => "Deployment",
                    "scaledobjects" => "ScaledObject",
                    // The schedule's own ConfigMap, for marks.
                    "configmaps" => continue,
                    other => panic!("{other}"),
                };
                let names = rule["resourceNames"].as_array().unwrap().iter();
                patched.extend(names.map(|name| (kind.into(), name.as_str().unwrap().into())));
            }
        }
        let page = &artifacts["RUNBOOK.md"];
        let [by_argo, by_flux] = ignored(page);
        assert_eq!(by_argo, patched, "{nodes}");
        patched.retain(|(kind, _)| kind != "ScaledObject");
        assert_eq!(by_flux, patched, "{nodes}");
        let snippets = blocks(page, "yaml").join("");
        assert!(!snippets.contains("maxReplicas"), "{snippets}");
    }
}

#[test]
fn headings_are_anchors_of_their_own_and_no_line_is_left_unfilled() {
    for (name, page) in pages() {
        let mut seen = BTreeSet::new();
        let mut in_code = false;
        for line in page.lines() {
            in_code ^= line.starts_with("```");
            if !in_code && line.starts_with('#') {
                assert!(seen.insert(line.trim_start_matches('#')), "{name}: {line}");
            }
            assert!(
                !line.contains("{%") && !line.ends_with(' '),
                "{name}: {line}"
            );
        }
        assert!(!page.contains("\n\n\n"), "{name}: two blank lines");
    }
}

#[test]
fn what_is_named_is_what_is_emitted() {
    let artifacts = emitted(&text("medium", HARD));
    let page = unbroken(&artifacts["RUNBOOK.md"]);
    let mut named = 0;
    for (path, manifest) in &artifacts {
        if !path.starts_with("kubernetes/") {
            continue;
        }
        for object in documents(manifest) {
            let kind = object["kind"].as_str().unwrap();
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            let mentioned = match kind {
                "HorizontalPodAutoscaler" => format!("patch hpa {name} -n kaireon"),
                "ScaledObject" => format!("annotate scaledobject {name} -n kaireon"),
                "Deployment" => format!("kubectl get pods -n kaireon -l app={name}"),
                _ => continue,
            };
            assert!(page.contains(&mentioned), "{mentioned}");
            named += 1;
        }
    }
    assert_eq!(named, 4, "the API, two pools and PgBouncer");
}

/// The number after `before`.
fn number(page: &str, before: &str) -> Option<u32> {
    let rest = page.split(before).nth(1)?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

pub(crate) fn findings(text: &str) -> Vec<String> {
    let run = run(text);
    run.diagnostics()
        .map(|finding| finding.code.0.to_owned())
        .collect()
}

#[test]
fn more_api_pods_than_the_maximum_are_as_many_as_pgbouncer_takes_clients_of() {
    // 2 pods with 60 clients each: with one down, 60 are left for (10 + 3) x 3 and for new clients.
    let nodes = |max: u32| {
        format!(
            "pgbouncer {{ clients max=60 }}\napi {{ replicas min=2 max={max}; connections per-pod=3 }}\nworker \"w\" {{ queue \"q\" length=5; replicas min=1 max=3; connections per-pod=2 }}"
        )
    };
    let page = &emitted(&text("small", &nodes(10)))["RUNBOOK.md"];
    let more = number(page, "\"maxReplicas\":").unwrap();
    assert!(more > 10, "{more}");
    let exceeded = "client-connections-exceeded".to_owned();
    assert!(!findings(&text("small", &nodes(more))).contains(&exceeded));
    assert!(more == 15 || findings(&text("small", &nodes(more + 1))).contains(&exceeded));
    // No room: the page says what must change first.
    let page = &emitted(&text("small", &nodes(more)))["RUNBOOK.md"];
    assert!(page.contains("raise\n`pgbouncer.clients.max`"), "{page}");
}

#[test]
fn more_pgbouncer_pods_are_as_many_as_the_database_takes() {
    for tier in TIERS {
        let page = &page(&text(tier, ""));
        let scaled = number(page, "deployment/kaireon-pgbouncer -n kaireon --replicas=");
        let budget = |instances: u32, max_db: u32| {
            let nodes = format!("pgbouncer {{ instances {instances}; pool max-db={max_db} }}");
            let found = findings(&text(tier, &nodes));
            found.contains(&"connection-budget-exceeded".to_owned())
        };
        let max_db = number(page, "It opens at most ").unwrap();
        if let Some(instances) = scaled {
            assert!(!budget(instances, max_db), "{tier}: {instances} pods fit");
            assert!(budget(instances + 1, max_db), "{tier}: one more does not");
        } else {
            let now = number(page, "PgBouncer runs as ").unwrap();
            assert!(budget(now + 1, max_db), "{tier}: one more does not fit");
        }
    }
}

#[test]
fn what_sleeps_is_woken_by_what_the_schedule_put_it_to_sleep_with() {
    let artifacts = emitted(&text("medium", CALENDAR));
    let page = unbroken(&artifacts["RUNBOOK.md"]);
    let schedules = &artifacts["kubernetes/schedules.yaml"];
    for key in ["autoscaling.keda.sh/paused-replicas", "tierc.dev/off-hours"] {
        assert!(schedules.contains(key), "the job sets {key}");
        assert!(page.contains(&format!(" {key}-")), "the page removes {key}");
        assert!(
            page.contains(&format!("annotations[\"{key}\"]")),
            "Argo CD leaves {key} alone"
        );
    }
    assert!(page.contains("kubectl scale deployment/kaireon-api -n kaireon --replicas=3"));
    let objects = documents(schedules);
    let job = objects
        .iter()
        .find(|object| object["kind"] == "CronJob")
        .unwrap();
    let name = job["metadata"]["name"].as_str().unwrap();
    for state in ["true", "false"] {
        let patch = format!(
            "kubectl patch cronjob {name} -n kaireon -p '{{\"spec\":{{\"suspend\":{state}}}}}'"
        );
        assert!(page.contains(&patch), "{patch}");
    }
    let label = &job["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]["app"];
    assert!(page.contains(&format!(
        "kubectl logs -n kaireon -l app={}",
        label.as_str().unwrap()
    )));
}

#[test]
fn a_load_test_is_run_with_what_is_there_and_a_test_run_with_its_own_names() {
    let artifacts = emitted(&text("medium", HARD));
    let page = unbroken(&artifacts["RUNBOOK.md"]);
    for script in ["load-test/recommend.js", "load-test/bare.js"] {
        assert!(artifacts.contains_key(script));
        assert!(page.contains(&format!("\nk6 run {script}\n")), "{script}");
    }
    let run = &documents(&artifacts["load-test/recommend-testrun.yaml"])[0];
    let name = run["metadata"]["name"].as_str().unwrap();
    let map = &run["spec"]["script"]["configMap"];
    let made = format!(
        "kubectl create configmap {} -n kaireon --from-file=load-test/{} --from-file=load-test/a.json",
        map["name"].as_str().unwrap(),
        map["file"].as_str().unwrap()
    );
    for line in [
        made,
        "kubectl create -f load-test/recommend-testrun.yaml".into(),
        format!("kubectl wait testrun/{name} -n kaireon"),
        format!("kubectl logs -n kaireon -l k6_cr={name},runner=true"),
    ] {
        assert!(page.contains(&line), "{line}");
    }
    assert!(!artifacts.contains_key("load-test/bare-testrun.yaml"));
    assert!(!page.contains("testrun/kaireon-load-bare"));
}
