//! Documents before they are written. They are far cheaper to build than JSON values, and an
//! environment needs thousands.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::model::{Name, Quantity};
use crate::source::Sourced;

/// What a document consists of.
#[derive(Clone, Debug, PartialEq)]
pub enum YamlValue {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer, wide enough for every integer type.
    Number(i128),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<YamlValue>),
    /// A map.
    Map(Map),
}

impl YamlValue {
    /// An upper bound of its size as compact JSON, in which Go writes `<`, `>`, `&` and control
    /// characters as six bytes.
    #[must_use]
    pub fn json_bytes(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) => 5,
            Self::Number(number) => number.to_string().len(),
            Self::Text(text) => text_bytes(text),
            Self::List(items) => {
                let items = items.iter().map(|item| item.json_bytes() + 1);
                items.sum::<usize>() + 2
            }
            Self::Map(map) => {
                let entries = map
                    .iter()
                    .map(|(key, value)| text_bytes(key) + value.json_bytes() + 2);
                entries.sum::<usize>() + 2
            }
        }
    }
}

fn text_bytes(text: &str) -> usize {
    let bytes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' => 2,
        b'<' | b'>' | b'&' | 0..=0x1f | 0x7f => 6,
        _ => 1,
    });
    bytes.sum::<usize>() + 2
}

/// A map in insertion order, usually small.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    entries: Vec<(Cow<'static, str>, YamlValue)>,
    /// The index of each key, from [`MANY`] entries on.
    places: BTreeMap<Cow<'static, str>, usize>,
}

/// Below this size, a linear search is faster than an index.
const MANY: usize = 32;

impl Map {
    /// A map without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Inserts an entry. An entry with the same key is replaced in place.
    pub fn insert(&mut self, key: impl Into<Cow<'static, str>>, value: impl Into<YamlValue>) {
        let (key, value) = (key.into(), value.into());
        let place = self.place(&key);
        if let Some((_, old)) = place.and_then(|place| self.entries.get_mut(place)) {
            *old = value;
            return;
        }
        self.entries.push((key, value));
        if self.entries.len() >= MANY {
            let known = self.places.len();
            let new = self.entries.iter().enumerate().skip(known);
            self.places
                .extend(new.map(|(place, (key, _))| (key.clone(), place)));
        }
    }

    fn place(&self, key: &str) -> Option<usize> {
        if self.entries.len() < MANY {
            self.entries.iter().position(|(known, _)| known == key)
        } else {
            self.places.get(key).copied()
        }
    }

    /// Whether there is an entry.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    /// An entry's value.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&YamlValue> {
        self.entries.get(self.place(key)?).map(|(_, value)| value)
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &str) -> Option<YamlValue> {
        let mut rest = std::mem::take(self).entries;
        let taken = rest.iter().position(|(known, _)| known == key);
        let taken = taken.map(|place| rest.remove(place).1);
        self.extend(rest);
        taken
    }

    /// The entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &YamlValue)> {
        self.entries.iter().map(|(key, value)| (&**key, value))
    }

    /// The entries, in order, with values that can be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut YamlValue)> {
        self.entries.iter_mut().map(|(key, value)| (&**key, value))
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<K: Into<Cow<'static, str>>, V: Into<YamlValue>> Extend<(K, V)> for Map {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Into<Cow<'static, str>>, V: Into<YamlValue>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        map.extend(entries);
        map
    }
}

impl YamlValue {
    /// The map that this is.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Self::Map(map) => Some(map),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    /// The map that an entry of this map is.
    pub fn map_mut(&mut self, key: &str) -> Option<&mut Map> {
        let mut entries = self.as_map_mut()?.iter_mut();
        let (_, value) = entries.find(|(known, _)| *known == key)?;
        value.as_map_mut()
    }
}

macro_rules! from {
    ($($type:ty: $value:ident => $of:expr;)+) => {
        $(impl From<$type> for YamlValue {
            fn from($value: $type) -> Self {
                $of
            }
        })+
    };
}

from! {
    bool: value => Self::Bool(value);
    u16: value => Self::Number(value.into());
    i32: value => Self::Number(value.into());
    u32: value => Self::Number(value.into());
    u64: value => Self::Number(value.into());
    &str: value => Self::Text(value.to_owned());
    &YamlValue: value => value.clone();
    &&str: value => Self::Text((*value).to_owned());
    String: value => Self::Text(value);
    &String: value => Self::Text(value.clone());
    &Name: value => Self::Text(value.to_string());
    Map: value => Self::Map(value);
    &Sourced<u32>: sourced => Self::Number(sourced.value.into());
    &Sourced<String>: sourced => Self::Text(sourced.value.clone());
    &Sourced<Name>: sourced => Self::Text(sourced.value.to_string());
    &Sourced<Quantity>: sourced => Self::Text(sourced.value.to_string());
}

impl<T: Into<Self>> From<Vec<T>> for YamlValue {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().collect()
    }
}

impl<T: Into<Self>, const N: usize> From<[T; N]> for YamlValue {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<T: Into<Self>> From<Option<T>> for YamlValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Self>> FromIterator<T> for YamlValue {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

/// For validation against a schema.
impl Serialize for YamlValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => match u64::try_from(*value) {
                Ok(value) => serializer.serialize_u64(value),
                Err(_) => serializer.serialize_i128(*value),
            },
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(map) => {
                let mut out = serializer.serialize_map(Some(map.entries.len()))?;
                for (key, value) in map.iter() {
                    out.serialize_entry(key, value)?;
                }
                out.end()
            }
        }
    }
}

/// Builds a [`YamlValue`] from JSON-like syntax with embedded expressions.
macro_rules! yaml {
    (@map $map:ident) => {};
    (@map $map:ident $key:tt: { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $map.insert($key, $crate::emit::yaml::yaml!({ $($inner)* }));
        $crate::emit::yaml::yaml!(@map $map $($($rest)*)?);
    };
    (@map $map:ident $key:tt: [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        $map.insert($key, $crate::emit::yaml::yaml!([ $($inner)* ]));
        $crate::emit::yaml::yaml!(@map $map $($($rest)*)?);
    };
    (@map $map:ident $key:tt: $value:expr $(, $($rest:tt)*)?) => {
        $map.insert($key, $value);
        $crate::emit::yaml::yaml!(@map $map $($($rest)*)?);
    };
    (@list [$($done:expr,)*]) => {
        $crate::emit::yaml::YamlValue::List(vec![$($done,)*])
    };
    (@list [$($done:expr,)*] { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $crate::emit::yaml::yaml!(@list [$($done,)* $crate::emit::yaml::yaml!({ $($inner)* }),] $($($rest)*)?)
    };
    (@list [$($done:expr,)*] $value:expr $(, $($rest:tt)*)?) => {
        $crate::emit::yaml::yaml!(@list [$($done,)* $crate::emit::yaml::YamlValue::from($value),] $($($rest)*)?)
    };
    ({}) => {
        $crate::emit::yaml::YamlValue::Map($crate::emit::yaml::Map::default())
    };
    ({ $($entries:tt)+ }) => {{
        let mut map = $crate::emit::yaml::Map::default();
        $crate::emit::yaml::yaml!(@map map $($entries)+);
        $crate::emit::yaml::YamlValue::Map(map)
    }};
    ([ $($items:tt)* ]) => {
        $crate::emit::yaml::yaml!(@list [] $($items)*)
    };
}
pub(crate) use yaml;
