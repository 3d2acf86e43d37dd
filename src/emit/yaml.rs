//! Values as YAML documents. No other module uses the YAML crate.
//!
//! The layout is written here, in a fraction of the time that a serializer needs. The crate decides
//! how a text must be quoted so that every reader gets the same text.

mod located;
mod scalar;
mod value;

use super::header::header;
use super::indent::spaces;

pub(crate) use located::{LineColumn, Located, LocatedNode, YamlMistake, read_located};
pub(crate) use value::yaml;
pub use value::{Map, YamlValue};

/// The first keys of an object, in the usual order. Other keys follow in the given order.
const FIRST: [&str; 5] = ["apiVersion", "kind", "name", "metadata", "spec"];

/// The size of a usual file, to allocate once.
const USUAL: usize = 32 << 10;

/// Spaces of a step.
const STEP: usize = 2;

/// The documents, separated by `---`, below a header that names `source_name`.
#[must_use]
pub fn documents(values: &[YamlValue], source_name: &str) -> String {
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

/// The kind and name of each object in text from [`documents`], where both come first in their
/// object.
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

/// A value without a header and without the last line end.
#[must_use]
pub(crate) fn fragment(value: &YamlValue) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text.truncate(text.trim_end_matches('\n').len());
    text
}

/// A text as a value on one line, which every reader gets as the same text, also between the
/// brackets of a list.
#[must_use]
pub(crate) fn one_line(text: &str) -> String {
    let mut written = String::new();
    scalar::write(text, &mut written);
    let bracketed =
        written.contains([',', '[', ']', '{', '}']) && !written.starts_with(['"', '\'']);
    if bracketed || written.contains('\n') {
        serde_json::to_string(text).expect("a text has a JSON form")
    } else {
        written
    }
}

/// Whether some reader takes the unquoted `text` for something else than a text, or for another
/// number than other readers.
#[must_use]
pub(crate) fn differs_by_reader(text: &str) -> bool {
    scalar::differs_by_reader(text)
}

/// Parses another program's document. The error does not quote its text.
pub(crate) fn read(text: &str) -> Result<serde_json::Value, String> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())
}

/// Writes a value after `indent` spaces, with its line end.
fn write(value: &YamlValue, indent: usize, into: &mut String) {
    if let YamlValue::Map(map) = value
        && !map.is_empty()
    {
        write_map(map, indent, into);
    } else if let YamlValue::List(items) = value
        && !items.is_empty()
    {
        write_list(items, indent, into);
    } else {
        write_scalar(value, indent, into);
    }
}

/// Writes the entries of a map, one per line. The first line is already indented.
fn write_map(map: &Map, indent: usize, into: &mut String) {
    let mut entry = |index: usize, (key, value): (&str, &YamlValue)| {
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
        let mut sorted: Vec<(&str, &YamlValue)> = map.iter().collect();
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

/// Writes the value of a key: a map or a list on new lines, anything else on the same line.
fn write_below_key(value: &YamlValue, indent: usize, into: &mut String) {
    if let YamlValue::Map(map) = value
        && !map.is_empty()
    {
        into.push('\n');
        spaces(indent + STEP, into);
        write_map(map, indent + STEP, into);
    } else if let YamlValue::List(items) = value
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

/// Writes the items of a list, one per line. The first line is already indented.
fn write_list(items: &[YamlValue], indent: usize, into: &mut String) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            spaces(indent, into);
        }
        into.push_str("- ");
        write(item, indent + STEP, into);
    }
}

/// Writes a scalar after a key or a dash; `indent` is for its further lines.
fn write_scalar(value: &YamlValue, indent: usize, into: &mut String) {
    match value {
        YamlValue::Null => into.push_str("null"),
        YamlValue::Bool(true) => into.push_str("true"),
        YamlValue::Bool(false) => into.push_str("false"),
        YamlValue::Number(number) => into.push_str(&number.to_string()),
        YamlValue::Text(text) => {
            if text.contains('\n') && scalar::write_block(text, indent, into) {
                return;
            }
            scalar::write(text, into);
        }
        YamlValue::List(_) => into.push_str("[]"),
        YamlValue::Map(_) => into.push_str("{}"),
    }
    into.push('\n');
}

#[cfg(test)]
mod tests;
