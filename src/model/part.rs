//! How a part of the model is declared: once, and everything that must know each of its fields
//! follows from the declaration.

/// Declares parts of the model: each a struct that serialises in KDL spelling, describes itself
/// as JSON Schema and has [`Attributes`], and the enum that names its fields. `flat` puts a
/// part's attributes among its owner's; `at "..."` says where a field stands in KDL whose name there
/// is another one than its own.
macro_rules! part {
    ($($(#[doc = $doc:literal])+ $part:ident: $fields:ident { $($body:tt)+ })+) => {
        $($crate::model::part::one_part! { [$(#[doc = $doc])+] $part $fields [] [] $($body)+ })+
    };
}
pub(crate) use part;

macro_rules! one_part {
    ([$($doc:tt)+] $part:ident $names:ident [$($fields:tt)*] [$(($kind:ident $field:ident $type:ty, $step:expr))*]) => {
        $($doc)+
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        #[schemars(deny_unknown_fields)]
        pub struct $part { $($fields)* }

        #[doc = concat!("The fields of [`", stringify!($part), "`], by the names they have there.")]
        #[allow(non_camel_case_types, missing_docs)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $names { $($field(<$type as $crate::model::attribute::Attributes>::Field),)* }

        $crate::model::part::walks! { $part $names $(($kind $field $step))* }
    };
    ([$($doc:tt)+] $part:ident $names:ident [$($fields:tt)*] [$($kinds:tt)*]
     $(#[$meta:meta])+ flat $field:ident: $type:ty, $($rest:tt)*) => {
        $crate::model::part::one_part! { [$($doc)+] $part $names
            [$($fields)* $(#[$meta])+ pub $field: $type,] [$($kinds)* (flat $field $type, "")] $($rest)* }
    };
    ([$($doc:tt)+] $part:ident $names:ident [$($fields:tt)*] [$($kinds:tt)*]
     $(#[$meta:meta])+ at $step:literal $field:ident: $type:ty, $($rest:tt)*) => {
        $crate::model::part::one_part! { [$($doc)+] $part $names
            [$($fields)* $(#[$meta])+ pub $field: $type,] [$($kinds)* (named $field $type, $step)] $($rest)* }
    };
    ([$($doc:tt)+] $part:ident $names:ident [$($fields:tt)*] [$($kinds:tt)*]
     $(#[$meta:meta])+ $field:ident: $type:ty, $($rest:tt)*) => {
        $crate::model::part::one_part! { [$($doc)+] $part $names
            [$($fields)* $(#[$meta])+ pub $field: $type,] [$($kinds)* (named $field $type, stringify!($field))] $($rest)* }
    };
}
pub(crate) use one_part;

/// Writes the walks over a part's attributes: `flat` or `named`, the field, and its step in a path.
macro_rules! walks {
    ($part:ident $names:ident $(($kind:ident $field:ident $step:expr))*) => {
        impl $crate::model::attribute::Attributes for $part {
            type Field = $names;

            fn attributes(
                &self,
                at: $crate::model::attribute::At<'_, $names>,
                into: &mut Vec<$crate::model::attribute::Attribute>,
            ) {
                $(at.$kind($step, $names::$field, |at| self.$field.attributes(at, into));)*
            }

            fn differences(
                &self,
                after: &Self,
                at: $crate::model::attribute::At<'_, $names>,
                into: &mut Vec<$crate::model::attribute::Difference>,
            ) {
                $(at.$kind($step, $names::$field, |at| {
                    self.$field.differences(&after.$field, at, into);
                });)*
            }

            fn adopt_from(&mut self, from: &Self, chosen: &$crate::model::Selection, path: &str) {
                $($crate::model::attribute::Step::$kind(chosen, path, $step, |path| {
                    self.$field.adopt_from(&from.$field, chosen, path);
                });)*
            }
        }
    };
}
pub(crate) use walks;
