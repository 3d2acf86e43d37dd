//! The macro that declares a node of one of several kinds, each with attributes of its own.

/// Declares a node that is of one of several kinds:
///
/// ```text
/// /// What a worker pool drains.
/// Queue: QueueNode, QueueField, QueueKind {
///     /// A Redis list.
///     redis_list as "redis": RedisList;
///     /// An SQS queue.
///     sqs as "aws-sqs-queue": SqsQueue;
/// }
/// ```
///
/// A line has the name of the field for matches, the word that the property [`TAG`](super::TAG) has for it, and a part
/// that `node!` declares. A node without the property is of the first kind, and that kind is written
/// without it.
macro_rules! tagged {
    ($(#[doc = $doc:literal])+ $part:ident: $node:ident, $names:ident, $kind:ident {
        $(#[doc = $usual_doc:literal])+ $usual:ident as $usual_word:literal: $Usual:ident;
        $($(#[doc = $variant_doc:literal])+ $variant:ident as $word:literal: $Variant:ident;)*
    }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "type")]
        pub enum $part {
            $($(#[doc = $variant_doc])+ #[serde(rename = $word)] $Variant($Variant),)*
            $(#[doc = $usual_doc])+ #[serde(untagged)] $Usual($Usual),
        }

        #[doc = concat!("The kinds of [`", stringify!($part), "`].")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $kind {
            $(#[doc = $usual_doc])+ $Usual,
            $($(#[doc = $variant_doc])+ $Variant,)*
        }

        impl $crate::model::Word for $kind {
            const WORDS: &'static [(&'static str, Self)] =
                &[($usual_word, Self::$Usual) $(, ($word, Self::$Variant))*];
        }

        impl std::fmt::Display for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self {
                    Self::$Usual => $usual_word,
                    $(Self::$Variant => $word,)*
                })
            }
        }

        #[doc = concat!("The fields of [`", stringify!($part), "`], by its kinds.")]
        #[allow(non_camel_case_types, missing_docs)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $names {
            $usual(<$Usual as $crate::model::attribute::Attributes>::Field),
            $($variant(<$Variant as $crate::model::attribute::Attributes>::Field),)*
        }

        impl $part {
            /// Its kind.
            #[must_use]
            pub fn kind(&self) -> $kind {
                match self {
                    Self::$Usual(_) => $kind::$Usual,
                    $(Self::$Variant(_) => $kind::$Variant,)*
                }
            }
        }

        impl $crate::model::attribute::Attributes for $part {
            type Field = $names;

            fn attributes(
                &self,
                at: $crate::model::attribute::At<'_, $names>,
                into: &mut Vec<$crate::model::attribute::Attribute>,
            ) {
                match self {
                    Self::$Usual(it) => at.flat("", $names::$usual, |at| it.attributes(at, into)),
                    $(Self::$Variant(it) => at.flat("", $names::$variant, |at| it.attributes(at, into)),)*
                }
            }

            fn differences(
                &self,
                after: &Self,
                at: $crate::model::attribute::At<'_, $names>,
                into: &mut Vec<$crate::model::attribute::Difference>,
            ) {
                match (self, after) {
                    (Self::$Usual(before), Self::$Usual(after)) => {
                        at.flat("", $names::$usual, |at| before.differences(after, at, into));
                    }
                    $((Self::$Variant(before), Self::$Variant(after)) => {
                        at.flat("", $names::$variant, |at| before.differences(after, at, into));
                    })*
                    #[allow(unreachable_patterns)]
                    (before, after) => {
                        $crate::model::attribute::replaced(before, after, at, into);
                    }
                }
            }

            fn adopt_from(
                &mut self,
                from: &Self,
                chosen: &$crate::model::Selection,
                path: &str,
            ) {
                match (self, from) {
                    (Self::$Usual(it), Self::$Usual(from)) => it.adopt_from(from, chosen, path),
                    $((Self::$Variant(it), Self::$Variant(from)) => it.adopt_from(from, chosen, path),)*
                    #[allow(unreachable_patterns)]
                    (it, from) if chosen.touches(path) => it.clone_from(from),
                    #[allow(unreachable_patterns)]
                    _ => {}
                }
            }
        }

        #[doc = concat!("[`", stringify!($part), "`] as written.")]
        #[derive(Clone, Debug)]
        #[allow(missing_docs)]
        pub enum $node {
            $Usual(<$Usual as $crate::model::declaration::Declared>::Written),
            $($Variant(<$Variant as $crate::model::declaration::Declared>::Written),)*
        }

        impl Default for $node {
            fn default() -> Self {
                Self::$Usual(Default::default())
            }
        }

        impl $crate::model::written::Over for $node {
            fn over(self, base: Self) -> Self {
                match (self, base) {
                    (Self::$Usual(it), Self::$Usual(base)) => Self::$Usual(it.over(base)),
                    $((Self::$Variant(it), Self::$Variant(base)) => Self::$Variant(it.over(base)),)*
                    #[allow(unreachable_patterns)]
                    (it, _) => it,
                }
            }
        }

        impl $crate::model::written::Spoil for $node {
            fn spoil(&mut self) {
                match self {
                    Self::$Usual(it) => it.spoil(),
                    $(Self::$Variant(it) => it.spoil(),)*
                }
            }
            fn doubt(&mut self) {
                match self {
                    Self::$Usual(it) => it.doubt(),
                    $(Self::$Variant(it) => it.doubt(),)*
                }
            }
            fn is_spoiled(&self) -> bool {
                match self {
                    Self::$Usual(it) => it.is_spoiled(),
                    $(Self::$Variant(it) => it.is_spoiled(),)*
                }
            }
        }

        #[doc = concat!("How each kind of [`", stringify!($part), "`] is written.")]
        #[allow(non_upper_case_globals, missing_docs)]
        impl $part {
            pub const $usual: &'static $crate::model::declaration::Declaration =
                &$crate::model::declaration::Declaration {
                    name: $usual_word,
                    inside: None,
                    stands: $crate::model::declaration::Stands::Among,
                    form: <$Usual as $crate::model::declaration::Declared>::FORM,
                    narrows: &[],
                    optional: true,
                    example: "",
                    doc: concat!($($usual_doc),+),
                };
            $(pub const $variant: &'static $crate::model::declaration::Declaration =
                &$crate::model::declaration::Declaration {
                    name: $word,
                    inside: None,
                    stands: $crate::model::declaration::Stands::Variant,
                    form: <$Variant as $crate::model::declaration::Declared>::FORM,
                    narrows: &[],
                    optional: true,
                    example: "",
                    doc: concat!($($variant_doc),+),
                };)*
        }

        impl $crate::model::declaration::Node for $node {
            const ATTRIBUTES: &'static [&'static $crate::model::declaration::Declaration] =
                &[$part::$usual $(, $part::$variant)*];

            fn read<R: $crate::model::declaration::Reader>(reader: &mut R) -> Self {
                use $crate::model::Word as _;
                let words = &<$kind as $crate::model::declaration::Value>::FORM;
                reader.tagged(words, |reader, word| match word.and_then($kind::from_word) {
                    Some($kind::$Usual) | None => Self::$Usual($crate::model::declaration::Node::read(reader)),
                    $(Some($kind::$Variant) => Self::$Variant($crate::model::declaration::Node::read(reader)),)*
                })
            }

            fn repeats(
                &self,
                tier: &Self,
                path: &str,
                into: &mut Vec<$crate::model::declaration::Repeated>,
            ) {
                match (self, tier) {
                    (Self::$Usual(it), Self::$Usual(tier)) => it.repeats(tier, path, into),
                    $((Self::$Variant(it), Self::$Variant(tier)) => it.repeats(tier, path, into),)*
                    #[allow(unreachable_patterns)]
                    _ => {}
                }
            }

            fn field(&mut self, name: &str) -> Option<&mut dyn $crate::model::written::Spoil> {
                match self {
                    Self::$Usual(it) => it.field(name),
                    $(Self::$Variant(it) => it.field(name),)*
                }
            }

            fn texts(
                &self,
            ) -> Vec<(&'static $crate::model::declaration::Declaration, Option<$crate::source::Spanned<String>>)> {
                match self {
                    Self::$Usual(it) => it.texts(),
                    $(Self::$Variant(it) => it.texts(),)*
                }
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
                match self {
                    Self::$Usual(it) => it.write_attributes(into),
                    $(Self::$Variant(it) => {
                        into.tag($word);
                        it.write_attributes(into);
                    })*
                }
            }
        }
    };
}
pub(crate) use tagged;
