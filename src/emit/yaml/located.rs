//! Reads a document of another author, and keeps the place of every value.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_saphyr::Spanned;

/// A value and where it begins.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    /// Where it begins.
    pub(crate) at: LineColumn,
    /// What it is.
    pub(crate) node: LocatedNode,
}

/// A place in a text; both count from 1, and columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LineColumn {
    /// The line.
    pub(crate) line: usize,
    /// The character in it.
    pub(crate) column: usize,
}

/// A value with located parts.
#[derive(Clone, Debug)]
pub(crate) enum LocatedNode {
    /// Anything without parts.
    Scalar(Value),
    /// A list.
    List(Vec<Located>),
    /// A map, with the place of each key.
    Map(Vec<(String, LineColumn, Located)>),
}

/// Why a text is not one YAML document.
#[derive(Clone, Debug)]
pub(crate) struct YamlMistake {
    /// What is wrong. It does not quote the text.
    pub(crate) message: String,
    /// Where, if that is known.
    pub(crate) at: Option<LineColumn>,
}

/// Parses one document. A key that is stated twice is a mistake.
pub(crate) fn read_located(text: &str) -> Result<Located, YamlMistake> {
    let options = serde_saphyr::options! { with_snippet: false };
    let read: Result<Spanned<LocatedNode>, _> = serde_saphyr::from_str_with_options(text, options);
    read.map(located).map_err(|error| {
        let at = error.location().map(|at| place(&at));
        YamlMistake {
            message: told(&error.to_string()),
            at,
        }
    })
}

/// The parser's message without the place, and without advice for those who call the parser.
fn told(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default();
    if message.contains("multiple YAML documents") {
        return "there is more than one document".to_owned();
    }
    let message = message.split(" at line ").next().unwrap_or_default();
    let message = message.split(", set DuplicateKeyPolicy").next();
    message.unwrap_or_default().to_owned()
}

fn place(at: &serde_saphyr::Location) -> LineColumn {
    let number = |it: u64| usize::try_from(it).unwrap_or(usize::MAX);
    LineColumn {
        line: number(at.line()),
        column: number(at.column()),
    }
}

fn located(read: Spanned<LocatedNode>) -> Located {
    Located {
        at: place(&read.referenced),
        node: read.value,
    }
}

impl Located {
    /// The value without its places.
    pub(crate) fn value(&self) -> Value {
        match &self.node {
            LocatedNode::Scalar(value) => value.clone(),
            LocatedNode::List(items) => items.iter().map(Self::value).collect(),
            LocatedNode::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, _, value)| (key.clone(), value.value()))
                    .collect(),
            ),
        }
    }

    /// The place of the value at a JSON pointer, or of the nearest value above it.
    pub(crate) fn find(&self, pointer: &str) -> LineColumn {
        let mut found = self;
        let mut at = self.at;
        for part in pointer.split('/').skip(1) {
            let part = part.replace("~1", "/").replace("~0", "~");
            let next = match &found.node {
                LocatedNode::Scalar(_) => None,
                LocatedNode::List(items) => {
                    let item = part.parse().ok().and_then(|index: usize| items.get(index));
                    item.map(|item| (item.at, item))
                }
                LocatedNode::Map(entries) => entries
                    .iter()
                    .find(|(key, ..)| *key == part)
                    .map(|(_, at, value)| (*at, value)),
            };
            let Some((place, value)) = next else { break };
            (at, found) = (place, value);
        }
        match found.node {
            LocatedNode::Scalar(_) => found.at,
            LocatedNode::List(_) | LocatedNode::Map(_) => at,
        }
    }

    /// Every key and every value without parts, each with its place.
    pub(crate) fn scalars(&self, into: &mut Vec<(LineColumn, Value)>) {
        match &self.node {
            LocatedNode::Scalar(value) => into.push((self.at, value.clone())),
            LocatedNode::List(items) => items.iter().for_each(|item| item.scalars(into)),
            LocatedNode::Map(entries) => {
                for (key, at, value) in entries {
                    into.push((*at, Value::String(key.clone())));
                    value.scalars(into);
                }
            }
        }
    }
}

impl<'de> Deserialize<'de> for LocatedNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = LocatedNode;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<LocatedNode, E> {
        Ok(LocatedNode::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<LocatedNode, E> {
        Ok(LocatedNode::Scalar(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<LocatedNode, E> {
        Ok(LocatedNode::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<LocatedNode, E> {
        Ok(LocatedNode::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<LocatedNode, E> {
        Ok(LocatedNode::Scalar(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<LocatedNode, E> {
        let number = serde_json::Number::from_f64(value);
        let number = number.ok_or_else(|| E::custom("a number that JSON does not have"))?;
        Ok(LocatedNode::Scalar(number.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<LocatedNode, E> {
        Ok(LocatedNode::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<LocatedNode, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(located(item));
        }
        Ok(LocatedNode::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<LocatedNode, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            let at = place(&key.referenced);
            map.push((key.value, at, located(entries.next_value()?)));
        }
        Ok(LocatedNode::Map(map))
    }
}
