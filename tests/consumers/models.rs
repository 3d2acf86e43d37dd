//! Every call of AWS in a plan and in a runbook is one that botocore's models have: the operation, the names and types
//! of its arguments, the words that they may be, those that must be there, and what of the answer is
//! asked for. `calls` has the command line itself read them.

use std::path::Path;

use serde_json::Value;

use super::tools::{ask_with_input, command, pinned, required};
use crate::diff::pairs::{folder, pairs};
use crate::plan::shell::planned;
use crate::support::project;

/// Reads actions as JSON, and reports parts that no model has.
const READER: &str = r#"
import json, sys
import botocore.session, jmespath
from botocore import xform_name

session = botocore.session.get_session()
wrong, seen = [], 0

def model(service):
    return session.get_service_model(service)

def operation(call):
    names = {xform_name(name, "-"): name for name in model(call["service"]).operation_names}
    return model(call["service"]).operation_model(names[call["operation"]])

def members(shape, found=None):
    """The names of all members below a shape."""
    found = set() if found is None else found
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name not in found:
                found.add(name)
                members(member, found)
    elif shape.type_name == "list":
        members(shape.member, found)
    return found

def fields(node):
    if node["type"] == "field" and not set("./") & set(node["value"]):
        yield node["value"]
    for child in node["children"]:
        if isinstance(child, dict):
            yield from fields(child)

def is_asked(call, query):
    known = members(operation(call).output_shape)
    for name in fields(jmespath.compile(query).parsed):
        if name not in known:
            wrong.append(f"{call['operation']} answers with no {name}: {query}")

def value_fits(where, shape, value):
    ((kind, content),) = value.items() if isinstance(value, dict) else ((value, None),)
    if shape.type_name == "list" and kind != "fields" and kind != "answers":
        shape = shape.member
    if kind == "switch":
        fits = shape.type_name == "boolean"
    elif kind == "text" and shape.type_name in ("integer", "long"):
        fits = content.isdigit()
    elif kind == "text":
        fits = shape.type_name == "string"
        if getattr(shape, "enum", None) and content not in shape.enum:
            fits = False
    elif kind == "ago":
        fits = shape.type_name == "timestamp"
    elif kind == "larger":
        fits = shape.type_name == "integer"
    elif kind == "remembered":
        fits = shape.type_name in ("string", "integer")
    elif kind == "fields":
        shape = shape.member if shape.type_name == "list" else shape
        fits = shape.type_name == "structure"
        for field in content:
            member = shape.members.get(field["name"])
            if member is None:
                wrong.append(f"{where} has no {field['name']}")
            else:
                value_fits(f"{where}.{field['name']}", member, field["value"])
    elif kind == "answer":
        fits = shape.type_name == "string"
    elif kind == "answers":
        fits = shape.type_name == "list"
    else:
        fits = False
    if not fits:
        wrong.append(f"{where} is {shape.type_name}, and gets {value}")

def is_made(call):
    global seen
    seen += 1
    try:
        shape = operation(call).input_shape
    except KeyError:
        wrong.append(f"{call['service']} has no {call['operation']}")
        return
    known = {xform_name(name, "-"): name for name in shape.members}
    given = set()
    for argument in call["arguments"]:
        name = known.get(argument["name"])
        where = f"{call['operation']} --{argument['name']}"
        if name is None:
            wrong.append(f"{where}: there is none")
            continue
        given.add(name)
        value_fits(where, shape.members[name], argument["value"])
    for name in set(shape.required_members) - given:
        wrong.append(f"{call['operation']} needs {name}")

def waits(question):
    global seen
    seen += 1
    waiters = session.get_waiter_model(question["service"])
    names = {xform_name(name, "-"): name for name in waiters.waiter_names}
    waiter = waiters.get_waiter(names[question["waiter"]])
    asked = xform_name(waiter.operation, "-")
    is_made({"service": question["service"], "operation": asked, "arguments": question["arguments"]})

def walk(node):
    if isinstance(node, dict):
        if {"service", "operation", "arguments"} <= node.keys():
            is_made(node)
        if {"service", "waiter"} <= node.keys():
            waits(node)
        if {"call", "query"} <= node.keys():
            is_asked(node["call"], node["query"])
        if {"call", "fields"} <= node.keys():
            for field in node["fields"]:
                is_asked(node["call"], field)
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        walk(child)

walk(json.load(sys.stdin))
print(seen)
if wrong:
    sys.exit("\n".join(sorted(set(wrong))))
"#;

/// What the reader says of actions: how many calls it has seen.
fn read(python: &Path, actions: &Value) -> Result<usize, String> {
    let home = tempfile::tempdir().unwrap();
    let mut run = command(python, home.path());
    let answer = ask_with_input(run.args(["-c", READER]), &actions.to_string());
    match answer.code {
        Some(0) => Ok(answer.stdout.trim().parse().unwrap()),
        _ => Err(answer.told),
    }
}

/// The Python that the AWS command line runs on.
fn python() -> Option<std::path::PathBuf> {
    let aws = pinned("aws")?;
    let python = aws.parent()?.parent()?.join("aws/bin/python");
    required(
        "the AWS command line's Python",
        python.is_file().then_some(python),
    )
}

/// The actions of every plan.
fn actions() -> Value {
    let folder = folder();
    let tiers = pairs().map(|(before, after)| {
        let files = [format!("{before}.kdl"), format!("{after}.kdl")];
        planned(folder.path(), &[&files[0], &files[1]])
    });
    let cases = std::fs::read_dir(project("tests/cases/diff")).unwrap();
    let cases = cases.map(|case| planned(&case.unwrap().path(), &["before.kdl", "after.kdl"]));
    tiers.chain(cases).collect()
}

#[test]
fn botocore_has_every_call_of_every_plan() {
    let Some(python) = python() else { return };
    let seen = read(&python, &actions()).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(seen > 500, "{seen}");
}

#[test]
fn botocore_has_every_call_of_every_runbook() {
    let Some(python) = python() else { return };
    let actions = serde_json::to_value(crate::emit::all_typed()).unwrap();
    let seen = read(&python, &actions).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(seen > 300, "{seen}");
}

#[test]
fn a_call_that_botocore_does_not_have_is_told() {
    let Some(python) = python() else { return };
    let call = |operation: &str, name: &str, value: Value| {
        serde_json::json!({
            "service": "rds",
            "operation": operation,
            "arguments": [
                { "name": "db-instance-identifier", "value": { "text": "x" } },
                { "name": name, "value": value },
            ],
        })
    };
    let text = |text: &str| serde_json::json!({ "text": text });
    let right = call("modify-db-instance", "allocated-storage", text("20"));
    assert_eq!(read(&python, &right), Ok(1));
    for (wrong, said) in [
        (call("modify-db-instances", "iops", text("1")), "has no"),
        (
            call("modify-db-instance", "iop", text("1")),
            "there is none",
        ),
        (call("modify-db-instance", "iops", text("many")), "integer"),
        (
            call("modify-db-instance", "multi-az", text("on")),
            "boolean",
        ),
        (
            call("restore-db-instance-to-point-in-time", "iops", text("1")),
            "needs",
        ),
    ] {
        let told = read(&python, &wrong).unwrap_err();
        assert!(told.contains(said), "{told}");
    }
    let asked = serde_json::json!({
        "call": right,
        "query": "DBInstance.DBInstanceStates",
    });
    assert!(
        read(&python, &asked)
            .unwrap_err()
            .contains("DBInstanceStates")
    );
}
