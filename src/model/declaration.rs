//! How the language is declared: each attribute once.
//!
//! The macro `node!` declares a node of the language as a list of attributes. Each has its form in KDL,
//! its type, the values that it takes, an example, and a sentence about it. The macro generates the
//! struct as written and the struct as resolved, the reader, the merge and the comparison with the
//! tier, the iteration over all attributes, the writer, and a table of all attributes for documentation
//! and laws. The meaning of an attribute is elsewhere, in exhaustive matches.

mod field;
mod form;
mod node;
mod stands;
mod table;
mod tagged;
mod value;
mod walks;
mod writing;

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::Name;
use super::attribute::join;
use super::written::{Over, Pooled, Spoil, Written};
use crate::source::{Sourced, Span, Spanned};
pub use form::{AT_LEAST_ONE, Form, LABELS};
pub(crate) use node::{hyphens, kebab, node, one_node};
pub use stands::{Stands, TAG};
pub use table::{Standing, Top};
pub(crate) use tagged::tagged;
pub use value::{Literal, Stated, Value, quoted};
pub(crate) use walks::walks;
pub use writing::TextNode;

/// One attribute, or one node below another: how it is written and what it takes.
#[derive(Debug)]
pub struct Declaration {
    /// The key of a property, the name of a child, or the name of the node whose argument it is.
    pub name: &'static str,
    /// The child of the owner on which it is written, if that child is not a node of the model, such as
    /// `engine` for `engine "redis" version="7.1"`.
    pub inside: Option<&'static str>,
    /// How it is written there.
    pub stands: Stands,
    /// The values that it takes.
    pub form: Form,
    /// Attributes below it that accept fewer values here than elsewhere, by their paths.
    pub narrows: &'static [(&'static str, Form)],
    /// Whether it may be absent once everything is resolved.
    pub optional: bool,
    /// A value as it is written. For a map or for pools, a name with its value; for a node, nothing.
    pub example: &'static str,
    /// Its meaning, in a sentence.
    pub doc: &'static str,
}

impl Declaration {
    /// The path below the owner, such as `engine.version`; empty if its attributes are written in the
    /// owner's block.
    #[must_use]
    pub fn path(&self) -> String {
        match (self.inside, self.stands) {
            (_, Stands::Among | Stands::Variant) => String::new(),
            (
                Some(inside),
                Stands::SoleProperty
                | Stands::Argument
                | Stands::RequiredArgument
                | Stands::Key
                | Stands::Kind,
            ) => inside.to_owned(),
            (Some(inside), _) => format!("{inside}.{}", self.name),
            (None, _) => self.name.to_owned(),
        }
    }

    /// The names that the node may have in a file: its own name, or the names of its kinds.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        match (self.stands, &self.form) {
            (Stands::Kinds, Form::Attributes(all)) => {
                let kinds = all.iter().filter(|at| at.stands == Stands::Kind);
                kinds.flat_map(|at| at.form.words()).collect()
            }
            _ => vec![self.name],
        }
    }

    /// The children on which the attribute may be written; empty for a property or an argument of the
    /// owner's node itself.
    #[must_use]
    pub fn children(&self) -> Vec<&'static str> {
        if let Some(inside) = self.inside {
            return vec![inside];
        }
        match (self.stands, &self.form) {
            (
                Stands::Property
                | Stands::Required
                | Stands::SoleProperty
                | Stands::Argument
                | Stands::RequiredArgument
                | Stands::Key
                | Stands::Kind,
                _,
            ) => Vec::new(),
            (Stands::Among | Stands::Variant, Form::Attributes(all)) => {
                all.iter().flat_map(|at| at.children()).collect()
            }
            _ => self.names(),
        }
    }

    /// Whether its node is of one of several kinds.
    #[must_use]
    pub fn is_tagged(&self) -> bool {
        matches!(&self.form, Form::Attributes(all) if all.iter().any(|at| at.stands == Stands::Variant))
    }

    /// The name and the value of the example of a map or of pools. Other examples have an empty name.
    fn example_parts(&self) -> (&'static str, &'static str) {
        let parts = match (&self.form, self.stands) {
            (Form::Map(..), _) => self.example.split_once('='),
            (_, Stands::Pools) => self.example.split_once(' '),
            _ => None,
        };
        parts.unwrap_or(("", self.example))
    }

    /// The name in the example of a map or of pools.
    #[must_use]
    pub fn example_key(&self) -> &'static str {
        self.example_parts().0.trim_matches('"')
    }

    /// The value in the example.
    #[must_use]
    pub fn example_value(&self) -> &'static str {
        self.example_parts().1
    }
}

/// Reads a node's attributes one by one. The parser implements it.
pub trait Reader {
    /// The place of the node's name.
    fn place(&self) -> Span;

    /// The value of an attribute.
    fn value(&mut self, at: &'static Declaration) -> Written<Stated>;

    /// The values of an attribute that is a list.
    fn values(&mut self, at: &'static Declaration) -> Written<Vec<Spanned<Stated>>>;

    /// The nodes of an attribute that may be repeated.
    fn nodes<N: Node>(&mut self, at: &'static Declaration) -> Written<Vec<N>>;

    /// Runs `read` while the attributes of `narrows` accept fewer values.
    fn narrowed<T>(
        &mut self,
        narrows: &'static [(&'static str, Form)],
        read: impl FnOnce(&mut Self) -> T,
    ) -> T;

    /// The values of an attribute that is a map.
    fn map(&mut self, at: &'static Declaration) -> BTreeMap<String, Written<Stated>>;

    /// The values of an attribute by worker pool or by API. `unnamed` is the name of what a child without a
    /// name concerns, if it may have none.
    fn by_name(
        &mut self,
        at: &'static Declaration,
        unnamed: Option<Name>,
    ) -> Written<BTreeMap<Name, Pooled<Stated>>>;

    /// Reads a node of one of several kinds. `words` are the words of its tag, and `read` gets the stated
    /// one.
    fn tagged<T: Default>(
        &mut self,
        words: &'static Form,
        read: impl FnOnce(&mut Self, Option<&'static str>) -> T,
    ) -> T;

    /// The children `name`, which have no names of their own.
    fn unnamed<N: Node>(&mut self, name: &'static str) -> Vec<N>;

    /// Reads each child `name` with `read`; the keys are the children's own names.
    fn named<T: Default + Spoil>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> T,
    ) -> BTreeMap<Name, T>;

    /// Reads the child `name` with `read`.
    fn child<T: Default + Spoil>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T;
}

/// Turns written values into values with origins.
pub trait Settle {
    /// A value that file or catalogue must state.
    fn need<T: Value>(&mut self, written: Written<T>, path: &str) -> Sourced<T>;

    /// A value that may be absent.
    fn maybe<T>(&self, written: Written<T>) -> Option<Sourced<T>>;
}

/// An attribute for which the file states the tier's own value.
#[derive(Clone, Debug)]
pub struct Repeated {
    /// Its path in KDL spelling.
    pub path: String,
    /// The value.
    pub value: String,
    /// Where the file states it.
    pub file: Span,
    /// Where the tier states it.
    pub tier: Span,
}

impl Repeated {
    /// Notes `file`, at `path`, if the tier states the same value.
    pub fn note<T: Value>(path: &str, file: &Written<T>, tier: &Written<T>, into: &mut Vec<Self>) {
        if let (Some(file), Some(tier)) = (&file.value, &tier.value)
            && file.value == tier.value
        {
            into.push(Self {
                path: path.to_owned(),
                value: file.value.to_string(),
                file: file.span,
                tier: tier.span,
            });
        }
    }
}

/// A node as written.
pub trait Node: Over + Spoil + Default + Clone + Debug {
    /// Its attributes.
    const ATTRIBUTES: &'static [&'static Declaration];

    /// Reads every attribute.
    fn read<R: Reader>(reader: &mut R) -> Self;

    /// Appends every attribute that the tier states with the same value; `path` is the node's.
    fn repeats(&self, tier: &Self, path: &str, into: &mut Vec<Repeated>);

    /// The attribute or node named `name`.
    fn field(&mut self, name: &str) -> Option<&mut dyn Spoil>;

    /// Every attribute, with its value as text if it is a single value that was written.
    fn texts(&self) -> Vec<(&'static Declaration, Option<Spanned<String>>)>;

    /// Whether a required value is missing.
    fn is_incomplete(&self) -> bool {
        let texts = self.texts();
        texts
            .iter()
            .any(|(at, text)| at.stands.is_required() && text.is_none())
    }

    /// The value that distinguishes the node from others of its name, if there is one.
    fn key(&self) -> Option<Spanned<String>> {
        let mut texts = self.texts().into_iter();
        texts.find(|(at, _)| at.stands == Stands::Key)?.1
    }

    /// The node in one line.
    fn line(&self) -> String {
        let words = self.texts().into_iter().filter_map(|(at, text)| {
            let text = text?.value;
            let has_key = matches!(at.stands, Stands::Property | Stands::Required);
            Some(if has_key {
                format!("{}={text}", at.name)
            } else {
                text
            })
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

/// A field of the resolved model: how it is written, and how that becomes the field.
pub trait Declared: Sized {
    /// The field as written.
    type Written: Over + Spoil + Default + Clone + Debug;

    /// The values that it takes, unless the declaration restricts them.
    const FORM: Form;

    /// Whether it may be absent.
    const OPTIONAL: bool;

    /// Reads it.
    fn read<R: Reader>(reader: &mut R, at: &'static Declaration) -> Self::Written;

    /// Appends every attribute that the tier states with the same value; `path` is the field's.
    fn repeats(file: &Self::Written, tier: &Self::Written, path: &str, into: &mut Vec<Repeated>);

    /// The value as text, if it is a single value that was written.
    #[must_use]
    fn text(_: &Self::Written) -> Option<Spanned<String>> {
        None
    }

    /// Writes it into its owner's node.
    fn write(&self, at: &'static Declaration, into: &mut TextNode);
}

/// A field without derived values.
pub trait Settled: Declared {
    /// The field, with its origin.
    fn settle<S: Settle>(written: Self::Written, by: &mut S, path: &str) -> Self;
}

/// A part of the model that is a node of the language.
pub trait Part: Declared<Written: Node> {
    /// Writes every attribute into the part's node.
    fn write_attributes(&self, into: &mut TextNode);
}

/// A node without a name, which is identified by its content.
pub trait Unnamed: Node {
    /// Its identity; empty if that could not be read.
    fn identity(&self) -> String;
}

/// Reads a part, from its own child or from its owner's block.
pub(super) fn read_part<N: Node, R: Reader>(reader: &mut R, at: &'static Declaration) -> N {
    if at.stands == Stands::Among {
        reader.narrowed(at.narrows, N::read)
    } else {
        reader.child(at.name, N::read)
    }
}

/// Writes a part, into its own child or into its owner's block.
pub(super) fn write_part<P: Part>(part: &P, at: &'static Declaration, into: &mut TextNode) {
    if at.stands == Stands::Among {
        part.write_attributes(into);
    } else {
        let mut child = TextNode::new(at.name);
        part.write_attributes(&mut child);
        if !child.is_empty() {
            into.children.push(child);
        }
    }
}

/// The path of a field below its owner's path; the owner's own path if the field has no block.
pub(super) fn below(path: &str, step: &str) -> String {
    if step.is_empty() {
        path.to_owned()
    } else {
        join(path, step)
    }
}

/// The path of a field in its owner's node. Nodes that are named by their kind are a list without a step
/// of its own.
pub(super) fn stated_below(path: &str, at: &Declaration, step: &str) -> String {
    if at.stands == Stands::Kinds {
        path.to_owned()
    } else {
        below(path, step)
    }
}

/// The value of an attribute, in the type of its form.
pub(crate) fn typed<T: Value>(stated: Stated) -> T {
    T::of(stated).expect("the form of an attribute gives its type")
}
