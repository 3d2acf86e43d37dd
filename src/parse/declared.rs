//! Reading what the language declares: each attribute where it stands and as what it takes.

use super::fields::Fields;
use super::value;
use crate::ast::{Spoil, Written};
use crate::model::declaration::{Declaration, Reader, Stands, Stated};
use crate::source::{Span, Spanned};

impl Reader for Fields<'_> {
    fn place(&self) -> Span {
        self.name_span()
    }

    fn value(&mut self, at: &'static Declaration) -> Written<Stated> {
        let reader = value::stated(&at.form);
        match at.stands {
            Stands::Property => self.property(at.name, reader),
            Stands::Argument => self.maybe(reader),
            Stands::Child => self.single(at.name, at.example, reader),
            Stands::List | Stands::FilledList | Stands::Node | Stands::Among => {
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

    fn child<T: Default + Spoil>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.group(name, read)
    }
}
