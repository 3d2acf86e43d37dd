//! The actions of a runbook section. Its template gets them as shell text, by name.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::action::Action;

/// The procedures of a section, by their names in the template.
#[derive(Default)]
pub(super) struct Procedures(Vec<(&'static str, Vec<Action>)>);

impl Procedures {
    /// Adds a procedure.
    pub(super) fn with(
        mut self,
        name: &'static str,
        actions: impl IntoIterator<Item = Action>,
    ) -> Self {
        self.0.push((name, actions.into_iter().collect()));
        self
    }

    /// Adds a procedure, if there is one.
    pub(super) fn with_some(
        self,
        name: &'static str,
        actions: Option<impl IntoIterator<Item = Action>>,
    ) -> Self {
        match actions {
            Some(actions) => self.with(name, actions),
            None => self,
        }
    }

    /// Every action.
    pub(super) fn actions(&self) -> impl Iterator<Item = &Action> {
        self.0.iter().flat_map(|(_, actions)| actions)
    }
}

/// Name -> shell.
impl Serialize for Procedures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, actions) in &self.0 {
            let shell: Vec<String> = actions.iter().map(Action::shell).collect();
            map.serialize_entry(name, &shell.join("\n"))?;
        }
        map.end()
    }
}
