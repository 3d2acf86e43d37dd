//! Every attribute of an environment as a flat list: path, value, origin.
//!
//! The list is written by the macro that declares the parts, so that a new field is in it
//! without anybody remembering.

use std::collections::BTreeMap;

use crate::source::{Origin, Sourced};

use super::{PodsMetric, Policy, Queue};

/// One value of an environment.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its path in KDL spelling, such as `worker.decisions.replicas.max`.
    pub path: String,
    /// The value as text.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether rules may speak of it.
    pub sound: bool,
}

/// Whatever has attributes.
pub trait Attributes {
    /// Appends every attribute below `path`.
    fn attributes(&self, path: &str, into: &mut Vec<Attribute>);
}

impl<T: std::fmt::Display> Attributes for Sourced<T> {
    fn attributes(&self, path: &str, into: &mut Vec<Attribute>) {
        into.push(Attribute {
            path: path.to_owned(),
            value: self.value.to_string(),
            origin: self.origin.clone(),
            sound: self.sound,
        });
    }
}

impl<A: Attributes> Attributes for Option<A> {
    fn attributes(&self, path: &str, into: &mut Vec<Attribute>) {
        if let Some(part) = self {
            part.attributes(path, into);
        }
    }
}

impl<K: std::fmt::Display, A: Attributes> Attributes for BTreeMap<K, A> {
    fn attributes(&self, path: &str, into: &mut Vec<Attribute>) {
        for (key, part) in self {
            part.attributes(&join(path, &key.to_string()), into);
        }
    }
}

/// What tells the members of a list apart in a path.
pub trait Keyed {
    /// The key of the member at `index`.
    fn key(&self, index: usize) -> String;
}

impl<T: std::fmt::Display> Keyed for Sourced<T> {
    fn key(&self, _: usize) -> String {
        self.value.to_string()
    }
}
impl Keyed for Queue {
    fn key(&self, _: usize) -> String {
        self.list.value.clone()
    }
}
impl Keyed for PodsMetric {
    fn key(&self, _: usize) -> String {
        self.metric.value.clone()
    }
}
impl Keyed for Policy {
    fn key(&self, index: usize) -> String {
        (index + 1).to_string()
    }
}

impl<A: Attributes + Keyed> Attributes for Vec<A> {
    fn attributes(&self, path: &str, into: &mut Vec<Attribute>) {
        for (index, part) in self.iter().enumerate() {
            part.attributes(&join(path, &part.key(index)), into);
        }
    }
}

/// `path` and `step` with a dot between, unless there is nothing to divide.
#[must_use]
pub fn join(path: &str, step: &str) -> String {
    if path.is_empty() {
        step.to_owned()
    } else {
        format!("{path}.{step}")
    }
}

/// Declares parts of the model: each a struct that serialises in KDL spelling, describes itself
/// as JSON Schema and lists its attributes. `flat` puts a part's attributes among its owner's.
macro_rules! part {
    ($($(#[doc = $doc:literal])+ $part:ident { $($body:tt)+ })+) => {
        $($crate::model::attribute::one_part! { [$(#[doc = $doc])+] $part [] [] $($body)+ })+
    };
}
pub(crate) use part;

macro_rules! one_part {
    ([$($doc:tt)+] $part:ident [$($fields:tt)*] [$($kinds:tt)*]) => {
        $($doc)+
        #[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        #[schemars(deny_unknown_fields)]
        pub struct $part { $($fields)* }
        impl $crate::model::attribute::Attributes for $part {
            fn attributes(&self, path: &str, into: &mut Vec<$crate::model::attribute::Attribute>) {
                $crate::model::attribute::list_fields!(self, path, into, $($kinds)*);
            }
        }
    };
    ([$($doc:tt)+] $part:ident [$($fields:tt)*] [$($kinds:tt)*]
     $(#[$meta:meta])+ flat $field:ident: $type:ty, $($rest:tt)*) => {
        $crate::model::attribute::one_part! { [$($doc)+] $part
            [$($fields)* $(#[$meta])+ pub $field: $type,] [$($kinds)* (flat $field)] $($rest)* }
    };
    ([$($doc:tt)+] $part:ident [$($fields:tt)*] [$($kinds:tt)*]
     $(#[$meta:meta])+ $field:ident: $type:ty, $($rest:tt)*) => {
        $crate::model::attribute::one_part! { [$($doc)+] $part
            [$($fields)* $(#[$meta])+ pub $field: $type,] [$($kinds)* (named $field)] $($rest)* }
    };
}
pub(crate) use one_part;

macro_rules! list_fields {
    ($self:ident, $path:ident, $into:ident, $(($kind:ident $field:ident))*) => {
        $($crate::model::attribute::list_field!($kind, $self, $path, $into, $field);)*
    };
}
pub(crate) use list_fields;

macro_rules! list_field {
    (flat, $self:ident, $path:ident, $into:ident, $field:ident) => {
        $self.$field.attributes($path, $into);
    };
    (named, $self:ident, $path:ident, $into:ident, $field:ident) => {
        $self.$field.attributes(
            &$crate::model::attribute::join($path, &stringify!($field).replace('_', "-")),
            $into,
        );
    };
}
pub(crate) use list_field;
