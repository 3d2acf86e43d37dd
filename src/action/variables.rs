//! What the variables of a script hold, in words.

use std::collections::BTreeMap;

use super::Memory;

/// What variables hold, in words; the others are shown by their names, as a script has them.
#[derive(Debug, Default)]
pub(super) struct Variables(BTreeMap<&'static str, String>);

impl Variables {
    pub(super) fn show(&self, variable: &str) -> String {
        let known = self.0.get(variable);
        known.map_or_else(|| format!("${variable}"), Clone::clone)
    }

    /// From here on, the variable holds `value`.
    pub(super) fn hold(&mut self, variable: &'static str, value: &Memory) {
        let held = held_by(value, self);
        self.0.insert(variable, held);
    }
}

/// `max(current size, 3)`; what is such a choice already gets one number more.
pub(super) fn one_of(function: &str, value: &str, number: u32) -> String {
    let inner = value
        .strip_prefix(function)
        .and_then(|it| it.strip_prefix('('));
    let value = inner.and_then(|it| it.strip_suffix(')')).unwrap_or(value);
    format!("{function}({value}, {number})")
}

/// What a variable holds, in words.
fn held_by(value: &Memory, variables: &Variables) -> String {
    match value {
        Memory::Answer(query) | Memory::Number(query) => match query.query.rsplit('.').next() {
            Some("desiredSize") => "current size".into(),
            field => format!(
                "the {} that {} reports",
                field.unwrap_or_default(),
                query.call.operation
            ),
        },
        Memory::Versions(_) => "the versions that AWS offers".into(),
        Memory::Newest(_) => "the newest version that AWS can upgrade to".into(),
        Memory::Variable(other) => variables.show(other),
        Memory::Larger(other, number) => one_of("max", &variables.show(other), *number),
        Memory::Smaller(other, number) => one_of("min", &variables.show(other), *number),
        Memory::NodeGroup { group, .. } => format!("node group {group}"),
        Memory::Nodes { nodes } => format!("the number of nodes in group {}", nodes.group),
        Memory::ApiMark { .. } => "whether the API sleeps".into(),
    }
}
