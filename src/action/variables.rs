//! What the variables of a script hold, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{field, name};
use super::{AwsCall, Memory};

/// What variables hold, in words; the others are shown by their names, as a script has them.
#[derive(Debug, Default)]
pub(super) struct Variables {
    held: BTreeMap<&'static str, VariableContent>,
    /// What stops the script, as far as it was said.
    stops: BTreeSet<String>,
}

/// What a variable holds.
#[derive(Debug)]
struct VariableContent {
    /// In words.
    words: String,
    /// What is so where it holds a value.
    says: Says,
}

/// How a value of a variable is told.
#[derive(Clone, Debug)]
enum Says {
    /// An operation of AWS reports it.
    Reported(&'static str),
    /// A node group has so many nodes.
    Nodes(String),
    /// A node group is there, or not where it is empty.
    NodeGroup(String),
    /// It is the value of what the words say.
    Words,
}

impl Variables {
    pub(super) fn show(&self, variable: &str) -> String {
        let known = self.held.get(variable);
        known.map_or_else(|| format!("${variable}"), |held| held.words.clone())
    }

    /// From here on, the variable holds `value`.
    pub(super) fn hold(&mut self, variable: &'static str, value: &Memory) {
        let held = VariableContent {
            words: held_by(value, self),
            says: self.says(value),
        };
        self.held.insert(variable, held);
    }

    fn says(&self, value: &Memory) -> Says {
        match value {
            Memory::Answer(query) | Memory::Number(query) => Says::Reported(query.call.operation),
            Memory::Variable(other) => {
                let other = self.held.get(other);
                other.map_or(Says::Words, |held| held.says.clone())
            }
            Memory::NodeGroup { group, .. } => Says::NodeGroup(group.clone()),
            Memory::Nodes { nodes } => Says::Nodes(nodes.group.clone()),
            Memory::Versions(_)
            | Memory::Newest { .. }
            | Memory::Larger(..)
            | Memory::Smaller(..)
            | Memory::ApiMark { .. } => Says::Words,
        }
    }

    /// What is so where a variable holds one of these patterns: `describe-db-instances reports 17.*`.
    pub(super) fn condition(&self, variable: &str, patterns: &[String]) -> String {
        // A version and its minors: `17.*` alone, and `17.1` alone, which has none.
        let is_superfluous = |value: &&String| match value.strip_suffix(".*") {
            Some(version) => version.contains('.'),
            None => !value.contains('.') && patterns.contains(&format!("{value}.*")),
        };
        let values = patterns.iter().filter(|it| !is_superfluous(it));
        let values = values.map(|value| match value.as_str() {
            "" => "nothing",
            value => value.trim_start_matches('*'),
        });
        let values = values.collect::<Vec<_>>().join(" or ");
        match self.held.get(variable).map(|held| &held.says) {
            Some(Says::Reported(operation)) => format!("{operation} reports {values}"),
            Some(Says::Nodes(group)) => format!("group {group} has {values} nodes"),
            Some(Says::NodeGroup(group)) if values == "nothing" => {
                format!("EKS has no node group {group}")
            }
            // What a wait has ended with.
            None if variable == "ANSWER" => format!("the wait ended with {values}"),
            Some(Says::NodeGroup(_) | Says::Words) | None => {
                format!("{} is {values}", self.show(variable))
            }
        }
    }

    /// Whether it is said for the first time that this stops the script.
    pub(super) fn stops_first(&mut self, why: &str) -> bool {
        self.stops.insert(why.to_owned())
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

/// `the newest 17 that RDS offers`; a version with its minor is what it is.
pub(super) fn newest(call: &AwsCall, wanted: &str) -> String {
    if wanted.contains('.') {
        wanted.to_owned()
    } else {
        format!("the newest {wanted} that {} offers", name(call.service))
    }
}

/// What a variable holds, in words.
fn held_by(value: &Memory, variables: &Variables) -> String {
    match value {
        Memory::Answer(query) | Memory::Number(query) => match field(query) {
            "desiredSize" => "the current size".into(),
            field => format!("the {field} that {} reports", query.call.operation),
        },
        Memory::Versions(query) => format!("the versions that {} offers", name(query.call.service)),
        Memory::Newest { query, wanted } => newest(&query.call, wanted),
        Memory::Variable(other) => variables.show(other),
        Memory::Larger(other, number) => one_of("max", &variables.show(other), *number),
        Memory::Smaller(other, number) => one_of("min", &variables.show(other), *number),
        Memory::NodeGroup { group, .. } => format!("node group {group}"),
        Memory::Nodes { nodes } => format!("the number of nodes in group {}", nodes.group),
        Memory::ApiMark { .. } => "whether the API sleeps".into(),
    }
}
