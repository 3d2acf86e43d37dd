//! Values as YAML documents. Nothing else uses the YAML crate.
//!
//! The layout is written here, in a fraction of the time that a serializer takes for it; what a
//! text has to look like so that every reader reads the same text is the crate's to say.

mod scalar;
mod value;

use super::header::header;
use super::indent::spaces;

pub(crate) use value::yaml;
pub use value::{Map, Value};

/// The order in which people read an object; other keys follow in the order they are given.
const FIRST: [&str; 5] = ["apiVersion", "kind", "name", "metadata", "spec"];

/// Bytes of a usual file: most need no more room.
const USUAL: usize = 32 << 10;

/// Spaces of a step.
const STEP: usize = 2;

/// The documents below a header that names `source_name`, with `---` between them.
#[must_use]
pub fn documents(values: &[Value], source_name: &str) -> String {
    let mut text = String::with_capacity(USUAL);
    text.push_str(&header(source_name));
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            text.push_str("---\n");
        }
        write(value, 0, &mut text);
    }
    text
}

/// The kind and the name of each object in text that [`documents`] wrote: both stand above everything
/// else of their object.
#[must_use]
pub fn objects(text: &str) -> Vec<(String, String)> {
    let mut objects = Vec::new();
    let mut kind = None;
    let mut in_metadata = false;
    for line in text.split('\n') {
        let plain = |value: &str| value.trim_matches(['"', '\'']).to_owned();
        // Most lines are deep inside of an object.
        if line.starts_with(' ') && !in_metadata {
            continue;
        }
        if let Some(of) = line.strip_prefix("kind: ") {
            kind = Some(plain(of));
        } else if !line.starts_with(' ') {
            in_metadata = line == "metadata:";
        } else if in_metadata && let Some(name) = line.strip_prefix("  name: ") {
            objects.extend(kind.take().map(|kind| (kind, plain(name))));
        }
    }
    objects
}

/// What somebody else's document says; a mistake is told without its text.
pub(crate) fn read(text: &str) -> Result<serde_json::Value, String> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())
}

/// A value where the line is empty up to `indent`, and its line ends.
fn write(value: &Value, indent: usize, into: &mut String) {
    if let Value::Map(map) = value
        && !map.is_empty()
    {
        write_map(map, indent, into);
    } else if let Value::List(items) = value
        && !items.is_empty()
    {
        write_list(items, indent, into);
    } else {
        write_scalar(value, indent, into);
    }
}

/// The entries below each other; the first stands where the line is.
fn write_map(map: &Map, indent: usize, into: &mut String) {
    let mut entry = |index: usize, (key, value): (&str, &Value)| {
        if index > 0 {
            spaces(indent, into);
        }
        scalar::write_key(key, into);
        into.push(':');
        write_below_key(value, indent, into);
    };
    if map.iter().is_sorted_by_key(|(key, _)| rank(key)) {
        let entries = map.iter().enumerate();
        entries.for_each(|(index, it)| entry(index, it));
    } else {
        let mut sorted: Vec<(&str, &Value)> = map.iter().collect();
        sorted.sort_by_key(|(key, _)| rank(key));
        let entries = sorted.into_iter().enumerate();
        entries.for_each(|(index, it)| entry(index, it));
    }
}

/// Where people look for a key.
fn rank(key: &str) -> usize {
    let known = FIRST.iter().position(|first| *first == key);
    known.unwrap_or(FIRST.len())
}

/// What a key has: a map or a list below it, anything else behind it.
fn write_below_key(value: &Value, indent: usize, into: &mut String) {
    if let Value::Map(map) = value
        && !map.is_empty()
    {
        into.push('\n');
        spaces(indent + STEP, into);
        write_map(map, indent + STEP, into);
    } else if let Value::List(items) = value
        && !items.is_empty()
    {
        into.push('\n');
        spaces(indent, into);
        write_list(items, indent, into);
    } else {
        into.push(' ');
        write_scalar(value, indent + STEP, into);
    }
}

/// The items below each other; the first stands where the line is.
fn write_list(items: &[Value], indent: usize, into: &mut String) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            spaces(indent, into);
        }
        into.push_str("- ");
        write(item, indent + STEP, into);
    }
}

/// What stands behind a key or a dash; `indent` is where further lines of it begin.
fn write_scalar(value: &Value, indent: usize, into: &mut String) {
    match value {
        Value::Null => into.push_str("null"),
        Value::Bool(true) => into.push_str("true"),
        Value::Bool(false) => into.push_str("false"),
        Value::Number(number) => into.push_str(&number.to_string()),
        Value::Text(text) => {
            if text.contains('\n') && scalar::write_block(text, indent, into) {
                return;
            }
            scalar::write(text, into);
        }
        Value::List(_) => into.push_str("[]"),
        Value::Map(_) => into.push_str("{}"),
    }
    into.push('\n');
}

#[cfg(test)]
mod tests;
