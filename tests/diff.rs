//! Two states of an environment: what changes, why, what that interrupts and what it costs.

mod cases;
mod changes;
mod command;
mod facts;
mod formats;
mod git;
pub(crate) mod html;
mod laws;
mod markdown;
pub(crate) mod pairs;
pub(crate) mod records;
mod trees;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use tierc::catalogue::Catalogue;
use tierc::diff::{Changes, diff};
use tierc::impact::{Impact, impacts};
use tierc::model::Environment;
use tierc::pair::Pair;

use crate::support::{project, run};

pub(crate) const TIERS: [&str; 5] = ["dev", "small", "medium", "large", "xlarge"];

/// `prod` on a tier, with some lines of its own.
pub(crate) fn text(tier: &str, lines: &str) -> String {
    format!("environment \"prod\"\ntier \"{tier}\"\nregion \"us-east-1\"\n{lines}\n")
}

/// The environment that a text resolves to.
fn environment(text: &str) -> Environment {
    let file = run(text).files.into_iter().next().unwrap();
    file.environment
        .unwrap_or_else(|| panic!("{text} resolves"))
}

/// `prod` on a tier, with some lines of its own.
fn prod(tier: &str, lines: &str) -> Environment {
    environment(&text(tier, lines))
}

fn changes(before: &Environment, after: &Environment) -> Changes {
    diff(Pair::new(Some(before), Some(after))).expect("both sides are there")
}

/// What changes, and what each change does.
fn impacted(before: &Environment, after: &Environment) -> (Changes, Vec<Impact>) {
    let found = changes(before, after);
    let impacts = impacts(&found, Pair::new(before, after), &Catalogue::default());
    assert_eq!(impacts.len(), found.changes.len());
    (found, impacts)
}

/// What the change at `path` does.
fn impact(before: &Environment, after: &Environment, path: &str) -> Impact {
    let (found, impacts) = impacted(before, after);
    let at = found.changes.iter().position(|it| it.path == path);
    let paths: Vec<_> = found.changes.iter().map(|it| &it.path).collect();
    let at = at.unwrap_or_else(|| panic!("`{path}` changes, not only {paths:?}"));
    impacts[at].clone()
}

/// Every case of `tests/cases/diff`, by its folder's name.
pub(crate) fn cases() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(project("tests/cases/diff"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() > 30, "{names:?}");
    names
}

/// The exit code of a subcommand with some more arguments; 2 if the sides of `diff` or `plan` differ.
pub(crate) fn exit(folder: &Path, subcommand: &str, arguments: &[&str]) -> i32 {
    let detailed: &[&str] = match subcommand {
        "diff" | "plan" => &["--detailed-exitcode"],
        _ => &[],
    };
    let arguments = [&[subcommand], arguments, detailed].concat();
    code(&tierc(folder, &arguments))
}

/// What each command over an unchanging folder said.
type Said = BTreeMap<(PathBuf, Vec<String>), Arc<OnceLock<Output>>>;

/// Runs `tierc` in a folder, on the catalogue's own day. Several tests read what it says about the same case, in
/// the same format: it runs once for all of them.
pub(crate) fn tierc(folder: &Path, arguments: &[&str]) -> Output {
    static SAID: Mutex<Said> = Mutex::new(BTreeMap::new());
    let unchanging = folder.starts_with(project("tests/cases")) || folder == pairs::tiers();
    if !unchanging || arguments.contains(&"--out") {
        return said(folder, arguments);
    }
    let words = arguments.iter().map(|&it| it.to_owned()).collect();
    let mut all = SAID.lock().unwrap();
    let once = all.entry((folder.to_owned(), words)).or_default().clone();
    drop(all);
    once.get_or_init(|| said(folder, arguments)).clone()
}

fn said(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tierc"))
        .current_dir(folder)
        .args(arguments)
        .args(["--today", "2026-11-24"])
        .output()
        .unwrap()
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("tierc ends by itself")
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A command, and everything it says.
pub(crate) fn transcript(folder: &Path, arguments: &[&str]) -> String {
    let output = tierc(folder, arguments);
    let (out, err) = (stdout(&output), stderr(&output));
    let err = if err.is_empty() {
        err
    } else {
        format!("--- stderr\n{err}")
    };
    format!(
        "$ tierc {}\n{out}{err}--- exit {}\n",
        arguments.join(" "),
        code(&output)
    )
}

/// Compares a story with `snapshots/diff/NAME.snap`.
fn snapshot(name: &str, story: &str) {
    crate::support::snapshot("diff", name, story);
}

/// The published schema, and a strict copy of it: there every key must be present and none may be unknown.
fn schemas() -> &'static [jsonschema::Validator; 2] {
    static SCHEMAS: LazyLock<[jsonschema::Validator; 2]> = LazyLock::new(|| {
        let schema = std::fs::read_to_string(project("schema/report.schema.json")).unwrap();
        let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
        let mut strict = schema.clone();
        complete(&mut strict);
        [schema, strict].map(|schema| jsonschema::validator_for(&schema).unwrap())
    });
    &SCHEMAS
}

/// Requires every key that an object's schema declares, and allows no other.
fn complete(schema: &mut serde_json::Value) {
    if let Some(properties) = schema["properties"].as_object() {
        let keys: Vec<String> = properties.keys().cloned().collect();
        schema["required"] = keys.into();
        schema["additionalProperties"] = false.into();
    }
    match schema {
        serde_json::Value::Object(entries) => entries.values_mut().for_each(complete),
        serde_json::Value::Array(items) => items.iter_mut().for_each(complete),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}

/// Validates JSON against the published schema: it has exactly the keys that the schema declares.
pub(crate) fn fits_schema(json: &str) -> serde_json::Value {
    let report: serde_json::Value = serde_json::from_str(json).unwrap();
    for validator in schemas() {
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{json}");
    }
    report
}
