//! The inputs of a derivation.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;

use super::{Derivation, Origin, Sourced};

/// The values that a derivation has read. What is derived is as sound as all of them. Those that decide
/// its value are its inputs, by their paths: if only one that does not decide changes, the value stays.
#[derive(Debug, Default)]
pub struct Inputs {
    deciding: ReadPaths,
    idle: ReadPaths,
    doubted: bool,
}

/// ReadPaths, each once, with its place in the order in which they were read. A derivation may read a
/// thousand.
#[derive(Debug, Default)]
struct ReadPaths(BTreeMap<String, usize>);

impl ReadPaths {
    fn add(&mut self, path: String) {
        let next = self.0.len();
        self.0.entry(path).or_insert(next);
    }

    fn contains(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    fn in_order(self) -> impl Iterator<Item = String> {
        let mut paths: Vec<(String, usize)> = self.0.into_iter().collect();
        paths.sort_unstable_by_key(|(_, place)| *place);
        paths.into_iter().map(|(path, _)| path)
    }
}

impl Inputs {
    /// No inputs yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the value at `path`.
    pub fn read<'a, T>(&mut self, path: impl Display, value: &'a Sourced<T>) -> &'a T {
        self.deciding.add(path.to_string());
        self.doubted |= !value.sound;
        &value.value
    }

    /// Takes over what `part` of the derivation has read. Unless the part `decides`, none of it is an
    /// input.
    pub fn join(&mut self, part: Self, decides: bool) {
        let deciding = if decides {
            &mut self.deciding
        } else {
            &mut self.idle
        };
        part.deciding.in_order().for_each(|path| deciding.add(path));
        part.idle.in_order().for_each(|path| self.idle.add(path));
        self.doubted |= part.doubted;
    }

    /// Reads the value at `path`, where there is one. A value that is absent is no input: nothing can
    /// be said of where it comes from.
    pub fn read_optional<'a, T>(
        &mut self,
        path: impl Display,
        value: Option<&'a Sourced<T>>,
    ) -> Option<&'a T> {
        value.map(|value| self.read(path, value))
    }

    /// Notes that an input could not be read.
    pub fn doubt(&mut self) {
        self.doubted = true;
    }

    /// The value that `rule` derives from the inputs, with its `arithmetic`.
    pub fn derive<T>(
        self,
        value: T,
        rule: &'static str,
        arithmetic: impl Into<String>,
    ) -> Sourced<T> {
        let idle = self.idle.in_order();
        let idle = idle.filter(|path| !self.deciding.contains(path)).collect();
        let derivation = Derivation {
            rule,
            idle,
            inputs: self.deciding.in_order().collect(),
            arithmetic: arithmetic.into(),
        };
        Sourced {
            value,
            origin: Origin::Derived(Arc::new(derivation)),
            sound: !self.doubted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(value: u32, sound: bool) -> Sourced<u32> {
        Sourced {
            value,
            origin: Origin::Recorded,
            sound,
        }
    }

    fn paths(value: &Sourced<u32>) -> &[String] {
        match &value.origin {
            Origin::Derived(derivation) => &derivation.inputs,
            Origin::Declared(_) | Origin::Tier(_) | Origin::Recorded => &[],
        }
    }

    fn idle(value: &Sourced<u32>) -> &[String] {
        match &value.origin {
            Origin::Derived(derivation) => &derivation.idle,
            Origin::Declared(_) | Origin::Tier(_) | Origin::Recorded => &[],
        }
    }

    #[test]
    fn a_part_that_does_not_decide_lends_its_soundness_alone() {
        let part = |paths: &[&str], sound| {
            let mut part = Inputs::new();
            for path in paths {
                part.read(path, &recorded(1, sound));
            }
            part
        };
        let mut inputs = Inputs::new();
        inputs.join(part(&["a", "b"], true), true);
        inputs.join(part(&["b", "c"], true), false);
        let value = inputs.derive(1, "smaller", "1");
        assert!(value.sound);
        assert_eq!(
            (paths(&value), idle(&value)),
            (&["a".into(), "b".into()][..], &["c".into()][..])
        );

        let mut outer = Inputs::new();
        let mut inner = Inputs::new();
        inner.join(part(&["a"], false), false);
        outer.join(inner, true);
        let value = outer.derive(1, "smaller", "1");
        assert!(!value.sound);
        assert_eq!((paths(&value), idle(&value)), (&[][..], &["a".into()][..]));
    }

    #[test]
    fn what_is_read_is_an_input_once_and_lends_its_soundness() {
        let mut inputs = Inputs::new();
        let sum = inputs.read("a", &recorded(1, true)) + inputs.read("b", &recorded(2, true));
        let again = *inputs.read("a", &recorded(1, true));
        assert_eq!(inputs.read_optional("c", None::<&Sourced<u32>>), None);
        let value = inputs.derive(sum + again, "sum", "1 + 2 + 1");
        assert_eq!((value.value, value.sound), (4, true));
        assert_eq!(paths(&value), ["a", "b"]);

        let mut inputs = Inputs::new();
        let unsound = recorded(1, false);
        let read = *inputs.read_optional("c", Some(&unsound)).unwrap();
        let value = inputs.derive(read, "same", "1");
        assert!(!value.sound);
        assert_eq!(paths(&value), ["c"]);

        let mut inputs = Inputs::new();
        inputs.doubt();
        assert!(!inputs.derive(1, "stand-in", "").sound);
    }
}
