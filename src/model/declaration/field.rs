//! The types of fields: a value, a list, a map, a node or several nodes. Each is read, compared with the
//! tier, written and resolved here.

use std::collections::BTreeMap;

use super::{
    Declaration, Declared, Form, Node, Part, Reader, Repeated, Settle, Settled, Stands, Stated,
    TextNode, Unnamed, Value, typed,
};
use crate::model::Name;
use crate::model::attribute::join;
use crate::model::written::{Pooled, Spoil as _, Written};
use crate::source::{Sourced, Spanned};

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

/// A list whose order does not matter.
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

/// Nodes of one name, or of several kinds. The file states all of them or none.
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

/// If the nodes have keys, their order does not matter.
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

/// Values by names that the user chooses.
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

/// Nodes without names, by their identity.
impl<P: Part<Written: Unnamed>> Declared for BTreeMap<String, P> {
    type Written = BTreeMap<String, P::Written>;
    const FORM: Form = P::FORM;
    const OPTIONAL: bool = true;

    fn read<R: Reader>(reader: &mut R, at: &'static Declaration) -> Self::Written {
        let nodes: Vec<P::Written> = reader.unnamed(at.name);
        let nodes = nodes.into_iter();
        nodes.map(|node| (node.identity(), node)).collect()
    }

    fn repeats(file: &Self::Written, tier: &Self::Written, path: &str, into: &mut Vec<Repeated>) {
        for (key, file) in file {
            if let Some(tier) = tier.get(key) {
                P::repeats(file, tier, &join(path, key), into);
            }
        }
    }

    fn write(&self, at: &'static Declaration, into: &mut TextNode) {
        for part in self.values() {
            let mut child = TextNode::new(at.name);
            part.write_attributes(&mut child);
            into.children.push(child);
        }
    }
}

/// Values by worker pool. The file states all of them or none.
impl<T: Value> Declared for BTreeMap<Name, Sourced<T>> {
    type Written = Written<BTreeMap<Name, Pooled<T>>>;
    const FORM: Form = T::FORM;
    const OPTIONAL: bool = true;

    fn read<R: Reader>(reader: &mut R, at: &'static Declaration) -> Self::Written {
        let each = |it: Pooled<Stated>| Pooled {
            place: it.place,
            value: Spanned::new(typed(it.value.value), it.value.span),
        };
        let pools = reader.by_name(at, None);
        pools.map(|all| all.into_iter().map(|(pool, it)| (pool, each(it))).collect())
    }

    fn repeats(file: &Self::Written, tier: &Self::Written, path: &str, into: &mut Vec<Repeated>) {
        let all = |written: &Self::Written| written.value.as_ref().map(|all| all.value.clone());
        let (file, tier) = (all(file).unwrap_or_default(), all(tier).unwrap_or_default());
        for (pool, file) in file {
            let value = |it: Pooled<T>| Written::at(it.value.value, it.value.span);
            if let Some(tier) = tier.get(&pool) {
                let path = join(path, pool.as_str());
                Repeated::note(&path, &value(file), &value(tier.clone()), into);
            }
        }
    }

    fn write(&self, at: &'static Declaration, into: &mut TextNode) {
        for (pool, value) in self {
            into.children.push(TextNode {
                name: at.name.to_owned(),
                arguments: vec![pool.literal(), value.value.literal()],
                ..TextNode::default()
            });
        }
    }
}
