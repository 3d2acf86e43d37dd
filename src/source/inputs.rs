//! The inputs of a derivation.

use std::fmt::Display;
use std::sync::Arc;

use super::{Derivation, Origin, Sourced};

/// The values that a derivation has read. They become the inputs of the derived value, by their paths. The
/// derived value is sound if all of them are.
#[derive(Debug, Default)]
pub struct Inputs {
    paths: Vec<String>,
    doubted: bool,
}

impl Inputs {
    /// No inputs yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the value at `path`.
    pub fn read<'a, T>(&mut self, path: impl Display, value: &'a Sourced<T>) -> &'a T {
        let path = path.to_string();
        if !self.paths.contains(&path) {
            self.paths.push(path);
        }
        self.doubted |= !value.sound;
        &value.value
    }

    /// Reads the value at `path`, if there is one. An absent value has no origin, so it is not an input.
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
        let derivation = Derivation {
            rule,
            inputs: self.paths,
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
