//! Reads declared attributes: each in its place and in its form.

use std::collections::BTreeMap;

use super::fields::{Fields, FileOf};
use super::{text, value};
use crate::ast::{Pooled, Spoil, Written};
use crate::diagnostic::{Diagnostic, code};
use crate::model::Name;
use crate::model::declaration::{Declaration, Form, Node, Reader, Stands, Stated, TAG};
use crate::source::{Span, Spanned};

impl Reader for Fields<'_> {
    fn place(&self) -> Span {
        self.name_span()
    }

    fn value(&mut self, at: &'static Declaration) -> Written<Stated> {
        if self.file.is_some() {
            let read = |node: &mut Self| node.argument(at.example, value::stated(&at.form));
            return self.enter(at.name, read).unwrap_or_default();
        }
        let reader = value::stated(self.form_of(at));
        match at.stands {
            Stands::Property => self.property(at.name, reader),
            Stands::Required | Stands::SoleProperty => self.required(at.name, at.example, reader),
            Stands::Argument => self.maybe(reader),
            Stands::Kind => {
                let kind = self.node_name();
                let known = at.form.words().into_iter().find(|word| *word == kind);
                let word = Stated::Word(known.expect("a node that was asked for by its kind"));
                Written::at(word, self.name_span())
            }
            Stands::RequiredArgument | Stands::Key => self.argument(at.example, reader),
            Stands::Child => self.single(at.name, at.example, reader),
            Stands::List
            | Stands::FilledList
            | Stands::Repeated
            | Stands::Map
            | Stands::Maps
            | Stands::Node
            | Stands::Nodes
            | Stands::Kinds
            | Stands::Named
            | Stands::OneOrNamed
            | Stands::Unnamed
            | Stands::Pools
            | Stands::Apis
            | Stands::Among
            | Stands::Variant => {
                unreachable!("`{}` has no single value", at.name)
            }
        }
    }

    fn values(&mut self, at: &'static Declaration) -> Written<Vec<Spanned<Stated>>> {
        let reader = value::stated(&at.form);
        if at.stands == Stands::Repeated {
            let value = |child: &mut Fields<'_>| child.argument(at.example, &reader).value;
            let mut all = self.each(&[at.name], value);
            let key = |it: &Spanned<Stated>| Some(Spanned::new(it.value.to_string(), it.span));
            self.keep_first(at.name, &mut all, key);
            return all;
        }
        let may_be_empty = at.stands == Stands::List;
        self.group(at.name, |child| {
            if may_be_empty {
                child.any_arguments(at.example, reader)
            } else {
                child.arguments(at.example, reader)
            }
        })
    }

    /// A file is read node by node: this node joins the others of its text afterwards.
    fn nodes<N: Node>(&mut self, at: &'static Declaration) -> Written<Vec<N>> {
        if self.file.is_some() {
            let one = |node: &mut Self| Written::at(vec![N::read(node)], node.name_span());
            return self.enter(at.name, one).unwrap_or_default();
        }
        let mut all = self.each(&at.names(), |child| {
            let node = N::read(child);
            (!node.is_incomplete()).then_some(node)
        });
        self.keep_first(at.name, &mut all, Node::key);
        all
    }

    fn narrowed<T>(
        &mut self,
        narrows: &'static [(&'static str, Form)],
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.narrows.len();
        self.narrows
            .extend(narrows.iter().map(|(path, form)| (*path, form)));
        let result = read(self);
        self.narrows.truncate(before);
        result
    }

    /// A map of the file itself may be in several nodes, so it is not read from one of them.
    fn map(&mut self, at: &'static Declaration) -> BTreeMap<String, Written<Stated>> {
        if self.file.is_some() {
            return BTreeMap::new();
        }
        if at.stands == Stands::Map {
            let read = |child: &mut Fields<'_>| {
                let all = child.entries(at).into_iter();
                all.map(|(key, (_, written))| (key, written)).collect()
            };
            return self.group(at.name, read);
        }
        let mut all: BTreeMap<String, (Span, Written<Stated>)> = BTreeMap::new();
        for mut child in self.children(&[at.name]) {
            for (key, (span, written)) in child.entries(at) {
                if let Some((first, _)) = all.get(&key) {
                    let path = format!("{}.{key}", child.path);
                    child.cx.duplicate(&path, *first, span);
                } else {
                    all.insert(key, (span, written));
                }
            }
            child.finish();
        }
        let all = all.into_iter();
        all.map(|(key, (_, written))| (key, written)).collect()
    }

    fn child<T: Default + Spoil>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        if self.file.is_some() {
            return self.enter(name, read).unwrap_or_default();
        }
        let narrows = self.narrows.clone();
        self.group(name, |child| {
            let below = |(path, form): (&'static str, _)| {
                Some((path.strip_prefix(name)?.strip_prefix('.')?, form))
            };
            child.narrows = narrows.into_iter().filter_map(below).collect();
            read(child)
        })
    }

    fn by_name(
        &mut self,
        at: &'static Declaration,
        unnamed: Option<Name>,
    ) -> Written<BTreeMap<Name, Pooled<Stated>>> {
        let children = self.children(&[at.name]);
        let is_single = unnamed.is_some() && children.iter().all(|child| !child.names_one());
        if is_single {
            self.single_children.push(at.name);
        }
        let Some(first) = children.first().map(Self::name_span) else {
            return Written::default();
        };
        let mut pools: BTreeMap<Name, Pooled<Stated>> = BTreeMap::new();
        let mut broken = false;
        for mut child in children {
            let place = child.name_span();
            match child.name_and_value(at, unnamed.as_ref()) {
                Some((pool, _)) if pools.contains_key(&pool.value) => {
                    let path = match &unnamed {
                        Some(unnamed) if *unnamed == pool.value => child.path.clone(),
                        _ => format!("{}.{}", child.path, pool.value),
                    };
                    let first = pools.get(&pool.value).map_or(place, |first| first.place);
                    child.cx.duplicate(&path, first, place);
                    broken |= unnamed.is_some();
                }
                Some((pool, value)) => {
                    let place = pool.span;
                    pools.insert(pool.value, Pooled { place, value });
                }
                None => broken = true,
            }
            broken |= is_single && child.is_in_doubt();
            child.finish();
        }
        if broken {
            Written::broken()
        } else {
            Written::at(pools, first)
        }
    }

    /// Without a tag that can be read, nothing else of the node can be read either.
    fn tagged<T: Default>(
        &mut self,
        words: &'static Form,
        read: impl FnOnce(&mut Self, Option<&'static str>) -> T,
    ) -> T {
        let tag = self.property(TAG, value::stated(words));
        // Suggestions of properties begin with those of the kind.
        self.known_properties.pop();
        let result = match tag.value.map(|tag| tag.value) {
            Some(Stated::Word(word)) => read(self, Some(word)),
            _ if tag.broken => {
                self.unread_tag = true;
                self.arguments.clear();
                self.properties.clear();
                T::default()
            }
            _ => read(self, None),
        };
        self.known_properties.push(TAG);
        result
    }

    fn unnamed<N: Node>(&mut self, name: &'static str) -> Vec<N> {
        assert!(self.file.is_some(), "`{name}` stands at the top alone");
        self.enter(name, N::read).into_iter().collect()
    }

    fn named<T: Default + Spoil>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> T,
    ) -> BTreeMap<Name, T> {
        let Some(FileOf { key }) = self.file.clone() else {
            unreachable!("`{name}` stands at the top alone")
        };
        let node = self.enter(name, |node| {
            let mut read = read(node);
            // The values of a malformed node are unreliable.
            if node.is_broken() {
                read.spoil();
            }
            read
        });
        key.into_iter().zip(node).collect()
    }
}

impl Fields<'_> {
    /// The form of an attribute in this place.
    fn form_of(&self, at: &'static Declaration) -> &'static Form {
        let mut narrows = self.narrows.iter();
        let narrowed = narrows.find(|(path, _)| *path == at.name);
        narrowed.map_or(&at.form, |(_, form)| form)
    }

    /// Reads the node as if it were the whole file; `key` is the node's own name, if it has one.
    pub fn as_file<N: Node>(&mut self, key: Option<Name>) -> N {
        self.file = Some(FileOf { key });
        let read = N::read(self);
        self.file = None;
        read
    }

    /// Whether a name precedes the value.
    fn names_one(&self) -> bool {
        let first = self.arguments.front();
        self.arguments.len() > 1 && first.is_some_and(|first| first.whole().is_none())
    }

    /// The name of a pool or an API and the value after it, if both can be read.
    fn name_and_value(
        &mut self,
        at: &'static Declaration,
        unnamed: Option<&Name>,
    ) -> Option<(Spanned<Name>, Spanned<Stated>)> {
        if let Some(unnamed) = unnamed.filter(|_| !self.names_one()) {
            let name = Spanned::new(unnamed.clone(), self.name_span());
            let value = self.argument(at.example, value::stated(&at.form)).value;
            return value.map(|value| (name, value));
        }
        if self.lacks_its_pool() {
            return None;
        }
        let pool = self.argument(at.example, value::name).value;
        let value = self.argument(at.example, value::stated(&at.form)).value;
        pool.zip(value)
    }

    /// `worker 0`: a count without the name of its pool.
    fn lacks_its_pool(&mut self) -> bool {
        let alone = self.arguments.len() == 1;
        let value = self.arguments.front().copied();
        let Some(value) = value.filter(|it| alone && it.whole().is_some()) else {
            return false;
        };
        let message = format!("`{}` needs the name of a pool", self.path);
        let finding = Diagnostic::error(code::MISSING_VALUE, message, self.name_span());
        let node = self.node_name();
        let help = format!(
            "write it before the count: `{node} \"POOL\" {}`",
            value.repr
        );
        self.cx.report(finding.help(help));
        self.arguments.clear();
        true
    }

    /// Reads the file's only node with `read`, if its name is `name`. If the node is malformed, the values
    /// are marked.
    fn enter<T: Spoil>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.node_name() != name {
            return None;
        }
        let file = self.file.take();
        let mut node = read(self);
        self.file = file;
        if self.is_in_doubt() {
            node.doubt();
        }
        Some(node)
    }

    /// The properties of a node that is a map, or part of one, in their order.
    pub fn entries(&mut self, at: &'static Declaration) -> Vec<(String, (Span, Written<Stated>))> {
        let Form::Map(keys, values) = at.form else {
            unreachable!("`{}` is no map", at.name)
        };
        let reader = value::stated(values);
        let all = self.every_property(at.example_key(), text::at(keys), reader);
        all.into_iter()
            .map(|(key, span, written)| (key, (span, written)))
            .collect()
    }
}
