//! A node with its values, to be written as KDL.

use super::{Declaration, Literal, Stands, TAG};

/// A KDL node under construction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextNode {
    /// Its name.
    pub name: String,
    /// Its arguments.
    pub arguments: Vec<Literal>,
    /// Its properties.
    pub properties: Vec<(String, Literal)>,
    /// The nodes of its block.
    pub children: Vec<TextNode>,
}

impl TextNode {
    /// An empty node of this name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arguments.is_empty() && self.properties.is_empty() && self.children.is_empty()
    }

    /// The child of this name, which is added if there is none.
    pub fn child(&mut self, name: &str) -> &mut Self {
        let at = self.children.iter().position(|child| child.name == name);
        let at = at.unwrap_or_else(|| {
            self.children.push(Self::new(name));
            self.children.len() - 1
        });
        self.children.get_mut(at).expect("a child that is there")
    }

    /// The first child with one of the `names`. If there is none, a child with the first name is added.
    pub fn child_of(&mut self, names: &[&str]) -> &mut Self {
        let known = |child: &&Self| names.contains(&&*child.name);
        let name = self.children.iter().find(known).map(|it| it.name.clone());
        let first = names.first().copied().unwrap_or_default();
        self.child(name.as_deref().unwrap_or(first))
    }

    /// The first child with one of the `names` and with this tag. If there is none, a child with the first
    /// name is added.
    pub fn tagged_child(&mut self, names: &[&str], tag: Option<&str>) -> &mut Self {
        let fits = |child: &Self| names.contains(&&*child.name) && child.stated_tag() == tag;
        let at = self.children.iter().position(fits);
        let at = at.unwrap_or_else(|| {
            let mut child = Self::new(names.first().copied().unwrap_or_default());
            if let Some(tag) = tag {
                child.tag(tag);
            }
            self.children.push(child);
            self.children.len() - 1
        });
        self.children.get_mut(at).expect("a child that is there")
    }

    /// States of which kind the node is.
    pub fn tag(&mut self, word: &str) {
        self.restate_property(TAG, vec![Literal::Text(word.to_owned())]);
    }

    fn stated_tag(&self) -> Option<&str> {
        let tag = self.properties.iter().find(|(key, _)| key == TAG);
        tag.map(|(_, word)| match word {
            Literal::Text(word) | Literal::Bare(word) => word.as_str(),
        })
    }

    /// States the value of an attribute in its declared place.
    pub fn state(&mut self, at: &'static Declaration, value: Literal) {
        self.restate(at, vec![value]);
    }

    /// States the values of an attribute in its declared place, instead of those that are there. Only a
    /// list has several.
    pub fn restate(&mut self, at: &'static Declaration, values: Vec<Literal>) {
        let owner = match at.inside {
            Some(inside) => self.child(inside),
            None => self,
        };
        match at.stands {
            Stands::Property | Stands::Required | Stands::SoleProperty => {
                owner.restate_property(at.name, values);
            }
            Stands::Map | Stands::Maps => {
                let child = owner.child(at.name);
                child.restate_property(at.example_key(), values);
            }
            Stands::Argument | Stands::RequiredArgument | Stands::Key => owner.arguments = values,
            Stands::Kind => {
                if let Some(Literal::Text(kind)) = values.into_iter().next() {
                    owner.name = kind;
                }
            }
            Stands::Pools => {
                let pool = Literal::Text(at.example_key().to_owned());
                owner.child(at.name).arguments = std::iter::once(pool).chain(values).collect();
            }
            Stands::Repeated => {
                owner.children.retain(|child| child.name != at.name);
                owner.children.extend(values.into_iter().map(|value| Self {
                    name: at.name.to_owned(),
                    arguments: vec![value],
                    ..Self::default()
                }));
            }
            Stands::Child
            | Stands::List
            | Stands::FilledList
            | Stands::Node
            | Stands::Nodes
            | Stands::Kinds
            | Stands::Named
            | Stands::OneOrNamed
            | Stands::Unnamed
            | Stands::Apis
            | Stands::Among
            | Stands::Variant => {
                owner.child(at.name).arguments = values;
            }
        }
    }

    /// States one value of a map. If several children may hold the map, each gets one value: beside a name
    /// such as `TOKEN`, a second value could be mistaken for a credential.
    pub fn state_key(&mut self, at: &'static Declaration, key: &str, value: Literal) {
        if at.stands == Stands::Maps {
            let mut child = Self::new(at.name);
            child.restate_property(key, vec![value]);
            self.children.push(child);
        } else {
            self.child(at.name).restate_property(key, vec![value]);
        }
    }

    fn restate_property(&mut self, name: &str, values: Vec<Literal>) {
        self.properties.retain(|(key, _)| key != name);
        let stated = values.into_iter().map(|value| (name.to_owned(), value));
        self.properties.extend(stated);
    }
}
