//! What a plan prints is typed into a shell.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::diff::pairs::{folder, pairs};
use crate::diff::{stdout, tierc};
use crate::support::project;

/// Every line that a plan means for a shell.
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
    lines
        .filter_map(Value::as_array)
        .flatten()
        .map(|line| line.as_str().unwrap().to_owned())
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

/// Whether bash, where the machine has it, reads a text as commands.
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

/// The commands run against programs that only write down how they were called.
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
