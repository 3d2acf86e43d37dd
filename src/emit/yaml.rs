//! Values as YAML documents. Nothing else uses the YAML crate.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use serde_saphyr::DoubleQuoted;

use super::header::header;

/// The order in which people read an object; other keys follow in the order they are given.
const FIRST: [&str; 5] = ["apiVersion", "kind", "name", "metadata", "spec"];

/// Bytes of a usual file: most need no more room.
const USUAL: usize = 8 << 10;

/// The documents below a header that names `source_name`, with `---` between them.
#[must_use]
pub fn documents(values: &[Value], source_name: &str) -> String {
    let mut text = started(source_name);
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            text.push_str("---\n");
        }
        write(&mut text, &InOrder(value));
    }
    text
}

/// One document below a header that names `source_name`, from a type of its own, whose fields stand
/// in the order of their declaration.
#[must_use]
pub fn document(value: &impl Serialize, source_name: &str) -> String {
    let mut text = started(source_name);
    write(&mut text, value);
    text
}

/// What somebody else's document says; a mistake is told without its text.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())
}

fn started(source_name: &str) -> String {
    let mut text = String::with_capacity(USUAL);
    text.push_str(&header(source_name));
    text
}

/// # Panics
/// Never: values with text keys always have a YAML form.
fn write(text: &mut String, value: &impl Serialize) {
    let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
    serde_saphyr::to_fmt_writer_with_options(text, value, options)
        .expect("a value with text keys has a YAML form");
}

/// A value within a type of its own, written as [`documents`] writes it.
pub struct Ordered(pub Value);

impl Serialize for Ordered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        InOrder(&self.0).serialize(serializer)
    }
}

/// A text that may begin with white space, which a block scalar takes for its indentation.
pub struct Text<'a>(pub &'a str);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if starts_blank(self.0) {
            DoubleQuoted(self.0).serialize(serializer)
        } else {
            serializer.serialize_str(self.0)
        }
    }
}

struct InOrder<'a>(&'a Value);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(map) => serialize_map(map, serializer),
            Value::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(&InOrder(item))?;
                }
                seq.end()
            }
            Value::String(text) => Text(text).serialize(serializer),
            other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => {
                other.serialize(serializer)
            }
        }
    }
}

fn starts_blank(text: &str) -> bool {
    text.trim_start_matches(['\n', '\r'])
        .starts_with(['\t', ' '])
}

fn serialize_map<S: Serializer>(
    map: &Map<String, Value>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut out = serializer.serialize_map(Some(map.len()))?;
    for key in FIRST {
        if let Some(value) = map.get(key) {
            out.serialize_entry(key, &InOrder(value))?;
        }
    }
    for (key, value) in map {
        if !FIRST.contains(&key.as_str()) {
            out.serialize_entry(key, &InOrder(value))?;
        }
    }
    out.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_back_as_the_same_text() {
        for text in [
            "on", "yes", "y", "1_000", "0o14", "1e3", "\ta", "\ta\nb\n", "\n\ta\n", " a\nb", "",
            "a: b", "~",
        ] {
            let value =
                serde_json::json!({ "spec": { "text": text, "list": [text] }, "kind": "X" });
            let yaml = documents(std::slice::from_ref(&value), "prod.kdl");
            let back: Value = serde_yaml::from_str(&yaml).unwrap();
            assert_eq!(back, value, "{yaml}");
        }
    }
}
