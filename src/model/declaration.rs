//! How the language is declared: each attribute once, and what follows from that.
//!
//! The macro `node!` declares a node of the language as its attributes: how each is written, its
//! type, the values that it takes, an example, and a sentence about it. From that follow the struct
//! as written and the struct as resolved, the reader, the merge with the tier, the walks over all
//! attributes, the comparison with the tier, the writer, and the table that documentation, the laws
//! and everything else that must know each attribute reads. What an attribute means stands elsewhere,
//! in exhaustive matches.

mod form;
mod node;
mod value;
mod writing;

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::Name;
use super::attribute::join;
use super::written::{Over, Spoil, Written};
use crate::source::{Sourced, Span, Spanned};
pub use form::{Form, LABELS};
pub(crate) use node::{hyphens, kebab, node, one_node};
pub use value::{Literal, Stated, Value};
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
    /// A value as it is written; of a map, a name with its value; nothing for a node.
    pub example: &'static str,
    /// What it is, in a sentence.
    pub doc: &'static str,
}

/// How an attribute stands in its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// `key=value`.
    Property,
    /// `key=value`, which the node must have.
    Required,
    /// The one property of a child, which the child must have: `pause at=0`.
    SoleProperty,
    /// A value behind the node's name, which may be absent.
    Argument,
    /// A value behind the node's name, which must be there.
    RequiredArgument,
    /// The same, where it tells the node from others of its name.
    Key,
    /// The node's name, which says of which kind the node is.
    Kind,
    /// A child whose one argument is the value.
    Child,
    /// A child whose arguments are the values; there may be none.
    List,
    /// A child whose arguments are the values, at least one.
    FilledList,
    /// A child for each value, whose one argument it is.
    Repeated,
    /// A child whose properties are the values, by names of the user's own.
    Map,
    /// The same, in any number of children.
    Maps,
    /// A child with attributes of its own.
    Node,
    /// Any number of children with attributes of their own.
    Nodes,
    /// The same, where the children are called after their kinds.
    Kinds,
    /// Children with attributes of their own, told apart by their names.
    Named,
    /// Attributes that stand among the owner's.
    Among,
}

impl Stands {
    /// Whether a node that lacks the value says nothing.
    #[must_use]
    pub fn is_required(self) -> bool {
        match self {
            Self::Required | Self::RequiredArgument | Self::Key | Self::Kind => true,
            Self::Property
            | Self::SoleProperty
            | Self::Argument
            | Self::Child
            | Self::List
            | Self::FilledList
            | Self::Repeated
            | Self::Map
            | Self::Maps
            | Self::Node
            | Self::Nodes
            | Self::Kinds
            | Self::Named
            | Self::Among => false,
        }
    }
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

    /// The names that its node has in a file: its own, unless the node is called after its kind.
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

    /// The name that the example of a map gives a value.
    #[must_use]
    pub fn example_key(&self) -> &'static str {
        self.example.split('=').next().unwrap_or_default()
    }
}

/// A node of the top level whose attributes are declared, or the file itself.
#[derive(Debug)]
pub struct Top {
    /// Its name; empty for the file.
    pub name: &'static str,
    /// Whether there may be several, each with a name.
    pub named: bool,
    /// Its attributes.
    pub attributes: Vec<&'static Declaration>,
}

/// An attribute that has a value, and where it stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The node of the top level.
    pub top: &'static Top,
    /// The nodes between that one and the attribute, from above.
    pub above: Vec<&'static Declaration>,
    /// The attribute.
    pub attribute: &'static Declaration,
}

impl Top {
    /// The nodes of the top level among the attributes of a file; those that are no nodes belong to
    /// the file itself, which has no name.
    #[must_use]
    pub fn all_of(file: &'static [&'static Declaration]) -> Vec<Self> {
        let mut own = Vec::new();
        let mut nodes = Vec::new();
        for &at in file {
            match at.form {
                Form::Attributes(attributes) => nodes.push(Self {
                    name: at.name,
                    named: at.stands == Stands::Named,
                    attributes: attributes.to_vec(),
                }),
                Form::Whole(_)
                | Form::Gib(_)
                | Form::Flag
                | Form::Duration(_)
                | Form::Word(_)
                | Form::Text
                | Form::Placed(_)
                | Form::Version
                | Form::Taint
                | Form::Region
                | Form::Name
                | Form::LetteredName
                | Form::Cpu
                | Form::Memory
                | Form::Quantity
                | Form::Portion
                | Form::Daily
                | Form::Weekly
                | Form::Map(..) => own.push(at),
            }
        }
        let own = Self {
            name: "",
            named: false,
            attributes: own,
        };
        std::iter::once(own).chain(nodes).collect()
    }

    /// Every attribute that has a value, at any depth, in the order of the declarations.
    #[must_use]
    pub fn every(&'static self) -> Vec<Standing> {
        let mut all = Vec::new();
        self.below(&self.attributes, &mut Vec::new(), &mut all);
        all
    }

    fn below(
        &'static self,
        attributes: &[&'static Declaration],
        above: &mut Vec<&'static Declaration>,
        into: &mut Vec<Standing>,
    ) {
        for attribute in attributes {
            if let Form::Attributes(inner) = attribute.form {
                above.push(attribute);
                self.below(inner, above, into);
                above.pop();
            } else {
                into.push(Standing {
                    top: self,
                    above: above.clone(),
                    attribute,
                });
            }
        }
    }
}

impl Standing {
    /// The path from the top, such as `database.storage.max-gib`; without the name of a named node.
    #[must_use]
    pub fn full_path(&self) -> String {
        let path = self.path();
        match (self.top.name.is_empty(), path.is_empty()) {
            (true, _) => path,
            (false, true) => self.top.name.to_owned(),
            (false, false) => join(self.top.name, &path),
        }
    }

    /// The path below the node of the top level, such as `storage.max-gib`.
    #[must_use]
    pub fn path(&self) -> String {
        let steps = self.above.iter().chain([&self.attribute]);
        steps.fold(String::new(), |path, step| below(&path, &step.path()))
    }

    /// The attributes without which the node that it stands in says nothing.
    #[must_use]
    pub fn required_beside(&self) -> Vec<Self> {
        let owner = |it: &Self| {
            let above = it.above.iter().map(|above| above.path());
            (above.collect::<Vec<_>>(), it.attribute.inside)
        };
        let mut all = self.top.every();
        all.retain(|it| it.attribute.stands.is_required() && owner(it) == owner(self));
        all
    }

    /// What the attribute takes where it stands.
    #[must_use]
    pub fn form(&self) -> &'static Form {
        let mut path = self.attribute.path();
        for above in self.above.iter().rev() {
            let narrowed = above.narrows.iter().find(|(narrowed, _)| *narrowed == path);
            if let Some((_, form)) = narrowed {
                return form;
            }
            path = below(&above.path(), &path);
        }
        &self.attribute.form
    }

    /// States a value in `node`, which is the node of the top level, in place of any that is there.
    pub fn state(&self, node: &mut TextNode, values: Vec<Literal>) {
        let through = self.above.iter().filter(|it| it.stands != Stands::Among);
        let owner = through.fold(node, |node, step| node.child_of(&step.names()));
        owner.restate(self.attribute, values);
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

impl<T: Value> Declared for Sourced<T> {
    type Written = Written<T>;
    const FORM: Form = T::FORM;
    const OPTIONAL: bool = false;

    fn read<R: Reader>(reader: &mut R, at: &'static Declaration) -> Written<T> {
        reader.value(at).map(typed)
    }

    fn repeats(file: &Written<T>, tier: &Written<T>, path: &str, into: &mut Vec<Repeated>) {
        Repeated::note(path, file, tier, into);
    }

    fn text(written: &Written<T>) -> Option<Spanned<String>> {
        let value = written.value.as_ref()?;
        Some(Spanned::new(value.value.to_string(), value.span))
    }

    fn write(&self, at: &'static Declaration, into: &mut TextNode) {
        if self.value.can_be_stated() {
            into.state(at, self.value.literal());
        }
    }
}

impl<T: Value> Settled for Sourced<T> {
    fn settle<S: Settle>(written: Written<T>, by: &mut S, path: &str) -> Self {
        by.need(written, path)
    }
}

impl<T: Value> Declared for Option<Sourced<T>> {
    type Written = Written<T>;
    const FORM: Form = T::FORM;
    const OPTIONAL: bool = true;

    fn read<R: Reader>(reader: &mut R, at: &'static Declaration) -> Written<T> {
        reader.value(at).map(typed)
    }

    fn repeats(file: &Written<T>, tier: &Written<T>, path: &str, into: &mut Vec<Repeated>) {
        Repeated::note(path, file, tier, into);
    }

    fn text(written: &Written<T>) -> Option<Spanned<String>> {
        Sourced::text(written)
    }

    fn write(&self, at: &'static Declaration, into: &mut TextNode) {
        if let Some(value) = self {
            value.write(at, into);
        }
    }
}

impl<T: Value> Settled for Option<Sourced<T>> {
    fn settle<S: Settle>(written: Written<T>, by: &mut S, _: &str) -> Self {
        by.maybe(written)
    }
}

/// A list whose order says nothing.
impl<T: Value + Ord> Declared for Vec<Sourced<T>> {
    type Written = Written<Vec<Spanned<T>>>;
    const FORM: Form = T::FORM;
    const OPTIONAL: bool = true;

    fn read<R: Reader>(reader: &mut R, at: &'static Declaration) -> Self::Written {
        let each = |it: Spanned<Stated>| Spanned::new(typed(it.value), it.span);
        let list = reader.values(at);
        list.map(|list| list.into_iter().map(each).collect())
    }

    fn repeats(file: &Self::Written, tier: &Self::Written, path: &str, into: &mut Vec<Repeated>) {
        let sorted = |list: &Self::Written| {
            let list = list.value.as_ref()?;
            let mut words: Vec<String> = list.value.iter().map(|it| it.value.to_string()).collect();
            words.sort_unstable();
            Some(Spanned::new(words.join(" "), list.span))
        };
        let as_text = |list: &Self::Written| Written {
            value: sorted(list),
            broken: list.broken,
        };
        Repeated::note(path, &as_text(file), &as_text(tier), into);
    }

    fn write(&self, at: &'static Declaration, into: &mut TextNode) {
        if self.is_empty() && at.stands != Stands::List {
            return;
        }
        let values = self.iter().map(|value| value.value.literal());
        into.restate(at, values.collect());
    }
}

impl<T: Value + Ord> Settled for Vec<Sourced<T>> {
    fn settle<S: Settle>(written: Self::Written, by: &mut S, _: &str) -> Self {
        let Some(list) = written.value else {
            return Self::new();
        };
        let each = |value: Spanned<T>| Written {
            value: Some(value),
            broken: written.broken,
        };
        let values = list.value.into_iter().map(each);
        let mut settled: Self = values.filter_map(|value| by.maybe(value)).collect();
        settled.sort_by(|one, other| one.value.cmp(&other.value));
        settled
    }
}

/// Nodes of one name, or of the kinds of a vocabulary. The file states all of them or none.
impl<P: Part> Declared for Vec<P> {
    type Written = Written<Vec<P::Written>>;
    const FORM: Form = P::FORM;
    const OPTIONAL: bool = true;

    fn read<R: Reader>(reader: &mut R, at: &'static Declaration) -> Self::Written {
        reader.nodes(at)
    }

    fn repeats(file: &Self::Written, tier: &Self::Written, path: &str, into: &mut Vec<Repeated>) {
        let as_text = |written: &Self::Written| {
            let line = |list: Vec<P::Written>| list.iter().map(Node::line).collect::<Vec<_>>();
            written.clone().map(|list| line(list).join("; "))
        };
        Repeated::note(path, &as_text(file), &as_text(tier), into);
    }

    fn write(&self, at: &'static Declaration, into: &mut TextNode) {
        for member in self {
            let mut child = TextNode::new(at.name);
            member.write_attributes(&mut child);
            into.children.push(child);
        }
    }
}

/// Where keys tell the nodes apart, their order says nothing.
impl<P: Part + Settled> Settled for Vec<P> {
    fn settle<S: Settle>(written: Self::Written, by: &mut S, path: &str) -> Self {
        let Some(list) = written.value else {
            return Self::new();
        };
        let mut nodes = list.value;
        nodes.sort_by_key(|node| node.key().map(|key| key.value));
        let settled = nodes.into_iter().map(|mut node| {
            if written.broken {
                node.spoil();
            }
            P::settle(node, by, path)
        });
        settled.collect()
    }
}

/// A node that may be absent.
impl<P: Part> Declared for Option<P> {
    type Written = P::Written;
    const FORM: Form = P::FORM;
    const OPTIONAL: bool = true;

    fn read<R: Reader>(reader: &mut R, at: &'static Declaration) -> Self::Written {
        P::read(reader, at)
    }

    fn repeats(file: &Self::Written, tier: &Self::Written, path: &str, into: &mut Vec<Repeated>) {
        P::repeats(file, tier, path, into);
    }

    fn write(&self, at: &'static Declaration, into: &mut TextNode) {
        if let Some(part) = self {
            part.write(at, into);
        }
    }
}

/// Values by names of the user's own.
impl<T: Value> Declared for BTreeMap<String, Sourced<T>> {
    type Written = BTreeMap<String, Written<T>>;
    const FORM: Form = T::FORM;
    const OPTIONAL: bool = true;

    fn read<R: Reader>(reader: &mut R, at: &'static Declaration) -> Self::Written {
        let all = reader.map(at).into_iter();
        all.map(|(key, written)| (key, written.map(typed)))
            .collect()
    }

    fn repeats(file: &Self::Written, tier: &Self::Written, path: &str, into: &mut Vec<Repeated>) {
        for (key, file) in file {
            if let Some(tier) = tier.get(key) {
                Repeated::note(&join(path, key), file, tier, into);
            }
        }
    }

    fn write(&self, at: &'static Declaration, into: &mut TextNode) {
        for (key, value) in self {
            into.state_key(at, key, value.value.literal());
        }
    }
}

impl<T: Value> Settled for BTreeMap<String, Sourced<T>> {
    fn settle<S: Settle>(written: Self::Written, by: &mut S, _: &str) -> Self {
        let all = written.into_iter();
        all.filter_map(|(key, value)| Some((key, by.maybe(value)?)))
            .collect()
    }
}

/// Nodes that have names.
impl<P: Part> Declared for BTreeMap<Name, P> {
    type Written = BTreeMap<Name, P::Written>;
    const FORM: Form = P::FORM;
    const OPTIONAL: bool = true;

    fn read<R: Reader>(reader: &mut R, at: &'static Declaration) -> Self::Written {
        reader.named(at.name, Node::read)
    }

    fn repeats(file: &Self::Written, tier: &Self::Written, path: &str, into: &mut Vec<Repeated>) {
        for (name, file) in file {
            if let Some(tier) = tier.get(name) {
                P::repeats(file, tier, &join(path, name.as_str()), into);
            }
        }
    }

    fn write(&self, at: &'static Declaration, into: &mut TextNode) {
        for (name, part) in self {
            let mut child = TextNode::new(at.name);
            child.arguments.push(name.literal());
            part.write_attributes(&mut child);
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

/// The path of a field where its owner's node states it: nodes that are called after their kinds are
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
