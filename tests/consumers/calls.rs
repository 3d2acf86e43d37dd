//! The AWS command line and kubectl know every command that plans and runbooks print.

use std::collections::BTreeSet;
use std::path::Path;

use super::tools::{ask, command, pinned, tool};
use super::trees::rendered;
use crate::diff::pairs::{folder, pairs};
use crate::plan::shell::{commands, planned};
use crate::support::project;

/// Fakes of the programs: they record their arguments, including nested calls, and end loops at once. Some
/// answers are set in advance, because a plan remembers them in another line. There are more nodes than
/// any group may have.
const STANDS_IN: &str = r#"
SINCE=2026-10-01T00:00:00Z GROUP=x ASG=x NEXT=x SIZE=3 LEAVE=3 RUNNING=16.1 TARGET=17.1
answer() {
    case " $* " in
        *' date '*) echo $SINCE ;;
        *' get nodes '*' --sort-by='*) printf 'node/%s\n' {1..99} ;;
        *' describe-auto-scaling-groups '*) echo 99 ;;
        *'nodegroup.scalingConfig.maxSize)])'*) echo 'ACTIVE 99' ;;
        *' get nodes '*) echo node/x ;;
        *' get pods '*' name '*) echo pod/x ;;
        *) echo x ;;
    esac
}
grep() { cat; }
[() {
    # A list of nodes that is worked off ends.
    case "$1" in
        -n) test -n "$2"; return ;;
    esac
    # A group that has too many nodes is looked at twice.
    case "$2 $3" in
        '= ACTIVE '*) LOOKED=$((${LOOKED:-0} + 1)); return $((LOOKED < 2)) ;;
    esac
}
for name in sleep kill k6 stty; do eval "$name() { :; }"; done
psql() {
    case "$*" in
        *'SHOW DATABASES'*) printf 'name|current_connections\nx|0\n' ;;
        *'SHOW CLIENTS'*) printf 'type|addr\nC|y\n' ;;
        *) echo 0 ;;
    esac
}
for name in aws kubectl helm terraform; do
    eval "$name() { local line; printf -v line '%s\x1f' $name \"\$@\"; printf '%s\n' \"\$line\" >>calls; answer \"\$@\"; }"
done
"#;

/// The shell blocks of a page.
pub(crate) fn blocks(page: &str) -> Vec<String> {
    let parts = page.split("```sh\n").skip(1);
    parts
        .map(|part| part.split("```").next().unwrap().to_owned())
        .collect()
}

/// Every line of every plan.
fn of_plans() -> Vec<String> {
    let folder = folder();
    let mut lines: BTreeSet<String> = BTreeSet::new();
    for (before, after) in pairs() {
        let files = [format!("{before}.kdl"), format!("{after}.kdl")];
        lines.extend(commands(&planned(folder.path(), &[&files[0], &files[1]])));
    }
    for case in std::fs::read_dir(project("tests/cases/diff")).unwrap() {
        let report = planned(&case.unwrap().path(), &["before.kdl", "after.kdl"]);
        lines.extend(commands(&report));
    }
    lines.into_iter().collect()
}

/// Every block of every runbook: those of the five environments, and of the cases.
fn of_runbooks() -> Vec<String> {
    let trees = rendered();
    let pages: Vec<String> = trees
        .iter()
        .map(|tree| std::fs::read_to_string(tree.folder.join("RUNBOOK.md")).unwrap())
        .chain(
            crate::emit::all()
                .into_iter()
                .map(|(_, files)| files["RUNBOOK.md"].clone()),
        )
        .collect();
    pages.iter().flat_map(|page| blocks(page)).collect()
}

/// Every call of a program in scripts: its arguments, once for each set of flags.
fn calls(program: &str, scripts: &[String]) -> Vec<Vec<String>> {
    let mut script = STANDS_IN.to_owned();
    for part in scripts {
        script += &format!("(\n{part}\nwait\n)\n");
    }
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("script"), script).unwrap();
    let mut bash = command(Path::new("/bin/bash"), home.path());
    let answer = ask(bash.current_dir(home.path()).args(["script"]));
    assert_eq!(answer.code, Some(0), "{}", answer.told);
    let told = std::fs::read_to_string(home.path().join("calls")).unwrap();
    let mut seen = BTreeSet::new();
    let mut calls = Vec::new();
    for call in told.lines() {
        let words: Vec<String> = call.split_terminator('\x1f').map(str::to_owned).collect();
        let shape: Vec<String> = words
            .iter()
            .enumerate()
            .filter(|(at, word)| *at < 3 || word.starts_with('-'))
            .map(|(_, word)| word.split('=').next().unwrap().to_owned())
            .collect();
        if words[0] == program && seen.insert(shape) {
            calls.push(words[1..].to_vec());
        }
    }
    calls
}

fn aws_knows(scripts: &[String], at_least: usize) {
    let Some(aws) = pinned("aws") else { return };
    let home = tempfile::tempdir().unwrap();
    let calls = calls("aws", scripts);
    assert!(calls.len() >= at_least, "{calls:?}");
    let ask_aws = |words: &[String]| {
        let mut run = command(&aws, home.path());
        run.env("AWS_ACCESS_KEY_ID", "fake")
            .env("AWS_SECRET_ACCESS_KEY", "fake")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_MAX_ATTEMPTS", "1");
        // Nothing listens there: a command with valid flags fails at the connection.
        run.args(["--endpoint-url", "http://127.0.0.1:1"])
            .args(words);
        ask(&mut run).told
    };
    for call in &calls {
        let told = ask_aws(call);
        assert!(told.contains("Could not connect"), "{told}");
    }
    let mut wrong = calls[0].clone();
    wrong.push("--no-such-flag".into());
    let told = ask_aws(&wrong);
    assert!(told.contains("Unknown options: --no-such-flag"), "{told}");
}

fn kubectl_knows(scripts: &[String], at_least: usize) {
    let Some(kubectl) = tool("kubectl") else {
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let calls = calls("kubectl", scripts);
    assert!(calls.len() >= at_least, "{calls:?}");
    let ask_kubectl = |words: &[String]| {
        let mut run = command(&kubectl, home.path());
        run.arg("--server=http://127.0.0.1:1").args(words);
        ask(&mut run).told
    };
    for call in &calls {
        let told = ask_kubectl(call);
        // The plan's file does not exist, nothing listens, or the pipe is empty: the flags were
        // already accepted.
        let read = [
            "refused",
            "does not exist",
            "no such file",
            "not found",
            "no objects passed",
        ];
        assert!(
            read.iter().any(|it| told.contains(it)) && !told.contains("unknown"),
            "{told}"
        );
    }
    let mut wrong = calls[0].clone();
    wrong.insert(1, "--no-such-flag".into());
    let told = ask_kubectl(&wrong);
    assert!(told.contains("unknown flag: --no-such-flag"), "{told}");
}

#[test]
fn aws_knows_every_command_of_every_plan() {
    aws_knows(&of_plans(), 13);
}

#[test]
fn kubectl_knows_every_command_of_every_plan() {
    kubectl_knows(&of_plans(), 9);
}

#[test]
fn aws_knows_every_command_of_every_runbook() {
    aws_knows(&of_runbooks(), 20);
}

#[test]
fn kubectl_knows_every_command_of_every_runbook() {
    kubectl_knows(&of_runbooks(), 25);
}
