//! Iteration over the attributes of a part, field by field.

/// Generates the iteration over a part's attributes: `flat` or `named`, the field, and its path step.
macro_rules! walks {
    ($part:ident $names:ident $(($kind:ident $field:ident $step:expr))*) => {
        impl $crate::model::attribute::Attributes for $part {
            type Field = $names;

            fn attributes(
                &self,
                at: $crate::model::attribute::At<'_, $names>,
                into: &mut Vec<$crate::model::attribute::Attribute>,
            ) {
                $(at.$kind($step, $names::$field, |at| self.$field.attributes(at, into));)*
            }

            fn differences(
                &self,
                after: &Self,
                at: $crate::model::attribute::At<'_, $names>,
                into: &mut Vec<$crate::model::attribute::Difference>,
            ) {
                $(at.$kind($step, $names::$field, |at| {
                    self.$field.differences(&after.$field, at, into);
                });)*
            }

            fn adopt_from(&mut self, from: &Self, chosen: &$crate::model::Selection, path: &str) {
                $($crate::model::attribute::PathStep::$kind(chosen, path, $step, |path| {
                    self.$field.adopt_from(&from.$field, chosen, path);
                });)*
            }
        }
    };
}
pub(crate) use walks;
