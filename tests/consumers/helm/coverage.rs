//! Which values there are, and which of them a chart reads.

use serde_json::{Value, json};

/// A step from a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The key of that name.
    Key(String),
    /// Any key of a map, any item of a list.
    Any,
}

/// The ways to every value that a schema describes.
pub(super) fn keys(schema: &Value) -> Vec<Vec<Step>> {
    let mut found = Vec::new();
    walk_schema(schema, schema, &[], &mut found);
    found
}

fn walk_schema(root: &Value, schema: &Value, path: &[Step], found: &mut Vec<Vec<Step>>) {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    let mut inner: Vec<(Step, &Value)> = Vec::new();
    if let Some(properties) = schema["properties"].as_object() {
        inner.extend(
            properties
                .iter()
                .map(|(name, schema)| (Step::Key(name.clone()), schema)),
        );
    }
    for word in ["additionalProperties", "items"] {
        if schema[word].is_object() {
            inner.push((Step::Any, &schema[word]));
        }
    }
    if inner.is_empty() {
        found.push(path.to_vec());
    }
    for (step, schema) in inner {
        walk_schema(root, schema, &[path, &[step]].concat(), found);
    }
}

/// Whether there is a value at the end of this way.
pub(super) fn has(value: &Value, path: &[Step]) -> bool {
    let Some((step, rest)) = path.split_first() else {
        return true;
    };
    match (step, value) {
        (Step::Key(name), Value::Object(entries)) => {
            entries.get(name).is_some_and(|value| has(value, rest))
        }
        (Step::Any, Value::Object(entries)) => entries.values().any(|value| has(value, rest)),
        (Step::Any, Value::Array(items)) => items.iter().any(|value| has(value, rest)),
        _ => false,
    }
}

/// Replaces every text and number by a mark of the same form, and returns which mark replaced what.
pub(super) fn mark(values: &mut Value) -> Vec<(String, String)> {
    let mut marks = Vec::new();
    mark_below(values, "", &mut marks);
    marks
}

fn mark_below(value: &mut Value, path: &str, marks: &mut Vec<(String, String)>) {
    // Below a million, from which on Helm prints floats.
    let number = 700_000 + marks.len();
    let mark = match value {
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                mark_below(item, &format!("{path}.{index}"), marks);
            }
            return;
        }
        Value::Object(entries) => {
            for (name, entry) in entries {
                mark_below(entry, &format!("{path}.{name}"), marks);
            }
            return;
        }
        Value::Null | Value::Bool(_) => return,
        Value::String(text) if text.ends_with('%') => format!("{number}%"),
        Value::String(text) if text.parse::<u64>().is_ok() => number.to_string(),
        Value::String(_) => format!("mark-{number}"),
        Value::Number(_) => {
            *value = json!(number);
            marks.push((path.to_owned(), number.to_string()));
            return;
        }
    };
    *value = Value::String(mark.clone());
    marks.push((path.to_owned(), mark));
}

/// The values once for each boolean in them, with this one turned.
pub(super) fn switches(values: &Value) -> Vec<(String, Value)> {
    let mut paths = Vec::new();
    find_switches(values, "", &mut paths);
    let turn = |path: String| {
        let mut turned = values.clone();
        let switch = turned.pointer_mut(&path).unwrap();
        *switch = Value::Bool(*switch == Value::Bool(false));
        (path, turned)
    };
    paths.into_iter().map(turn).collect()
}

fn find_switches(value: &Value, path: &str, paths: &mut Vec<String>) {
    match value {
        Value::Bool(_) => paths.push(path.to_owned()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                find_switches(item, &format!("{path}/{index}"), paths);
            }
        }
        Value::Object(entries) => {
            for (name, entry) in entries {
                let name = name.replace('~', "~0").replace('/', "~1");
                find_switches(entry, &format!("{path}/{name}"), paths);
            }
        }
        Value::Null | Value::Number(_) | Value::String(_) => {}
    }
}
