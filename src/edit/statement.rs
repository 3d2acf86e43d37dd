//! Edits as text to type: each node once, with all its values.

use super::{Address, Edit, EditAction, Slot, spelled};

/// A node and its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its start, such as `worker "batch"`.
    pub head: String,
    /// Its arguments, except the one in its head.
    arguments: Vec<String>,
    properties: Vec<String>,
    /// The nodes in its block.
    pub children: Vec<Statement>,
}

impl Statement {
    fn new(head: impl Into<String>) -> Self {
        Self {
            head: head.into(),
            arguments: Vec::new(),
            properties: Vec::new(),
            children: Vec::new(),
        }
    }

    /// The part before its block.
    fn before_block(&self) -> String {
        let parts = self.arguments.iter().chain(&self.properties);
        let parts = std::iter::once(&self.head).chain(parts);
        parts.map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// On one line: `database { storage gib=500 max-gib=1000 }`.
    #[must_use]
    pub fn line(&self) -> String {
        let before = self.before_block();
        if self.children.is_empty() {
            return before;
        }
        let children: Vec<String> = self.children.iter().map(Self::line).collect();
        format!("{before} {{ {} }}", children.join("; "))
    }

    /// With each node of its block on its own line.
    #[must_use]
    pub fn lines(&self) -> String {
        let before = self.before_block();
        if self.children.is_empty() {
            return before;
        }
        let children = self
            .children
            .iter()
            .map(|child| format!("    {}\n", child.line()));
        format!("{before} {{\n{}}}", children.collect::<String>())
    }
}

/// The statements to type if the file has none of them yet, in the order of the edits. Removals,
/// and edits without a place in the language, are left out.
#[must_use]
pub fn statements<'a>(edits: impl IntoIterator<Item = &'a Edit>) -> Vec<Statement> {
    let mut all = Vec::new();
    for edit in edits {
        if let Some(address) = edit.address() {
            let _ = state(&mut all, &address, &edit.action);
        }
    }
    all
}

/// Adds one edit; `None` if it cannot be stated.
fn state(all: &mut Vec<Statement>, address: &Address, action: &EditAction) -> Option<()> {
    let text = match action {
        EditAction::Set(text) | EditAction::Insert(text) => text,
        EditAction::Remove => return None,
    };
    let heads: Option<Vec<String>> = address.nodes.iter().map(super::Segment::head).collect();
    let heads = heads?;
    let Some((last, outer)) = heads.split_last() else {
        all.push(Statement::new(text));
        return Some(());
    };
    let mut siblings = all;
    for head in outer {
        siblings = &mut named(siblings, head)?.children;
    }
    let node = named(siblings, last)?;
    match &address.slot {
        Slot::Property(key) => node.properties.push(format!("{}={text}", spelled(key))),
        Slot::Arguments => node.arguments.push(text.clone()),
        Slot::Node => node.children.push(Statement::new(text)),
        Slot::Key | Slot::Item(_) => return None,
    }
    Some(())
}

/// The sibling with this head, added if missing.
fn named<'a>(siblings: &'a mut Vec<Statement>, head: &str) -> Option<&'a mut Statement> {
    let at = siblings.iter().position(|it| it.head == head);
    let at = at.unwrap_or_else(|| {
        siblings.push(Statement::new(head));
        siblings.len() - 1
    });
    siblings.get_mut(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_of_one_node_are_one_statement() {
        let edits = [
            Edit::set("redis.cache.cluster.shards", "3"),
            Edit::set("redis.cache.replicas", "1"),
            Edit::set("redis.cache.cluster.mode", "\"enabled\""),
            Edit::set("database.replicas.max-connections", "800"),
            Edit::set("database.replicas.count", "2"),
            Edit::insert("worker.a", "queue \"q\" length=5"),
            Edit::set("tier", "\"large\""),
            Edit::remove("database.engine"),
        ];
        let found = statements(&edits);
        let lines: Vec<String> = found.iter().map(Statement::line).collect();
        assert_eq!(
            lines,
            [
                "redis \"cache\" { cluster shards=3 mode=\"enabled\"; replicas 1 }",
                "database { replicas 2 max-connections=800 }",
                "worker \"a\" { queue \"q\" length=5 }",
                "tier \"large\"",
            ]
        );
        assert_eq!(
            found[0].lines(),
            "redis \"cache\" {\n    cluster shards=3 mode=\"enabled\"\n    replicas 1\n}"
        );
    }
}
