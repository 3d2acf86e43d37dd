//! How the language is declared: each attribute once, and what follows from that.
//!
//! The macro `node!` declares a node of the language as its attributes: how each is written, its
//! type, the values that it takes, an example, and a sentence about it. From that follow the struct
//! as written and the struct as resolved, the reader, the merge with the tier, the walks over all
//! attributes, the comparison with the tier, the writer, and the table that documentation, the laws
//! and everything else that must know each attribute reads. What an attribute means stands elsewhere,
//! in exhaustive matches.

mod field;
mod form;
mod node;
mod stands;
mod table;
mod value;
mod walks;
mod writing;

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::Name;
use super::attribute::join;
use super::written::{Over, Pooled, Spoil, Written};
use crate::source::{Sourced, Span, Spanned};
pub use form::{Form, LABELS};
pub(crate) use node::{hyphens, kebab, node, one_node};
pub use stands::Stands;
pub use table::{Standing, Top};
pub use value::{Literal, Stated, Value};
pub(crate) use walks::walks;
pub use writing::TextNode;

/// One attribute, or one node below another: how it is written and what it takes.
#[derive(Debug)]
pub struct Declaration {
    /// The key of a property, the name of a child, or the name of the node whose argument it is.
    pub name: &'static str,
    /// The child of the owner in which it stands, if it stands in one that is no part of the model,
    /// such as `engine` for `engine "redis" version="7.1"`.
    pub inside: Option<&'static str>,
    /// How it stands there.
    pub stands: Stands,
    /// What it takes.
    pub form: Form,
    /// What attributes below it take here, where that is less than elsewhere, by their paths.
    pub narrows: &'static [(&'static str, Form)],
    /// Whether it may be absent once everything is resolved.
    pub optional: bool,
    /// A value as it is written; of a map or of pools, a name with its value; nothing for a node.
    pub example: &'static str,
    /// What it is, in a sentence.
    pub doc: &'static str,
}

impl Declaration {
    /// The path below the owner, such as `engine.version`; empty where its attributes stand among the
    /// owner's.
    #[must_use]
    pub fn path(&self) -> String {
        match (self.inside, self.stands) {
            (_, Stands::Among) => String::new(),
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

    /// The children that the attribute stands in below its owner's node; none for a property or an
    /// argument of the node itself.
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
            (Stands::Among, Form::Attributes(all)) => {
                all.iter().flat_map(|at| at.children()).collect()
            }
            _ => self.names(),
        }
    }

    /// The name that the example of a map or of pools gives a value, and that value; of anything else
    /// the example without a name.
    fn example_parts(&self) -> (&'static str, &'static str) {
        let parts = match (&self.form, self.stands) {
            (Form::Map(..), _) => self.example.split_once('='),
            (_, Stands::Pools) => self.example.split_once(' '),
            _ => None,
        };
        parts.unwrap_or(("", self.example))
    }

    /// The name that the example of a map or of pools gives a value.
    #[must_use]
    pub fn example_key(&self) -> &'static str {
        self.example_parts().0.trim_matches('"')
    }

    /// The value of the example, without such a name.
    #[must_use]
    pub fn example_value(&self) -> &'static str {
        self.example_parts().1
    }
}

/// What reads a node's attributes one by one: the parser.
pub trait Reader {
    /// Where the node's name stands.
    fn place(&self) -> Span;

    /// The value of an attribute.
    fn value(&mut self, at: &'static Declaration) -> Written<Stated>;

    /// The values of an attribute that is a list.
    fn values(&mut self, at: &'static Declaration) -> Written<Vec<Spanned<Stated>>>;

    /// The nodes of an attribute that may be repeated.
    fn nodes<N: Node>(&mut self, at: &'static Declaration) -> Written<Vec<N>>;

    /// What `read` makes of what follows, where attributes take less than elsewhere.
    fn narrowed<T>(
        &mut self,
        narrows: &'static [(&'static str, Form)],
        read: impl FnOnce(&mut Self) -> T,
    ) -> T;

    /// The values of an attribute that is a map.
    fn map(&mut self, at: &'static Declaration) -> BTreeMap<String, Written<Stated>>;

    /// The values of an attribute by worker pool.
    fn pools(&mut self, at: &'static Declaration) -> Written<BTreeMap<Name, Pooled<Stated>>>;

    /// The children `name` that are told apart by what they say.
    fn unnamed<N: Node>(&mut self, name: &'static str) -> Vec<N>;

    /// What `read` makes of each child `name`, by the child's own name.
    fn named<T: Default + Spoil>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> T,
    ) -> BTreeMap<Name, T>;

    /// What `read` makes of the child `name`.
    fn child<T: Default + Spoil>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T;
}

/// What turns written values into values with origins.
pub trait Settle {
    /// A value that file or catalogue must state.
    fn need<T: Value>(&mut self, written: Written<T>, path: &str) -> Sourced<T>;

    /// A value that may be absent.
    fn maybe<T>(&self, written: Written<T>) -> Option<Sourced<T>>;
}

/// An attribute of a file that says what the tier says, too.
#[derive(Clone, Debug)]
pub struct Repeated {
    /// Its path in KDL spelling.
    pub path: String,
    /// The value.
    pub value: String,
    /// Where the file states it.
    pub file: Span,
    /// Where the tier does.
    pub tier: Span,
}

impl Repeated {
    /// Notes `file`, at `path`, where the tier states the same value.
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

    /// The attribute or node that is called `name`.
    fn field(&mut self, name: &str) -> Option<&mut dyn Spoil>;

    /// Every attribute with its value as text, where it is a single value that was written.
    fn texts(&self) -> Vec<(&'static Declaration, Option<Spanned<String>>)>;

    /// Whether a value is absent that the node must have.
    fn is_incomplete(&self) -> bool {
        let texts = self.texts();
        texts
            .iter()
            .any(|(at, text)| at.stands.is_required() && text.is_none())
    }

    /// The value that tells the node from others of its name, if anything does.
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

    /// What it takes, where nothing narrower is declared.
    const FORM: Form;

    /// Whether it may be absent.
    const OPTIONAL: bool;

    /// Reads it.
    fn read<R: Reader>(reader: &mut R, at: &'static Declaration) -> Self::Written;

    /// Appends what the tier states with the same value; `path` is the field's.
    fn repeats(file: &Self::Written, tier: &Self::Written, path: &str, into: &mut Vec<Repeated>);

    /// The value as text, where it is a single one and was written.
    #[must_use]
    fn text(_: &Self::Written) -> Option<Spanned<String>> {
        None
    }

    /// Writes it into its owner's node.
    fn write(&self, at: &'static Declaration, into: &mut TextNode);
}

/// A field that is settled by what is written alone: nothing is derived.
pub trait Settled: Declared {
    /// The field, with its origin.
    fn settle<S: Settle>(written: Self::Written, by: &mut S, path: &str) -> Self;
}

/// A part of the model that is a node of the language.
pub trait Part: Declared<Written: Node> {
    /// Writes every attribute into the part's node.
    fn write_attributes(&self, into: &mut TextNode);
}

/// A node that has no name and is told from others by what it says.
pub trait Unnamed: Node {
    /// What tells it from others; empty where that could not be read.
    fn identity(&self) -> String;
}

/// Reads a part, in a child of its own or among its owner's attributes.
pub(super) fn read_part<N: Node, R: Reader>(reader: &mut R, at: &'static Declaration) -> N {
    if at.stands == Stands::Among {
        reader.narrowed(at.narrows, N::read)
    } else {
        reader.child(at.name, N::read)
    }
}

/// Writes a part, into a child of its own or among its owner's attributes.
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

/// The path of a field below its owner's; the owner's where its attributes stand among the owner's.
pub(super) fn below(path: &str, step: &str) -> String {
    if step.is_empty() {
        path.to_owned()
    } else {
        join(path, step)
    }
}

/// The path of a field where its owner's node states it: nodes that are named after their kinds are
/// a list of their owner's own.
pub(super) fn stated_below(path: &str, at: &Declaration, step: &str) -> String {
    if at.stands == Stands::Kinds {
        path.to_owned()
    } else {
        below(path, step)
    }
}

/// The value of an attribute, of the type that its form gives.
pub(crate) fn typed<T: Value>(stated: Stated) -> T {
    T::of(stated).expect("the form of an attribute gives its type")
}
