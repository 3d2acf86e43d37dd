//! Reading what the language declares: each attribute where it stands and as what it takes.

use std::collections::BTreeMap;

use super::fields::Fields;
use super::{text, value};
use crate::ast::{Spoil, Written};
use crate::model::declaration::{Declaration, Form, Reader, Stands, Stated};
use crate::source::{Span, Spanned};

impl Reader for Fields<'_> {
    fn place(&self) -> Span {
        self.name_span()
    }

    fn value(&mut self, at: &'static Declaration) -> Written<Stated> {
        let reader = value::stated(&at.form);
        match at.stands {
            Stands::Property => self.property(at.name, reader),
            Stands::Required | Stands::SoleProperty => self.required(at.name, at.example, reader),
            Stands::Argument => self.maybe(reader),
            Stands::RequiredArgument => self.argument(at.example, reader),
            Stands::Child => self.single(at.name, at.example, reader),
            Stands::List
            | Stands::FilledList
            | Stands::Map
            | Stands::Maps
            | Stands::Node
            | Stands::Among => {
                unreachable!("`{}` has no single value", at.name)
            }
        }
    }

    fn values(&mut self, at: &'static Declaration) -> Written<Vec<Spanned<Stated>>> {
        let reader = value::stated(&at.form);
        let may_be_empty = at.stands == Stands::List;
        self.group(at.name, |child| {
            if may_be_empty {
                child.any_arguments(at.example, reader)
            } else {
                child.arguments(at.example, reader)
            }
        })
    }

    fn map(&mut self, at: &'static Declaration) -> BTreeMap<String, Written<Stated>> {
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
        self.group(name, read)
    }
}

impl Fields<'_> {
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
