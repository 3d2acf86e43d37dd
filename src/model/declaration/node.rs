//! The macro that declares a node of the language.

/// The name of a field in KDL spelling: `max_gib` as `max-gib`.
macro_rules! kebab {
    ($field:ident) => {{
        const FIELD: &str = stringify!($field);
        const NAME: [u8; FIELD.len()] = $crate::model::declaration::hyphens(FIELD.as_bytes());
        match std::str::from_utf8(&NAME) {
            Ok(name) => name,
            Err(_) => panic!("a field's name is ASCII"),
        }
    }};
}
pub(crate) use kebab;

/// The name with hyphens instead of underscores.
#[expect(
    clippy::indexing_slicing,
    reason = "iterators do not run while compiling, and this runs nowhere else"
)]
pub(crate) const fn hyphens<const N: usize>(field: &[u8]) -> [u8; N] {
    let mut name = [0; N];
    let mut at = 0;
    while at < N {
        name[at] = if field[at] == b'_' { b'-' } else { field[at] };
        at += 1;
    }
    name
}

/// Declares nodes of the language, one line an attribute:
///
/// ```text
/// /// An RDS volume.
/// Storage: StorageNode, StorageField, settled {
///     /// The volume's size in GiB.
///     property gib: Sourced<u32> = Form::Gib(1..=LARGEST_GIB), "500";
///     /// The volume's type.
///     property kind as "type": Sourced<StorageType>, "\"gp3\"";
/// }
/// ```
///
/// A line has the attribute's form in KDL ([`Stands`](super::Stands), in lower case), its name, its type
/// once resolved, the values that it takes unless its type determines them, and an example.
/// `Option<...>` may be absent. `as` gives the KDL spelling if it differs from the field's name.
///
/// - `among`: a node whose attributes are written in its owner's block. `narrowed` lists attributes that
///   accept fewer values there.
/// - `inside "engine" { ... }`: attributes that are written on a child which is not a node of the model.
///   `sole_property` is the only property of such a child, and its path is the child's.
/// - `nodes`: any number of nodes, each identified by its `key`. `kinds`: nodes that are named by their
///   `kind`.
/// - `named`: nodes with names. `unnamed`: nodes without names, identified by their content.
/// - `one_or_named`: one node without a name, or several with names.
/// - `pools`: a value for each named worker pool. `apis`: the same for APIs, of which one may have no name.
///
/// A part is `settled` if no value is derived: the macro then also writes how it is resolved. `derived`
/// parts are resolved by hand, and so are `whole` parts, which come from the file or from its tier.
macro_rules! node {
    ($($(#[doc = $doc:literal])+ $part:ident: $node:ident, $names:ident, $mode:ident { $($body:tt)+ })+) => {$(
        $crate::model::declaration::one_node! {
            { [$(#[doc = $doc])+] $part $node $names $mode } [] [] [none] $($body)+
        }
    )+};
}
pub(crate) use node;

/// Collects the lines of one node, and generates its code.
macro_rules! one_node {
    // `inside "engine" { ... }`: its lines, and its end.
    ($head:tt [$($fields:tt)*] [$($reads:tt)*] [none] inside $inside:literal { $($inner:tt)+ } $($rest:tt)*) => {
        $crate::model::declaration::one_node! { $head [$($fields)*] [$($reads)*] [$inside] $($inner)+ @end $($rest)* }
    };
    ($head:tt [$($fields:tt)*] [$($reads:tt)*] [$inside:literal $($read:tt)+] @end $($rest:tt)*) => {
        $crate::model::declaration::one_node! { $head [$($fields)*] [$($reads)* { $inside $($read)+ }] [none] $($rest)* }
    };

    // Nodes: among their owner's attributes, in a child of their own, or in several.
    ($head:tt [$($fields:tt)*] [$($reads:tt)*] [none]
     $(#[doc = $doc:literal])+ $(#[serde $serde:tt])* among $field:ident: $type:ty
     $(, narrowed { $($path:literal: $narrow:expr,)+ })?; $($rest:tt)*) => {
        $crate::model::declaration::one_node! { $head
            [$($fields)* { [$(#[doc = $doc])+] [$(#[serde $serde])*] flat among $field [$type]
                [""] [None] [""]
                [<$type as $crate::model::declaration::Declared>::FORM] [&[$($(($path, $narrow)),+)?]] [""] [concat!($($doc),+)] }]
            [$($reads)* { ($field [$type]) }] [none] $($rest)* }
    };
    ($head:tt [$($fields:tt)*] [$($reads:tt)*] [none]
     $(#[doc = $doc:literal])+ $(#[serde $serde:tt])* $stands:ident $field:ident: $type:ty; $($rest:tt)*) => {
        $crate::model::declaration::one_node! { $head
            [$($fields)* { [$(#[doc = $doc])+] [$(#[serde $serde])*] named $stands $field [$type]
                [$crate::model::declaration::kebab!($field)] [None] [$crate::model::declaration::kebab!($field)]
                [<$type as $crate::model::declaration::Declared>::FORM] [&[]] [""] [concat!($($doc),+)] }]
            [$($reads)* { ($field [$type]) }] [none] $($rest)* }
    };

    // An attribute without `as`, and one without a form of its own.
    ($head:tt $fields:tt $reads:tt $inside:tt
     $(#[doc = $doc:literal])+ $(#[serde $serde:tt])* $stands:ident $field:ident: $type:ty $(= $form:expr)?, $example:literal; $($rest:tt)*) => {
        $crate::model::declaration::one_node! { $head $fields $reads $inside
            $(#[doc = $doc])+ $(#[serde $serde])* $stands $field as [$crate::model::declaration::kebab!($field)]: $type $(= $form)?, $example; $($rest)* }
    };
    ($head:tt $fields:tt $reads:tt $inside:tt
     $(#[doc = $doc:literal])+ $(#[serde $serde:tt])* $stands:ident $field:ident as $name:literal: $type:ty $(= $form:expr)?, $example:literal; $($rest:tt)*) => {
        $crate::model::declaration::one_node! { $head $fields $reads $inside
            $(#[doc = $doc])+ $(#[serde $serde])* $stands $field as [$name]: $type $(= $form)?, $example; $($rest)* }
    };
    ($head:tt $fields:tt $reads:tt $inside:tt
     $(#[doc = $doc:literal])+ $(#[serde $serde:tt])* $stands:ident $field:ident as $name:tt: $type:ty, $example:literal; $($rest:tt)*) => {
        $crate::model::declaration::one_node! { $head $fields $reads $inside
            $(#[doc = $doc])+ $(#[serde $serde])* $stands $field as $name: $type
                = <$type as $crate::model::declaration::Declared>::FORM, $example; $($rest)* }
    };

    // An attribute of the node itself, and one that is written on a child.
    ($head:tt [$($fields:tt)*] [$($reads:tt)*] [none]
     $(#[doc = $doc:literal])+ $(#[serde $serde:tt])* $stands:ident $field:ident as [$name:expr]: $type:ty = $form:expr, $example:literal; $($rest:tt)*) => {
        $crate::model::declaration::one_node! { $head
            [$($fields)* { [$(#[doc = $doc])+] [$(#[serde $serde])*] named $stands $field [$type]
                [$name] [None] [$name] [$form] [&[]] [$example] [concat!($($doc),+)] }]
            [$($reads)* { ($field [$type]) }] [none] $($rest)* }
    };
    ($head:tt [$($fields:tt)*] $reads:tt [$inside:literal $($read:tt)*]
     $(#[doc = $doc:literal])+ $(#[serde $serde:tt])* $stands:ident $field:ident as $name:tt: $type:ty = $form:expr, $example:literal; $($rest:tt)*) => {
        $crate::model::declaration::one_node! { $head
            [$($fields)* { [$(#[doc = $doc])+] [$(#[serde $serde])*] named $stands $field [$type]
                $name [Some($inside)] [$crate::model::declaration::one_node!(@below $stands $inside $name)] [$form] [&[]] [$example] [concat!($($doc),+)] }]
            $reads [$inside $($read)* ($field [$type])] $($rest)* }
    };
    (@below property $inside:literal [$name:literal]) => { concat!($inside, ".", $name) };
    (@below required $inside:literal [$name:literal]) => { concat!($inside, ".", $name) };
    (@below $stands:ident $inside:literal $name:tt) => { $inside };

    // All lines are collected.
    ({ [$($head:tt)+] $part:ident $node:ident $names:ident $mode:ident }
     [$({ [$($doc:tt)+] [$($serde:tt)*] $walk:ident $stands:ident $field:ident [$type:ty]
          [$name:expr] [$inside:expr] [$step:expr] [$form:expr] [$narrows:expr] [$example:literal] [$sentence:expr] })+]
     [$({ $($read:tt)+ })+] [none]) => {
        $($head)+
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        #[schemars(deny_unknown_fields)]
        pub struct $part { $($($doc)+ $($serde)* pub $field: $type,)+ }

        #[doc = concat!("The fields of [`", stringify!($part), "`], by the names they have there.")]
        #[allow(non_camel_case_types, missing_docs)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $names { $($field(<$type as $crate::model::attribute::Attributes>::Field),)+ }

        $crate::model::declaration::walks! { $part $names $(($walk $field $step))+ }

        #[doc = concat!("[`", stringify!($part), "`] as written.")]
        #[derive(Clone, Debug, Default)]
        pub struct $node {
            /// The place of the node.
            pub place: Option<$crate::source::Span>,
            $($($doc)+ pub $field: <$type as $crate::model::declaration::Declared>::Written,)+
        }

        $crate::model::declaration::one_node! { @merging $mode $node { place $($field)+ } }

        #[doc = concat!("How each attribute of [`", stringify!($part), "`] is written.")]
        #[allow(non_upper_case_globals, missing_docs)]
        impl $part {
            $(pub const $field: &'static $crate::model::declaration::Declaration =
                &$crate::model::declaration::Declaration {
                    name: $name,
                    inside: $inside,
                    stands: $crate::model::declaration::one_node!(@stands $stands),
                    form: $form,
                    narrows: $narrows,
                    optional: <$type as $crate::model::declaration::Declared>::OPTIONAL,
                    example: $example,
                    doc: $sentence,
                };)+
        }

        impl $crate::model::declaration::Node for $node {
            const ATTRIBUTES: &'static [&'static $crate::model::declaration::Declaration] =
                &[$($part::$field),+];

            fn read<R: $crate::model::declaration::Reader>(reader: &mut R) -> Self {
                let mut node = Self { place: Some(reader.place()), ..Self::default() };
                $($crate::model::declaration::one_node! { @read $part reader node $($read)+ })+
                node
            }

            fn repeats(
                &self,
                tier: &Self,
                path: &str,
                into: &mut Vec<$crate::model::declaration::Repeated>,
            ) {
                $crate::model::declaration::one_node! { @repeats $mode [tier path into]
                    $(<$type as $crate::model::declaration::Declared>::repeats(
                        &self.$field,
                        &tier.$field,
                        &$crate::model::declaration::stated_below(path, $part::$field, $step),
                        into,
                    );)+
                }
            }

            fn field(&mut self, name: &str) -> Option<&mut dyn $crate::model::written::Spoil> {
                $(if name == $part::$field.name && $part::$field.inside.is_none() {
                    return Some(&mut self.$field);
                })+
                None
            }

            fn texts(
                &self,
            ) -> Vec<(&'static $crate::model::declaration::Declaration, Option<$crate::source::Spanned<String>>)> {
                vec![$((
                    $part::$field,
                    <$type as $crate::model::declaration::Declared>::text(&self.$field),
                )),+]
            }
        }

        impl $crate::model::declaration::Declared for $part {
            type Written = $node;
            const FORM: $crate::model::declaration::Form = $crate::model::declaration::Form::Attributes(
                <$node as $crate::model::declaration::Node>::ATTRIBUTES,
            );
            const OPTIONAL: bool = false;

            fn read<R: $crate::model::declaration::Reader>(
                reader: &mut R,
                at: &'static $crate::model::declaration::Declaration,
            ) -> $node {
                $crate::model::declaration::read_part(reader, at)
            }

            fn repeats(
                file: &$node,
                tier: &$node,
                path: &str,
                into: &mut Vec<$crate::model::declaration::Repeated>,
            ) {
                $crate::model::declaration::Node::repeats(file, tier, path, into);
            }

            fn write(
                &self,
                at: &'static $crate::model::declaration::Declaration,
                into: &mut $crate::model::declaration::TextNode,
            ) {
                $crate::model::declaration::write_part(self, at, into);
            }
        }

        impl $crate::model::declaration::Part for $part {
            fn write_attributes(&self, into: &mut $crate::model::declaration::TextNode) {
                $($crate::model::declaration::Declared::write(&self.$field, Self::$field, into);)+
            }
        }

        $crate::model::declaration::one_node! { @resolved $mode $part $node $(($field [$step] [$type]))+ }
    };

    (@stands property) => { $crate::model::declaration::Stands::Property };
    (@stands required) => { $crate::model::declaration::Stands::Required };
    (@stands sole_property) => { $crate::model::declaration::Stands::SoleProperty };
    (@stands required_argument) => { $crate::model::declaration::Stands::RequiredArgument };
    (@stands key) => { $crate::model::declaration::Stands::Key };
    (@stands kind) => { $crate::model::declaration::Stands::Kind };
    (@stands repeated) => { $crate::model::declaration::Stands::Repeated };
    (@stands nodes) => { $crate::model::declaration::Stands::Nodes };
    (@stands kinds) => { $crate::model::declaration::Stands::Kinds };
    (@stands argument) => { $crate::model::declaration::Stands::Argument };
    (@stands child) => { $crate::model::declaration::Stands::Child };
    (@stands list) => { $crate::model::declaration::Stands::List };
    (@stands filled_list) => { $crate::model::declaration::Stands::FilledList };
    (@stands map) => { $crate::model::declaration::Stands::Map };
    (@stands maps) => { $crate::model::declaration::Stands::Maps };
    (@stands named) => { $crate::model::declaration::Stands::Named };
    (@stands one_or_named) => { $crate::model::declaration::Stands::OneOrNamed };
    (@stands unnamed) => { $crate::model::declaration::Stands::Unnamed };
    (@stands apis) => { $crate::model::declaration::Stands::Apis };
    (@stands pools) => { $crate::model::declaration::Stands::Pools };
    (@stands node) => { $crate::model::declaration::Stands::Node };
    (@stands among) => { $crate::model::declaration::Stands::Among };

    (@read $part:ident $reader:ident $into:ident ($field:ident [$type:ty])) => {
        $into.$field = <$type as $crate::model::declaration::Declared>::read($reader, $part::$field);
    };
    (@read $part:ident $reader:ident $into:ident $inside:literal $(($field:ident [$type:ty]))+) => {
        let inside = $reader.child($inside, |child| Self {
            $($field: <$type as $crate::model::declaration::Declared>::read(child, $part::$field),)+
            ..Self::default()
        });
        $($into.$field = inside.$field;)+
    };

    (@merging whole $($rest:tt)+) => { $crate::model::written::whole! { $($rest)+ } };
    (@merging $mode:ident $($rest:tt)+) => { $crate::model::written::merging! { $($rest)+ } };

    // A value of such a node cannot be removed by itself.
    (@repeats whole [$($unused:ident)+] $($each:tt)+) => { let _ = ($($unused,)+); };
    (@repeats $mode:ident $unused:tt $($each:tt)+) => { $($each)+ };

    (@resolved derived $($rest:tt)+) => {};
    (@resolved whole $($rest:tt)+) => {};
    (@resolved settled $part:ident $node:ident $(($field:ident [$step:expr] [$type:ty]))+) => {
        impl $crate::model::declaration::Settled for $part {
            fn settle<S: $crate::model::declaration::Settle>(
                written: $node,
                by: &mut S,
                path: &str,
            ) -> Self {
                Self {
                    $($field: <$type as $crate::model::declaration::Settled>::settle(
                        written.$field,
                        by,
                        &$crate::model::declaration::below(path, $step),
                    ),)+
                }
            }
        }
    };
}
pub(crate) use one_node;
