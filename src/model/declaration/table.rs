//! A table of the top-level nodes and of every attribute below them.

use super::{Declaration, Form, Literal, Stands, TextNode, below};
use crate::model::attribute::join;

/// A node of the top level whose attributes are declared, or the file itself.
#[derive(Debug)]
pub struct Top {
    /// Its name; empty for the file.
    pub name: &'static str,
    /// Whether there may be several, each with a name.
    pub named: bool,
    /// Whether there may be one without a name, or several with names.
    pub may_be_named: bool,
    /// Whether there may be several without names.
    pub repeats: bool,
    /// Its attributes.
    pub attributes: Vec<&'static Declaration>,
}

/// An attribute that has a value, and its place in the language.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The node of the top level.
    pub top: &'static Top,
    /// The nodes between that node and the attribute, outermost first.
    pub above: Vec<&'static Declaration>,
    /// The attribute.
    pub attribute: &'static Declaration,
}

impl Top {
    /// The top-level nodes among the attributes of a file. Attributes that are not nodes belong to the
    /// file itself, which has no name.
    #[must_use]
    pub fn all_of(file: &'static [&'static Declaration]) -> Vec<Self> {
        let mut own = Vec::new();
        let mut nodes = Vec::new();
        Self::sort(file, &mut own, &mut nodes);
        let own = Self {
            name: "",
            named: false,
            may_be_named: false,
            repeats: false,
            attributes: own,
        };
        std::iter::once(own).chain(nodes).collect()
    }

    /// The attributes of the file itself, and its nodes.
    fn sort(
        attributes: &[&'static Declaration],
        own: &mut Vec<&'static Declaration>,
        nodes: &mut Vec<Self>,
    ) {
        for &at in attributes {
            let Form::Attributes(inner) = &at.form else {
                own.push(at);
                continue;
            };
            if at.stands == Stands::Among {
                Self::sort(inner, own, nodes);
            } else {
                nodes.push(Self {
                    name: at.name,
                    named: at.stands == Stands::Named,
                    may_be_named: at.stands == Stands::OneOrNamed,
                    repeats: matches!(at.stands, Stands::Unnamed | Stands::Nodes),
                    attributes: inner.to_vec(),
                });
            }
        }
    }

    /// The nodes of its block, each once.
    #[must_use]
    pub fn children(&self) -> Vec<&'static str> {
        let mut children = Vec::new();
        for child in self.attributes.iter().flat_map(|at| at.children()) {
            if !children.contains(&child) {
                children.push(child);
            }
        }
        children
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

    /// The attributes that its node requires.
    #[must_use]
    pub fn required_beside(&self) -> Vec<Self> {
        let owner = |it: &Self| {
            let above = it.above.iter().map(|above| (above.path(), above.name));
            (above.collect::<Vec<_>>(), it.attribute.inside)
        };
        let mut all = self.top.every();
        all.retain(|it| it.attribute.stands.is_required() && owner(it) == owner(self));
        all
    }

    /// The values that the attribute takes in this place.
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

    /// States a value in `node`, the top-level node, and replaces any value that is there.
    pub fn state(&self, node: &mut TextNode, values: Vec<Literal>) {
        let mut owner = node;
        let mut steps = self.above.iter().peekable();
        while let Some(step) = steps.next() {
            if matches!(step.stands, Stands::Among | Stands::Variant) {
                continue;
            }
            owner = if step.is_tagged() {
                let variant = steps.peek().filter(|it| it.stands == Stands::Variant);
                owner.tagged_child(&step.names(), variant.map(|it| it.name))
            } else {
                owner.child_of(&step.names())
            };
        }
        owner.restate(self.attribute, values);
    }
}
