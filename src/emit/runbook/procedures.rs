//! What a section has people type, as actions: its template gets them written out, by name.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::action::Action;

/// The procedures of a section, by the name that its template knows each by.
#[derive(Default)]
pub(super) struct Procedures(Vec<(&'static str, Vec<Action>)>);

impl Procedures {
    /// With one procedure more.
    pub(super) fn with(
        mut self,
        name: &'static str,
        actions: impl IntoIterator<Item = Action>,
    ) -> Self {
        self.0.push((name, actions.into_iter().collect()));
        self
    }

    /// With one procedure more, where there is one.
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
