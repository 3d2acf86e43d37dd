//! The commands of plans, run in a shell.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::diff::pairs::{folder, pairs, tiers};
use crate::diff::{stdout, tierc};
use crate::support::{project, snapshot};

/// Every shell line of a plan.
pub(crate) fn commands(report: &Value) -> Vec<String> {
    let environments = report["environments"].as_array().unwrap();
    let steps = environments
        .iter()
        .flat_map(|it| it["steps"].as_array().unwrap());
    let lines = steps.flat_map(|step| {
        let (way, back) = (&step["procedure"], &step["undo"]["procedure"]);
        [
            &way["apply"],
            &way["verify"],
            &back["apply"],
            &back["verify"],
        ]
    });
    lines.flat_map(shell_of).collect()
}

/// The commands of actions, without line breaks in long commands.
pub(crate) fn shell_of(actions: &Value) -> Vec<String> {
    let actions = actions.as_array().into_iter().flatten();
    actions
        .map(|action| super::unbroken(action["shell"].as_str().unwrap()))
        .collect()
}

pub(crate) fn planned(folder: &Path, arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = ["plan", "--format", "json"]
        .iter()
        .chain(arguments)
        .copied()
        .collect();
    serde_json::from_str(&stdout(&tierc(folder, &arguments))).unwrap()
}

/// Whether bash, if the machine has it, can parse a text.
fn reads(line: &str) -> Option<bool> {
    let status = Command::new("bash")
        .args(["-n", "-c", line])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.ok().map(|status| status.success())
}

#[test]
fn bash_reads_every_command_of_every_plan() {
    if reads("if") != Some(false) {
        return; // there is no bash
    }
    let folder = folder();
    let mut lines: Vec<String> = pairs()
        .flat_map(|(before, after)| {
            let files = [format!("{before}.kdl"), format!("{after}.kdl")];
            let odd = "an odd $(path)/it's \"here\"";
            commands(&planned(folder.path(), &[&files[0], &files[1]]))
                .into_iter()
                .chain(commands(&planned(
                    folder.path(),
                    &[&files[0], &files[1], "--out", odd],
                )))
        })
        .collect();
    for case in std::fs::read_dir(project("tests/cases/diff")).unwrap() {
        let case = case.unwrap().path();
        lines.extend(commands(&planned(&case, &["before.kdl", "after.kdl"])));
    }
    lines.sort();
    lines.dedup();
    assert!(lines.len() > 300, "{}", lines.len());
    let whole = lines.join("\n");
    if reads(&whole) == Some(false) {
        let wrong: Vec<&String> = lines.iter().filter(|it| reads(it) == Some(false)).collect();
        panic!("{wrong:#?}");
    }
}

/// The commands run against programs that only record their calls.
#[test]
fn a_path_with_blanks_and_quotes_reaches_the_programs_as_it_is() {
    let folder = folder();
    let odd = "two words/it's $(touch pwned) \"here\"";
    let report = planned(folder.path(), &["medium.kdl", "large.kdl", "--out", odd]);
    let mut seen = 0;
    for line in commands(&report) {
        let Some(line) = line
            .strip_prefix("kubectl apply -f ")
            .or_else(|| line.strip_prefix("helm upgrade --install kaireon ./helm -n kaireon -f "))
        else {
            continue;
        };
        let Ok(output) = Command::new("bash")
            .current_dir(folder.path())
            .args(["-c", &format!("cat {line} >/dev/null && printf %s {line}")])
            .output()
        else {
            return; // there is no bash
        };
        let path = stdout(&output);
        assert!(path.starts_with(&format!("{odd}/")), "{path}");
        assert!(folder.path().join(&path).is_file(), "{path}");
        seen += 1;
    }
    assert!(seen > 5, "{seen}");
    assert!(!folder.path().join("pwned").exists());
}

/// Files of a state's tree that the cluster gets.
fn for_the_cluster(state: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for folder in ["kubernetes", "helm"] {
        for entry in std::fs::read_dir(state.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            files.insert(name, std::fs::read_to_string(path).unwrap());
        }
    }
    files.remove("kubernetes/kustomization.yaml");
    files
}

/// Whether a step applies a file of the state's tree.
fn applies(step: &Value, state: &str, path: &str) -> bool {
    let lines = shell_of(&step["procedure"]["apply"]);
    let mut lines = lines.iter();
    lines.any(|line| {
        line.ends_with(&format!("-f {state}/{path}"))
            || (path.starts_with("kubernetes/")
                && line.ends_with(&format!("-k {state}/kubernetes")))
    })
}

/// The new files that a plan's steps do not apply.
fn left_of(folder: &Path, plan: &Value) -> Vec<String> {
    let tree = |number: usize| {
        let name = plan["environment"].as_str().unwrap();
        format!("plan/{number:02}/{name}")
    };
    let mut cluster = for_the_cluster(&folder.join(tree(0)));
    let mut left = Vec::new();
    let mut stated = cluster.clone();
    for (at, step) in plan["steps"].as_array().unwrap().iter().enumerate() {
        let state = tree(at + 1);
        let before = std::mem::replace(&mut stated, for_the_cluster(&folder.join(&state)));
        for (path, text) in &stated {
            if applies(step, &state, path) {
                cluster.insert(path.clone(), text.clone());
            // The Secret of a new group can only be filled after it.
            } else if before.get(path) != Some(text) && !creates_a_group(step) {
                left.push(format!("{} leaves {path}", step["title"]));
            }
        }
    }
    let values = "helm/values.yaml";
    if left.is_empty() && stated.contains_key(values) && stated.get(values) != cluster.get(values) {
        left.push(format!("the plan leaves {values}"));
    }
    left
}

fn creates_a_group(step: &Value) -> bool {
    step["title"]
        .as_str()
        .unwrap()
        .starts_with("create Redis group")
}

fn left_unapplied(folder: &Path, before: &str, after: &str) -> Vec<String> {
    let _ = std::fs::remove_dir_all(folder.join("plan"));
    let report = planned(folder, &[before, after, "--out", "plan"]);
    if report["written"] != true {
        return Vec::new(); // a state before it breaks a rule
    }
    let plans = report["environments"].as_array().unwrap().iter();
    let left = plans.flat_map(|plan| left_of(folder, plan));
    left.map(|left| format!("{before} -> {after}: {left}"))
        .collect()
}

/// A stale schedule or alert would work against the step.
#[test]
fn a_step_applies_whatever_it_changes_in_the_cluster() {
    let folder = tiers();
    let mut left = Vec::new();
    for (before, after) in pairs() {
        let files = [before, after].map(|tier| format!("{tier}.kdl"));
        left.extend(left_unapplied(folder, &files[0], &files[1]));
    }
    for case in std::fs::read_dir(project("tests/cases/diff")).unwrap() {
        let case = case.unwrap().path();
        for side in ["before.kdl", "after.kdl"] {
            std::fs::copy(case.join(side), folder.join(side)).unwrap();
        }
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let found = left_unapplied(folder, "before.kdl", "after.kdl");
        left.extend(found.into_iter().map(|left| format!("{name}: {left}")));
    }
    assert!(left.is_empty(), "{}", left.join("\n"));
}

/// A program that answers with one text after the other, and repeats the last one. `fail` makes it fail.
/// It counts its calls.
fn answering(folder: &Path, name: &str, answers: &[&str]) {
    use std::os::unix::fs::PermissionsExt;
    let mut script = format!(
        "#!/bin/sh\ncase \"$1\" in port-forward) exec /bin/sleep 20;; esac\ncount=$(cat '{0}/{name}.count' 2>/dev/null || echo 0)\necho $((count + 1)) >'{0}/{name}.count'\n",
        folder.display()
    );
    for (at, answer) in answers.iter().enumerate() {
        let last = at + 1 == answers.len();
        let when = if last {
            "true".to_owned()
        } else {
            format!("[ $count -eq {at} ]")
        };
        let what = match *answer {
            "fail" => "exit 1".to_owned(),
            answer => format!("printf %s '{answer}'; exit 0"),
        };
        script += &format!("if {when}; then {what}; fi\n");
    }
    let path = folder.join(name);
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// How often a waiting line called `program` until it ended.
fn asked_until_over(line: &str, kubectl: &[&str], psql: &[&str], program: &str) -> u32 {
    let folder = tempfile::tempdir().unwrap();
    answering(folder.path(), "kubectl", kubectl);
    answering(folder.path(), "psql", psql);
    answering(folder.path(), "sleep", &[""]);
    let path = format!(
        "{}:{}",
        folder.path().display(),
        std::env::var("PATH").unwrap()
    );
    let status = Command::new("timeout")
        .args(["60", "bash", "-c", line])
        .env("PATH", path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{status}: {line}");
    let count = std::fs::read_to_string(folder.path().join(format!("{program}.count"))).unwrap();
    count.trim().parse().unwrap()
}

/// The line of a plan that holds all of these.
fn line_of(before: &str, after: &str, parts: &[&str]) -> String {
    super::with(before, after, |_, request| {
        let plan = tierc::plan::plan(request);
        let steps = plan.steps.iter();
        let mut lines = steps
            .flat_map(|it| it.procedure.apply.iter().chain(&it.procedure.verify))
            .map(tierc::action::Action::shell);
        let found = lines.find(|line| parts.iter().all(|part| line.contains(part)));
        found.unwrap_or_else(|| panic!("{parts:?}"))
    })
}

#[test]
fn a_line_that_waits_takes_no_answer_for_not_yet() {
    if reads("if") != Some(false) {
        return; // there is no bash
    }
    let medium = |more: &str| super::prod("medium", more);
    let pods = |max: u32| medium(&format!("api {{ replicas max={max} }}"));
    let line = line_of(&pods(20), &pods(3), &["app=kaireon-api", "-le 3 ]"]);
    let (four, three) = ("pod/a\npod/b\npod/c\npod/d\n", "pod/a\npod/b\npod/c\n");
    assert_eq!(
        asked_until_over(&line, &["fail", four, three], &[""], "kubectl"),
        3
    );

    let drain = |time: &str| medium(&format!("pgbouncer {{ drain \"{time}\" }}"));
    let line = line_of(&drain("600s"), &drain("30s"), &["deletionTimestamp"]);
    assert_eq!(
        asked_until_over(&line, &["fail", "a b", ""], &[""], "kubectl"),
        3
    );

    let max_db = |most: u32| {
        medium(&format!(
            "pgbouncer {{ pool default=20 max-db={most} reserve=0 }}"
        ))
    };
    let line = line_of(&max_db(80), &max_db(40), &["SHOW DATABASES"]);
    let answer = |count: u32| {
        format!(
            "name|host|port|max_connections|current_connections|paused\nkaireon|db,other|5432|80|{count}|0\npgbouncer||6432|0|0|0\n(2 rows)\n"
        )
    };
    let (more, enough) = (answer(41), answer(40));
    let psql = ["fail", &more, &enough];
    assert_eq!(asked_until_over(&line, &["pod/a"], &psql, "psql"), 3);
    assert_eq!(
        asked_until_over(&line, &["fail", "pod/a"], &[&enough], "kubectl"),
        2
    );
    // Every pod has to be below it.
    let psql = [enough.as_str(), &more, &enough];
    assert_eq!(asked_until_over(&line, &["pod/a\npod/b"], &psql, "psql"), 4);

    let service = |pods: u32, via: &str| {
        medium(&format!(
            "service \"outbox\" {{ replicas {pods}; requests cpu=\"100m\" memory=\"128Mi\"; connections per-pod=1 via=\"{via}\" }}"
        ))
    };
    let line = line_of(
        &service(2, "pgbouncer"),
        &service(2, "direct"),
        &["SHOW CLIENTS"],
    );
    let clients = |address: &str| {
        format!(
            "type|user|database|replication|state|addr|port\nC|kaireon|kaireon|none|active|{address}|5\n(1 row)\n"
        )
    };
    let (theirs, another) = (clients("10.0.0.7"), clients("10.0.0.8"));
    // The first answer of kubectl is the addresses of the service, the second PgBouncer's pods.
    let psql = ["fail", &theirs, &another];
    assert_eq!(asked_until_over(&line, &["10.0.0.7"], &psql, "psql"), 3);

    let admin = |count: u32| medium(&format!("database {{ direct admin={count} }}"));
    let line = line_of(&admin(30), &admin(10), &["pg_stat_activity"]);
    assert_eq!(
        asked_until_over(&line, &["10.0.0.9"], &["fail", "21", "20"], "psql"),
        3
    );
    assert_eq!(
        asked_until_over(&line, &["fail", "10.0.0.9"], &["20"], "psql"),
        1
    );
}

/// Three nodes, the second with two PgBouncer pods, and a fourth that joins while the second is drained.
/// Every call is recorded. If a certain file exists, the group is gone.
const CLUSTER: &str = r#"
sleep() { :; }
terraform() { echo "terraform $1" >>log; }
aws() {
    case "$*" in
        *list-nodegroups*) if [ -e gone ]; then echo one-2; else echo "one-1 one-2"; fi ;;
        *nodegroup.status*) echo ACTIVE ;;
        *"one-1 --query nodegroup.["*) printf 'one-1\tprod\tone\n' ;;
        *"one-2 --query nodegroup.["*) printf 'one-2\tprod\ttwo\n' ;;
        *"describe-nodegroup"*"join"*) echo "ACTIVE 1 3 3" ;;
        *describe-nodegroup*) echo 3 ;;
        *) echo "$*" >>log ;;
    esac
}
kubectl() {
    case "$*" in
        "get nodes"*) [ -e gone ] || printf 'node/n1\nnode/n2\nnode/n3\n'; if [ -e joined ]; then echo node/n4; fi ;;
        "get node/"*) echo "$2" ;;
        "get pods"*spec.nodeName=n2*) printf 'pod/p1\npod/p2\n' ;;
        "get pods"*) ;;
        "drain node/n2"*) touch joined; echo "$1 $2" >>log ;;
        "drain node/n3"*) [ -e tried ] || { touch tried; echo "n3 is full" >>log; return 1; }; echo "$1 $2" >>log ;;
        "rollout status"*) echo "$3 is available" >>log ;;
        delete*) echo "delete $4" >>log ;;
        *) echo "$1 $2" >>log ;;
    esac
}
"#;

/// A step drains one node after the other, and PgBouncer's pods on a node one after the other, each after
/// the previous one is available elsewhere.
#[test]
fn nodes_are_emptied_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let group = |name: &str| {
        crate::diff::text(
            "small",
            &format!(
                "nodes \"general\" {{ count max=0 }}\nnodes \"{name}\" {{ instance \"m7g.xlarge\"; count min=1 max=6 }}"
            ),
        )
    };
    std::fs::write(at.join("a.kdl"), group("one")).unwrap();
    std::fs::write(at.join("b.kdl"), group("two")).unwrap();
    let report = planned(at, &["a.kdl", "b.kdl"]);
    let step = &report["environments"][0]["steps"][1];
    assert_eq!(step["title"], "delete node group `one`");
    let lines = shell_of(&step["procedure"]["apply"]);
    let script = format!("{CLUSTER}{}", lines.join("\n"));
    let Ok(output) = Command::new("bash")
        .current_dir(at)
        .args(["-c", &script])
        .output()
    else {
        return; // there is no bash
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let log = std::fs::read_to_string(at.join("log")).unwrap();
    let log: Vec<&str> = log.lines().collect();
    let settled = ["kaireon-pgbouncer", "kaireon-api", "kaireon-worker"]
        .map(|name| format!("deployment/{name} is available"));
    let pooler = settled[0].as_str();
    let mut wanted = vec![
        "wait --for=condition=Ready",
        "eks update-nodegroup-config --cluster-name prod --nodegroup-name one-1 --scaling-config minSize=3,maxSize=3,desiredSize=3",
        "cordon -l",
        "cordon -l",
        "drain node/n1",
    ];
    wanted.extend(settled.iter().map(String::as_str));
    wanted.extend([
        "cordon -l",
        "delete pod/p1",
        pooler,
        "delete pod/p2",
        pooler,
        "drain node/n2",
    ]);
    wanted.extend(settled.iter().map(String::as_str));
    wanted.extend(["cordon -l", "n3 is full", "drain node/n3"]);
    wanted.extend(settled.iter().map(String::as_str));
    wanted.extend(["cordon -l", "drain node/n4"]);
    wanted.extend(settled.iter().map(String::as_str));
    wanted.extend(["cordon -l", "terraform apply"]);
    assert_eq!(log, wanted, "{lines:#?}");
    // In a second run after the group is gone, nothing is drained and nothing fails.
    std::fs::remove_file(at.join("log")).unwrap();
    std::fs::remove_file(at.join("joined")).unwrap();
    std::fs::write(at.join("gone"), "").unwrap();
    let again = format!("set -eu\n{script}");
    let output = Command::new("bash")
        .current_dir(at)
        .args(["-c", &again])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let log = std::fs::read_to_string(at.join("log")).unwrap();
    let changes = log.lines().filter(|line| !line.starts_with("wait "));
    let changes: Vec<&str> = changes.collect();
    assert_eq!(changes, ["cordon -l", "cordon -l", "terraform apply"]);
}

/// What kind of action it is, as far as its command differs from that of others: its kind, the operation
/// of AWS, the question, and which of its optional parts it has.
fn form(action: &Value) -> String {
    let name = |value: &Value| {
        let first = value.as_object().and_then(|fields| fields.keys().next());
        let name = value.as_str().or(first.map(String::as_str));
        name.unwrap_or_default().to_owned()
    };
    let kind = name(&action["kind"]);
    let details = match kind.as_str() {
        "aws" => {
            let call = &action["call"];
            let unless = if action["unless"].is_null() {
                ""
            } else {
                " unless"
            };
            format!(
                "{} {}{unless}",
                name(&call["service"]),
                name(&call["operation"])
            )
        }
        "wait" => {
            let question = &action["until"];
            let parts = question.as_object().unwrap().iter();
            let parts: Vec<&str> = parts
                .filter(|(key, value)| *key != "kind" && !value.is_null())
                .map(|(key, _)| key.as_str())
                .collect();
            let call = &question["call"];
            let (service, operation) = (name(&call["service"]), name(&call["operation"]));
            format!(
                "{} {service} {operation} with {}",
                name(&question["kind"]),
                parts.join(", ")
            )
        }
        "remember" => name(&action["value"]),
        "apply" | "delete" => name(&action["manifests"]),
        "unless" => {
            let inner = action["actions"].as_array().unwrap().iter();
            inner.map(form).collect::<Vec<_>>().join("; ")
        }
        _ => String::new(),
    };
    format!("{kind} {details}").trim().replace("  ", " ")
}

/// The text of a plan says what each action does; these are the commands, one example of each kind.
#[test]
fn every_kind_of_action_is_typed_as_reviewed() {
    let folder = tiers();
    let mut examples = BTreeMap::new();
    let mut note = |report: &Value| {
        for plan in report["environments"].as_array().unwrap() {
            for step in plan["steps"].as_array().unwrap() {
                let (way, back) = (&step["procedure"], &step["undo"]["procedure"]);
                let all = [
                    &way["apply"],
                    &way["verify"],
                    &back["apply"],
                    &back["verify"],
                ];
                for action in all.iter().filter_map(|it| it.as_array()).flatten() {
                    let form = form(&action["action"]);
                    let [does, shell] = ["does", "shell"].map(|key| action[key].as_str().unwrap());
                    let example = examples.entry(form);
                    example.or_insert_with(|| format!("# {does}\n{shell}\n"));
                }
            }
        }
    };
    for (before, after) in pairs() {
        let files = [before, after].map(|tier| format!("{tier}.kdl"));
        note(&planned(folder, &[&files[0], &files[1]]));
    }
    for case in crate::diff::cases() {
        let case = project("tests/cases/diff").join(case);
        note(&planned(&case, &["before.kdl", "after.kdl"]));
    }
    let told = examples
        .iter()
        .map(|(form, example)| format!("==== {form}\n{example}"));
    snapshot("plan", "actions", &told.collect::<Vec<_>>().join("\n"));
}
